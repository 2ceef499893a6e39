package org.fencepost.ipc.os;

import java.io.IOException;
import java.nio.file.Path;

/**
 * An open file whose single bytes can be locked, by kernel locks that end with the process.
 *
 * <p>Two handles exclude each other whether they belong to one process or to two. Locked bytes may
 * lie beyond the end of the file. All methods may be called by any thread; none blocks for a lock.
 *
 * <p>Under {@link LivenessScheme#PORTABLE} the locked file must not be opened, and so closed, by
 * anything else in the process (reading it with {@link java.nio.file.Files} does both): the kernel
 * would drop every lock on it. Under {@link LivenessScheme#OFD} other descriptors do no harm.
 */
public interface LockFile extends AutoCloseable {
    /**
     * Locks one byte exclusively, or turns this handle's own shared lock into an exclusive one.
     * Under {@link LivenessScheme#OFD} a refused conversion leaves the shared lock in place.
     * Portable locks cannot be converted: the shared one is given up first and taken again if the
     * exclusive one is refused.
     *
     * @return false if another handle has a lock there
     * @throws IOException if the operating system refuses for another reason, the handle is closed,
     *                     or a portable shared lock was lost in the attempt
     */
    boolean tryLock(long byteIndex) throws IOException;

    /**
     * Locks one byte beside other shared locks, or turns this handle's own exclusive lock into a
     * shared one; atomically under {@link LivenessScheme#OFD}. A portable lock is given up first,
     * so a conversion can then fail, and leaves no lock.
     *
     * @return false if another handle has it exclusively
     * @throws IOException if the operating system refuses for another reason, or the handle is
     *                     closed
     */
    boolean tryLockShared(long byteIndex) throws IOException;

    /** Gives up this handle's lock on the byte, if it has one. */
    void unlock(long byteIndex) throws IOException;

    /**
     * Whether any other handle, of this process or another, has a lock among {@code count} bytes
     * that an exclusive lock would conflict with. Locks of this handle do not count.
     *
     * <p>The portable scheme finds out by locking for a moment. Somebody else who asks or tries to
     * lock in that moment is told that the byte is locked. Shared locks of other processes are not
     * seen on bytes that this process has locked as well, nor through a file that is open for
     * reading only.
     */
    boolean isLockedByOther(long firstByte, long count) throws IOException;

    /**
     * Whether a path still leads to the file that is open here. False if nothing is there or
     * another file, also if it is a symbolic link.
     */
    boolean isSameFile(Path file) throws IOException;

    /** Drops all locks of this handle. Idempotent. */
    @Override
    void close();
}
