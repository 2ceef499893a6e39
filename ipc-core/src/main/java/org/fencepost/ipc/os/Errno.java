package org.fencepost.ipc.os;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Linux error numbers, which are the same on x86-64 and aarch64. */
final class Errno {
    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int EIO = 5;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EEXIST = 17;
    static final int ENOTDIR = 20;
    static final int EROFS = 30;
    static final int ENOTEMPTY = 39;
    static final int ETIMEDOUT = 110;

    private Errno() {
    }

    /** The exception for a call that failed on a file. */
    static IOException failure(final String path, final String call, final int errno) {
        final String reason = reason(call, errno);
        return switch (errno) {
            case EINTR -> new InterruptedIOException(path + ": " + reason);
            // The latter of a rename to a directory that is not empty.
            case EEXIST, ENOTEMPTY -> new FileAlreadyExistsException(path, null, reason);
            case ENOENT -> new NoSuchFileException(path, null, reason);
            case EPERM, EACCES -> new AccessDeniedException(path, null, reason);
            case EROFS -> new MountedReadOnlyException(path, reason);
            default -> new FileSystemException(path, null, reason);
        };
    }

    /** The exception for a call that failed without a file. */
    static IOException failure(final String call, final int errno) {
        return new IOException(reason(call, errno));
    }

    private static String reason(final String call, final int errno) {
        return call + " failed with errno " + errno + " (" + describe(errno) + ")";
    }

    /** Name and meaning of an error number. */
    static String describe(final int errno) {
        return switch (errno) {
            case EPERM -> "EPERM: operation not permitted";
            case ENOENT -> "ENOENT: no such file or directory";
            case EINTR -> "EINTR: interrupted by a signal";
            case EIO -> "EIO: the device reported an error";
            case 6 -> "ENXIO: no such device or address";
            case 9 -> "EBADF: not an open descriptor, or opened for something else";
            case EAGAIN -> "EAGAIN: try again";
            case 12 -> "ENOMEM: no memory, or too many mappings (vm.max_map_count)";
            case EACCES -> "EACCES: permission denied";
            case 14 -> "EFAULT: bad address";
            case 16 -> "EBUSY: in use, or something is mounted there";
            case EEXIST -> "EEXIST: exists already";
            case 18 -> "EXDEV: the other name is on another file system or mount";
            case 19 -> "ENODEV: the file system does not support this";
            case ENOTDIR -> "ENOTDIR: a parent is not a directory";
            case 21 -> "EISDIR: is a directory";
            case 22 -> "EINVAL: invalid argument";
            case 23 -> "ENFILE: too many open files in the system";
            case 24 -> "EMFILE: too many open files in this process (ulimit -n)";
            case 26 -> "ETXTBSY: is being executed";
            case 27 -> "EFBIG: larger than a file may be (ulimit -f)";
            case 28 -> "ENOSPC: no space left on the file system";
            case EROFS -> "EROFS: the file system is mounted read-only";
            case 31 -> "EMLINK: has as many names as a file can have";
            case 36 -> "ENAMETOOLONG: the path is too long";
            case 37 -> "ENOLCK: no locks available";
            case 38 -> "ENOSYS: the kernel does not have this call, or a sandbox hides it";
            case ENOTEMPTY -> "ENOTEMPTY: the directory is not empty";
            case 40 -> "ELOOP: is a symbolic link, or too many of them on the way";
            case 74 -> "EBADMSG: what was read back is not what was written";
            case 75 -> "EOVERFLOW: a number is too large";
            case 95 -> "EOPNOTSUPP: the file system does not support this";
            case 116 -> "ESTALE: the network file system lost the file";
            case 122 -> "EDQUOT: the disk quota is used up";
            default -> "see errno(3)";
        };
    }
}
