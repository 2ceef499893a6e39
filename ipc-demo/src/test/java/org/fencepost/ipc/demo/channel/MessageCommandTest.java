package org.fencepost.ipc.demo.channel;

import static org.fencepost.ipc.demo.ToolRun.done;
import static org.fencepost.ipc.demo.ToolRun.failed;
import static org.fencepost.ipc.demo.ToolRun.misused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.demo.ExitCode;
import org.fencepost.ipc.demo.ToolRun;
import org.fencepost.ipc.format.ControlFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that publish and read messages, in this process. */
class MessageCommandTest {
    @TempDir
    Path directory;

    private Path path;
    private String name;

    @BeforeEach
    void makeJournal() {
        path = directory.resolve("journal");
        name = path.toString();
        Channel.open(path, ChannelOptions.journal(64 << 10)).close();
    }

    private JsonNode parse(final String json) throws IOException {
        return new ObjectMapper().readTree(json);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "publish", "publish CHANNEL --rate 0", "publish CHANNEL --delimiter xyz",
        "publish CHANNEL --raw --chunk 0", "publish CHANNEL --raw --length-prefixed",
        "publish CHANNEL --separate --rate 5", "publish CHANNEL --create --separate --drop",
        "publish CHANNEL --raw --chunk 65k", "publish CHANNEL --create --ring 5", "tail",
        "tail CHANNEL --from sometime", "tail CHANNEL --limit 0", "tail CHANNEL --hex --json",
        "export", "import", "publish CHANNEL --ring 64k", "import CHANNEL --start 0",
        "export CHANNEL --payload hex", "export CHANNEL --raw --payload hex", "stat CHANNEL --every 2",
        "stat CHANNEL --limit 2", "create CHANNEL --ring 64k --segment 64k", "create CHANNEL --segments 4"})
    void shouldShowUsageWhenTheCommandLineIsWrong(final String line) {
        final ToolRun run = ToolRun.of(
            line.replace("CHANNEL", line.contains("--create") ? name + "-none" : name).split(" "));
        misused("ipc " + line.split(" ")[0], run);
        assertEquals("", done(ToolRun.of("tail", name)));
        assertFalse(Files.exists(Path.of(name + "-none")));
    }

    @Test
    void shouldPublishLinesWhenTheyAreRead() throws IOException {
        final Path file = Files.writeString(directory.resolve("file"), "one\n\ngrün");
        assertEquals("", done(ToolRun.withInput("zero\n", "publish", name, "-", file.toString())));
        assertEquals("zero\none\n\ngrün\n", done(ToolRun.of("tail", name)));
        assertEquals("zero\none\n", done(ToolRun.of("tail", "--limit", "2", name)));
        final List<String> lines = done(ToolRun.of("tail", "--json", name)).lines().toList();
        final JsonNode second = parse(lines.get(1));
        assertEquals("one", second.required("text").textValue());
        assertEquals(0, second.required("type").intValue());
        assertTrue(second.required("time").textValue().endsWith("Z"));
        final String position = second.required("position").asText();
        assertEquals("grün\n", done(ToolRun.of("tail", "--from", position, name)));
        assertEquals("\ngrün\n", done(ToolRun.of("tail", "--from", position + ".0", name)));
        assertEquals("grün\n", done(ToolRun.of("tail", "--from", position + ".1", name)));
        failed(ToolRun.of("tail", "--from", position + ".3", name), position + ".3", "none");
        assertEquals("", done(ToolRun.of("tail", "--from", "latest", name)));
        failed(ToolRun.of("tail", "--from", "1000000", name), "1000000");
        failed(ToolRun.of("tail", "--from", "5", name), "position 5");
        done(ToolRun.withInput("alone\nlast\n", "publish", "--separate", name));
        final String alone = done(ToolRun.of("grep", "--positions", "alone", name)).split(":")[0];
        assertEquals("last\n", done(ToolRun.of("tail", "--from", alone, name)));
    }

    @Test
    void shouldGiveTheSameLinesBackWhenManyAreShort() {
        final String text = ("\n".repeat(100) + "a\n".repeat(1000) + "ab\n".repeat(3) + "c".repeat(40)).repeat(90)
            + "\n".repeat(10_000);
        done(ToolRun.withInput(text, "publish", name));
        assertEquals(text, done(ToolRun.of("tail", name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"4k", "16k", "1m"})
    void shouldGiveTheSameLinesBackWhenTheyAreOfAnyLength(final String segment) {
        final long seed = Long.getLong("seed", new Random().nextLong());
        final Random random = new Random(seed);
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < 2000; i++) {
            final int bound = random.nextInt(50) == 0 ? 4000 : random.nextBoolean() ? 3 : 100;
            random.ints(random.nextInt(bound), ' ', '~').forEach(text::appendCodePoint);
            text.append('\n');
        }
        final byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
        final InputStream pieces = new ByteArrayInputStream(bytes) {
            @Override
            public int read(final byte[] into, final int offset, final int length) {
                return super.read(
                    into, offset, Math.min(length, 1 + random.nextInt(random.nextInt(9000) + 1)));
            }
        };
        final String lines = name + "-lines";
        done(ToolRun.withInput(pieces, "publish", lines, "--create", "--segment", segment));
        assertEquals(text.toString(), done(ToolRun.of("tail", lines)), "seed " + seed);
        assertTrue(done(ToolRun.of("verify", lines)).contains(": journal, 2000 messages with "));
        final String last = done(ToolRun.of("grep", "--positions", "^.{0,100}$", lines)).lines()
            .reduce((one, other) -> other).orElseThrow();
        assertFalse(done(ToolRun.of("tail", "--from", last.split(":")[0], lines)).lines()
            .anyMatch(line -> line.length() <= 100), "seed " + seed);
    }

    @Test
    void shouldBeginAtATimeWhenOneIsGiven() throws IOException {
        final String journal = name + "-many";
        done(ToolRun.of("create", journal, "--segment", "4k"));
        for (int part = 0; part < 10; part++) {
            done(ToolRun.withInput((part + "\n").repeat(100), "publish", "--separate", journal));
        }
        final List<String> lines = done(ToolRun.of("tail", "--json", journal)).lines().toList();
        for (int part = 0; part < 10; part++) {
            final String time = parse(lines.get(part * 100)).required("time").textValue();
            final List<String> from =
                done(ToolRun.of("tail", "--from", time, journal)).lines().toList();
            assertEquals((10 - part) * 100, from.size());
            assertEquals(String.valueOf(part), from.getFirst());
        }
        for (final String before : List.of("2001-01-01T00:00:00Z", "2001-01-01T24:00:00Z", "2001-01-01T00:00:00", "-1h")) {
            assertEquals(1000,
                done(ToolRun.of("tail", "--from", before, journal)).lines().count());
        }
        assertEquals("", done(ToolRun.of("tail", "--from", "2200-01-01T00:00:00+01:00", journal)));
        final String ring = directory.resolve("ring").toString();
        done(ToolRun.withInput("a\n", "publish", ring, "--create", "--ring", "64k"));
        failed(ToolRun.of("tail", "--from", "-1h", ring), "without times");
        misused("ipc tail", ToolRun.of("tail", "--from", "yesterday", journal));
        misused("ipc tail", ToolRun.of("tail", "--from", "9999999999-01-01T00:00:00Z", journal));
    }

    /** What {@code date} prints with -I, --rfc-3339 and the like, for a message of now. */
    @ParameterizedTest
    @ValueSource(strings = {
        "uuuu-MM-dd'T'HH:mm:ssZ", "uuuu-MM-dd'T'HH:mm:ssXXX", "uuuu-MM-dd'T'HH:mm:ss,nnnnnnnnnXXX",
        "uuuu-MM-dd HH:mm:ss.nnnnnnnnnXXX", "uuuu-MM-dd HH:mm:ss Z", "uuuu-MM-dd'T'HH:mm:ssx", "uuuu-MM-dd'T'HH:mmXXX",
        "uuuu-MM-dd'T'HHXXX", "uuuu-MM-dd't'HH:mm:ss.SSS'z'", "uuuu-MM-dd HH:mm:ss", "uuuu-MM-dd HH:mm", "uuuu-MM-dd"})
    void shouldBeginAtATimeWhenItIsWrittenAsDateDoes(final String form) {
        done(ToolRun.withInput("now\n", "publish", name));
        final ZoneId zone = form.endsWith("'z'") ? ZoneOffset.UTC
            : form.matches(".*[xXZ]") ? ZoneOffset.ofHoursMinutes(5, form.contains("ssx") ? 0 : 30)
            : ZoneId.systemDefault();
        // The fraction is a whole number of nanoseconds, which are nine digits.
        final ZonedDateTime now = ZonedDateTime.now(zone).withNano(123_456_789);
        final DateTimeFormatter formatter = DateTimeFormatter.ofPattern(form, Locale.ROOT);
        final int hours = form.contains("HH") ? 1 : 48;
        assertEquals("now\n", done(ToolRun.of("tail", name, "--from", formatter.format(now.minusHours(hours)))));
        assertEquals("", done(ToolRun.of("tail", name, "--from", formatter.format(now.plusHours(hours)))));
    }

    @Test
    void shouldBeginAtATimeWhenItIsInSecondsSince1970() {
        done(ToolRun.withInput("now\n", "publish", name));
        final long now = Instant.now().getEpochSecond();
        for (final String fraction : List.of("", ".5", ".123456789")) {
            assertEquals("now\n", done(ToolRun.of("tail", name, "--from", "@" + (now - 60) + fraction)));
            assertEquals("", done(ToolRun.of("tail", name, "--from", "@" + (now + 60) + fraction)));
        }
    }

    @Test
    void shouldSayWhichTimesThereAreWhenOneIsNone() {
        for (final String typed : List.of("Fri Nov 27 16:26:35 UTC 2026", "16:26:35", "2026-11-27T10:00:00+2",
            "2026-11-27T10:00:00+0260", "2026-11-27T10:00:00+1900", "2026-02-30", "27.11.2026", "2026-11-27T10:30.5",
            "2026-11-27T10:00:00Z0200", "2026-11-27T", "2026-11-27+0200", "@", "@now", "@1795800000000", "@1e3")) {
            final ToolRun run = ToolRun.of("tail", name, "--from", typed);
            misused("ipc tail", run);
            assertTrue(run.err().contains("a time like 2026-05-17T08:00:00Z, 2026-05-17T10:00:00+0200"), run::toString);
        }
    }

    @ParameterizedTest
    @CsvSource({"2.5, 400", ".25e1, 400", "+2.5, 400", "20, 50"})
    void shouldPublishAtARateWhenItHasAFraction(final String rate, final long milliseconds) {
        final long begin = System.nanoTime();
        done(ToolRun.withInput("one\ntwo\n", "publish", name, "--rate", rate));
        assertTrue(System.nanoTime() - begin >= TimeUnit.MILLISECONDS.toNanos(milliseconds));
        assertEquals("one\ntwo\n", done(ToolRun.of("tail", name)));
        done(ToolRun.withInput("three\n", "publish", name, "--rate", "0.000001"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "0", "0.0", "-0.5", "0.00000099", "1000000000.5", "1e10", "1e999999999", "NaN", "Infinity", "0x1p3", "5d",
        "0,5", "1/2", ".", "fast", ""})
    void shouldSayWhatARateIsWhenItIsNone(final String rate) {
        for (final String command : List.of("publish", "demo")) {
            final ToolRun run = ToolRun.of(command, name, "--rate", rate);
            misused("ipc " + command, run);
            assertTrue(run.err().contains("option '--rate': expected messages a second as 0.5 or 20000, from"
                + " 0.000001 to 1000000000, but was '" + rate + "'"), run::toString);
        }
    }

    @Test
    void shouldSplitAsAskedForWhenMessagesAreNoLines() {
        done(ToolRun.withInput("a,b\nc,", "publish", name, "--delimiter", ",", "--type", "-7"));
        done(ToolRun.withInput("12345", "publish", name, "--raw", "--chunk", "2"));
        assertEquals("61\n620a63\n3132\n3334\n35\n",
            done(ToolRun.of("tail", "--base64", name)).lines()
                .map(line -> HexFormat.of().formatHex(Base64.getDecoder().decode(line)))
                .reduce("", (all, line) -> all + line + "\n"));
        final String dump = done(ToolRun.of("tail", "--hex", "--limit", "2", name));
        assertTrue(dump.contains(", type -7, publisher 0, 2"), dump);
        assertTrue(dump.endsWith(", 3 bytes\n00000000  62 0a 63" + " ".repeat(40) + " |b.c|\n"),
            dump);
    }

    @ParameterizedTest
    @CsvSource({"--segment 64k, 4096 1904", "--ring 16k --segments 4, 4080 1920"})
    void shouldPublishChunksOfAPageWhenNobodySaysHowManyBytes(final String options, final String lengths) {
        final String other = name + "-other";
        done(ToolRun.of(("create " + options + " " + other).split(" ")));
        done(ToolRun.withInput("x".repeat(6000), "publish", other, "--raw"));
        assertEquals(lengths, done(ToolRun.of("tail", "--from", "earliest", other)).lines()
            .map(line -> String.valueOf(line.length())).collect(Collectors.joining(" ")));
    }

    @Test
    void shouldGiveTheSameBytesBackWhenTheyAreLengthPrefixed() {
        done(ToolRun.withInput("ab\n\u00e4", "publish", name, "--raw", "--chunk", "1"));
        final String copy = name + "-copy";
        final String prefixed = "\1\0\0\0a\1\0\0\0b\1\0\0\0\n";
        assertEquals(prefixed,
            done(ToolRun.of("tail", "--length-prefixed", "--limit", "3", name)));
        done(ToolRun.withInput(prefixed, "publish", copy, "--create", "--ring", "64k",
            "--length-prefixed"));
        assertEquals("a\nb\n\n\n", done(ToolRun.of("tail", copy)));
        failed(ToolRun.withInput("\2\0\0\0a", "publish", copy, "--length-prefixed"),
            "standard input: message 1 is not whole: expected 6 bytes, found 5");
        failed(ToolRun.withInput("\1\0", "publish", copy, "--length-prefixed"), "not whole");
        failed(ToolRun.withInput("\0\0\0\u007f", "publish", copy, "--length-prefixed"), "too long");
    }

    @Test
    void shouldSayWhatIsTooLongWhenALineDoesNotFit() {
        final ToolRun run =
            ToolRun.withInput("short\n" + "x".repeat(1 << 20), "publish", name);
        failed(run, "standard input: message 2 is too long", "65512 bytes",
            "those before it are published");
        assertEquals("short\n", done(ToolRun.of("tail", name)));
        done(ToolRun.withInput("y".repeat(65512), "publish", name));
        assertEquals("short\n" + "y".repeat(65512) + "\n", done(ToolRun.of("tail", name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "--raw --chunk 0", "--raw --chunk 64k --segment 64k", "--raw --chunk 65513 --segment 64k", "--chunk 4k",
        "--rate 0", "--rate 2000000000",
        "--durable --ring 64k", "--ring 64k --segment 64k", "--segments 4", "--ring 3k"})
    void shouldMakeNoChannelWhenTheCommandLineIsWrong(final String options) {
        final String other = directory.resolve("other").toString();
        misused("ipc publish", ToolRun.of(("publish --create " + options + " " + other).split(" ")));
        assertFalse(Files.exists(Path.of(other)));
    }

    @Test
    void shouldPublishNothingWhenALaterFileCannotBeRead() throws IOException {
        final String file = Files.writeString(directory.resolve("file"), "one\n").toString();
        final String none = directory.resolve("none").toString();
        final String loop = Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop")).toString();
        for (final String command : List.of("publish", "import")) {
            failed(ToolRun.of(command, name, file, none), "cannot read " + none, "nothing is published");
            failed(ToolRun.of(command, name, file, directory.toString()), "it is a directory");
            failed(ToolRun.of(command, "--create", none, none), "cannot read " + none);
            failed(ToolRun.of(command, name, loop), "cannot read " + loop + ": Too many levels of symbolic links",
                "; nothing is published");
        }
        assertEquals("", done(ToolRun.of("tail", name)));
        assertFalse(Files.exists(Path.of(none)));
    }

    @Test
    void shouldSayWhatWasPublishedWhenAskedFor() throws IOException {
        final JsonNode json = parse(
            done(ToolRun.withInput("one\ntwo\n", "publish", "--json", "--exclusive", name)));
        assertEquals(2, json.required("messages").intValue());
        assertEquals(6, json.required("bytes").intValue());
        assertEquals(0, json.required("dropped").intValue());
        try (Channel channel = Channel.join(path)) {
            assertEquals(channel.tailPosition(), json.required("position").longValue());
            assertEquals(json.required("position"), parse(
                done(ToolRun.of("publish", "--json", name))).required("position"));
        }
        failed(ToolRun.of("publish", name, directory.resolve("none").toString()), "cannot read");
        failed(ToolRun.of("publish", name + "-none"), "no channel at");
    }

    @Test
    void shouldDropOnlyWhenAskedForWhenASubscriberHoldsTheRingBack() throws IOException {
        final String ring = directory.resolve("ring").toString();
        try (Channel channel = Channel.open(Path.of(ring), ChannelOptions.ring(32 << 10));
             Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            final JsonNode json = parse(done(ToolRun.withInput("x".repeat(1000) + "\n", "publish",
                "--json", "--drop", "--raw", "--chunk", "10", ring)));
            assertEquals(101, json.required("messages").intValue());
            final ToolRun run = ToolRun.withInput(
                "x".repeat(100_000), "publish", "--drop", "--raw", "--chunk", "100", ring);
            assertEquals(0, run.exitCode(), run::toString);
            assertTrue(run.err().contains(" messages were dropped, "), run::toString);
            assertEquals(0, subscriber.lostBytes());
        }
        failed(ToolRun.of("publish", "--durable", ring), "cannot be made durable");
    }

    @Test
    void shouldMakeNoChannelWhereNothingBecomesDurable() throws IOException {
        final Path memory = Path.of("/dev/shm");
        assumeTrue(Files.isWritable(memory) && "tmpfs".equals(Files.getFileStore(memory).type()));
        final Path missing = memory.resolve("fencepost-test-" + UUID.randomUUID());
        failed(ToolRun.withInput("text", "publish", "--create", "--durable",
            missing.resolve("journal").toString()), "/dev/shm cannot be made durable");
        assertFalse(Files.exists(missing));
    }

    @Test
    void shouldShowWhatIsKeptWhenARingWasOverwritten() {
        final String ring = directory.resolve("ring").toString();
        done(ToolRun.withInput("x".repeat(200_000), "publish", ring, "--create", "--ring", "32k",
            "--raw", "--chunk", "100"));
        final String kept = done(ToolRun.of("tail", ring));
        assertTrue(kept.length() > 101 && kept.length() < 32 << 10, kept);
    }

    @Test
    void shouldSaySoWhenThereIsNoSuchMessageOfABatch() {
        done(ToolRun.withInput("a\nb\n", "publish", name));
        final long tail;
        try (Channel channel = Channel.view(path)) {
            tail = channel.tailPosition();
        }
        assertEquals("b\n", done(ToolRun.of("tail", name, "--from", tail + ".0")));
        assertEquals("", done(ToolRun.of("tail", name, "--from", tail + ".1")));
        for (final String from : List.of(tail + ".2", tail + 16 + ".0")) {
            failed(ToolRun.of("tail", name, "--from", from), "position " + from + " is not there");
            failed(ToolRun.of("tail", name, "--follow", "--from", from), "position " + from + " is not there");
            failed(ToolRun.of("grep", "-F", "a", name, "--from", from), "position " + from + " is not there");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldShowWhatADeadExclusivePublisherHasCommittedWhenItsTailDoesNotSaySo(final boolean ring)
        throws IOException {
        path = directory.resolve("exclusive");
        name = path.toString();
        final long tail;
        try (Channel channel = Channel.open(
                path, ring ? ChannelOptions.ring(64 << 10) : ChannelOptions.journal(64 << 10));
            Publisher publisher = channel.addExclusivePublisher()) {
            tail = publisher.offer(1, new byte[] {'a'}, 0, 1);
            final Batch batch = new Batch();
            publisher.tryClaimBatch(16 * 300, batch);
            for (int i = 0; i < 300; i++) {
                batch.add(1, new byte[] {'b'}, 0, 1);
            }
            batch.commit();
        }
        // As if it had died between the header and the tail.
        final DamagedFiles files = new DamagedFiles(path);
        files.overwrite("control", ControlFormat.TAIL_OFFSET, DamagedFiles.word(tail));
        files.overwrite("control", ControlFormat.EXCLUSIVE_OFFSET, DamagedFiles.word(1));
        assertEquals("a\n" + "b\n".repeat(300), done(ToolRun.of("tail", name)));
        assertEquals("300\n", done(ToolRun.of("grep", "-c", "b", name)));
        assertEquals("b\n".repeat(300), done(ToolRun.of("tail", name, "--from", String.valueOf(tail))));
        final String verified = done(ToolRun.of("verify", name));
        assertTrue(verified.contains("301 messages"), verified);
    }

    @Test
    void shouldStopAndSaySoWhenAMessageIsNotCommitted() {
        done(ToolRun.withInput("before\n", "publish", name));
        try (Channel channel = Channel.join(path);
             Publisher publisher = channel.addPublisher();
             Publisher other = channel.addPublisher()) {
            final Claim claim = new Claim();
            final long position = publisher.tryClaim(0, 8, claim);
            other.offer(0, new byte[8], 0, 8);
            final ToolRun run = ToolRun.of("tail", name);
            assertEquals(ExitCode.FAILED, run.exitCode(), run::toString);
            assertEquals("before\n", run.out());
            assertTrue(run.err().contains("the message at position " + position), run::toString);
            final ToolRun counted = ToolRun.of("grep", "-c", "before", name);
            assertEquals(ExitCode.FAILED, counted.exitCode(), counted::toString);
            assertEquals("1\n", counted.out());
            assertTrue(counted.err().contains("the message at position " + position), counted::toString);
            claim.abort();
        }
    }

    @Test
    void shouldMakeTheSameMessagesWhenAnExportIsImported() throws IOException {
        final long seed = Long.getLong("seed", new Random().nextLong());
        final Random random = new Random(seed);
        try (Channel channel = Channel.join(path);
             Publisher publisher = channel.addPublisher()) {
            for (int i = 0; i < 200; i++) {
                final byte[] bytes = new byte[random.nextInt(100)];
                random.nextBytes(bytes);
                publisher.offer(random.nextInt(), bytes, 0, bytes.length);
            }
            final byte[] text = "\"quoted\\ \u0000\ud83d\ude00\u2028\n".getBytes(StandardCharsets.UTF_8);
            final Batch batch = new Batch();
            publisher.tryClaimBatch(200, batch);
            batch.add(Integer.MIN_VALUE, text, 0, text.length);
            batch.add(Integer.MAX_VALUE, text, 0, 0);
            batch.commit();
        }
        final String exported = done(ToolRun.of("export", name));
        assertEquals(202, exported.lines().count());
        assertTrue(exported.contains("\"batchIndex\":1,\"batchCount\":2"), exported);
        final String copy = name + "-copy";
        done(ToolRun.withInput(exported, "import", copy, "--create", "--segment", "64k"));
        assertEquals(payloads(exported), payloads(done(ToolRun.of("export", copy))),
            "seed " + seed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0a", "00", "80", "ff"})
    void shouldGiveTheSameMessagesWhateverIsReadAtOnce(final String delimiter) {
        final long seed = Long.getLong("seed", new Random().nextLong());
        final Random random = new Random(seed);
        final byte end = (byte) HexFormat.fromHexDigits(delimiter);
        final ByteArrayOutputStream text = new ByteArrayOutputStream();
        final ByteArrayOutputStream expected = new ByteArrayOutputStream();
        for (int i = 0; i < 500; i++) {
            final byte[] message = new byte[random.nextInt(i % 50 == 0 ? 6000 : 40)];
            for (int j = 0; j < message.length; j++) {
                // Neighbours of the delimiter most of the time, and it itself never.
                message[j] = (byte) (end + 1 + random.nextInt(random.nextBoolean() ? 1 : 255));
            }
            text.writeBytes(message);
            text.write(end);
            expected.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN)
                .putInt(message.length).array());
            expected.writeBytes(message);
        }
        final InputStream in = new ByteArrayInputStream(text.toByteArray()) {
            @Override
            public synchronized int read(final byte[] bytes, final int offset, final int length) {
                return super.read(bytes, offset, Math.min(length, 1 + random.nextInt(200)));
            }
        };
        done(ToolRun.withInput(in, "publish", name, "--delimiter", delimiter));
        assertArrayEquals(expected.toByteArray(), ToolRun.bytes("tail", "--length-prefixed", name),
            "seed " + seed);
    }

    @Test
    void shouldSayWhereToBeginWhenAPositionWasRemoved() {
        final String kept = name + "-kept";
        done(ToolRun.withInput("x".repeat(100).concat("\n").repeat(2000), "publish", kept,
            "--create", "--segment", "4k", "--keep", "8k"));
        final String[] first = done(ToolRun.of("tail", "--json", "--limit", "1", kept)).split("[:,]");
        for (final String command : List.of("tail", "export")) {
            failed(ToolRun.of(command, "--from", "1024", kept), "position 1024 of " + kept,
                "earliest");
        }
        assertTrue(Long.parseLong(first[1]) > 100_000, first[1]);
    }

    /** What is read may have no end, as of a quote that is not closed in a large file, or of /dev/zero. */
    @ParameterizedTest
    @CsvSource(quoteCharacter = '\'', value = {
        "'', x, 1", "'payload~a~\"', x, 3", "'payload~a~b', NUL, 3", "'payload~a~', 'b,', 3", "'', ',', 1",
        "'payload,type~a,1~b,\"', '~', 3"})
    void shouldReadNoRowThatIsLongerThanAMessageCanBe(final String begin, final String endless, final int line) {
        final byte[] first = begin.replace('~', '\n').getBytes(StandardCharsets.UTF_8);
        final byte[] rest = endless.replace('~', '\n').replace("NUL", "\0").getBytes(StandardCharsets.UTF_8);
        final InputStream in = new InputStream() {
            private long position;

            @Override
            public int read() {
                final long at = position++;
                assertTrue(at < 1 << 20, "it reads on and on");
                return at < first.length ? first[(int) at] : rest[(int) ((at - first.length) % rest.length)];
            }
        };
        failed(ToolRun.withInput(in, "import", "--csv", name), "standard input: row that begins in line " + line
            + ": expected at most ", " characters, found more", "a quote that is not closed");
        assertEquals(line == 1 ? 0 : 1, done(ToolRun.of("tail", name)).lines().count());
    }

    /** A line may have as many bytes as an escape for each byte of a payload takes, but only if it has so many. */
    @ParameterizedTest
    @CsvSource(quoteCharacter = '\'', value = {
        "x, 3", "'{\"text\":\"', 3", "'{\"base64\":\"', 3", "'{\"text\":\"\\u0041\\u0041\\u0041\\u0041', 7"})
    void shouldReadNoLineThatIsLongerThanAMessageCanBe(final String begin, final int readMax) {
        final String large = name + "-large";
        done(ToolRun.of("create", large, "--segment", "1m", "--json"));
        final AtomicLong read = new AtomicLong();
        final String first = "{\"text\":\"first\"}\n" + begin;
        final String rest = begin.contains("\\") ? "\\u0041" : "x";
        final InputStream in = new InputStream() {
            @Override
            public int read() {
                final long at = read.getAndIncrement();
                assertTrue(at < readMax << 20, "it reads on and on");
                return at < first.length() ? first.charAt((int) at)
                    : rest.charAt((int) ((at - first.length()) % rest.length()));
            }
        };
        failed(ToolRun.withInput(in, "import", large), "standard input: line 2: expected a message of 0 to 1048552 "
            + "bytes, found a line of ", " bytes or more, ", "; the lines before it are published");
        assertEquals("first\n", done(ToolRun.of("tail", large)));
    }

    @Test
    void shouldTakeALineOfEscapesWhenItsMessageFits() throws IOException {
        final String large = name + "-large";
        final String line = "{\"text\":\"" + "\\u0041".repeat(1_000_000) + "\"}\n";
        done(ToolRun.withInput(line + "{\"base64\":\"" + "QUFB".repeat(333_333) + "\"}", "import", large, "--create",
            "--segment", "1m"));
        assertEquals("A".repeat(1_000_000) + "\n" + "A".repeat(999_999) + "\n", done(ToolRun.of("tail", large)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--csv", "--csv --payload hex", "--csv --payload base64", "--raw"})
    void shouldMakeTheSameMessagesWhenAnotherFormIsImported(final String form) throws IOException {
        final long seed = Long.getLong("seed", new Random().nextLong());
        final Random random = new Random(seed);
        final Path file = directory.resolve("exported");
        final String copy = name + "-copy";
        try (Channel channel = Channel.join(path);
             Publisher publisher = channel.addPublisher()) {
            for (int i = 0; i < 300; i++) {
                final byte[] bytes = new byte[random.nextInt(40)];
                for (int j = 0; j < bytes.length; j++) {
                    bytes[j] = (byte) (i % 2 == 0
                        ? random.nextInt() : ",\"\r\n a".charAt(random.nextInt(6)));
                }
                publisher.offer(random.nextInt(), bytes, 0, bytes.length);
            }
        }
        final String[] words = ("export " + name + " " + form).split(" ");
        Files.write(file, ToolRun.bytes(words));
        done(ToolRun.of("import", copy, "--create", "--segment", "64k", form.split(" ")[0],
            file.toString()));
        assertEquals(payloads(done(ToolRun.of("export", name))),
            payloads(done(ToolRun.of("export", copy))), "seed " + seed);
    }

    @Test
    void shouldReadCsvOfOthersWhenItNamesAPayload() {
        done(ToolRun.withInput("payload,when\r\n\"a \"\"b\"\", c\n\",1\r\n\r\nd,2\n",
            "import", "--csv", name));
        assertEquals("a \"b\", c\n\nd\n", done(ToolRun.of("tail", name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "type,payload\n1,a\n2\n", "payload\na\n\"b\nc", "payload\na\n\"b\"c\n", "type,payload\n0,a\nx,b\n",
        "encoding,payload\ntext,a\nrot13,b\n", "encoding,payload\ntext,a\nhex,b\n"})
    void shouldSayWhichRowIsWrongWhenCsvIs(final String csv) {
        failed(ToolRun.withInput(csv, "import", "--csv", name),
            "standard input: row that begins in line 3: ", "the rows before it are published");
        assertEquals("a\n", done(ToolRun.of("tail", name)));
        failed(ToolRun.withInput("a,b\n", "import", "--csv", name), "a column payload");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
    void shouldPublishNothingWhenALineIsOfAnotherEncoding(final String charset) throws IOException {
        final Path file = Files.writeString(directory.resolve("line"), "{\"text\":\"a\"}", Charset.forName(charset));
        failed(ToolRun.of("import", name, file.toString()), "line: line 1: expected an object in UTF-8, found other");
        assertEquals("", done(ToolRun.of("tail", name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"payload", "type", "encoding", "time", "position"})
    void shouldPublishNothingWhenACsvNamesAColumnTwice(final String column) throws IOException {
        final Path good = Files.writeString(directory.resolve("good"), "payload\na\nb\n");
        final Path bad = Files.writeString(directory.resolve("bad"),
            "\npayload, " + column + "," + column.toUpperCase(Locale.ROOT) + "\nc,1,2\n");
        final int count = column.equals("payload") ? 3 : 2;
        failed(ToolRun.of("import", "--csv", name, bad.toString()), bad + ": line 2: expected one column " + column
            + ", found " + count + " in [payload, " + column + ", ", "; 0 messages are published");
        assertEquals("", done(ToolRun.of("tail", name)));
        failed(ToolRun.of("import", "--csv", name, good.toString(), bad.toString()), bad + ": line 2: ",
            "; 2 messages are published");
        Files.writeString(bad, "PAYLOADS\nc\n");
        failed(ToolRun.of("import", "--csv", name, good.toString(), bad.toString()), bad + ": line 1: expected a first"
            + " row that names a column payload, found [PAYLOADS]; 2 messages are published");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s\n", "payload,payload,%s\n", "type,payload\n%s,a\n", "encoding,payload\n%s,a\n"})
    void shouldShowTheBeginningOfAFieldWhenItIsLong(final String csv) {
        final ToolRun run = ToolRun.withInput(csv.replace("%s", "x".repeat(100_000)), "import", "--csv", name);
        failed(run, "found ", "xxx ...; ", " published\n");
        assertTrue(run.err().length() < 400, run::toString);
    }

    @Test
    void shouldReadCsvWhenNamesAreInOtherLettersAndOthersAreThereTwice() throws IOException {
        done(ToolRun.withInput("host,Type,host, PAYLOAD ,Encoding\nx,7,y,6162,hex\n", "import", "--csv", name));
        final JsonNode message = parse(done(ToolRun.of("tail", "--json", name)));
        assertEquals(7, message.required("type").intValue());
        assertEquals("ab", message.required("text").textValue());
    }

    @Test
    void shouldSayWhereAMessageIsWhenItIsTooLongToBeImported() throws IOException {
        final String text = "x".repeat(65513);
        failed(ToolRun.withInput("{\"text\":\"a\"}\n{\"text\":\"" + text + "\"}\n", "import", name),
            "standard input: line 2: expected 0 to 65512 bytes, found 65513; the lines before it are published");
        failed(ToolRun.withInput("payload\nb\n" + text + "\n", "import", "--csv", name), "standard input: row that"
            + " begins in line 3: expected 0 to 65512 bytes, found 65513; the rows before it are published");
        assertEquals("a\nb\n", done(ToolRun.of("tail", name)));
    }

    @Test
    void shouldSayHowMuchIsPublishedWhenALaterFileCannotBeReadToItsEnd() throws IOException {
        // It can be opened, and its first page is never there.
        final String memory = "/proc/self/mem";
        assumeTrue(Files.isReadable(Path.of(memory)));
        final String file = Files.writeString(directory.resolve("file"), "one\ntwo\n").toString();
        failed(ToolRun.of("publish", name, file, memory), "cannot read " + memory, "; 2 messages are published");
        final String json = Files.writeString(directory.resolve("json"), "{\"text\":\"three\"}").toString();
        failed(ToolRun.of("import", name, json, memory), "cannot read " + memory, "; 1 messages are published");
        assertEquals("one\ntwo\nthree\n", done(ToolRun.of("tail", name)));
    }

    private static List<String> payloads(final String exported) {
        return exported.lines().map(line -> line.replaceAll(
            "\"(position|publisher|time|batchIndex|batchCount)\":(\\d+|\"[^\"]*\"),", "")).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"type\":1}", "{\"type\":1,\"text\":\"a\",\"base64\":\"YQ==\"}", "[1]", "{", "nonsense",
        "{\"base64\":\"!\"}", "{\"text\":1}", "{\"text\":\"a\",\"type\":\"a\"}",
        "{\"text\":\"a\",\"type\":5000000000}", "{\"type\":1,\"text\":\"a\",\"type\":2}", "{\"text\":\"a\"",
        "{\"text\":\"a\"]", "{\"text\":\"a\",\"other\":[1}"})
    void shouldSayWhichLineIsWrongWhenItIsNoMessage(final String line) {
        final ToolRun run = ToolRun.withInput("{\"text\":\"first\"}\n" + line + "\n", "import", name);
        failed(run, "standard input: line 2: ", "the lines before it are published");
        assertFalse(run.err().contains("REDACTED"), run::toString);
        assertEquals("first\n", done(ToolRun.of("tail", name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"text\":\"a\\ud800b\"}", "{\"text\":\"\\udc00\\ud800\"}", "{\"text\":\"\u00c0\u00af\"}",
        "{\"text\":\"a\",\"other\":\"\u00ed\u00a0\u0080\"}"})
    void shouldPublishNoOtherCharactersWhenALineHasSuchAsAreNone(final String line) throws IOException {
        final Path file = directory.resolve("lines");
        Files.writeString(file, "{\"text\":\"first\"}\n" + line + "\n", StandardCharsets.ISO_8859_1);
        failed(ToolRun.of("import", name, file.toString()), "lines: line 2: ", "the lines before it are published");
        assertEquals("first\n", done(ToolRun.of("tail", name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00ed\u00a0\u0080", "\u00c0\u00af", "\u00ff", "\u00e4"})
    void shouldPublishNoOtherCharactersWhenARowHasSuchAsAreNone(final String characters) throws IOException {
        final Path file = directory.resolve("rows");
        Files.writeString(file, "payload\nfirst\n" + characters + "\n", StandardCharsets.ISO_8859_1);
        failed(ToolRun.of("import", "--csv", name, file.toString()),
            "rows: row that begins in line 3: ", "UTF-8", "the rows before it are published");
        assertEquals("first\n", done(ToolRun.of("tail", name)));
    }

    @Test
    void shouldTellAnEmptyPayloadFromAnEmptyLineOfCsv() {
        done(ToolRun.withInput("payload\n\"\"\n\n\"\"\r\n\r\n \n", "import", "--csv", name));
        assertEquals("\n\n \n", done(ToolRun.of("tail", name)));
    }

    @Test
    void shouldReadCsvWhenItBeginsWithAByteOrderMark() {
        done(ToolRun.withInput("\ufeffpayload\n\ufeff\u00e4\n", "import", "--csv", name));
        assertEquals("\ufeff\u00e4\n", done(ToolRun.of("tail", name)));
    }

    @Test
    void shouldTakeAWordAsItIsWhenItBeginsWithAnAt() throws IOException {
        final String word = "@" + Files.writeString(directory.resolve("file"), "other\n");
        done(ToolRun.withInput("other\n" + word + "\n", "publish", name));
        assertEquals(word + "\n", done(ToolRun.of("grep", "-F", word, name)));
    }

    @Test
    void shouldFindTheEndOfStandardInputWhenItIsNamedAgain() throws IOException {
        final Path file = Files.writeString(directory.resolve("file"), "one\ntwo");
        try (InputStream in = new FileInputStream(file.toFile())) {
            done(ToolRun.withInput(in, "publish", name, "-", file.toString(), "-"));
        }
        assertEquals("one\ntwo\none\ntwo\n", done(ToolRun.of("tail", name)));
    }

    @Test
    void shouldBeginAtAPositionWhenItHasNineteenDigits() {
        final String far = directory.resolve("far").toString();
        done(ToolRun.of("create", far, "--segment", "64k", "--start", "2305843009213693952"));
        done(ToolRun.withInput("one\n", "publish", far));
        done(ToolRun.withInput("two\nthree\n", "publish", far));
        assertEquals("two\nthree\n", done(ToolRun.of("tail", far, "--from", "2305843009213693984")));
        final String place = done(ToolRun.of("grep", "--positions", "two", far)).split(":")[0];
        assertEquals("three\n", done(ToolRun.of("tail", far, "--from", place)));
        misused("ipc tail", ToolRun.of("tail", far, "--from", "9223372036854775808"));
    }
}
