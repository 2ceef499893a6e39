package org.fencepost.ipc.file;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.FileStatus;

/** Counts the calls, and lets some of them fail, before or after they had their effect. */
public class FaultyCalls implements FileCalls {
    /** What can be made to go wrong. */
    public enum Fault {
        EIO, ENOSPC, EINTR, EXDEV, EACCES;

        IOException exception(final String call, final Path file) {
            return switch (this) {
                case EINTR -> new InterruptedIOException(call + " of " + file + ": EINTR");
                case EACCES -> new AccessDeniedException(file.toString(), null, call + ": EACCES");
                default -> new FileSystemException(file.toString(), null, call + ": " + this);
            };
        }
    }

    private final FileCalls calls;
    private final List<String> made = new ArrayList<>();
    private Fault fault;
    private int first = -1;
    private int last = -1;
    private boolean afterEffect;
    private String refused = "none";
    private int writtenAtMost = Integer.MAX_VALUE;
    private boolean corrupt;

    public FaultyCalls(final FileCalls calls) {
        this.calls = calls;
    }

    /** The calls with these numbers, from 0, fail. */
    public FaultyCalls failing(
        final Fault with, final int from, final int to, final boolean afterItsEffect) {
        fault = with;
        first = from;
        last = to;
        afterEffect = afterItsEffect;
        made.clear();
        return this;
    }

    /** Every call of this name fails. */
    public FaultyCalls refusing(final String call) {
        failing(Fault.EACCES, -1, -1, false);
        refused = call;
        return this;
    }

    /** Each write takes no more than this. */
    FaultyCalls writingAtMost(final int bytes) {
        writtenAtMost = bytes;
        return this;
    }

    /** Writes store something else from now on, or no longer. */
    void corrupt(final boolean storeSomethingElse) {
        corrupt = storeSomethingElse;
    }

    /** The calls so far, by name. */
    public List<String> made() {
        return made;
    }

    private interface Call<T> {
        T make() throws IOException;
    }

    private <T> T call(final String name, final Path file, final Call<T> call)
        throws IOException {
        final int number = made.size();
        made.add(name);
        if ((number < first || number > last) && !name.equals(refused)) {
            return call.make();
        }
        if (afterEffect) {
            final T result = call.make();
            if (result instanceof FileHandle handle) {
                handle.close();
            }
        }
        throw fault.exception(name, file);
    }

    @Override
    public FileHandle create(final Path file, final int permissions) throws IOException {
        return call("create", file, () -> new Handle(file, calls.create(file, permissions)));
    }

    @Override
    public FileHandle open(final Path file, final boolean writable) throws IOException {
        return call("open", file, () -> new Handle(file, calls.open(file, writable)));
    }

    @Override
    public Optional<FileStatus> status(final Path file, final boolean follow) throws IOException {
        return call("status", file, () -> calls.status(file, follow));
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        call("rename", to, () -> {
            calls.rename(from, to);
            return null;
        });
    }

    @Override
    public void link(final Path existing, final Path name) throws IOException {
        call("link", name, () -> {
            calls.link(existing, name);
            return null;
        });
    }

    @Override
    public void unlink(final Path file) throws IOException {
        call("unlink", file, () -> {
            calls.unlink(file);
            return null;
        });
    }

    @Override
    public void makeDirectory(final Path directory, final int permissions) throws IOException {
        call("mkdir", directory, () -> {
            calls.makeDirectory(directory, permissions);
            return null;
        });
    }

    @Override
    public void changePermissions(final Path directory, final int permissions) throws IOException {
        call("chmod of directory", directory, () -> {
            calls.changePermissions(directory, permissions);
            return null;
        });
    }

    @Override
    public void syncDirectory(final Path directory) throws IOException {
        call("sync of directory", directory, () -> {
            calls.syncDirectory(directory);
            return null;
        });
    }

    private final class Handle extends HandleAround {
        Handle(final Path file, final FileHandle handle) {
            super(file, handle);
        }

        @Override
        public int write(final ByteBuffer source, final long position) throws IOException {
            final int start = source.position();
            try {
                return call("write", file, () -> {
                    final int limit = source.limit();
                    source.limit(start + Math.min(limit - start, writtenAtMost));
                    try {
                        return corrupt
                            ? writeOther(source, position) : handle.write(source, position);
                    } finally {
                        source.limit(limit);
                    }
                });
            } catch (final IOException failure) {
                source.position(start);
                throw failure;
            }
        }

        private int writeOther(final ByteBuffer source, final long position) throws IOException {
            final ByteBuffer other = ByteBuffer.allocate(source.remaining());
            other.put(source).flip();
            other.put(0, (byte) ~other.get(0));
            int written = 0;
            while (other.hasRemaining()) {
                written += handle.write(other, position + written);
            }
            return written;
        }

        @Override
        public int read(final ByteBuffer target, final long position) throws IOException {
            final int start = target.position();
            try {
                return call("read", file, () -> handle.read(target, position));
            } catch (final IOException failure) {
                target.position(start);
                throw failure;
            }
        }

        @Override
        public void allocate(final long bytes) throws IOException {
            call("allocate", file, () -> {
                handle.allocate(bytes);
                return null;
            });
        }

        @Override
        public void changeOwner(final int user, final int group) throws IOException {
            call("chown", file, () -> {
                handle.changeOwner(user, group);
                return null;
            });
        }

        @Override
        public void changePermissions(final int permissions) throws IOException {
            call("chmod", file, () -> {
                handle.changePermissions(permissions);
                return null;
            });
        }

        @Override
        public void sync() throws IOException {
            call("sync", file, () -> {
                handle.sync();
                return null;
            });
        }

        @Override
        public FileStatus status() throws IOException {
            return call("status of handle", file, handle::status);
        }
    }
}
