package org.fencepost.ipc.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Optional;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.durable.Temporary;
import org.fencepost.ipc.os.FileStatus;

/** The file that takes another one's place, with its owner and its permissions. */
final class Successor implements AutoCloseable {
    private final Surroundings surroundings;
    private final Path target;
    private final FileOptions options;
    private final Temporary temporary;

    private Successor(
        final Surroundings surroundings, final Path target, final FileOptions options,
        final Temporary temporary) {
        this.surroundings = surroundings;
        this.target = target;
        this.options = options;
        this.temporary = temporary;
    }

    /** Makes one that has owner and permissions before any byte of the content is in it. */
    static Successor create(
        final Surroundings surroundings, final Path target, final FileOptions options)
        throws IOException {
        final Optional<FileStatus> replaced = surroundings.calls().status(target, false);
        if (replaced.isPresent()) {
            replaced.get().checkRegular(target);
        }
        final Temporary temporary = Temporary.create(surroundings, Target.directoryOf(target),
            replaced.isPresent() ? Temporary.PRIVATE : Temporary.PRIVATE | options.permissions());
        try {
            final Successor successor =
                new Successor(surroundings, target, options, temporary);
            successor.inherit(replaced);
            return successor;
        } catch (final IOException | RuntimeException | Error refusal) {
            temporary.closeAfter(refusal);
            throw refusal;
        }
    }

    /** Takes over what the file at the target has now. */
    private void inherit(final Optional<FileStatus> replaced) throws IOException {
        final FileStatus own = status();
        if (replaced.isEmpty()) {
            // It had to be open for its lock, which its permissions may not allow.
            if ((own.permissions() & ~options.permissions()) != 0) {
                temporary.changePermissions(own.permissions() & options.permissions());
            }
            return;
        }
        final FileStatus wanted = replaced.get();
        int permissions = wanted.permissions();
        if (wanted.user() != own.user() || wanted.group() != own.group()) {
            try {
                temporary.changeOwner(wanted.user(), wanted.group());
            } catch (final IOException refusal) {
                if (options.keepsOwner()) {
                    throw refusal;
                }
                // Set-user-id of the old owner must not become that of the new one.
                permissions &= 0777;
            }
        }
        temporary.changePermissions(permissions);
        if (status().permissions() != permissions) {
            throw new FileSystemException(target.toString(), null, "its permissions cannot be "
                + "kept: expected 0" + Integer.toOctalString(permissions)
                + ", found that those of its successor became 0"
                + Integer.toOctalString(status().permissions())
                + "; let a member of its group or root replace it");
        }
    }

    /** Which file it is. */
    FileStatus status() {
        return temporary.status();
    }

    /** Writes all of it behind what was written before. */
    void write(final ByteBuffer source) throws IOException {
        temporary.write(source);
    }

    /** Makes content, owner and permissions durable, those that the target has by now. */
    void sync() throws IOException {
        final Optional<FileStatus> replaced = surroundings.calls().status(target, false);
        if (replaced.isPresent()) {
            replaced.get().checkRegular(target);
            // Whoever writes into a file takes set-user-id and set-group-id away, unless it is root.
            if (!hasAttributes(temporary.look(), replaced.get())) {
                inherit(replaced);
            }
        }
        temporary.sync();
    }

    private boolean hasAttributes(final FileStatus own, final FileStatus wanted) {
        final boolean owned = own.user() == wanted.user() && own.group() == wanted.group();
        return own.permissions() == wanted.permissions() && (owned || !options.keepsOwner());
    }

    /** Gives it the target's name. */
    void place() throws IOException {
        temporary.place(target);
    }

    /** Whether it is the file at the target, after {@link #place} failed. */
    boolean isInPlace() throws IOException {
        return temporary.isAt(target);
    }

    /** Closes it, and removes it unless it has its place. */
    @Override
    public void close() throws IOException {
        temporary.close();
    }

    /** Closes it because of a failure, which keeps what goes wrong now. */
    void closeAfter(final Throwable failure) {
        temporary.closeAfter(failure);
    }
}
