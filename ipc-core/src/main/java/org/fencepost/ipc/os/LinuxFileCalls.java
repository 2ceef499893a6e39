package org.fencepost.ipc.os;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;

/** System calls, each made once, which no interruption of a thread disturbs. */
final class LinuxFileCalls implements FileCalls {
    static final FileNumbers NUMBERS = FileNumbers.of(Machine.ARCHITECTURE);

    private static final long AT_FDCWD = -100;
    private static final long O_RDONLY = 0;
    private static final long O_RDWR = 2;
    private static final long O_CREAT = 0100;
    private static final long O_EXCL = 0200;
    private static final long O_NONBLOCK = 04000;
    private static final long O_CLOEXEC = 02000000;

    @Override
    public FileHandle create(final Path file, final int permissions) throws IOException {
        return open(file, O_RDWR | O_CREAT | O_EXCL, permissions, "create");
    }

    @Override
    public FileHandle open(final Path file, final boolean writable) throws IOException {
        // Not blocking, because opening what turns out to be a pipe would wait for its other end.
        final LinuxFileHandle handle = open(file, (writable ? O_RDWR : O_RDONLY) | O_NONBLOCK, 0,
            writable ? "open for writing" : "open for reading");
        try {
            handle.status().checkRegular(file);
            return handle;
        } catch (final IOException refusal) {
            handle.close();
            throw refusal;
        }
    }

    private static LinuxFileHandle open(
        final Path file, final long flags, final int permissions, final String what)
        throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final SystemCall calls = new SystemCall(arena);
            final long descriptor = calls.invoke(SystemCall.NUMBERS.openat(), AT_FDCWD,
                FileStatus.nativePath(arena, file).address(),
                flags | O_CLOEXEC | SystemCall.NUMBERS.noFollow(), permissions, 0, 0);
            check(descriptor, calls, file, what);
            return new LinuxFileHandle(file, descriptor);
        }
    }

    @Override
    public Optional<FileStatus> status(final Path file, final boolean follow) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return Optional.ofNullable(
                FileStatus.ofPathOrNull(new SystemCall(arena), file, follow));
        }
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final SystemCall calls = new SystemCall(arena);
            check(calls.invoke(NUMBERS.renameat(), AT_FDCWD,
                FileStatus.nativePath(arena, from).address(), AT_FDCWD,
                FileStatus.nativePath(arena, to).address(), 0, 0), calls, from, "rename to " + to);
        }
    }

    @Override
    public void link(final Path existing, final Path name) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final SystemCall calls = new SystemCall(arena);
            check(calls.invoke(NUMBERS.linkat(), AT_FDCWD,
                FileStatus.nativePath(arena, existing).address(), AT_FDCWD,
                FileStatus.nativePath(arena, name).address(), 0, 0), calls, name,
                "link to " + existing);
        }
    }

    @Override
    public void unlink(final Path file) throws IOException {
        onPath(NUMBERS.unlinkat(), file, 0, "unlink");
    }

    @Override
    public void makeDirectory(final Path directory, final int permissions) throws IOException {
        onPath(NUMBERS.mkdirat(), directory, permissions, "mkdir");
    }

    @Override
    public void changePermissions(final Path directory, final int permissions) throws IOException {
        onPath(NUMBERS.fchmodat(), directory, permissions,
            "change of the mode to 0" + Integer.toOctalString(permissions));
    }

    private static void onPath(
        final long number, final Path path, final long argument, final String what)
        throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final SystemCall calls = new SystemCall(arena);
            check(calls.invoke(number, AT_FDCWD,
                FileStatus.nativePath(arena, path).address(), argument, 0, 0, 0),
                calls, path, what);
        }
    }

    @Override
    public void syncDirectory(final Path directory) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            final SystemCall calls = new SystemCall(arena);
            final long descriptor = calls.invoke(SystemCall.NUMBERS.openat(), AT_FDCWD,
                FileStatus.nativePath(arena, directory).address(),
                O_RDONLY | O_CLOEXEC | NUMBERS.directoryFlag(), 0, 0, 0);
            check(descriptor, calls, directory, "open of the directory to sync it");
            try {
                check(calls.invoke(NUMBERS.fsync(), descriptor, 0, 0, 0, 0, 0), calls, directory,
                    "fsync of the directory");
            } finally {
                calls.invoke(SystemCall.NUMBERS.close(), descriptor, 0, 0, 0, 0, 0);
            }
        }
    }

    /** Throws what a call's result of -1 means. */
    static void check(
        final long result, final SystemCall calls, final Path file, final String what)
        throws IOException {
        if (result == -1) {
            throw Errno.failure(file.toString(), what, calls.errno());
        }
    }
}
