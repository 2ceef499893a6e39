package org.fencepost.ipc.tests.files;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.LongStream;
import org.fencepost.ipc.file.AtomicFile;
import org.fencepost.ipc.file.JacksonFiles;

/**
 * The main class of a process that writes JSON Lines and reads them again, and prints what it read.
 * Arguments: file, how many lines. A line has {@value #TEXT_BYTES} bytes of text and a number.
 */
final class JsonLinesLoop {
    static final int TEXT_BYTES = 1000;

    private JsonLinesLoop() {
    }

    public static void main(final String[] arguments) {
        final Path file = Path.of(arguments[0]);
        final String text = "x".repeat(TEXT_BYTES);
        final JacksonFiles json = JacksonFiles.of(new ObjectMapper());
        AtomicFile.of(file).writeJsonLines(
            LongStream.range(0, Long.parseLong(arguments[1]))
                .mapToObj(number -> Map.of("number", number, "text", text)).iterator(),
            json.lineSerializer());
        final long[] sum = {0};
        final long lines = json.readLines(
            file, Map.class, line -> sum[0] += ((Number) line.get("number")).longValue());
        System.out.println("read " + lines + " " + sum[0]);
    }
}
