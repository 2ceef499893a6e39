package org.fencepost.ipc.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.fencepost.ipc.file.FileRecords;
import org.fencepost.ipc.file.FileSearch;

/**
 * A way to find bytes, or all lines, in a file.
 *
 * @param name  in the report
 * @param lines whether it counts lines; otherwise the places of some bytes
 * @param way   counts
 */
record FileContender(String name, boolean lines, Way way) {
    private static final int BUFFER_BYTES = 1 << 20;

    /** Counts what there is. */
    interface Way {
        long count(Path file, byte[] wanted) throws IOException, InterruptedException;
    }

    /** All that are measured unless others are given. */
    static List<FileContender> all() {
        return List.of(
            new FileContender("FileSearch", false,
                (file, wanted) -> FileSearch.of(file).count(wanted)),
            new FileContender("FileRecords.containing", false, (file, wanted) ->
                FileRecords.lines(file).containing(wanted).forEach((line, offset) -> true)),
            new FileContender("grep -F -c", false, (file, wanted) -> program(
                "grep", "-a", "-F", "-c", "--", text(wanted), file.toString())),
            new FileContender("FileChannel, simple search", false, FileContender::simple),
            new FileContender("FileRecords.lines", true,
                (file, wanted) -> FileRecords.lines(file).forEach((line, offset) -> true)),
            new FileContender("wc -l", true, (file, wanted) ->
                program("wc", "-l", file.toString())),
            new FileContender("Files.lines", true, (file, wanted) -> {
                try (Stream<String> read = Files.lines(file, StandardCharsets.ISO_8859_1)) {
                    return read.count();
                }
            }));
    }

    /** Counts, and insists on what there is: one place of the wanted bytes, and so many lines. */
    void check(final Path file, final byte[] wanted, final long lineCount) {
        final long expected = lines ? lineCount : 1;
        final long found;
        try {
            found = way.count(file, wanted);
        } catch (final IOException e) {
            throw new RunFailedException(name + ": " + e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunFailedException(name + " was interrupted");
        }
        if (found != expected) {
            throw new MismatchException(
                name + ": expected to find " + expected + ", found " + found);
        }
    }

    private static String text(final byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** The number with which a program's output begins. */
    private static long program(final String... command)
        throws IOException, InterruptedException {
        final ProcessBuilder builder = new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("LC_ALL", "C");
        final Process process = builder.start();
        final String output = text(process.getInputStream().readAllBytes());
        final int exitCode = process.waitFor();
        if (exitCode != 0) {
            throw new IOException(String.join(" ", command) + ": exit code " + exitCode);
        }
        return Long.parseLong(output.strip().split(" ")[0]);
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
