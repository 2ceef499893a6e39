package org.fencepost.ipc.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What the kernel knows about a file.
 *
 * @param mode           type and permissions
 * @param device         the file system's device
 * @param inode          the file's number in it
 * @param sizeBytes      its length
 * @param allocatedBytes how much of the device it takes; its length where that is not known
 * @param user           whose it is
 * @param group          and which group's
 * @param bornNanos      when the inode was made, since 1970 UTC; 0 where that is not known
 */
public record FileStatus(
    int mode, long device, long inode, long sizeBytes, long allocatedBytes, int user, int group,
    long bornNanos) {

    /** So many bytes the path of a file has at most on Linux, which counts a zero behind it. */
    public static final int PATH_BYTES_MAX = 4095;

    private static final long AT_FDCWD = -100;
    private static final long AT_SYMLINK_NOFOLLOW = 0x100;
    private static final long AT_EMPTY_PATH = 0x1000;
    private static final long STATX_BASIC_STATS = 0x7ff;
    private static final int STATX_BTIME = 0x800;

    /*
     * struct statx, the same on all architectures:
     *   what is known u32@0, user u32@20, group u32@24, mode u16@28, inode u64@32, size u64@40, blocks of 512 u64@48,
     *   made at seconds i64@80 and nanoseconds u32@88, device major u32@136, minor u32@140
     */
    private static final long STATX_BYTES = 256;
    private static final int KNOWN = 0;
    private static final int USER = 20;
    private static final int GROUP = 24;
    private static final int MODE = 28;
    private static final int INODE = 32;
    private static final int SIZE = 40;
    private static final int BLOCKS = 48;
    private static final int BORN_SECONDS = 80;
    private static final int BORN_NANOS = 88;
    private static final int DEVICE_MAJOR = 136;
    private static final int DEVICE_MINOR = 140;
    private static final int BLOCK_BYTES = 512;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private static final int S_IFMT = 0xf000;
    private static final int S_IFREG = 0x8000;
    private static final int S_IFDIR = 0x4000;
    private static final int S_IFLNK = 0xa000;

    /** The status of an open file; the path is for messages. */
    static FileStatus of(final SystemCall calls, final long descriptor, final Path file)
        throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment empty = arena.allocate(1);
            final MemorySegment status = arena.allocate(STATX_BYTES, Long.BYTES);
            if (statx(calls, descriptor, empty, AT_EMPTY_PATH, status) == -1) {
                throw Errno.failure(file.toString(), "statx", calls.errno());
            }
            return parse(status);
        }
    }

    /** The status of what a path leads to, a symbolic link itself; null if there is nothing. */
    static FileStatus ofPathOrNull(final SystemCall calls, final Path file) throws IOException {
        return ofPathOrNull(calls, file, false);
    }

    /** The same, of the link itself or of what it leads to. */
    static FileStatus ofPathOrNull(
        final SystemCall calls, final Path file, final boolean follow) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment path = nativePath(arena, file);
            final MemorySegment status = arena.allocate(STATX_BYTES, Long.BYTES);
            if (statx(calls, AT_FDCWD, path, follow ? 0 : AT_SYMLINK_NOFOLLOW, status) == -1) {
                final int errno = calls.errno();
                if (errno == Errno.ENOENT || errno == Errno.ENOTDIR) {
                    return null;
                }
                throw Errno.failure(file.toString(), "statx", errno);
            }
            return parse(status);
        }
    }

    /** The twelve bits of its permissions. */
    public int permissions() {
        return mode & 07777;
    }

    /** Whether it is a symbolic link. */
    public boolean isSymbolicLink() {
        return (mode & S_IFMT) == S_IFLNK;
    }

    /** Whether it is a directory. */
    public boolean isDirectory() {
        return (mode & S_IFMT) == S_IFDIR;
    }

    /** Whether both are the status of one and the same file. */
    public boolean isSameFile(final FileStatus other) {
        return device == other.device && inode == other.inode;
    }

    /**
     * Refuses everything that is not a regular file.
     *
     * @throws FileSystemException that says what was found instead
     */
    public void checkRegular(final Path file) throws IOException {
        if ((mode & S_IFMT) != S_IFREG) {
            final String found = switch (mode & S_IFMT) {
                case S_IFDIR -> "a directory";
                case S_IFLNK -> "a symbolic link";
                default -> "a special file (mode 0" + Integer.toOctalString(mode) + ")";
            };
            throw new FileSystemException(
                file.toString(), null, "expected a regular file, found " + found);
        }
    }

    /**
     * A path as the kernel takes it. A name that is not plain ASCII goes by way of its URI, which
     * has the exact bytes even where the name could not be decoded.
     */
    static MemorySegment nativePath(final Arena arena, final Path file) {
        final byte[] bytes = nativeBytes(file);
        final MemorySegment path = arena.allocate(bytes.length + 1L);
        path.asByteBuffer().put(bytes);
        return path;
    }

    /** How many bytes a path is for the kernel, without the zero at its end; of another file system, about so many. */
    public static int pathBytes(final Path file) {
        return file.getFileSystem() == FileSystems.getDefault() ? nativeBytes(file).length : file.toString().length();
    }

    private static byte[] nativeBytes(final Path file) {
        if (file.getFileSystem() != FileSystems.getDefault()) {
            throw new IllegalArgumentException(
                file + ": expected a path of the default file system, found " + file.toUri());
        }
        final String text = file.toString();
        final byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        // Any other character takes two bytes or more.
        final boolean ascii = encoded.length == text.length();
        return ascii ? encoded : percentDecoded(file.toUri().getRawPath());
    }

    /** Without the slash behind a directory: that would stand for what a link to one leads to, and not for the link. */
    private static byte[] percentDecoded(final String encoded) {
        final int end = encoded.endsWith("/") ? encoded.length() - 1 : encoded.length();
        final byte[] bytes = new byte[end];
        int length = 0;
        for (int i = 0; i < end; i++) {
            final char c = encoded.charAt(i);
            if (c == '%') {
                bytes[length++] = (byte) Integer.parseInt(encoded, i + 1, i + 3, 16);
                i += 2;
            } else {
                bytes[length++] = (byte) c;
            }
        }
        return Arrays.copyOf(bytes, length);
    }

    private static long statx(
        final SystemCall calls, final long directory, final MemorySegment path, final long flags,
        final MemorySegment status) {
        return calls.invoke(SystemCall.NUMBERS.statx(), directory, path.address(), flags,
            STATX_BASIC_STATS | STATX_BTIME, status.address(), 0);
    }

    private static FileStatus parse(final MemorySegment structure) {
        final ByteBuffer status = SystemCall.buffer(structure);
        final long major = status.getInt(DEVICE_MAJOR);
        final long minor = status.getInt(DEVICE_MINOR);
        return new FileStatus(
            status.getShort(MODE) & 0xffff,
            major << 32 | minor & 0xffff_ffffL,
            status.getLong(INODE),
            status.getLong(SIZE),
            status.getLong(BLOCKS) * BLOCK_BYTES,
            status.getInt(USER),
            status.getInt(GROUP),
            (status.getInt(KNOWN) & STATX_BTIME) == 0 ? 0
                : status.getLong(BORN_SECONDS) * NANOS_PER_SECOND + status.getInt(BORN_NANOS));
    }
}
