package org.fencepost.ipc.demo;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.SubscriberOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The tool in a process of its own, with the producers and consumers that it starts. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DemoProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String ENDLESS = "1000000000000";

    @TempDir
    private Path directory;

    private Path out;
    private Path err;
    private Path temporary;
    private Path input;
    private Process tool;
    private List<ProcessHandle> orphans = List.of();

    @BeforeEach
    void prepare() throws IOException {
        out = directory.resolve("out");
        err = directory.resolve("err");
        temporary = Files.createDirectory(directory.resolve("temporary"));
        input = Files.createDirectory(directory.resolve("input"));
        Files.writeString(input.resolve("one"), "first line\n\nthird line, a longer one\n");
        Files.writeString(input.resolve("two"), "x".repeat(1000) + "\nlast line");
    }

    @AfterEach
    void leaveNoProcess() {
        orphans.forEach(ProcessHandle::destroyForcibly);
        if (tool != null) {
            tool.descendants().forEach(ProcessHandle::destroyForcibly);
            tool.destroyForcibly();
        }
    }

    @Test
    void shouldDeliverEverythingWhenChannelIsRing() throws Exception {
        assertEquals(0, run("--messages", "20000", "--producers", "2", "--consumers", "2",
            "--json"), this::told);
        final JsonNode json = ChildJson.parse(Files.readString(out));
        assertEquals(20_000, json.required("sent").longValue());
        assertEquals(20_000, json.required("received").longValue());
        assertTrue(json.required("sha256Match").booleanValue());
        assertEquals("INTACT", json.required("verdict").textValue());
        assertTrue(json.required("messagesPerSecond").longValue() > 0);
        final JsonNode latency = json.required("latencyNanos");
        assertTrue(latency.required("p50").longValue() > 0);
        assertTrue(latency.required("p50").longValue() <= latency.required("p99").longValue());
        assertTrue(latency.required("p99").longValue() <= latency.required("p999").longValue());
        assertTrue(latency.required("p999").longValue() <= latency.required("max").longValue());
        assertEquals(2, json.required("producers").size());
        assertEquals(2, json.required("consumers").size());
        assertEquals("", Files.readString(err));
    }

    @Test
    void shouldKeepWholeJournalWhenAskedFor() throws Exception {
        final Path journal = directory.resolve("journal");
        assertEquals(0, run("--messages", "20000", "--producers", "2", "--consumers", "2",
            "--json", "--journal", journal.toString()), this::told);
        final JsonNode json = ChildJson.parse(Files.readString(out));
        assertEquals(journal.toString(), json.required("journal").textValue());

        final ReceivedStream[] streams = {new ReceivedStream(), new ReceivedStream()};
        try (Channel channel = Channel.join(journal);
            var subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            while (subscriber.position() < channel.tailPosition()) {
                subscriber.poll((buffer, offset, length, header) ->
                    streams[DemoMessage.producer(buffer, offset)].add(buffer, offset, length), 100);
            }
        }
        for (int producer = 0; producer < streams.length; producer++) {
            assertEquals(
                new ReceivedStream.Result(10_000, 0,
                    json.required("producers").get(producer).required("sha256").textValue()),
                streams[producer].result());
        }
    }

    @Test
    void shouldNameFreshJournalInTable() throws Exception {
        assertEquals(0, run("--messages", "1000", "--journal"), this::told);
        final String table = Files.readString(out);
        try (var made = Files.list(temporary)) {
            final Path journal = made.toList().getFirst().resolve("journal");
            assertTrue(table.contains("kept in " + journal), table);
            assertTrue(Files.isRegularFile(journal.resolve("control")), table);
        }
        assertTrue(table.stripTrailing().endsWith("INTACT"), table);
    }

    @Test
    void shouldSendLongLinesInPieces() throws Exception {
        Files.writeString(input.resolve("long"), "y".repeat(3_000_000) + "\nshort\n");
        assertEquals(0, run("--messages", "200", "--json"), this::told);
        final JsonNode json = ChildJson.parse(Files.readString(out));
        assertTrue(json.required("split").longValue() > 0, json::toString);
        assertTrue(json.required("sha256Match").booleanValue());
    }

    @Test
    void shouldSendAtTheRateAskedFor() throws Exception {
        assertEquals(0, run("--messages", "1001", "--rate", "1000", "--json"), this::told);
        final JsonNode json = ChildJson.parse(Files.readString(out));
        assertTrue(json.required("seconds").doubleValue() >= 1.0, json::toString);
        assertTrue(json.required("paced").booleanValue());
    }

    @Test
    void shouldFailWhenInputHasNoLine() throws Exception {
        for (final String name : new String[] {"one", "two"}) {
            Files.writeString(input.resolve(name), "");
        }
        assertEquals(1, run("--messages", "10"));
        assertTrue(Files.readString(err).contains("the input has no line"), this::told);
    }

    @Test
    void shouldLeaveNothingWhenInterrupted() throws Exception {
        final Running running = startEndless();
        signal("INT");
        assertTrue(tool.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertEquals(ExitCode.INTERRUPTED, tool.exitValue(), this::told);
        running.assertNothingLeft();
        assertEquals("", Files.readString(out));
    }

    @Test
    void shouldLeaveNothingWhenKilled() throws Exception {
        final Running running = startEndless();
        signal("KILL");
        await().atMost(PATIENCE).until(() ->
            running.children().stream().noneMatch(ProcessHandle::isAlive));
        running.assertNothingLeft();
    }

    @Test
    void shouldGoOnWhenItKillsAProducerInsideItsClaim() throws Exception {
        assertEquals(0, run("--messages", "30001", "--producers", "3", "--kill", "--json"),
            this::told);
        final JsonNode json = ChildJson.parse(Files.readString(out));
        assertEquals("INTACT", json.required("verdict").textValue());
        assertEquals(25_001, json.required("sent").longValue(), "half of the last share is left");
        assertEquals(25_001, json.required("received").longValue());
        assertEquals(5_000, json.required("producers").get(2).required("sent").longValue());
        assertEquals(3, json.required("killed").required("producer").intValue());
        assertTrue(json.required("killed").required("claimBytes").longValue() > 0);
        for (final JsonNode consumer : json.required("consumers")) {
            final long afterKillNanos = consumer.required("afterKillNanos").longValue();
            assertTrue(afterKillNanos > 0, json::toString);
            assertTrue(
                consumer.required("heldUpNanos").longValue() > afterKillNanos, json::toString);
        }
        assertEquals("", Files.readString(err));
    }

    @Test
    void shouldKillAProducerBesideAJournalAndShowTheTable() throws Exception {
        assertEquals(0, run("--messages", "2", "--kill", "--journal"), this::told);
        final String table = Files.readString(out);
        assertTrue(table.contains("killed       producer 2 with SIGKILL"), table);
        assertTrue(table.contains("held up      consumer 1: "), table);
        assertTrue(table.stripTrailing().endsWith("INTACT"), table);
    }

    @Test
    void shouldLeaveNothingWhenInterruptedAfterTheKill() throws Exception {
        start("--messages", "240", "--rate", "40", "--kill");
        final Running running = awaitTraffic(0);
        await().atMost(PATIENCE).until(() ->
            running.children().stream().filter(ProcessHandle::isAlive).count() == 3);
        signal("INT");
        assertTrue(tool.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertEquals(ExitCode.INTERRUPTED, tool.exitValue(), this::told);
        running.assertNothingLeft();
    }

    @Test
    void shouldFailWhenProducerIsKilled() throws Exception {
        final Running running = startEndless();
        running.child(ProducerProcess.class).destroyForcibly();
        assertTrue(tool.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertEquals(ExitCode.FAILED, tool.exitValue());
        assertTrue(Files.readString(err).matches(
            "(?s).*ipc: producer [12] was ended by signal 9 before it was done\\R"), this::told);
        running.assertNothingLeft();
    }

    @Test
    void shouldFailWhenConsumerIsKilled() throws Exception {
        final Running running = startEndless();
        running.child(ConsumerProcess.class).destroyForcibly();
        assertTrue(tool.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertEquals(ExitCode.FAILED, tool.exitValue());
        assertTrue(Files.readString(err).contains("ipc: consumer "), this::told);
        running.assertNothingLeft();
    }

    @Test
    void shouldShowWhatProcessWroteWhenItFails() throws Exception {
        final Running running = startEndless();
        // A segment that shrinks under its users is an error in all of them.
        for (final Path file : running.ringFiles()) {
            if (file.getFileName().toString().equals("cursors")) {
                continue;
            }
            try (var segment = FileChannel.open(
                file, StandardOpenOption.WRITE)) {
                segment.truncate(0);
            }
        }
        assertTrue(tool.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        assertEquals(ExitCode.FAILED, tool.exitValue());
        assertTrue(Files.readString(err).matches(
            "(?s).*(producer|consumer) [12]: .*Exception.*before it was done.*"), this::told);
        running.assertNothingLeft();
    }

    private record Running(List<ProcessHandle> children, Path ring) {
        ProcessHandle child(final Class<?> mainClass) {
            return children.stream()
                .filter(child -> arguments(child).contains(mainClass.getName()))
                .findFirst()
                .orElseThrow();
        }

        List<Path> ringFiles() throws IOException {
            try (var files = Files.list(ring)) {
                return files.toList();
            }
        }

        void assertNothingLeft() {
            for (final ProcessHandle child : children) {
                assertFalse(child.isAlive(), () -> "still runs: " + arguments(child));
            }
            assertFalse(Files.exists(ring.getParent()), () -> "still there: " + ring.getParent());
        }
    }

    private int run(final String... options) throws Exception {
        start(options);
        assertTrue(tool.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), this::told);
        return tool.exitValue();
    }

    /** Starts a run that would go on for days; returns when its messages flow. */
    private Running startEndless() throws Exception {
        start("--messages", ENDLESS, "--producers", "2", "--consumers", "2");
        return awaitTraffic(ChannelPlace.RING_BYTES);
    }

    /** Returns when two producers and two consumers run and the log is longer than this. */
    private Running awaitTraffic(final long tail) {
        await().atMost(PATIENCE).until(() ->
            !tool.isAlive() || tool.children().filter(DemoProcessTest::isDemo).count() == 4);
        final List<ProcessHandle> children = tool.children().toList();
        orphans = children;
        final List<String> arguments =
            arguments(children.stream().filter(DemoProcessTest::isDemo).findFirst().orElseThrow());
        final Path ring = Path.of(arguments.stream()
            .filter(argument -> argument.endsWith("/ring")).findFirst().orElseThrow());
        await().atMost(PATIENCE).until(() -> hasTraffic(ring, tail));
        return new Running(children, ring);
    }

    private static boolean hasTraffic(final Path ring, final long tail) {
        if (!Files.exists(ring.resolve("control"))) {
            return false;
        }
        try (Channel channel = Channel.join(ring)) {
            return channel.tailPosition() > tail;
        }
    }

    private static boolean isDemo(final ProcessHandle process) {
        final List<String> arguments = arguments(process);
        return arguments.contains(ProducerProcess.class.getName())
            || arguments.contains(ConsumerProcess.class.getName());
    }

    private static List<String> arguments(final ProcessHandle process) {
        return Arrays.asList(process.info().arguments().orElse(new String[0]));
    }

    private void signal(final String name) throws Exception {
        assertEquals(0,
            new ProcessBuilder("kill", "-" + name, Long.toString(tool.pid())).start().waitFor());
    }

    private void start(final String... options) throws Exception {
        // A job that a script has in the background ignores this signal, and so would what it starts.
        final List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT"));
        command.addAll(ToolShell.java("-Djava.io.tmpdir=" + temporary));
        command.addAll(List.of("demo", "--input", input.toString()));
        command.addAll(List.of(options));
        tool = new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    }

    private String told() {
        try {
            return Files.readString(out) + Files.readString(err);
        } catch (final IOException e) {
            return e.toString();
        }
    }
}
