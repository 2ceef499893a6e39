package org.fencepost.ipc.tests.files;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.fencepost.ipc.file.FileRecords;
import org.fencepost.ipc.file.FileSearch;
import org.fencepost.ipc.file.GuardedFile;

/**
 * The main class of a process that reads a file of any size and prints what it found and how long
 * that took. Arguments: file, what to search for, and as many bytes to replace that by.
 */
final class LargeFileReader {
    private static final double NANOS_A_SECOND = 1e9;

    private LargeFileReader() {
    }

    public static void main(final String[] arguments) {
        final Path file = Path.of(arguments[0]);
        final byte[] wanted = arguments[1].getBytes(StandardCharsets.UTF_8);
        long start = System.nanoTime();
        System.out.println("matches " + FileSearch.of(file).count(wanted));
        print("search", start);
        start = System.nanoTime();
        final long[] longest = {0};
        System.out.println("lines " + FileRecords.lines(file).forEach((record, offset) -> {
            longest[0] = Math.max(longest[0], record.byteSize());
            return true;
        }));
        System.out.println("longest " + longest[0]);
        print("lines", start);
        start = System.nanoTime();
        System.out.println("replaced " + GuardedFile.of(file)
            .replaceInPlace(wanted, arguments[2].getBytes(StandardCharsets.UTF_8)));
        print("replacement", start);
    }

    private static void print(final String what, final long startNanos) {
        System.out.printf("%s took %.1f s%n", what,
            (System.nanoTime() - startNanos) / NANOS_A_SECOND);
    }
}
