package org.fencepost.ipc.durable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.FileStatus;
import org.fencepost.ipc.os.LockFile;
import org.fencepost.ipc.os.Reason;

/**
 * A locked file beside the one that it is to become. Its descriptors stay open until it has its
 * place or is gone, because portable locks do not survive the closing of any of them.
 */
public final class Temporary implements AutoCloseable {
    /** Permissions for its user alone. */
    public static final int PRIVATE = 0600;

    private static final int ATTEMPTS_MAX = 100;

    private final Surroundings surroundings;
    private final Path path;
    private final FileHandle handle;
    private final LockFile lock;
    private FileStatus status;
    private long lengthBytes;
    private boolean placed;
    private boolean closed;

    private Temporary(
        final Surroundings surroundings, final Path path, final FileHandle handle,
        final LockFile lock) throws IOException {
        this.surroundings = surroundings;
        this.path = path;
        this.handle = handle;
        this.lock = lock;
        this.status = handle.status();
    }

    /**
     * Makes one in a directory.
     *
     * @param permissions nine bits, from which the process's umask is taken
     */
    public static Temporary create(
        final Surroundings surroundings, final Path directory, final int permissions)
        throws IOException {
        IOException last = null;
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            final Path path = Leftovers.newName(directory);
            final FileHandle handle;
            try {
                handle = surroundings.calls().create(path, permissions);
            } catch (final FileAlreadyExistsException taken) {
                last = taken;
                continue;
            } catch (final NoSuchFileException missing) {
                if (surroundings.calls().status(directory, true).isEmpty()) {
                    throw missing;
                }
                // The portable calls look at it by its name, which somebody has removed already.
                last = missing;
                continue;
            }
            final Temporary temporary = lockOrRemove(surroundings, path, handle);
            if (temporary != null) {
                return temporary;
            }
            // Somebody took it for a left-over before it was locked.
        }
        final FileSystemException refusal = new FileSystemException(directory.toString(), null,
            "new temporary files could not be made, or were taken for left-overs, " + ATTEMPTS_MAX
                + " times" + (last == null ? "" : ", the last time with " + Reason.of(last)));
        refusal.initCause(last);
        throw refusal;
    }

    /** Null if another was about to remove it. */
    private static Temporary lockOrRemove(
        final Surroundings surroundings, final Path path, final FileHandle handle)
        throws IOException {
        LockFile lock = null;
        boolean locked = false;
        try {
            lock = surroundings.platform().openLockFile(path);
            if (lock.tryLock(Leftovers.LOCK_BYTE) && lock.isSameFile(path)) {
                final Temporary temporary = new Temporary(surroundings, path, handle, lock);
                locked = true;
                return temporary;
            }
            return null;
        } catch (final NoSuchFileException removed) {
            return null;
        } finally {
            if (!locked) {
                if (lock != null) {
                    lock.close();
                }
                handle.close();
                unlinkIfThere(surroundings, path);
            }
        }
    }

    private static void unlinkIfThere(final Surroundings surroundings, final Path path)
        throws IOException {
        try {
            surroundings.calls().unlink(path);
        } catch (final NoSuchFileException removed) {
            return;
        }
    }

    /** Which file it is, and whose, as far as that was looked at. */
    public FileStatus status() {
        return status;
    }

    /** Finds out what its permissions and its owner are now; writing may have taken some away. */
    public FileStatus look() throws IOException {
        status = handle.status();
        return status;
    }

    /** Writes all of it behind what was written before. */
    public void write(final ByteBuffer source) throws IOException {
        final int length = source.remaining();
        write(handle, source, lengthBytes);
        lengthBytes += length;
    }

    /** Writes all of it into an open file. */
    public static void write(
        final FileHandle file, final ByteBuffer source, final long position) throws IOException {
        long written = 0;
        while (source.hasRemaining()) {
            written += file.write(source, position + written);
        }
    }

    /** The file itself, to write at any place. */
    public FileHandle handle() {
        return handle;
    }

    /** Gives it to a user and a group. */
    public void changeOwner(final int user, final int group) throws IOException {
        handle.changeOwner(user, group);
    }

    /** Gives it permissions, and finds out what they and the owner are now. */
    public void changePermissions(final int permissions) throws IOException {
        handle.changePermissions(permissions);
        look();
    }

    /** Makes content, owner and permissions durable. */
    public void sync() throws IOException {
        handle.sync();
    }

    /** Gives it one more name, which nothing has; its temporary one goes when it is closed. */
    public void link(final Path name) throws IOException {
        surroundings.calls().link(path, name);
    }

    /** Gives it the target's name. */
    public void place(final Path target) throws IOException {
        surroundings.calls().rename(path, target);
        placed = true;
    }

    /** Whether it is the file at the target, after {@link #place} failed. */
    public boolean isAt(final Path target) throws IOException {
        final Optional<FileStatus> there = surroundings.calls().status(target, false);
        placed = there.isPresent() && there.get().isSameFile(status);
        return placed;
    }

    /** Closes it, and removes it unless it has its place. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (!placed) {
                unlinkIfThere(surroundings, path);
            }
        } finally {
            try {
                handle.close();
            } finally {
                lock.close();
            }
        }
    }

    /** Closes it because of a failure, which keeps what goes wrong now. */
    public void closeAfter(final Throwable failure) {
        try {
            close();
        } catch (final IOException | RuntimeException second) {
            failure.addSuppressed(second);
        }
    }
}
