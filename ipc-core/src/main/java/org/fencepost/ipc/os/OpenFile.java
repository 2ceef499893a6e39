package org.fencepost.ipc.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/** A descriptor of a regular file, opened by a system call. For one thread at a time. */
final class OpenFile implements AutoCloseable {
    private static final long AT_FDCWD = -100;
    private static final long O_RDONLY = 0;
    private static final long O_RDWR = 2;
    private static final long O_NONBLOCK = 04000;
    private static final long O_CLOEXEC = 02000000;

    private final SystemCall calls;
    private final Path file;
    private final long descriptor;
    private final FileStatus status;
    private boolean closed;

    private OpenFile(
        final SystemCall calls, final Path file, final long descriptor, final FileStatus status) {
        this.calls = calls;
        this.file = file;
        this.descriptor = descriptor;
        this.status = status;
    }

    /** Opens an existing regular file that is not a symbolic link. */
    static OpenFile open(final SystemCall calls, final Path file, final boolean writable)
        throws IOException {
        // Not blocking, because opening what turns out to be a pipe would wait for its other end.
        final long flags = (writable ? O_RDWR : O_RDONLY)
            | O_CLOEXEC | O_NONBLOCK | SystemCall.NUMBERS.noFollow();
        final long descriptor;
        try (Arena arena = Arena.ofConfined()) {
            descriptor = calls.invokeRetrying(SystemCall.NUMBERS.openat(), AT_FDCWD,
                FileStatus.nativePath(arena, file).address(), flags, 0, 0, 0);
        }
        if (descriptor == -1) {
            throw Errno.failure(
                file.toString(), writable ? "open for writing" : "open for reading", calls.errno());
        }
        try {
            final FileStatus status = FileStatus.of(calls, descriptor, file);
            status.checkRegular(file);
            return new OpenFile(calls, file, descriptor, status);
        } catch (final IOException refusal) {
            close(calls, descriptor);
            throw refusal;
        }
    }

    /** The file's descriptor. */
    long descriptor() {
        return descriptor;
    }

    /** Where the file was when it was opened. */
    Path path() {
        return file;
    }

    /** Its status when it was opened. */
    FileStatus status() {
        return status;
    }

    /** Whether {@link #close()} was called. */
    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            close(calls, descriptor);
        }
    }

    // Never again after an interruption: the number is free by then and may be somebody else's.
    private static void close(final SystemCall calls, final long descriptor) {
        calls.invoke(SystemCall.NUMBERS.close(), descriptor, 0, 0, 0, 0, 0);
    }
}
