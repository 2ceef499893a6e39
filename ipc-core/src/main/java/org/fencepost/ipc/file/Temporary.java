package org.fencepost.ipc.file;

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

/**
 * A locked file beside the one that it is to become. Its descriptors stay open until it has its
 * place or is gone, because portable locks do not survive the closing of any of them.
 */
final class Temporary implements AutoCloseable {
    private static final int ATTEMPTS_MAX = 100;
    private static final int PRIVATE = 0600;

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
     * Makes one that will have the owner and the permissions of what it replaces, before any byte
     * of the content is in it.
     */
    static Temporary create(
        final Surroundings surroundings, final Path target, final FileOptions options)
        throws IOException {
        final Optional<FileStatus> replaced = surroundings.calls().status(target, false);
        if (replaced.isPresent()) {
            replaced.get().checkRegular(target);
        }
        final Temporary temporary = createLocked(surroundings, Target.directoryOf(target),
            replaced.isPresent() ? PRIVATE : PRIVATE | options.permissions());
        try {
            temporary.inherit(replaced, options);
            return temporary;
        } catch (final IOException | RuntimeException | Error refusal) {
            temporary.closeAfter(refusal);
            throw refusal;
        }
    }

    private static Temporary createLocked(
        final Surroundings surroundings, final Path directory, final int permissions)
        throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            final Path path = Leftovers.newName(directory);
            final FileHandle handle;
            try {
                handle = surroundings.calls().create(path, permissions);
            } catch (final FileAlreadyExistsException taken) {
                continue;
            } catch (final NoSuchFileException missing) {
                if (surroundings.calls().status(directory, true).isEmpty()) {
                    throw missing;
                }
                // The portable calls look at it by its name, which somebody has removed already.
                continue;
            }
            final Temporary temporary = lockOrRemove(surroundings, path, handle);
            if (temporary != null) {
                return temporary;
            }
            // Somebody took it for a left-over before it was locked.
        }
        throw new FileSystemException(directory.toString(), null,
            "new temporary files were taken for left-overs " + ATTEMPTS_MAX + " times");
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

    /** Takes over what the file at the target has now. */
    private void inherit(final Optional<FileStatus> replaced, final FileOptions options)
        throws IOException {
        if (replaced.isEmpty()) {
            // It had to be open for its lock, which its permissions may not allow.
            if ((status.permissions() & ~options.permissions()) != 0) {
                handle.changePermissions(status.permissions() & options.permissions());
                status = handle.status();
            }
            return;
        }
        final FileStatus wanted = replaced.get();
        int permissions = wanted.permissions();
        if (wanted.user() != status.user() || wanted.group() != status.group()) {
            try {
                handle.changeOwner(wanted.user(), wanted.group());
            } catch (final IOException refusal) {
                if (options.keepsOwner()) {
                    throw refusal;
                }
                // Set-user-id of the old owner must not become that of the new one.
                permissions &= 0777;
            }
        }
        handle.changePermissions(permissions);
        status = handle.status();
    }

    /** Which file it is. */
    FileStatus status() {
        return status;
    }

    /** Writes all of it behind what was written before. */
    void write(final ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            lengthBytes += handle.write(source, lengthBytes);
        }
    }

    /** Makes content, owner and permissions durable, those that the target has by now. */
    void sync(final Path target, final FileOptions options) throws IOException {
        final Optional<FileStatus> replaced = surroundings.calls().status(target, false);
        if (replaced.isPresent()) {
            replaced.get().checkRegular(target);
            if (!hasAttributesOf(replaced.get(), options)) {
                inherit(replaced, options);
            }
        }
        handle.sync();
    }

    private boolean hasAttributesOf(final FileStatus wanted, final FileOptions options) {
        final boolean owned = status.user() == wanted.user() && status.group() == wanted.group();
        return status.permissions() == wanted.permissions() && (owned || !options.keepsOwner());
    }

    /** Gives it the target's name. */
    void place(final Path target) throws IOException {
        surroundings.calls().rename(path, target);
        placed = true;
    }

    /** Whether it is the file at the target, after {@link #place} failed. */
    boolean isAt(final Path target) throws IOException {
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
    void closeAfter(final Throwable failure) {
        try {
            close();
        } catch (final IOException | RuntimeException second) {
            failure.addSuppressed(second);
        }
    }
}
