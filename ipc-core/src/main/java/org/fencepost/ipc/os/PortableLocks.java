package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * The locks that this process has on one file, and which of its handles has which.
 *
 * <p>The kernel knows the process only, so between handles this table decides. Only calls that an
 * interruption does not turn into a closed channel are made on the channel: tryLock and release.
 */
final class PortableLocks {
    private final Object key;
    private final Path file;
    /** All that are open, for closing one of them drops the locks that were taken through others. */
    private final List<FileChannel> channels = new ArrayList<>();
    private final NavigableMap<Long, Holders> bytes = new TreeMap<>();
    private FileChannel channel;
    private boolean writable;
    private int handles;

    /** Who has one byte: a single handle exclusively, or any number together. */
    private static final class Holders {
        private final FileLock lock;
        private final boolean shared;
        private final Set<Object> handles = new HashSet<>();

        Holders(final FileLock lock, final Object handle) {
            this.lock = lock;
            this.shared = lock.isShared();
            handles.add(handle);
        }

        boolean hasOtherThan(final Object handle) {
            return handles.size() > (handles.contains(handle) ? 1 : 0);
        }
    }

    PortableLocks(
        final Object key, final Path file, final FileChannel channel, final boolean writable) {
        this.key = key;
        this.file = file;
        this.channel = channel;
        this.writable = writable;
        channels.add(channel);
    }

    /** What identifies the file. */
    Object key() {
        return key;
    }

    void addHandle() {
        handles++;
    }

    /** Whether that was the last one. */
    boolean removeHandle() {
        return --handles == 0;
    }

    synchronized boolean isWritable() {
        return writable;
    }

    /** From here on exclusive locks can be taken, through this channel. */
    synchronized void makeWritable(final FileChannel writableChannel) {
        channel = writableChannel;
        writable = true;
        channels.add(writableChannel);
    }

    synchronized void close() throws IOException {
        for (final FileChannel opened : channels) {
            opened.close();
        }
    }

    synchronized boolean tryLock(final Object handle, final long index) throws IOException {
        final Holders holders = bytes.get(index);
        if (holders == null) {
            return take(handle, index, false);
        }
        if (holders.hasOtherThan(handle)) {
            return false;
        }
        if (!holders.shared) {
            return true;
        }
        drop(index, holders);
        if (take(handle, index, false)) {
            return true;
        }
        if (!take(handle, index, true)) {
            throw new FileSystemException(file.toString(), null, "the shared lock of byte " + index
                + " was lost: it had to be given up to ask for an exclusive one, and another "
                + "process took that meanwhile");
        }
        return false;
    }

    synchronized boolean tryLockShared(final Object handle, final long index) throws IOException {
        final Holders holders = bytes.get(index);
        if (holders == null) {
            return take(handle, index, true);
        }
        if (holders.shared) {
            holders.handles.add(handle);
            return true;
        }
        if (holders.hasOtherThan(handle)) {
            return false;
        }
        drop(index, holders);
        return take(handle, index, true);
    }

    synchronized void unlock(final Object handle, final long index) throws IOException {
        final Holders holders = bytes.get(index);
        if (holders != null && holders.handles.remove(handle) && holders.handles.isEmpty()) {
            drop(index, holders);
        }
    }

    synchronized void unlockAll(final Object handle) throws IOException {
        for (final long index : bytes.keySet().toArray(Long[]::new)) {
            unlock(handle, index);
        }
    }

    synchronized boolean isLockedByOther(
        final Object handle, final long firstByte, final long count) throws IOException {
        final long end = firstByte + count;
        final NavigableMap<Long, Holders> ours = bytes.subMap(firstByte, true, end, false);
        for (final Holders holders : ours.values()) {
            if (holders.hasOtherThan(handle)) {
                return true;
            }
        }
        // The JDK refuses to lock what this process has locked, so ask about the gaps between.
        long from = firstByte;
        for (final Map.Entry<Long, Holders> own : ours.entrySet()) {
            if (isLockedByOtherProcess(from, own.getKey())) {
                return true;
            }
            from = own.getKey() + 1;
        }
        return isLockedByOtherProcess(from, end);
    }

    /**
     * First a shared attempt, which disturbs nobody who asks the same and finds live members; an
     * exclusive one, which also finds shared locks, only where that succeeds and is allowed.
     */
    private boolean isLockedByOtherProcess(final long from, final long end) throws IOException {
        return from < end
            && (!canLock(from, end, true) || writable && !canLock(from, end, false));
    }

    private boolean canLock(final long from, final long end, final boolean shared)
        throws IOException {
        try (FileLock lock = channel.tryLock(from, end - from, shared)) {
            return lock != null;
        } catch (final IOException refusal) {
            throw failure("probe of the locks from " + from + " to " + end, refusal);
        }
    }

    private boolean take(final Object handle, final long index, final boolean shared)
        throws IOException {
        try {
            final FileLock lock = channel.tryLock(index, 1, shared);
            if (lock != null) {
                bytes.put(index, new Holders(lock, handle));
            }
            return lock != null;
        } catch (final IOException refusal) {
            throw failure("lock of byte " + index, refusal);
        }
    }

    private void drop(final long index, final Holders holders) throws IOException {
        bytes.remove(index);
        try {
            holders.lock.release();
        } catch (final IOException refusal) {
            throw failure("unlock of byte " + index, refusal);
        }
    }

    private IOException failure(final String call, final IOException cause) {
        final FileSystemException failure = new FileSystemException(
            file.toString(), null, call + " failed: " + cause.getMessage());
        failure.initCause(cause);
        return failure;
    }
}
