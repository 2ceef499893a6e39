package org.fencepost.ipc.os;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Repeats calls that signals interrupted. An interrupted call may have had its effect all the same,
 * so those that would then fail for that reason look first. A close is never repeated.
 *
 * <p>Plain loops, and no method that is handed a call to repeat: each lambda takes a new process a millisecond,
 * and whoever opens a channel would come by a dozen.
 */
public final class RetryingFileCalls implements FileCalls {
    private final FileCalls calls;

    /** Around these calls. */
    public RetryingFileCalls(final FileCalls calls) {
        this.calls = calls;
    }

    /** A signal is nobody's failure. */
    private static void again() {
        Thread.onSpinWait();
    }

    /** If an interrupted one did make the file, "exists already" says so, and nobody owns it. */
    @Override
    public FileHandle create(final Path file, final int permissions) throws IOException {
        while (true) {
            try {
                return new Handle(calls.create(file, permissions));
            } catch (final InterruptedIOException interrupted) {
                again();
            }
        }
    }

    @Override
    public FileHandle open(final Path file, final boolean writable) throws IOException {
        while (true) {
            try {
                return new Handle(calls.open(file, writable));
            } catch (final InterruptedIOException interrupted) {
                again();
            }
        }
    }

    @Override
    public Optional<FileStatus> status(final Path file, final boolean follow) throws IOException {
        while (true) {
            try {
                return calls.status(file, follow);
            } catch (final InterruptedIOException interrupted) {
                again();
            }
        }
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        final Optional<FileStatus> moved = status(from, false);
        while (true) {
            try {
                calls.rename(from, to);
                return;
            } catch (final InterruptedIOException interrupted) {
                if (isSame(moved, to)) {
                    return;
                }
                again();
            }
        }
    }

    @Override
    public void link(final Path existing, final Path name) throws IOException {
        boolean repeated = false;
        while (true) {
            try {
                calls.link(existing, name);
                return;
            } catch (final InterruptedIOException interrupted) {
                repeated = true;
                again();
            } catch (final FileAlreadyExistsException exists) {
                if (!repeated || !isSame(status(existing, false), name)) {
                    throw exists;
                }
                return;
            }
        }
    }

    private boolean isSame(final Optional<FileStatus> file, final Path path) throws IOException {
        final Optional<FileStatus> there = status(path, false);
        return file.isPresent() && there.isPresent() && there.get().isSameFile(file.get());
    }

    @Override
    public void unlink(final Path file) throws IOException {
        while (true) {
            try {
                calls.unlink(file);
                return;
            } catch (final InterruptedIOException interrupted) {
                if (status(file, false).isEmpty()) {
                    return;
                }
                again();
            }
        }
    }

    @Override
    public void makeDirectory(final Path directory, final int permissions) throws IOException {
        while (true) {
            try {
                calls.makeDirectory(directory, permissions);
                return;
            } catch (final InterruptedIOException interrupted) {
                if (status(directory, false).isPresent()) {
                    return;
                }
                again();
            }
        }
    }

    @Override
    public void changePermissions(final Path directory, final int permissions) throws IOException {
        while (true) {
            try {
                calls.changePermissions(directory, permissions);
                return;
            } catch (final InterruptedIOException interrupted) {
                again();
            }
        }
    }

    @Override
    public void syncDirectory(final Path directory) throws IOException {
        while (true) {
            try {
                calls.syncDirectory(directory);
                return;
            } catch (final InterruptedIOException interrupted) {
                again();
            }
        }
    }

    private record Handle(FileHandle handle) implements FileHandle {
        @Override
        public int write(final ByteBuffer source, final long position) throws IOException {
            while (true) {
                try {
                    return handle.write(source, position);
                } catch (final InterruptedIOException interrupted) {
                    again();
                }
            }
        }

        @Override
        public int read(final ByteBuffer target, final long position) throws IOException {
            while (true) {
                try {
                    return handle.read(target, position);
                } catch (final InterruptedIOException interrupted) {
                    again();
                }
            }
        }

        @Override
        public void allocate(final long bytes) throws IOException {
            while (true) {
                try {
                    handle.allocate(bytes);
                    return;
                } catch (final InterruptedIOException interrupted) {
                    again();
                }
            }
        }

        @Override
        public void changeOwner(final int user, final int group) throws IOException {
            while (true) {
                try {
                    handle.changeOwner(user, group);
                    return;
                } catch (final InterruptedIOException interrupted) {
                    again();
                }
            }
        }

        @Override
        public void changePermissions(final int permissions) throws IOException {
            while (true) {
                try {
                    handle.changePermissions(permissions);
                    return;
                } catch (final InterruptedIOException interrupted) {
                    again();
                }
            }
        }

        @Override
        public void startWriting(final long position, final long lengthBytes) throws IOException {
            while (true) {
                try {
                    handle.startWriting(position, lengthBytes);
                    return;
                } catch (final InterruptedIOException interrupted) {
                    again();
                }
            }
        }

        @Override
        public void startReading(final long position, final long lengthBytes) throws IOException {
            handle.startReading(position, lengthBytes);
        }

        @Override
        public void forget(final long position, final long lengthBytes) throws IOException {
            handle.forget(position, lengthBytes);
        }

        @Override
        public void sync() throws IOException {
            while (true) {
                try {
                    handle.sync();
                    return;
                } catch (final InterruptedIOException interrupted) {
                    again();
                }
            }
        }

        @Override
        public FileStatus status() throws IOException {
            while (true) {
                try {
                    return handle.status();
                } catch (final InterruptedIOException interrupted) {
                    again();
                }
            }
        }

        @Override
        public void close() {
            handle.close();
        }
    }
}
