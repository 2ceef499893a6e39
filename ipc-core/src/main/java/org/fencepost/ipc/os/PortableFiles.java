package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The files that the portable platform has open. A file that is open for its locks is open once,
 * whatever the number of handles, and for nothing else, because closing any other descriptor of it
 * would drop its locks. The table knows both kinds and refuses a file of one kind as the other.
 *
 * <p>Another copy of this class, of another class loader, has a table of its own, and does not see this one. What both
 * see are system properties, so there is one for each file that is open for its locks. It configures nothing.
 */
final class PortableFiles {
    private static final String PROPERTY = "org.fencepost.ipc.locks.";

    private final Map<Object, PortableLocks> locked = new HashMap<>();
    private final Map<Object, Integer> users = new HashMap<>();

    /** What is done with an open channel. */
    interface Action<T> {
        /** Does it; may be called again with another channel after an interruption. */
        T with(FileChannel channel) throws IOException;
    }

    /**
     * Opens a file, does something with it and closes it. An interrupted thread does it too and
     * stays interrupted: an interruption closes the channel, so it is put aside and the action
     * repeated.
     */
    <T> T use(final Path file, final boolean writable, final Action<T> action) throws IOException {
        final Object key = key(file);
        enter(key, file);
        boolean interrupted = false;
        try {
            while (true) {
                interrupted |= Thread.interrupted();
                try (FileChannel channel = FileChannel.open(file, options(writable))) {
                    return action.with(channel);
                } catch (final ClosedByInterruptException again) {
                    interrupted = true;
                }
            }
        } finally {
            leave(key);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized void enter(final Object key, final Path file) throws IOException {
        if (locked.containsKey(key)) {
            throw new FileSystemException(file.toString(), null, "is open for its locks, which "
                + "portable locks do not survive if it is opened for anything else");
        }
        users.merge(key, 1, Integer::sum);
    }

    private synchronized void leave(final Object key) {
        users.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
    }

    /**
     * The locks of a file, for one more handle, which gives them back to {@link #closeLocks}.
     * Exclusive locks are possible as soon as one of the handles is writable.
     */
    synchronized PortableLocks openLocks(final Path file, final boolean writable)
        throws IOException {
        final Object key = key(file);
        PortableLocks locks = locked.get(key);
        if (locks == null) {
            if (users.containsKey(key)) {
                throw new FileSystemException(file.toString(), null,
                    "is open for something else, so it cannot be opened for portable locks");
            }
            requireOnlyCopy(key, file);
            try {
                locks = new PortableLocks(key, file, open(key, file, writable), writable);
                locked.put(key, locks);
            } finally {
                if (locks == null) {
                    System.clearProperty(PROPERTY + key);
                }
            }
        } else if (writable && !locks.isWritable()) {
            locks.makeWritable(open(key, file, true));
        }
        locks.addHandle();
        return locks;
    }

    private static void requireOnlyCopy(final Object key, final Path file) throws IOException {
        final Object other = System.getProperties().putIfAbsent(
            PROPERTY + key, String.valueOf(PortableFiles.class.getClassLoader()));
        if (other != null) {
            throw new FileSystemException(file.toString(), null, "is open for its locks by another copy of this "
                + "library in this process, of the class loader " + other + ", which would lose them: expected one "
                + "copy for all; load it where both find it, or allow native access");
        }
    }

    private static FileChannel open(final Object key, final Path file, final boolean writable)
        throws IOException {
        final FileChannel channel = FileChannel.open(file, options(writable));
        boolean done = false;
        try {
            if (!key.equals(key(file))) {
                throw new FileSystemException(
                    file.toString(), null, "was replaced while it was opened");
            }
            done = true;
            return channel;
        } finally {
            if (!done) {
                channel.close();
            }
        }
    }

    /** Ends one handle's use of the locks. */
    synchronized void closeLocks(final PortableLocks locks) throws IOException {
        if (locks.removeHandle()) {
            locked.remove(locks.key());
            try {
                locks.close();
            } finally {
                System.clearProperty(PROPERTY + locks.key());
            }
        }
    }

    /**
     * What identifies a file: device and inode, or the real path on systems that have no such key.
     *
     * @throws IOException if there is no file or it is not a regular one
     */
    static Object key(final Path file) throws IOException {
        final BasicFileAttributes attributes;
        try {
            attributes = attributes(file);
        } catch (final NoSuchFileException missing) {
            final NoSuchFileException described =
                new NoSuchFileException(file.toString(), null, "open: no such file");
            described.initCause(missing);
            throw described;
        }
        if (!attributes.isRegularFile()) {
            final String found = attributes.isSymbolicLink() ? "a symbolic link"
                : attributes.isDirectory() ? "a directory" : "a special file";
            throw new FileSystemException(
                file.toString(), null, "expected a regular file, found " + found);
        }
        return key(file, attributes);
    }

    /** What identifies a file; null if there is no regular file at the path. */
    static Object keyOrNull(final Path file) throws IOException {
        try {
            final BasicFileAttributes attributes = attributes(file);
            return attributes.isRegularFile() ? key(file, attributes) : null;
        } catch (final NoSuchFileException missing) {
            return null;
        } catch (final FileSystemException refusal) {
            if (isBelowAFile(file)) {
                return null;
            }
            throw refusal;
        }
    }

    /** Whether one of its parents is no directory: the JDK does not tell that apart from what else has failed. */
    static boolean isBelowAFile(final Path file) {
        for (Path parent = file.getParent(); parent != null; parent = parent.getParent()) {
            if (Files.isRegularFile(parent)) {
                return true;
            }
        }
        return false;
    }

    private static Object key(final Path file, final BasicFileAttributes attributes)
        throws IOException {
        final Object key = attributes.fileKey();
        return key != null ? key : file.toRealPath(LinkOption.NOFOLLOW_LINKS);
    }

    private static BasicFileAttributes attributes(final Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** To open a file that is there, and no link. */
    static Set<OpenOption> options(final boolean writable) {
        return writable
            ? Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)
            : Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }
}
