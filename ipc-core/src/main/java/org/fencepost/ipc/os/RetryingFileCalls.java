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
 */
public final class RetryingFileCalls implements FileCalls {
    private final FileCalls calls;

    /** Around these calls. */
    public RetryingFileCalls(final FileCalls calls) {
        this.calls = calls;
    }

    private interface Call<T> {
        T make() throws IOException;
    }

    private static <T> T repeat(final Call<T> call) throws IOException {
        while (true) {
            try {
                return call.make();
            } catch (final InterruptedIOException interrupted) {
                // Again: a signal is nobody's failure.
                Thread.onSpinWait();
            }
        }
    }

    /** If an interrupted one did make the file, "exists already" says so, and nobody owns it. */
    @Override
    public FileHandle create(final Path file, final int permissions) throws IOException {
        return new Handle(repeat(() -> calls.create(file, permissions)));
    }

    @Override
    public FileHandle open(final Path file, final boolean writable) throws IOException {
        return new Handle(repeat(() -> calls.open(file, writable)));
    }

    @Override
    public Optional<FileStatus> status(final Path file, final boolean follow) throws IOException {
        return repeat(() -> calls.status(file, follow));
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        final Optional<FileStatus> moved = status(from, false);
        repeat(() -> {
            try {
                calls.rename(from, to);
            } catch (final InterruptedIOException interrupted) {
                if (!isSame(moved, to)) {
                    throw interrupted;
                }
            }
            return null;
        });
    }

    @Override
    public void link(final Path existing, final Path name) throws IOException {
        final boolean[] repeated = {false};
        repeat(() -> {
            try {
                calls.link(existing, name);
            } catch (final InterruptedIOException interrupted) {
                repeated[0] = true;
                throw interrupted;
            } catch (final FileAlreadyExistsException exists) {
                if (!repeated[0] || !isSame(status(existing, false), name)) {
                    throw exists;
                }
            }
            return null;
        });
    }

    private boolean isSame(final Optional<FileStatus> file, final Path path) throws IOException {
        final Optional<FileStatus> there = status(path, false);
        return file.isPresent() && there.isPresent() && there.get().isSameFile(file.get());
    }

    @Override
    public void unlink(final Path file) throws IOException {
        repeat(() -> {
            try {
                calls.unlink(file);
            } catch (final InterruptedIOException interrupted) {
                if (status(file, false).isPresent()) {
                    throw interrupted;
                }
            }
            return null;
        });
    }

    @Override
    public void makeDirectory(final Path directory, final int permissions) throws IOException {
        repeat(() -> {
            try {
                calls.makeDirectory(directory, permissions);
            } catch (final InterruptedIOException interrupted) {
                if (status(directory, false).isEmpty()) {
                    throw interrupted;
                }
            }
            return null;
        });
    }

    @Override
    public void changePermissions(final Path directory, final int permissions) throws IOException {
        repeat(() -> {
            calls.changePermissions(directory, permissions);
            return null;
        });
    }

    @Override
    public void syncDirectory(final Path directory) throws IOException {
        repeat(() -> {
            calls.syncDirectory(directory);
            return null;
        });
    }

    private record Handle(FileHandle handle) implements FileHandle {
        @Override
        public int write(final ByteBuffer source, final long position) throws IOException {
            return repeat(() -> handle.write(source, position));
        }

        @Override
        public int read(final ByteBuffer target, final long position) throws IOException {
            return repeat(() -> handle.read(target, position));
        }

        @Override
        public void allocate(final long bytes) throws IOException {
            repeat(() -> {
                handle.allocate(bytes);
                return null;
            });
        }

        @Override
        public void changeOwner(final int user, final int group) throws IOException {
            repeat(() -> {
                handle.changeOwner(user, group);
                return null;
            });
        }

        @Override
        public void changePermissions(final int permissions) throws IOException {
            repeat(() -> {
                handle.changePermissions(permissions);
                return null;
            });
        }

        @Override
        public void startWriting(final long position, final long lengthBytes) throws IOException {
            repeat(() -> {
                handle.startWriting(position, lengthBytes);
                return null;
            });
        }

        @Override
        public void sync() throws IOException {
            repeat(() -> {
                handle.sync();
                return null;
            });
        }

        @Override
        public FileStatus status() throws IOException {
            return repeat(handle::status);
        }

        @Override
        public void close() {
            handle.close();
        }
    }
}
