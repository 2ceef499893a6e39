package org.fencepost.ipc.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.file.FileFailedException.Content;
import org.fencepost.ipc.os.FileStatus;

/**
 * A file that is changed while others depend on it: one change at a time over all threads and
 * processes that use this class, validated before it is written, compared after it was, and undone
 * by {@link #rollback()}; {@link #replaceInPlace} is neither validated nor undone so. Reading needs no
 * permission and no lock.
 *
 * <p>A change never waits: it says who is in the way. What belongs to the guard is in a directory
 * beside the file, {@code .NAME.guard}: the lock, the earlier versions, and while bytes are
 * replaced in place a record of how to undo that. Its permissions are the maker's alone, so all who
 * change the file are one user or root. Who writes to the file without this class is not kept away.
 *
 * <p>Contents are held in memory, up to 1 GiB; {@link #replaceInPlace} works on files of any size.
 * Immutable; any thread may call.
 */
public final class GuardedFile {
    /** Stands for the digest of a file that does not exist. */
    public static final String ABSENT = "absent";
    /** Largest content that is held in memory: 1 GiB. */
    public static final int BYTES_MAX = 1 << 30;

    /** Longest file name in bytes, so that the guard's directory has a name too. */
    public static final int NAME_BYTES_MAX = 248;

    /** Longest bytes that can be replaced in place: 64 MiB. */
    public static final int IN_PLACE_BYTES_MAX = 64 << 20;

    private final Surroundings surroundings;
    private final Path path;
    private final GuardOptions options;

    private GuardedFile(
        final Surroundings surroundings, final Path path, final GuardOptions options) {
        this.surroundings = surroundings;
        this.path = Objects.requireNonNull(path, "path");
        this.options = Objects.requireNonNull(options, "options");
    }

    /** The file at a path, which need not exist. */
    public static GuardedFile of(final Path path) {
        return of(path, GuardOptions.defaults());
    }

    /** The file at a path, which need not exist. */
    public static GuardedFile of(final Path path, final GuardOptions options) {
        return new GuardedFile(Surroundings.ofProcess(), path, options);
    }

    static GuardedFile of(
        final Surroundings surroundings, final Path path, final GuardOptions options) {
        return new GuardedFile(surroundings, path, options);
    }

    /**
     * A content and its digest, to compute a change from.
     *
     * @param bytes  the content
     * @param sha256 of it, for {@link #replaceIf}
     */
    public record Snapshot(byte[] bytes, String sha256) {
    }

    /**
     * An earlier content.
     *
     * @param number    counts up with each change
     * @param sizeBytes of the content
     * @param writtenAt when it was written
     * @param file      where it is; not to be changed
     */
    public record Version(long number, long sizeBytes, Instant writtenAt, Path file) {
    }

    /** Something to do while this caller has the lock. */
    interface Change {
        Replacement make(GuardedChange change) throws IOException;
    }

    /**
     * What the file holds; empty if it does not exist.
     *
     * @throws FileFailedException if it cannot be read
     */
    public Optional<Snapshot> read() {
        try {
            final Path file = file();
            return Contents.read(surroundings.calls(), file)
                .map(bytes -> new Snapshot(bytes, Sha256.of(bytes)));
        } catch (final IOException refusal) {
            throw new FileFailedException(path, "reading", refusal);
        }
    }

    /**
     * Replaces the content, whatever it is.
     *
     * @throws FileFailedException says which content is there if a step failed
     */
    public Replacement replace(final byte[] content) {
        final Optional<Replacement> invalid = validate(content);
        return invalid.isPresent() ? invalid.get() : change(change -> change.replace(content));
    }

    /**
     * Replaces the content if it is the one that the new one was computed from.
     *
     * @param sha256  of that, or {@link #ABSENT} if there was no file
     * @throws FileFailedException      says which content is there if a step failed
     * @throws IllegalArgumentException if that is no digest
     */
    public Replacement replaceIf(final String sha256, final byte[] content) {
        if (!sha256.equals(ABSENT) && !sha256.matches("[0-9a-f]{" + Sha256.DIGITS + "}")) {
            throw new IllegalArgumentException("sha256: expected " + Sha256.DIGITS
                + " lower-case hexadecimal digits or " + ABSENT + ", found " + sha256);
        }
        final Optional<Replacement> invalid = validate(content);
        return invalid.isPresent() ? invalid.get()
            : change(change -> change.isAt(sha256)
                ? change.replace(content) : new Replacement.Changed(sha256, change.sha256()));
    }

    /**
     * Replaces the content by what an operator makes of it, while nobody else can change it. An
     * exception of the operator goes to the caller, and the old content stays.
     *
     * @param operator gets the content, empty if there is no file
     * @throws FileFailedException says which content is there if a step failed
     */
    public Replacement patch(final UnaryOperator<byte[]> operator) {
        return change(change -> {
            final byte[] content =
                Objects.requireNonNull(operator.apply(change.content().clone()), "new content");
            final Optional<Replacement> invalid = validate(content);
            return invalid.isPresent() ? invalid.get() : change.replace(content);
        });
    }

    /**
     * Returns to the newest earlier version, atomically. The present content becomes a version, so
     * that a second rollback undoes the first. Where the file is gone, it gets the version's permissions, from which
     * the umask is taken.
     *
     * @throws FileFailedException says which content is there if a step failed
     */
    public Replacement rollback() {
        return rollback(Optional.empty());
    }

    /** The same, to a version of {@link #versions()}. */
    public Replacement rollback(final Version version) {
        return rollback(Optional.of(version.number()));
    }

    private Replacement rollback(final Optional<Long> number) {
        return locked(change -> {
            change.begin();
            return change.rollback(number);
        }, Optional.of(new Replacement.NoVersion()));
    }

    /**
     * Replaces every occurrence of some bytes by as many others, inside the file, whatever its
     * size. Occurrences do not overlap; the first one counts. Others who read meanwhile may see
     * some replaced and some not. If the process or the machine dies in the middle, the next change of
     * any kind, or {@link #recover}, returns to the old bytes, or completes the new ones.
     *
     * <p>The validator is not asked, and no version is kept: a rollback returns to what was before the last change
     * of another kind.
     *
     * @throws FileFailedException      says which content is there if a step failed
     * @throws IllegalArgumentException if the lengths differ, are 0 or above the limit
     */
    public Replacement replaceInPlace(final byte[] bytes, final byte[] others) {
        if (bytes.length == 0 || bytes.length > IN_PLACE_BYTES_MAX
            || bytes.length != others.length) {
            throw new IllegalArgumentException("in place: expected as many bytes as there are, 1 "
                + "to " + IN_PLACE_BYTES_MAX + ", found " + others.length + " for " + bytes.length);
        }
        return change(change -> change.replaceInPlace(bytes.clone(), others.clone()));
    }

    /**
     * Ends a replacement in place that was not finished, if there is one. Every change does so
     * too, backward unless all bytes are new.
     *
     * @param forward whether to complete it rather than to undo it, if not all bytes are new
     * @return whether another is at it just now, or how many places there were
     * @throws FileFailedException if the file does not fit the record, or a step failed
     */
    public Replacement recover(final boolean forward) {
        return locked(change -> new Replacement.ReplacedInPlace(change.recover(forward)),
            Optional.of(new Replacement.ReplacedInPlace(0)));
    }

    /**
     * Whether a replacement in place is not finished: another is at it just now, or died, and then the next change
     * or {@link #recover} ends it.
     *
     * @throws FileFailedException if nobody can look
     */
    public boolean isUnfinished() {
        try {
            final Path record = guardDirectory(file()).resolve(InPlaceChange.RECORD);
            return surroundings.calls().status(record, false).isPresent();
        } catch (final IOException refusal) {
            throw new FileFailedException(path, "looking for a replacement in place", refusal);
        }
    }

    /**
     * The earlier contents that are kept, newest first.
     *
     * @throws FileFailedException if they cannot be listed
     */
    public List<Version> versions() {
        try {
            final Path file = file();
            final Versions versions = new Versions(surroundings, guardDirectory(file));
            final List<Version> found = new ArrayList<>();
            for (final long number : versions.finished(file)) {
                addIfThere(number, versions.path(number), found);
            }
            return found;
        } catch (final IOException refusal) {
            throw new FileFailedException(path, "listing its versions", refusal);
        }
    }

    /** A change that is made meanwhile may forget it. */
    private static void addIfThere(
        final long number, final Path file, final List<Version> versions) throws IOException {
        try {
            final BasicFileAttributes there =
                Files.readAttributes(file, BasicFileAttributes.class);
            versions.add(new Version(
                number, there.size(), there.lastModifiedTime().toInstant(), file));
        } catch (final NoSuchFileException forgotten) {
            return;
        }
    }

    private Optional<Replacement> validate(final byte[] content) {
        try {
            options.validator().validate(content);
            return Optional.empty();
        } catch (final Exception problem) {
            if (problem instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return Optional.of(new Replacement.Invalid(
                problem.getMessage() == null ? problem.toString() : problem.getMessage()));
        }
    }

    private Replacement change(final Change change) {
        return locked(guarded -> {
            guarded.begin();
            return change.make(guarded);
        }, Optional.empty());
    }

    /**
     * Makes a change with the lock.
     *
     * @param unguarded what comes of one that needs what an earlier one left, where there was none: no lock is made
     */
    private Replacement locked(final Change change, final Optional<Replacement> unguarded) {
        try {
            final Path file = file();
            final Path guarding = guardDirectory(file);
            requireChangeable(file);
            if (unguarded.isPresent() && surroundings.calls().status(guarding, true).isEmpty()) {
                return unguarded.get();
            }
            Target.prepareDirectory(surroundings.calls(), Target.directoryOf(file), options.file().parents());
            try (Guard guard = Guard.tryAcquire(surroundings, guarding)) {
                return guard.isHeld()
                    ? change.make(new GuardedChange(surroundings, file, guarding, options)) : guard.holder();
            }
        } catch (final IOException refusal) {
            throw new FileFailedException(path, Content.OLD, "preparing the change", refusal);
        }
    }

    /** Refuses what no change could be made of, before there is a guard. */
    private void requireChangeable(final Path file) throws IOException {
        Target.requireLasting(file);
        final Optional<FileStatus> there = surroundings.calls().status(file, false);
        if (there.isPresent()) {
            there.get().checkRegular(file);
        }
    }

    private Path file() throws IOException {
        return Target.resolve(surroundings.calls(), path, options.file().followsLinks());
    }

    private static Path guardDirectory(final Path file) throws IOException {
        final Path directory = Target.directoryOf(file);
        final String name = file.getFileName().toString();
        final int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > NAME_BYTES_MAX) {
            throw new FileSystemException(file.toString(), null,
                "expected a name of at most " + NAME_BYTES_MAX + " bytes, found " + bytes);
        }
        if (!isText(file.getFileName())) {
            // Bytes that are no text all look the same: several files would share a guard and its versions.
            throw new FileSystemException(file.toString(), null,
                "expected a name of text, found bytes that are none; give it another name");
        }
        return directory.resolve("." + name + ".guard");
    }

    private static boolean isText(final Path name) {
        try {
            return Path.of(name.toString()).equals(name);
        } catch (final InvalidPathException undecoded) {
            return false;
        }
    }
}
