package org.fencepost.ipc.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the benchmark of files with a file too small to mean anything. */
@Timeout(60)
class FileBenchmarkTest {
    @TempDir
    private Path directory;
    @TempDir
    private Path reports;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @AfterEach
    void shouldLeaveNoFileBehind() throws IOException {
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void shouldReportEveryContenderWhenAllFindTheSame() throws IOException {
        final Path json = reports.resolve("report.json");
        assertEquals(0, Benchmark.run(new PrintStream(out, true), System.err,
            "files", "--megabytes", "1", "--rounds", "2",
            "--directory", directory.toString(), "--json", json.toString()));
        final JsonNode results = new ObjectMapper().readTree(json.toFile()).required("results");
        assertEquals(FileContender.all().size(), results.size());
        for (final JsonNode result : results) {
            final JsonNode figure = result.required("gigabytesPerSecond");
            assertTrue(figure.required("min").doubleValue() > 0, result::toString);
            assertTrue(figure.required("median").doubleValue()
                <= figure.required("max").doubleValue(), result::toString);
            assertEquals(2, result.required("runs").size());
            assertTrue(out.toString().contains(result.required("contender").textValue()));
        }
        final int disk = 7;
        final int memory = 7;
        final int refused = 2;
        assertEquals(FileMeans.all().size() * (disk + memory) - refused,
            new ObjectMapper().readTree(json.toFile()).required("access").size());
    }

    @Test
    void shouldFailWhenAWayReadsSomethingElse() {
        final BenchmarkOptions options = BenchmarkOptions.parse(
            "--megabytes", "1", "--rounds", "1", "--directory", directory.toString());
        final FileMeans sound = new ChannelFile();
        final FileMeans liar = new FileMeans() {
            @Override
            public String name() {
                return "liar";
            }

            @Override
            public void write(final Path file, final int records, final boolean durable)
                throws IOException {
                sound.write(file, records, durable);
            }

            @Override
            public long read(final Path file, final int records) throws IOException {
                return sound.read(file, records) + 1;
            }

            @Override
            public long readAt(final Path file, final int[] numbers) throws IOException {
                return sound.readAt(file, numbers);
            }

            @Override
            public long search(final Path file, final int records) throws IOException {
                return sound.search(file, records);
            }

            @Override
            public long replace(final Path file, final int records, final boolean durable)
                throws IOException {
                return sound.replace(file, records, durable);
            }
        };
        final MismatchException thrown = assertThrows(MismatchException.class, () ->
            new FileBenchmark(options, List.of(liar), List.of()).run(new PrintStream(out)));
        assertTrue(thrown.getMessage().startsWith("liar, read"), thrown::getMessage);
    }

    @Test
    void shouldFailWhenAContenderFindsSomethingElse() {
        final BenchmarkOptions options = BenchmarkOptions.parse(
            "--megabytes", "1", "--rounds", "1", "--directory", directory.toString());
        for (final boolean lines : new boolean[] {true, false}) {
            final FileContender liar = new FileContender("liar", lines, (file, wanted) -> 2);
            assertThrows(MismatchException.class, () ->
                new FileBenchmark(options, List.of(), List.of(liar)).run(new PrintStream(out)));
        }
    }
}
