package org.fencepost.ipc.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** One handle's view of the locks that its process has on a file. */
final class PortableLockFile implements LockFile {
    private final PortableFiles files;
    private final Path file;
    private final PortableLocks locks;
    private boolean closed;

    PortableLockFile(final PortableFiles files, final Path file, final boolean writable)
        throws IOException {
        this.files = files;
        this.file = file;
        this.locks = files.openLocks(file, writable);
    }

    @Override
    public synchronized boolean tryLock(final long byteIndex) throws IOException {
        check(byteIndex, 1);
        return locks.tryLock(this, byteIndex);
    }

    @Override
    public synchronized boolean tryLockShared(final long byteIndex) throws IOException {
        check(byteIndex, 1);
        return locks.tryLockShared(this, byteIndex);
    }

    @Override
    public synchronized void unlock(final long byteIndex) throws IOException {
        check(byteIndex, 1);
        locks.unlock(this, byteIndex);
    }

    @Override
    public synchronized boolean isLockedByOther(final long firstByte, final long count)
        throws IOException {
        check(firstByte, count);
        return locks.isLockedByOther(this, firstByte, count);
    }

    @Override
    public synchronized boolean isSameFile(final Path other) throws IOException {
        check(0, 1);
        return locks.key().equals(PortableFiles.keyOrNull(other));
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            try {
                locks.unlockAll(this);
            } finally {
                files.closeLocks(locks);
            }
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void check(final long firstByte, final long count) throws IOException {
        Platform.checkLockRange(firstByte, count);
        if (closed) {
            throw new FileSystemException(file.toString(), null, "lock: the lock file is closed");
        }
    }
}
