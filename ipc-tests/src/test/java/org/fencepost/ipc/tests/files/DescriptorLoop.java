package org.fencepost.ipc.tests.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.fencepost.ipc.file.AtomicFile;
import org.fencepost.ipc.file.AtomicWriter;
import org.fencepost.ipc.file.FileFailedException;
import org.fencepost.ipc.file.FileOptions;
import org.fencepost.ipc.file.FileRecords;
import org.fencepost.ipc.file.FileSearch;
import org.fencepost.ipc.file.GuardOptions;
import org.fencepost.ipc.file.GuardedFile;

/**
 * The main class of a process that opens, fails and gives up again and again, and prints how many
 * descriptors it had at first and has at last. Arguments: directory, how often.
 */
final class DescriptorLoop {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final byte[] CONTENT = {'a', '\n', 'b', '\n'};
    private static final int WAYS = 11;

    private DescriptorLoop() {
    }

    public static void main(final String[] arguments) throws IOException {
        final Path directory = Path.of(arguments[0]);
        final Path file = directory.resolve("file");
        Files.write(file, CONTENT);
        Files.createDirectory(directory.resolve("folder"));
        final int times = Integer.parseInt(arguments[1]);
        for (int i = 0; i < WAYS; i++) {
            once(directory, file, i);
        }
        final long before = descriptors();
        for (int i = 0; i < times; i++) {
            once(directory, file, i % WAYS);
        }
        System.out.println("descriptors " + before + " " + descriptors());
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(DESCRIPTORS)) {
            return open.count();
        }
    }

    private static void once(final Path directory, final Path file, final int way) {
        switch (way) {
            case 0 -> AtomicFile.of(file).writeBytes(CONTENT);
            case 1, 2 -> {
                try (AtomicWriter writer = AtomicFile.of(file).writer()) {
                    writer.write(CONTENT);
                }
            }
            case 3 -> refused(IllegalStateException.class, () -> AtomicFile.of(file).write(out -> {
                throw new IllegalStateException("own");
            }));
            case 4 -> refused(FileFailedException.class,
                () -> AtomicFile.of(directory.resolve("folder")).writeBytes(CONTENT));
            case 5 -> refused(FileFailedException.class,
                () -> AtomicFile.of(directory.resolve("none/file"),
                    FileOptions.defaults().createParents(false)).writeBytes(CONTENT));
            case 6 -> GuardedFile.of(file, GuardOptions.defaults().history(1))
                .replaceIf(GuardedFile.ABSENT, CONTENT);
            case 7 -> FileSearch.of(file).indexOf(CONTENT, 0);
            case 8 -> {
                final GuardedFile guarded =
                    GuardedFile.of(file, GuardOptions.defaults().history(1));
                guarded.replace(CONTENT).orThrow();
                guarded.rollback().orThrow();
            }
            case 9 -> GuardedFile.of(file).replaceInPlace(CONTENT, CONTENT).orThrow();
            default -> refused(IllegalStateException.class,
                () -> FileRecords.lines(file).forEach((record, offset) -> {
                    throw new IllegalStateException("own");
                }));
        }
    }

    private static void refused(
        final Class<? extends RuntimeException> expected, final Runnable action) {
        try {
            action.run();
        } catch (final RuntimeException refusal) {
            if (expected.isInstance(refusal)) {
                return;
            }
            throw refusal;
        }
        throw new AssertionError("expected " + expected);
    }
}
