package org.fencepost.ipc.file;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileStatus;
import org.fencepost.ipc.os.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The earlier contents of a guarded file. A version is one more name of the file that was replaced,
 * so keeping it copies nothing; where the file system gives no second name, it is a copy.
 */
final class Versions {
    private static final String PREFIX = "version-";
    private static final int DIGITS = 19;
    /** Its successor is none. */
    private static final String LAST = String.valueOf(Long.MAX_VALUE);

    private final Surroundings surroundings;
    private final Path directory;

    Versions(final Surroundings surroundings, final Path directory) {
        this.surroundings = surroundings;
        this.directory = directory;
    }

    /** Not a constant: the first logger of a process takes it 40 ms, and says so where it finds no provider. */
    private static Logger logger() {
        return LoggerFactory.getLogger(Versions.class);
    }

    private FileCalls calls() {
        return surroundings.calls();
    }

    /** The numbers that there are, newest first. */
    List<Long> numbers() throws IOException {
        final List<Long> numbers = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, PREFIX + "*")) {
            for (final Path entry : entries) {
                final String digits = entry.getFileName().toString().substring(PREFIX.length());
                if (digits.length() == DIGITS && digits.compareTo(LAST) < 0
                    && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    numbers.add(Long.parseLong(digits));
                }
            }
        } catch (final DirectoryIteratorException e) {
            throw e.getCause();
        } catch (final NoSuchFileException none) {
            return numbers;
        }
        numbers.sort(Comparator.reverseOrder());
        return numbers;
    }

    Path path(final long number) {
        return directory.resolve(PREFIX + String.format(Locale.ROOT, "%0" + DIGITS + "d", number));
    }

    /** The same without the newest version if it is the file itself. */
    List<Long> finished(final Path file) throws IOException {
        final List<Long> numbers = numbers();
        return isUnfinished(numbers, file) ? numbers.subList(1, numbers.size()) : numbers;
    }

    /** Forgets the newest version if it is the file itself. */
    void dropUnfinished(final Path file) throws IOException {
        final List<Long> numbers = numbers();
        if (isUnfinished(numbers, file)) {
            calls().unlink(path(numbers.getFirst()));
        }
    }

    /** The newest one was made by a change that was not finished, and would change with the file. */
    private boolean isUnfinished(final List<Long> numbers, final Path file) throws IOException {
        if (numbers.isEmpty()) {
            return false;
        }
        final Optional<FileStatus> current = calls().status(file, false);
        final Optional<FileStatus> version = calls().status(path(numbers.getFirst()), false);
        return version.isPresent() && current.isPresent()
            && version.get().isSameFile(current.get());
    }

    /** Keeps what is at the file now as the newest version, durably; its number. */
    long keep(final Path file, final byte[] content) throws IOException {
        final List<Long> numbers = numbers();
        final long number = numbers.isEmpty() ? 1 : numbers.getFirst() + 1;
        try {
            calls().link(file, path(number));
        } catch (final FileSystemException refusal) {
            logger().debug("copying {} because it cannot be linked: {}", file, refusal.toString());
            dropUnfinished(file);
            copy(path(number), content);
            return number;
        }
        // Not tried again in another way: what it has not made durable may look as if it were.
        calls().syncDirectory(directory);
        return number;
    }

    private void copy(final Path version, final byte[] content) throws IOException {
        try {
            AtomicFile.of(surroundings, version,
                FileOptions.defaults().newFilePermissions(0600)).writeBytes(content);
        } catch (final FileFailedException ofTheCopy) {
            // What it says is about the copy, not about the file.
            throw ofTheCopy.getCause();
        }
    }

    /** Forgets all but the newest ones. What cannot be removed now is next time. */
    void forgetAllBut(final int count) {
        try {
            final List<Long> numbers = numbers();
            for (final long number : numbers.subList(Math.min(count, numbers.size()),
                numbers.size())) {
                calls().unlink(path(number));
            }
        } catch (final IOException refusal) {
            logger().warn("cannot forget old versions in {}: {}", directory, Reason.of(refusal));
        }
    }
}
