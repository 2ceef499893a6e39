package org.fencepost.ipc.tests.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.fencepost.ipc.file.FileRecords;
import org.fencepost.ipc.file.FileSearch;

/**
 * A program that measures how fast bytes and lines are found in a file, beside {@code grep -F}, a
 * {@link FileChannel} that is read and searched byte by byte, and {@link Files#lines}. Arguments:
 * file, what to search for. Each is run five times, the best counts; the first run fills the cache.
 */
final class SearchSpeed {
    private static final int ROUNDS = 5;
    private static final int BUFFER_BYTES = 1 << 20;

    private SearchSpeed() {
    }

    private interface Way {
        long count() throws Exception;
    }

    public static void main(final String[] arguments) throws Exception {
        final Path file = Path.of(arguments[0]);
        final byte[] wanted = arguments[1].getBytes(StandardCharsets.UTF_8);
        measure(file, "FileSearch", () -> FileSearch.of(file).count(wanted));
        measure(file, "grep -F -o, counted", () -> grep(file, arguments[1], "-o"));
        measure(file, "grep -F -c (lines)", () -> grep(file, arguments[1], "-c"));
        measure(file, "FileChannel, simple search", () -> simple(file, wanted));
        measure(file, "FileRecords.lines", () ->
            FileRecords.lines(file).forEach((record, offset) -> true));
        measure(file, "Files.lines", () -> {
            try (var lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
                return lines.count();
            }
        });
    }

    private static void measure(final Path file, final String name, final Way way)
        throws Exception {
        long best = Long.MAX_VALUE;
        long count = 0;
        for (int i = 0; i < ROUNDS; i++) {
            final long start = System.nanoTime();
            count = way.count();
            best = Math.min(best, System.nanoTime() - start);
        }
        System.out.printf(Locale.ROOT, "%-28s %6.2f GB/s, found %d%n",
            name, (double) Files.size(file) / best, count);
    }

    private static long grep(final Path file, final String wanted, final String option)
        throws Exception {
        final ProcessBuilder builder =
            new ProcessBuilder("grep", "-a", "-F", option, "--", wanted, file.toString());
        builder.environment().put("LC_ALL", "C");
        final Process process = builder.start();
        final byte[] output = process.getInputStream().readAllBytes();
        process.waitFor();
        return option.equals("-c")
            ? Long.parseLong(new String(output, StandardCharsets.US_ASCII).strip())
            : new String(output, StandardCharsets.ISO_8859_1).lines().count();
    }

    private static long simple(final Path file, final byte[] wanted) throws IOException {
        final byte[] bytes = new byte[BUFFER_BYTES];
        long count = 0;
        int kept = 0;
        try (FileChannel channel = FileChannel.open(file)) {
            int read = channel.read(ByteBuffer.wrap(bytes));
            while (read >= 0) {
                final int length = kept + read;
                int place = 0;
                while (place + wanted.length <= length) {
                    int equal = 0;
                    while (equal < wanted.length && bytes[place + equal] == wanted[equal]) {
                        equal++;
                    }
                    count += equal == wanted.length ? 1 : 0;
                    place += equal == wanted.length ? equal : 1;
                }
                kept = length - place;
                System.arraycopy(bytes, place, bytes, 0, kept);
                read = channel.read(ByteBuffer.wrap(bytes, kept, bytes.length - kept));
            }
        }
        return count;
    }
}
