package org.fencepost.ipc.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/**
 * Locks of an open file description: they are this handle's, end with it, and end with the process
 * however that ends. The memory for the calls is allocated once, because dead members are looked
 * for in polling loops.
 */
final class OfdLockFile implements LockFile {
    private static final long F_OFD_GETLK = 36;
    private static final long F_OFD_SETLK = 37;
    private static final short F_RDLCK = 0;
    private static final short F_WRLCK = 1;
    private static final short F_UNLCK = 2;

    /*
     * struct flock: type i16@0, whence i16@2 (0: from the start), start i64@8, length i64@16,
     * process i32@24, which has to be 0 and which the kernel overwrites in its answer.
     */
    private static final long FLOCK_BYTES = 32;
    private static final int TYPE = 0;
    private static final int START = 8;
    private static final int LENGTH = 16;
    private static final int PROCESS = 24;
    private static final long TO_THE_END = 0;

    private final SystemCall calls;
    private final long address;
    private final ByteBuffer range;
    private final OpenFile open;

    private OfdLockFile(final SystemCall calls, final MemorySegment range, final OpenFile open) {
        this.calls = calls;
        this.address = range.address();
        this.range = SystemCall.buffer(range);
        this.open = open;
    }

    /** Opens an existing regular file. */
    static OfdLockFile open(final Path file, final boolean writable) throws IOException {
        final Arena arena = Arena.ofAuto();
        final SystemCall calls = new SystemCall(arena);
        final MemorySegment range = arena.allocate(FLOCK_BYTES, Long.BYTES);
        return new OfdLockFile(calls, range, OpenFile.open(calls, file, writable));
    }

    @Override
    public boolean tryLock(final long byteIndex) throws IOException {
        return set(byteIndex, F_WRLCK);
    }

    @Override
    public boolean tryLockShared(final long byteIndex) throws IOException {
        return set(byteIndex, F_RDLCK);
    }

    @Override
    public void unlock(final long byteIndex) throws IOException {
        set(byteIndex, F_UNLCK);
    }

    @Override
    public synchronized boolean isLockedByOther(final long firstByte, final long count)
        throws IOException {
        if (control(F_OFD_GETLK, F_WRLCK, firstByte, count) == -1) {
            throw Errno.failure(open.path().toString(),
                "fcntl(F_OFD_GETLK) of " + count + " bytes from " + firstByte, calls.errno());
        }
        return range.getShort(TYPE) != F_UNLCK;
    }

    @Override
    public synchronized boolean isSameFile(final Path file) throws IOException {
        checkOpen();
        final FileStatus there = FileStatus.ofPathOrNull(calls, file);
        return there != null && there.isSameFile(open.status());
    }

    @Override
    public synchronized void close() {
        if (!open.isClosed()) {
            // A process that is being started has a copy of the descriptor until it runs its program, and with
            // that the locks. Best effort, as they go with the descriptors in any case.
            range.putShort(TYPE, F_UNLCK);
            range.putLong(START, 0);
            range.putLong(LENGTH, TO_THE_END);
            range.putInt(PROCESS, 0);
            calls.invokeRetrying(SystemCall.NUMBERS.fcntl(), open.descriptor(), F_OFD_SETLK, address, 0, 0, 0);
            open.close();
        }
    }

    private synchronized boolean set(final long byteIndex, final short type) throws IOException {
        if (control(F_OFD_SETLK, type, byteIndex, 1) == 0) {
            return true;
        }
        final int errno = calls.errno();
        if (errno == Errno.EAGAIN || errno == Errno.EACCES) {
            return false;
        }
        throw Errno.failure(
            open.path().toString(), "fcntl(F_OFD_SETLK) of byte " + byteIndex, errno);
    }

    private long control(
        final long command, final short type, final long firstByte, final long count)
        throws IOException {
        Platform.checkLockRange(firstByte, count);
        checkOpen();
        range.putShort(TYPE, type);
        range.putLong(START, firstByte);
        range.putLong(LENGTH, count);
        range.putInt(PROCESS, 0);
        return calls.invokeRetrying(
            SystemCall.NUMBERS.fcntl(), open.descriptor(), command, address, 0, 0, 0);
    }

    private void checkOpen() throws IOException {
        if (open.isClosed()) {
            throw new FileSystemException(
                open.path().toString(), null, "lock: the lock file is closed");
        }
    }
}
