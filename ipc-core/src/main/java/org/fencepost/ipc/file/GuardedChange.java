package org.fencepost.ipc.file;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.fencepost.ipc.durable.Leftovers;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.file.FileFailedException.Content;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileStatus;

/**
 * One change of a guarded file, by the thread that has its lock. In this order: end what a dead one
 * left, keep the present content as a version, replace it, read it back, forget old versions.
 */
final class GuardedChange {
    private static final int ATTEMPTS_MAX = 100;

    private final Surroundings surroundings;
    private final Path file;
    private final Path directory;
    private final GuardOptions options;
    private final Versions versions;
    private Optional<byte[]> present = Optional.empty();
    private boolean presentRead;

    GuardedChange(
        final Surroundings surroundings, final Path file, final Path directory,
        final GuardOptions options) {
        this.surroundings = surroundings;
        this.file = file;
        this.directory = directory;
        this.options = options;
        this.versions = new Versions(surroundings, directory);
    }

    private FileCalls calls() {
        return surroundings.calls();
    }

    /** Ends what a dead one left. */
    void begin() throws IOException {
        Leftovers.beforeWrite(surroundings, directory);
        recover(false);
        versions.dropUnfinished(file);
    }

    long recover(final boolean forward) throws IOException {
        return inPlace().recover(forward
            ? InPlaceChange.Direction.FORWARD : InPlaceChange.Direction.BACK_UNLESS_COMPLETE);
    }

    private InPlaceChange inPlace() {
        return new InPlaceChange(surroundings, file, directory);
    }

    private Optional<byte[]> present() throws IOException {
        if (!presentRead) {
            present = Contents.read(calls(), file);
            presentRead = true;
        }
        return present;
    }

    /** The content that is to be changed; empty if there is no file. */
    byte[] content() throws IOException {
        return present().orElse(new byte[0]);
    }

    String sha256() throws IOException {
        return present().map(Sha256::of).orElse(GuardedFile.ABSENT);
    }

    boolean isAt(final String expected) throws IOException {
        return sha256().equals(expected);
    }

    Replacement replaceInPlace(final byte[] bytes, final byte[] others) throws IOException {
        return new Replacement.ReplacedInPlace(inPlace().replace(bytes, others));
    }

    /** Makes a version the present content, the newest unless one is named. */
    Replacement rollback(final Optional<Long> number) throws IOException {
        final List<Long> numbers = versions.numbers();
        if (numbers.isEmpty() || number.isPresent() && !numbers.contains(number.get())) {
            return new Replacement.NoVersion();
        }
        final Path version = versions.path(number.orElse(numbers.getFirst()));
        final Optional<byte[]> content = Contents.read(calls(), version);
        if (content.isEmpty()) {
            return new Replacement.NoVersion();
        }
        // Where the file is gone, nobody may read the version who could not read it before.
        final int permissions = calls().requireStatus(version, false).permissions() & 0777;
        return write(content.get(), options.file().newFilePermissions(permissions));
    }

    Replacement replace(final byte[] content) throws IOException {
        return write(content, options.file());
    }

    private Replacement write(final byte[] content, final FileOptions how) throws IOException {
        Contents.requireSize(file, content.length);
        final Optional<Path> kept = present().isEmpty() ? Optional.empty()
            : Optional.of(versions.path(versions.keep(file, present().get())));
        final FileStatus written;
        try (AtomicWriter writer =
            AtomicWriter.open(surroundings, file, how.followLinks(false))) {
            writer.write(content);
            writer.commit();
            written = writer.status();
        } catch (final FileFailedException failure) {
            if (failure.content() == Content.OLD && kept.isPresent()) {
                // It is what the file holds. Where it is a copy, nobody would know later.
                unlinkQuietly(kept.get(), failure);
            }
            throw failure;
        }
        compare(content, written, kept);
        versions.forgetAllBut(options.history());
        return new Replacement.Replaced(Sha256.of(content));
    }

    /** Reads back what was written, and returns to what was there before if it is not that. */
    private void compare(
        final byte[] content, final FileStatus written, final Optional<Path> kept) {
        final String expected = Sha256.of(content);
        final Optional<byte[]> found;
        try {
            found = Contents.read(calls(), file);
        } catch (final IOException refusal) {
            throw failed(Content.NEW, "reading back", refusal);
        }
        if (found.isPresent() && Arrays.equals(found.get(), content)) {
            return;
        }
        final FileSystemException mismatch = new FileSystemException(file.toString(), null,
            "expected SHA-256 " + expected + ", found "
                + found.map(Sha256::of).orElse(GuardedFile.ABSENT));
        try {
            final Optional<FileStatus> now = calls().status(file, false);
            if (now.isEmpty() || !now.get().isSameFile(written)) {
                throw failed(Content.DAMAGED,
                    "keeping those away who do not use the guard: comparing", mismatch);
            }
            restore(kept);
        } catch (final IOException second) {
            mismatch.addSuppressed(second);
            throw failed(Content.DAMAGED, "comparing what was read back", mismatch);
        }
        throw failed(Content.OLD, "comparing what was read back", mismatch);
    }

    private void restore(final Optional<Path> kept) throws IOException {
        if (kept.isEmpty()) {
            calls().unlink(file);
        } else {
            int attempts = 1;
            // Again if the second name was taken for a left-over: nobody has its lock.
            while (!restoreOnce(kept.get()) && attempts < ATTEMPTS_MAX) {
                attempts++;
            }
        }
        calls().syncDirectory(Target.directoryOf(file));
        // Its version is the file itself again, and is forgotten by whoever changes it next.
    }

    private boolean restoreOnce(final Path version) throws IOException {
        final Path again = Leftovers.newName(Target.directoryOf(file));
        calls().link(version, again);
        try {
            calls().rename(again, file);
            return true;
        } catch (final NoSuchFileException removed) {
            return false;
        } catch (final IOException refusal) {
            unlinkQuietly(again, refusal);
            throw refusal;
        }
    }

    private void unlinkQuietly(final Path path, final Exception because) {
        try {
            calls().unlink(path);
        } catch (final IOException second) {
            because.addSuppressed(second);
        }
    }

    private FileFailedException failed(
        final Content content, final String step, final IOException cause) {
        return new FileFailedException(file, content, step, cause);
    }
}
