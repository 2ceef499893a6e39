package org.fencepost.ipc.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** A descriptor. The number is never used again once it was closed. */
final class LinuxFileHandle implements FileHandle {
    /** How much of a buffer is copied for one call where the system cannot have it as it is. */
    private static final int PIECE_BYTES = 64 * 1024;

    private static final long SYNC_FILE_RANGE_WRITE = 2;
    private static final long POSIX_FADV_WILLNEED = 3;
    private static final long POSIX_FADV_DONTNEED = 4;
    private static final Thread NOBODY = new Thread();

    private final Path file;
    private final long descriptor;
    private final SystemCall calls = new SystemCall(Arena.ofAuto());
    private boolean closed;

    LinuxFileHandle(final Path file, final long descriptor) {
        this.file = file;
        this.descriptor = descriptor;
    }

    @Override
    public synchronized int write(final ByteBuffer source, final long position)
        throws IOException {
        checkOpen();
        final int written = isOwn(source) ? writeDirect(source, position)
            : writeCopied(source, position);
        source.position(source.position() + written);
        return written;
    }

    /** Whether nobody but this thread can give up the memory that the kernel is to read. */
    private static boolean isOwn(final ByteBuffer source) {
        if (!source.isDirect()) {
            return false;
        }
        final MemorySegment segment = MemorySegment.ofBuffer(source);
        return segment.scope().isAlive() && segment.isAccessibleBy(Thread.currentThread())
            && !segment.isAccessibleBy(NOBODY);
    }

    private int writeDirect(final ByteBuffer source, final long position) throws IOException {
        try {
            return transfer(LinuxFileCalls.NUMBERS.pwrite(), MemorySegment.ofBuffer(source),
                source.remaining(), position, "write");
        } finally {
            Reference.reachabilityFence(source);
        }
    }

    private int writeCopied(final ByteBuffer source, final long position) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final int length = Math.min(source.remaining(), PIECE_BYTES);
            final MemorySegment piece = arena.allocate(Math.max(1, length));
            piece.asByteBuffer().put(0, source, source.position(), length);
            return transfer(LinuxFileCalls.NUMBERS.pwrite(), piece, length, position, "write");
        }
    }

    @Override
    public synchronized int read(final ByteBuffer target, final long position) throws IOException {
        checkOpen();
        try (Arena arena = Arena.ofConfined()) {
            final int length = Math.min(target.remaining(), PIECE_BYTES);
            final MemorySegment piece = arena.allocate(Math.max(1, length));
            final int read = transfer(LinuxFileCalls.NUMBERS.pread(), piece, length,
                position, "read");
            target.put(piece.asByteBuffer().limit(read));
            return read == 0 && length > 0 ? -1 : read;
        }
    }

    private int transfer(
        final long number, final MemorySegment piece, final int length, final long position,
        final String what) throws IOException {
        final long bytes = calls.invoke(
            number, descriptor, piece.address(), length, position, 0, 0);
        if (bytes < 0) {
            LinuxFileCalls.check(bytes, calls, file, what + " of " + length + " bytes at " + position);
        }
        return (int) bytes;
    }

    @Override
    public void allocate(final long bytes) throws IOException {
        onDescriptor(SystemCall.NUMBERS.fallocate(), 0, 0, bytes, "fallocate of " + bytes + " bytes");
    }

    @Override
    public void changeOwner(final int user, final int group) throws IOException {
        onDescriptor(LinuxFileCalls.NUMBERS.fchown(), user, group,
            "change of the owner to " + Integer.toUnsignedString(user) + ":"
                + Integer.toUnsignedString(group));
    }

    @Override
    public void changePermissions(final int permissions) throws IOException {
        onDescriptor(LinuxFileCalls.NUMBERS.fchmod(), permissions, 0,
            "change of the mode to 0" + Integer.toOctalString(permissions));
    }

    @Override
    public void startWriting(final long position, final long lengthBytes) throws IOException {
        onDescriptor(LinuxFileCalls.NUMBERS.syncFileRange(), position, lengthBytes,
            SYNC_FILE_RANGE_WRITE, "sync_file_range of " + lengthBytes + " bytes at " + position);
    }

    @Override
    public void startReading(final long position, final long lengthBytes) throws IOException {
        advise(position, lengthBytes, POSIX_FADV_WILLNEED);
    }

    @Override
    public void forget(final long position, final long lengthBytes) throws IOException {
        advise(position, lengthBytes, POSIX_FADV_DONTNEED);
    }

    /** Advice that is not taken is no error. */
    private synchronized void advise(
        final long position, final long lengthBytes, final long advice) throws IOException {
        checkOpen();
        calls.invoke(LinuxFileCalls.NUMBERS.fadvise(), descriptor, position, lengthBytes, advice, 0, 0);
    }

    @Override
    public void sync() throws IOException {
        onDescriptor(LinuxFileCalls.NUMBERS.fsync(), 0, 0, "fsync");
    }

    private void onDescriptor(
        final long number, final long a, final long b, final String what) throws IOException {
        onDescriptor(number, a, b, 0, what);
    }

    private synchronized void onDescriptor(
        final long number, final long a, final long b, final long c, final String what)
        throws IOException {
        checkOpen();
        LinuxFileCalls.check(calls.invoke(number, descriptor, a, b, c, 0, 0), calls, file, what);
    }

    @Override
    public synchronized FileStatus status() throws IOException {
        checkOpen();
        return FileStatus.of(calls, descriptor, file);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            // Never again after an interruption: the number may be somebody else's by then.
            calls.invoke(SystemCall.NUMBERS.close(), descriptor, 0, 0, 0, 0, 0);
        }
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new FileSystemException(file.toString(), null, "the file is closed");
        }
    }
}
