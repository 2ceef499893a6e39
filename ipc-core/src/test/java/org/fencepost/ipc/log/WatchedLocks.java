package org.fencepost.ipc.log;

import java.io.IOException;
import java.nio.file.Path;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.os.LockFile;

/** The kernel's locks, and somebody who comes just before or after they are asked. */
public final class WatchedLocks implements LockFile {
    private static final Runnable NOBODY = () -> { };

    private final LockFile locks;
    /** Comes once, just before housekeeping is entered. */
    Runnable beforeHousekeeping = NOBODY;
    /** Comes once, just after somebody was asked for. */
    Runnable afterProbe = NOBODY;
    /** Comes each time, just before housekeeping is left. */
    public Runnable beforeLeaving = NOBODY;
    /** Comes once, just before a byte is given up. */
    Runnable beforeUnlock = NOBODY;
    /** Comes once, just after a byte was given up. */
    Runnable afterUnlock = NOBODY;

    /** Of these. */
    public WatchedLocks(final LockFile locks) {
        this.locks = locks;
    }

    @Override
    public boolean tryLock(final long byteIndex) throws IOException {
        if (byteIndex == MembersFormat.HOUSEKEEPING_BYTE) {
            final Runnable visitor = beforeHousekeeping;
            beforeHousekeeping = NOBODY;
            visitor.run();
        }
        return locks.tryLock(byteIndex);
    }

    @Override
    public boolean tryLockShared(final long byteIndex) throws IOException {
        return locks.tryLockShared(byteIndex);
    }

    @Override
    public void unlock(final long byteIndex) throws IOException {
        final Runnable visitor = beforeUnlock;
        beforeUnlock = NOBODY;
        visitor.run();
        if (byteIndex == MembersFormat.HOUSEKEEPING_BYTE) {
            beforeLeaving.run();
        }
        locks.unlock(byteIndex);
        final Runnable follower = afterUnlock;
        afterUnlock = NOBODY;
        follower.run();
    }

    @Override
    public boolean isLockedByOther(final long firstByte, final long count) throws IOException {
        final boolean locked = locks.isLockedByOther(firstByte, count);
        final Runnable visitor = afterProbe;
        afterProbe = NOBODY;
        visitor.run();
        return locked;
    }

    @Override
    public boolean isSameFile(final Path file) throws IOException {
        return locks.isSameFile(file);
    }

    @Override
    public void close() {
        locks.close();
    }
}
