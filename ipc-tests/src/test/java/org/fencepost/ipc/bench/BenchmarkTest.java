package org.fencepost.ipc.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the benchmark as its users do, with runs too short to mean anything. */
@Timeout(120)
class BenchmarkTest {
    @TempDir
    private Path directory;
    @TempDir
    private Path reports;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream progress = new ByteArrayOutputStream();

    @AfterEach
    void shouldLeaveNoFileBehind() throws IOException {
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void shouldReportEveryMeasureWhenContendersAreSound() throws IOException {
        final Path json = reports.resolve("report.json");

        assertEquals(0, bench(
            "--contenders", "agrona-many-to-one,agrona-one-to-one", "--sizes", "32",
            "--json", json.toString(), "--report", reports.toString()), this::output);
        requireReport();

        final JsonNode root = new ObjectMapper().readTree(json.toFile());
        assertEquals(
            List.of("machine", "run", "bracket", "checked", "results", "goals", "failures"),
            keys(root));
        assertEquals(2, root.get("checked").size());
        assertEquals(4, root.get("results").size());
        for (final JsonNode result : root.get("results")) {
            for (final Figure figure
                : Measures.byLabel(result.get("measure").asText()).figures()) {
                final JsonNode summary = result.get(figure.name());
                assertEquals(List.of("median", "min", "max"), keys(summary), result::toString);
                assertTrue(summary.get("median").asDouble() > 0, result::toString);
                assertEquals(
                    result.get("runs").get(0).get(figure.name()).asDouble(),
                    summary.get("median").asDouble());
            }
        }
        assertTrue(output().contains("| agrona-one-to-one "), this::output);
        assertTrue(output().contains("| throughput | 2 | 1 |"), this::output);
        assertTrue(output().contains("--add-opens"), this::output);
        assertTrue(
            root.get("machine").get("worstOthersShare").asDouble(-1) >= 0, root::toString);
    }

    private void requireReport() throws IOException {
        final String text = Files.readString(reports.resolve("report.md"));
        assertTrue(text.contains("## Throughput, M msg/s"), text);
        for (final String plot : List.of("throughput-32-bytes.png", "round-trip-32-bytes.png")) {
            assertTrue(text.contains("(" + plot + ")"), text);
            final byte[] bytes = Files.readAllBytes(reports.resolve(plot));
            assertEquals("PNG", new String(bytes, 1, 3, StandardCharsets.US_ASCII));
        }
        for (final String measure : List.of("throughput", "round-trip")) {
            for (final String contender : List.of("agrona-many-to-one", "agrona-one-to-one")) {
                final JsonNode run = new ObjectMapper().readTree(reports.resolve("runs").resolve(
                    measure + "-32-bytes-" + contender + "-1.json").toFile());
                assertEquals(contender, run.get("contender").asText());
                assertEquals(1, run.get("run").get("round").asInt());
            }
        }
    }

    @Test
    void shouldCompareFencepostWithItsPeerWhenThereIsNoCompiler() throws IOException {
        final Path json = reports.resolve("report.json");

        assertEquals(0, benchUnbracketed(
            "--contenders", "fencepost-shared,agrona-many-to-one,c-ring",
            "--measures", "throughput", "--sizes", "32", "--json", json.toString()),
            this::output);

        final JsonNode goals = new ObjectMapper().readTree(json.toFile()).get("goals");
        assertEquals(1, goals.size());
        assertEquals("agrona-many-to-one", goals.get(0).get("other").asText());
        assertTrue(goals.get(0).get("reached").asDouble() > 0, goals::toString);
        assertTrue(output().contains("- UNBRACKETED: "), this::output);
        assertTrue(output().contains("no-such-compiler"), this::output);
        assertFalse(output().contains("| c-ring"), this::output);
    }

    @Test
    void shouldSeeEveryByteArriveWhenFencepostIsChecked() {
        assertEquals(0, benchUnbracketed(
            "--contenders", "fencepost-shared,fencepost-exclusive,fencepost-batch",
            "--measures", "check", "--sizes", "256"), this::output);
    }

    @Test
    void shouldFailWhenAByteBetweenTheEndsIsWrongInACheck() {
        assertEquals(1, benchUnbracketed(
            "--contenders", SpoilingContender.InnerByte.class.getName(), "--measures", "check",
            "--sizes", "256"));
        assertTrue(output().contains(
            "message 100 of publisher 0: the word at byte 128 must be"), this::output);
    }

    @ParameterizedTest
    @ValueSource(classes = {
        SpoilingContender.LastByte.class,
        SpoilingContender.Lost.class,
        SpoilingContender.Twice.class})
    void shouldFailWhenAMessageIsWrongInATimedRun(final Class<?> contender) {
        assertEquals(1, benchUnbracketed(
            "--contenders", contender.getName(), "--measures", "throughput", "--sizes", "32"));
        assertTrue(output().contains("WRONG MESSAGE"), this::output);
        assertFalse(output().contains("| " + contender.getName()), this::output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"waiting", "tail"})
    void shouldRefuseJsonWhereThereIsNone(final String program) {
        assertEquals(2, Benchmark.run(
            new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(progress, true, StandardCharsets.UTF_8),
            program, "--json", reports.resolve("report.json").toString()));
        assertTrue(progress.toString(StandardCharsets.UTF_8).contains("--json is not for " + program), progress::toString);
        assertEquals(0, out.size());
    }

    @Test
    void shouldFailWhenAnAnswerIsWrong() {
        assertEquals(1, benchUnbracketed(
            "--contenders", SpoilingContender.LastByte.class.getName(),
            "--measures", "round-trip", "--sizes", "32"));
        assertTrue(output().contains(
            "message 100 of publisher 0: the last word must be"), this::output);
    }

    @Test
    void shouldShowTheErrorWhenAContenderFails() {
        assertEquals(1, benchUnbracketed(
            "--contenders", SpoilingContender.Failing.class.getName(),
            "--measures", "check", "--sizes", "32"));
        assertTrue(
            output().contains("IllegalStateException: out of order"), this::output);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "--sizes 33", "--sizes 16", "--rounds 0", "--rounds", "--cpus 0", "--measures speed",
        "--contenders nobody", "--contenders java.lang.String", "--wrong 1", "tail --measure-millis 999"})
    void shouldExplainWhenTheCommandLineIsWrong(final String arguments) {
        assertEquals(
            2, Benchmark.run(stream(out), stream(progress), arguments.split(" ")), this::output);
        assertTrue(output().startsWith("bench: "), this::output);
    }

    @Test
    void shouldSaySoWhenItsOutputCannotBeWritten() throws Exception {
        assertEquals("bench: cannot write to standard output\n1\n", shell("$bench --list > /dev/full; echo $?"));
        assertEquals("bench: cannot write to standard output\n1\n", shell("$bench --help > /dev/full; echo $?"));
        assertEquals("0\n", shell("$bench --list | true; echo ${PIPESTATUS[0]}"), "nobody reads on");
    }

    /** What a line prints, in which the benchmark runs in a process of its own. */
    private static String shell(final String line) throws IOException {
        final ProcessBuilder builder = new ProcessBuilder("bash", "-c", line).redirectErrorStream(true);
        builder.environment().put("bench", String.join(" ",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
            System.getProperty("java.class.path"), Benchmark.class.getName()));
        return new String(builder.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private int bench(final String... arguments) {
        final List<String> all = new ArrayList<>(List.of(
            "--directory", directory.toString(), "--rounds", "1", "--warm-up-millis", "20",
            "--measure-millis", "50", "--others-max", "100"));
        all.addAll(List.of(arguments));
        return Benchmark.run(stream(out), stream(progress), all.toArray(String[]::new));
    }

    /** Without a C compiler it is quicker. */
    private int benchUnbracketed(final String... arguments) {
        final List<String> all =
            new ArrayList<>(List.of("--cc", directory.resolve("no-such-compiler").toString()));
        all.addAll(List.of(arguments));
        return bench(all.toArray(String[]::new));
    }

    private static PrintStream stream(final ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8) + progress.toString(StandardCharsets.UTF_8);
    }

    private static List<String> keys(final JsonNode node) {
        final List<String> keys = new ArrayList<>();
        node.fieldNames().forEachRemaining(keys::add);
        return keys;
    }
}
