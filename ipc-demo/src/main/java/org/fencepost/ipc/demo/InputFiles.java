package org.fencepost.ipc.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.fencepost.ipc.os.Reason;

/**
 * The text files that a run reads, in the order of their paths. Links are not followed, so that no
 * file comes twice.
 *
 * @param files           regular files without a NUL byte in their first {@link #PROBE_BYTES}.
 * @param binaryCount     files left out because they have one.
 * @param unreadableCount files and directories left out because they could not be read.
 */
record InputFiles(List<Path> files, int binaryCount, int unreadableCount) {
    /** Bytes that are looked at to tell text from binary. */
    static final int PROBE_BYTES = 8192;

    private static final Set<String> SKIPPED_DIRECTORIES = Set.of(".git", "target");

    /** The file itself, or the text files below a directory except in .git and target. */
    static InputFiles find(final Path input) {
        final Finder finder = new Finder(input);
        try {
            Files.walkFileTree(input, finder);
        } catch (final IOException e) {
            throw new CommandFailedException("cannot read the input " + input + ": " + Reason.of(e, input), e);
        }
        finder.files.sort(null);
        return new InputFiles(
            List.copyOf(finder.files), finder.binaryCount, finder.unreadableCount);
    }

    private static final class Finder extends SimpleFileVisitor<Path> {
        private final Path root;
        private final List<Path> files = new ArrayList<>();
        private int binaryCount;
        private int unreadableCount;

        private Finder(final Path root) {
            this.root = root;
        }

        @Override
        public FileVisitResult preVisitDirectory(
            final Path directory, final BasicFileAttributes attributes) {
            // The root is what the user asked for, whatever its name.
            final boolean skipped = !directory.equals(root)
                && SKIPPED_DIRECTORIES.contains(directory.getFileName().toString());
            return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(final Path file, final BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
                try {
                    if (hasNul(file)) {
                        binaryCount++;
                    } else {
                        files.add(file.toAbsolutePath());
                    }
                } catch (final IOException e) {
                    unreadableCount++;
                }
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(final Path file, final IOException cause) {
            unreadableCount++;
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(final Path directory, final IOException cause) {
            if (cause != null) {
                unreadableCount++;
            }
            return FileVisitResult.CONTINUE;
        }

        private static boolean hasNul(final Path file) throws IOException {
            try (InputStream in = Files.newInputStream(file)) {
                for (final byte value : in.readNBytes(PROBE_BYTES)) {
                    if (value == 0) {
                        return true;
                    }
                }
            }
            return false;
        }
    }
}
