package org.fencepost.ipc.demo.channel;

import static org.fencepost.ipc.demo.ToolRun.done;
import static org.fencepost.ipc.demo.ToolRun.failed;
import static org.fencepost.ipc.demo.ToolRun.misused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Channels;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.demo.ExitCode;
import org.fencepost.ipc.demo.ToolRun;
import org.fencepost.ipc.demo.ToolShell;
import org.fencepost.ipc.format.FileHeader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that show, make and remove channels, in this process. */
class ChannelCommandTest {
    @TempDir
    Path directory;

    private Path path;
    private String name;

    @BeforeEach
    void chooseName() {
        path = directory.resolve("channel");
        name = path.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "create", "create CHANNEL --ring 3k", "create CHANNEL --ring 64", "create CHANNEL --ring",
        "create CHANNEL --journal --ring 64k", "create CHANNEL --segment 4t",
        "create CHANNEL --segment 99999999999999999g", "create CHANNEL --no-checksums",
        "create CHANNEL --ring 64k --segments 3", "create CHANNEL --ring 64k --flush-millis 5",
        "create CHANNEL --keep-hours 9999999999999999", "create CHANNEL --start 5",
        "create CHANNEL --ring 64k --keep 1m", "create CHANNEL --align 8", "rm", "stat",
        "stat CHANNEL --every 0", "stat CHANNEL --limit 0", "ls CHANNEL SURPLUS"})
    void shouldShowUsageWhenTheCommandLineIsWrong(final String line) {
        final ToolRun run = ToolRun.of(line.replace("CHANNEL", name).split(" "));
        misused("ipc " + line.split(" ")[0], run);
        assertFalse(Files.exists(path));
    }

    @ParameterizedTest
    @CsvSource({
        "--segment 5k, '--segment must be a power of two from 4096 to 1073741824, but is 5120'",
        "--ring 33k, '--ring must be a power of two from 32768 to 34359738368, but is 33792'",
        "--ring 32k --segments 3, '--segments must be a power of two from 2 to 1024, but is 3'",
        "--align 3, '--align must be a power of two from 16 to 4096, but is 3'",
        "--segment 4k --start 5, '--start must be a multiple of 4096 from 0 to 2305843009213693952, but is 5'",
        "--flush-millis -1, 'option ''--flush-millis'': expected 0 to 86400000, but was -1'",
        "--keep-hours -1, 'option ''--keep-hours'': expected 0 to 876000, but was -1'"})
    void shouldNameTheOptionWhenNoSuchChannelCanBeMade(final String options, final String said) {
        final ToolRun run = ToolRun.of(("create CHANNEL " + options).replace("CHANNEL", name).split(" "));
        misused("ipc create", run);
        assertTrue(run.err().contains(said), run::toString);
    }

    /** As of a variable of the shell that has no value. */
    @ParameterizedTest
    @ValueSource(strings = {"create", "keep", "rm", "stat", "publish", "tail", "export", "verify"})
    void shouldTakeNothingForTheCurrentDirectoryWhenAPathIsEmpty(final String command) {
        misused("ipc " + command, ToolRun.of(command, ""));
    }

    @Test
    void shouldNameEveryCommandWhenHelpIsAskedFor() {
        final String help = done(ToolRun.of("--help"));
        for (final String command : List.of("ls", "create", "keep", "rm", "stat", "publish", "tail",
            "export", "import", "grep", "verify", "repair", "doctor", "bench")) {
            assertTrue(help.contains("  " + command + " "), help);
            assertTrue(done(ToolRun.of("help", command)).contains("--debug"));
        }
    }

    @Test
    void shouldShowTheCommandBelowAnotherWhenHelpNamesBoth() {
        final String help = done(ToolRun.of("help", "file", "grep"));
        assertTrue(help.startsWith("Usage: ipc file grep "), help);
        assertTrue(done(ToolRun.of("help")).startsWith("Usage: ipc "));
        for (final String line : List.of("help nosuch", "help file nosuch", "help ls nosuch")) {
            final ToolRun run = ToolRun.of(line.split(" "));
            assertEquals(ExitCode.USAGE, run.exitCode());
            assertEquals(1, run.err().lines().count(), run::toString);
            assertTrue(run.err().contains("nosuch"), run::toString);
        }
        misused("ipc file", ToolRun.of("help", "file", "nosuch"));
    }

    @Test
    void shouldSayInWordsWhatIsWrongWithANumberOrAnArgument() {
        assertEquals("ipc: Invalid value for option '--limit': expected a whole number from"
            + " -9223372036854775808 to 9223372036854775807, but was '99999999999999999999'; see ipc tail --help\n",
            ToolRun.of("tail", name, "--limit", "99999999999999999999").err());
        assertEquals("ipc: Invalid value for option '--type': expected a whole number from -2147483648 to"
            + " 2147483647, but was 'x'; see ipc publish --help\n",
            ToolRun.of("publish", name, "--type", "x").err());
        assertEquals("ipc: --hex, --json are mutually exclusive (specify only one); see ipc tail --help\n",
            ToolRun.of("tail", name, "--hex", "--json").err());
        assertEquals("ipc: Unexpected argument ''; see ipc publish --help\n",
            ToolRun.of("publish", name, "").err());
    }

    @Test
    void shouldSaySoWhenHelpCannotBePrinted() throws Exception {
        final ToolShell shell = new ToolShell(directory);
        assertEquals("0 " + ("ipc: cannot write to standard output: No space left on device\n1\n").repeat(5),
            shell.run("for line in --help --version 'help create' 'create --help' generate-completion; do"
                + " $ipc $line > /dev/full; echo $?; done"));
        assertEquals("0 0\n", shell.run("$ipc --help | true; echo ${PIPESTATUS[0]}"));
    }

    @Test
    void shouldSayWhatWasDoneWhenThatCannotBePrinted() throws Exception {
        final ToolShell shell = new ToolShell(directory);
        final String full = "0 ipc: cannot write to standard output: No space left on device; ";
        assertEquals(full + "made is there all the same\n1\n",
            shell.run("$ipc create made --segment 64k > /dev/full; echo $?"));
        assertEquals(full + "made is changed all the same\n1\n",
            shell.run("$ipc keep made --bytes 1m > /dev/full; echo $?"));
        assertEquals(full + "3 messages are published all the same\n1\n",
            shell.run("seq 3 | $ipc publish made --json > /dev/full; echo $?"));
        assertTrue(done(ToolRun.of("stat", directory.resolve("made").toString())).contains("kept for 1048576 bytes"));
    }

    @Test
    void shouldTakeTheDelimiterThatHelpNames() {
        assertTrue(done(ToolRun.of("help", "publish")).contains("a character, \\n,"));
        done(ToolRun.withInput("a\nb", "publish", name, "--create", "--segment", "64k", "--delimiter", "\\n"));
        assertEquals("a\nb\n", done(ToolRun.of("tail", name)));
    }

    @Test
    void shouldNameCommandsThatAreAlikeWhenThereIsNone() {
        for (final String line : List.of("nosuch", "file nosuch")) {
            final ToolRun run = ToolRun.of(line.split(" "));
            assertEquals(ExitCode.USAGE, run.exitCode());
            assertTrue(run.err().startsWith("ipc: There is no command nosuch"), run::toString);
        }
        assertTrue(ToolRun.of("grap").err().contains("did you mean grep"));
        misused("ipc", ToolRun.of("--nosuch"));
    }

    @Test
    void shouldMakeWhatIsAskedForWhenNothingIsThere() {
        assertEquals(path + ": " + ChannelOptions.journal(64 << 20) + "\n",
            done(ToolRun.of("create", name)));
        failed(ToolRun.of("create", name), name, "already", "--if-missing");
        assertTrue(done(ToolRun.of("create", name, "--if-missing")).startsWith(name));
        assertTrue(done(ToolRun.of("create", name, "--if-missing", "--json"))
            .contains("\"kind\":\"journal\""));
        failed(ToolRun.of("create", name, "--if-missing", "--ring", "64k"), "expected a ring");
        final String kept = directory.resolve("kept").toString();
        assertEquals(kept + ": " + ChannelOptions.journal(8 << 10).withRetentionBytes(1 << 20)
            .withRetentionTime(Duration.ofHours(2)) + "\n", done(ToolRun.of("create", kept,
                "--segment", "8k", "--keep", "1m", "--keep-hours", "2")));
        final String stat = done(ToolRun.of("stat", "--json", kept));
        assertTrue(stat.contains("\"retentionBytes\":1048576,\"retentionSeconds\":7200,"), stat);
        assertTrue(stat.contains("\"segments\":1,\"sizeBytes\":"), stat);
        final String ring = directory.resolve("a/b/ring").toString();
        assertEquals(ring + ": " + ChannelOptions.ring(1 << 20, 4).withChecksums(true)
            .withTimestamps(true).withFrameAlignment(128).withStartPosition(1 << 18) + "\n",
            done(ToolRun.of("create", ring, "--ring", "1M", "--segments", "4", "--checksums",
                "--timestamps", "--align", "128", "--start", "262144")));
    }

    @Test
    void shouldListChannelsWithWhoIsThereWhenTheyCanBeOpened() throws IOException {
        assertEquals("", done(ToolRun.of("ls", directory.toString())));
        done(ToolRun.of("create", name, "--ring", "64k"));
        done(ToolRun.of("create", directory.resolve("journal").toString(), "--segment", "8k"));
        try (Channel channel = Channel.join(path);
             Publisher publisher = channel.addPublisher()) {
            publisher.offer(1, new byte[8], 0, 8);
            final List<String> lines = done(ToolRun.of("ls", directory.toString())).lines()
                .map(line -> line.strip().replaceAll(" {2,}", "|")).toList();
            assertEquals(3, lines.size());
            assertTrue(lines.get(1).startsWith("ring|8 x 8 KiB|0|64|1|0|"), lines::toString);
            assertTrue(lines.get(1).contains("|0 messages/s, 0/s|"), lines::toString);
            assertTrue(lines.get(1).endsWith("|channel"), lines::toString);
            assertTrue(lines.get(2).startsWith("journal|8 KiB|0|0|0|0|"), lines::toString);
            assertTrue(lines.get(2).endsWith("|-|journal"), lines::toString);
        }
        final JsonNode ring = new ObjectMapper().readTree(
            done(ToolRun.of("ls", "--json", directory.toString())).lines().findFirst().orElseThrow());
        assertEquals("ring", ring.required("kind").textValue());
        assertTrue(ring.required("sizeBytes").longValue() >= 64 << 10);
    }

    @Test
    void shouldListTheChannelItselfWhenTheDirectoryIsOne() throws Exception {
        done(ToolRun.of("create", name, "--ring", "64k"));
        done(ToolRun.of("create", path.resolve("below").toString(), "--segment", "4k"));
        final List<String> rows = done(ToolRun.of("ls", name)).lines().toList();
        assertEquals(3, rows.size(), rows::toString);
        assertTrue(rows.get(1).contains("ring  8 x 8 KiB") && rows.get(1).endsWith("  channel"), rows::toString);
        assertTrue(rows.get(2).endsWith("  below"), rows::toString);
        assertTrue(done(ToolRun.of("ls", name + "/.")).lines().toList().get(1).endsWith("  ."));
        assertEquals(name, new ObjectMapper().readTree(done(ToolRun.of("ls", "--json", name)).lines().findFirst()
            .orElseThrow()).required("path").textValue());
    }

    @Test
    void shouldListOneRowForEachWhenANameHasLineFeedsAndEscapes() throws IOException {
        final String strange = "two\nlines\u001b[2J";
        done(ToolRun.of("create", directory.resolve(strange).toString(), "--segment", "4k"));
        final List<String> rows = done(ToolRun.of("ls", directory.toString())).lines().toList();
        assertEquals(2, rows.size(), rows::toString);
        assertTrue(rows.getLast().endsWith("  two?lines?[2J"), rows::toString);
        assertEquals(directory.resolve(strange).toString(), new ObjectMapper().readTree(
            done(ToolRun.of("ls", "--json", directory.toString()))).required("path").textValue());
    }

    @Test
    void shouldPassOverChannelsThatAreRemovedWhileItListsThem() throws InterruptedException {
        final int channels = 100;
        for (int i = 0; i < channels; i++) {
            Channel.open(directory.resolve("c" + i), ChannelOptions.ring(8192, 2)).close();
        }
        final List<String> refused = new ArrayList<>();
        final Thread remover = Thread.ofPlatform().start(() -> {
            for (final Path each : Channels.list(directory)) {
                try {
                    Channels.remove(each);
                } catch (final ChannelException e) {
                    refused.add(e.getMessage());
                }
            }
        });
        while (remover.isAlive()) {
            final ToolRun run = ToolRun.of("ls", directory.toString());
            // It says of a removal that is at work that it may be one that was killed.
            assertEquals(0, run.exitCode(), run::toString);
        }
        remover.join();
        assertEquals(List.of(), refused);
        assertEquals("", done(ToolRun.of("ls", directory.toString())));
    }

    @Test
    void shouldGoOnWithTheOthersWhenAChannelIsDamaged() throws IOException {
        done(ToolRun.of("create", name, "--ring", "64k"));
        Files.createDirectories(directory.resolve("broken"));
        Files.writeString(directory.resolve("broken/control"), "nonsense");
        final ToolRun run = ToolRun.of("ls", directory.toString());
        assertEquals(ExitCode.FAILED, run.exitCode());
        assertTrue(run.out().endsWith("  channel\n"), run::toString);
        assertTrue(run.err().contains("broken/control"), run::toString);
        failed(ToolRun.of("stat", directory.resolve("broken").toString()), "broken/control");
        failed(ToolRun.of("stat", directory.toString()), "no channel at");
        final Path none = directory.resolve("none");
        failed(ToolRun.of("ls", none.toString()),
            "cannot list the channels below " + none + ": there is no such file or directory\n");
        failed(ToolRun.of("ls", name + "/control"),
            "cannot list the channels below " + name + "/control: it is no directory\n");
        failed(ToolRun.of("doctor", "--measure", none.toString()),
            "cannot write into " + none + ": ", "no such file or directory; leave --measure out\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stat", "tail", "verify", "repair", "publish", "export", "rm", "keep --bytes=1k"})
    void shouldSayWhichVersionItIsWhenAChannelIsOfANewerOne(final String command)
        throws IOException {
        done(ToolRun.of("create", name, "--segment", "64k"));
        new DamagedFiles(path).overwrite("control", FileHeader.VERSION_OFFSET, (byte) 2);
        final ToolRun run = ToolRun.of((command + " " + name).split(" "));
        assertEquals(ExitCode.FAILED, run.exitCode(), run::toString);
        assertTrue(run.err().startsWith("ipc: " + path + "/control: wrong format version: expected"
            + " 1, found 2, use the version of the library that made it;"), run::toString);
        assertEquals(1, run.err().lines().count(), run::toString);
    }

    @Test
    void shouldKeepLessAndMoreWhenAJournalIsToldTo() {
        done(ToolRun.of("create", name, "--segment", "64k", "--keep-hours", "48"));
        done(ToolRun.withInput("a line of an order\n".repeat(50_000), "publish", name));
        final String kept = done(ToolRun.of("keep", name, "--bytes", "128k"));
        assertTrue(kept.contains("kept for 131072 bytes, kept for PT48H"), kept);
        try (Channel channel = Channel.view(path)) {
            final long left = channel.tailPosition() - channel.earliestPosition();
            assertTrue(left >= 128 << 10 && left < 256 << 10, left + " bytes are left");
        }
        final String json = done(ToolRun.of("keep", name, "--bytes", "0", "--hours", "0", "--json"));
        assertTrue(json.contains("\"path\""), json);
        assertFalse(done(ToolRun.of("stat", name)).contains("kept for"));
        misused("ipc keep", ToolRun.of("keep", name));
        misused("ipc keep", ToolRun.of("keep", name, "--hours", "999999999"));
        done(ToolRun.of("rm", name));
        done(ToolRun.of("create", name, "--ring", "64k"));
        failed(ToolRun.of("keep", name, "--bytes", "64k"), "a ring uses its segments again");
    }

    @Test
    void shouldShowMembersAndRateWhenAChannelIsLookedAt() throws IOException {
        done(ToolRun.of("create", name, "--segment", "64k"));
        try (Channel channel = Channel.join(path);
             Publisher publisher = channel.addPublisher();
             Subscriber subscriber = channel.addSubscriber(
                 SubscriberOptions.earliest().named("billing", true))) {
            final long position = publisher.offer(1, new byte[8], 0, 8);
            final String text = done(ToolRun.of("stat", name));
            assertTrue(text.contains("tail " + position), text);
            assertTrue(text.contains("publisher 0 (process "), text);
            final JsonNode json =
                new ObjectMapper().readTree(done(ToolRun.of("stat", "--json", name)));
            assertEquals(position, json.required("tailPosition").longValue());
            assertEquals(position, json.required("subscribers").get(0).required("lagBytes")
                .longValue());
            assertEquals("billing",
                json.required("subscribers").get(0).required("name").textValue());
            assertEquals(0, json.required("openClaims").size());
            final String watched = done(ToolRun.of("stat", "--watch", "--limit", "2", name));
            assertTrue(watched.contains("rates:\n  all: 0 messages/s, 0/s\n"), watched);
            assertTrue(watched.contains("  publisher 0 (process "), watched);
            assertTrue(watched.contains("  subscriber 0 'billing' (process "), watched);
            assertEquals(0, subscriber.lostBytes());
        }
    }

    @Test
    void shouldSayHowFastEachGoesWhenWatched() throws Exception {
        done(ToolRun.of("create", name, "--segment", "1m"));
        final AtomicBoolean enough = new AtomicBoolean();
        try (Channel channel = Channel.join(path);
             Publisher publisher = channel.addPublisher();
             Publisher idle = channel.addPublisher();
             Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            final Thread feeder = Thread.ofPlatform().start(() -> {
                while (!enough.get()) {
                    publisher.offer(1, new byte[40], 0, 40);
                    LockSupport.parkNanos(100_000);
                }
            });
            final String looks;
            try {
                looks = done(ToolRun.of("stat", "--watch", "--limit", "2", "--json", name));
            } finally {
                enough.set(true);
                feeder.join();
            }
            final JsonNode second =
                new ObjectMapper().readTree(looks.lines().skip(1).findFirst().orElseThrow());
            final long bytes = second.required("bytesPerSecond").longValue();
            final long messages = second.required("messagesPerSecond").longValue();
            assertTrue(messages > 0, looks);
            assertEquals(64.0, (double) bytes / messages, 0.5, looks);
            final JsonNode rates = second.required("rates");
            assertEquals(publisher.id(), rates.get(0).required("publisher").intValue());
            assertEquals(messages, rates.get(0).required("messagesPerSecond").longValue());
            assertEquals(idle.id(), rates.get(1).required("publisher").intValue());
            assertEquals(0, rates.get(1).required("messagesPerSecond").intValue());
            assertEquals(0, rates.get(2).required("subscriber").intValue());
            assertEquals(0, rates.get(2).required("bytesPerSecond").intValue());
            assertEquals(0, subscriber.position());
        }
    }

    @Test
    void shouldSayWhoHoldsPublishersBackSinceWhenWhenWatched() {
        done(ToolRun.of("create", name, "--ring", "64k"));
        try (Channel channel = Channel.join(path);
             Publisher publisher = channel.addPublisher();
             Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            while (publisher.offer(1, new byte[40], 0, 40) > 0) {
                // Until there is no room.
            }
            final List<String> held =
                done(ToolRun.of("stat", "--watch", "--limit", "2", name)).lines()
                    .filter(line -> line.startsWith("held back for ")).toList();
            assertEquals(2, held.size());
            assertTrue(held.get(0).startsWith("held back for 0 ns or longer by subscriber 0 "),
                held::toString);
            assertTrue(held.get(1).matches("held back for \\d+\\.\\d+ s or longer by .*"),
                held::toString);
            assertEquals(0, subscriber.position());
        }
    }

    @Test
    void shouldRemoveAChannelWhenNobodyUsesItOrIsForced() throws IOException {
        failed(ToolRun.of("rm", name), "no channel at");
        done(ToolRun.of("create", name, "--ring", "64k"));
        try (Channel channel = Channel.join(path);
             Publisher publisher = channel.addPublisher()) {
            failed(ToolRun.of("rm", name),
                "in use by " + "publisher " + publisher.id() + " (process "
                    + ProcessHandle.current().pid(), "; --force removes it all the same");
            assertTrue(Files.exists(path.resolve("control")));
            final ToolRun forced = ToolRun.of("rm", "--force", name);
            assertEquals(0, forced.exitCode(), forced::toString);
            assertTrue(forced.err().startsWith("removed under publisher"), forced::toString);
            assertTrue(publisher.offer(1, new byte[8], 0, 8) > 0);
        }
        assertFalse(Files.exists(path));
        done(ToolRun.of("create", name, "--segment", "64k"));
        assertEquals("", done(ToolRun.of("rm", name)));
        assertEquals("", done(ToolRun.of("ls", directory.toString())));
        assertEquals(0, directory.toFile().list().length);
    }

    @Test
    void shouldRemoveOnlyACursorWhenItIsNamed() {
        failed(ToolRun.of("rm", name, "--cursor", "kept"), "no channel at", "ipc create makes one");
        failed(ToolRun.of("keep", name, "--hours", "1"), "no channel at", "ipc create makes one");
        done(ToolRun.of("create", name, "--ring", "64k"));
        failed(ToolRun.of("rm", name, "--cursor", "kept"), "no cursor 'kept'", "found none");
        try (Channel channel = Channel.join(path)) {
            final SubscriberOptions kept = SubscriberOptions.earliest().named("kept", true);
            try (Subscriber subscriber = channel.addSubscriber(kept)) {
                failed(ToolRun.of("rm", name, "--cursor", "kept"), "belongs to a subscriber of process "
                    + ProcessHandle.current().pid());
                assertEquals(0, subscriber.position());
            }
            failed(ToolRun.of("rm", name, "--cursor", "Kept"), "expected one of 'kept'");
            misused("ipc rm", ToolRun.of("rm", name, "--cursor", "kept", "--force"));
            assertTrue(done(ToolRun.of("stat", name)).contains("subscriber 0 'kept' (absent"));
            assertEquals("", done(ToolRun.of("rm", name, "--cursor", "kept")));
            assertEquals(List.of(), channel.status().subscribers());
        }
        assertTrue(done(ToolRun.of("stat", name)).contains("subscribers: none"));
    }

    @Test
    void shouldRemoveNothingWhenAFileIsNotOfAChannel() throws IOException {
        done(ToolRun.of("create", name, "--ring", "64k"));
        Files.writeString(path.resolve("thesis"), "precious");
        failed(ToolRun.of("rm", "--force", name), "thesis");
        assertTrue(Files.exists(path.resolve("control")));
        assertTrue(done(ToolRun.of("stat", name)).contains("ring of 8 segments"));
    }

    @Test
    void shouldRemoveADamagedChannelOnlyWhenForced() throws IOException {
        Files.createDirectories(path);
        Files.writeString(path.resolve("control"), "nonsense");
        failed(ToolRun.of("rm", name), "control");
        final ToolRun forced = ToolRun.of("rm", "--force", name);
        assertEquals(0, forced.exitCode(), forced::toString);
        assertFalse(Files.exists(path));
    }

    @Test
    void shouldRemoveTheChannelThatThePathLeadsToWhenALinkComesBeforeTheParent() throws IOException {
        final Path inside = Files.createDirectories(directory.resolve("a/b"));
        Files.createSymbolicLink(directory.resolve("link"), inside);
        done(ToolRun.of("create", name, "--segment", "64k"));
        final String other = directory.resolve("link/../channel").toString();
        done(ToolRun.of("create", other, "--segment", "4k"));
        assertTrue(Files.exists(inside.resolveSibling("channel/control")));
        done(ToolRun.of("rm", other));
        assertFalse(Files.exists(inside.resolveSibling("channel")));
        assertTrue(Files.exists(path.resolve("control")));
    }

    @Test
    void shouldRemoveNothingWhenAChannelIsNamedByALink() throws IOException {
        done(ToolRun.of("create", name, "--segment", "64k"));
        final Path link = Files.createSymbolicLink(directory.resolve("link"), path);
        failed(ToolRun.of("rm", link.toString()), "symbolic link", "the channel is " + path.toRealPath());
        failed(ToolRun.of("rm", "--force", link.toString()), "symbolic link");
        done(ToolRun.of("verify", link.toString()));
        assertTrue(Files.isSymbolicLink(link));
    }

    @Test
    void shouldSayWhatARemovalHasLeftAndRemoveItWithTheNextCreation() throws IOException {
        done(ToolRun.of("create", name, "--segment", "64k"));
        final Path blocking = path.resolve("cut-1-segment-0000000000000000");
        Files.createDirectories(blocking.resolve("by rmdir"));
        failed(ToolRun.of("rm", name), "cannot remove");
        assertFalse(Files.exists(path));
        final Path left = ChannelFiles.leftBelow(directory).getFirst();
        assertTrue(Files.exists(left.resolve("members")), "it cannot be told from one that is alive");
        final ToolRun listed = ToolRun.of("ls", directory.toString());
        assertEquals(0, listed.exitCode());
        assertTrue(listed.err().startsWith("ipc: " + left + " has "), listed::toString);
        Files.delete(left.resolve(blocking.getFileName()).resolve("by rmdir"));
        done(ToolRun.of("create", name, "--segment", "64k"));
        assertEquals(List.of("channel"), List.of(directory.toFile().list()));
        assertEquals("", ToolRun.of("ls", directory.toString()).err());
    }

    @Test
    void shouldRefuseToReplaceTheDirectoryInWhichItIsCalled() throws Exception {
        final ToolShell shell = new ToolShell(directory);
        final String outcome = shell.run("$ipc create . --segment 64k");
        assertTrue(outcome.startsWith("1 ipc: . is the current directory, "), outcome);
        assertEquals(0, directory.toFile().list().length);
        final String gone = shell.run("mkdir gone; cd gone; rmdir ../gone; exec 2> ../said; $ipc ls");
        assertEquals("1 ", gone);
        assertTrue(Files.readString(directory.resolve("said")).endsWith(
            "ipc: the current directory has been removed; go to another one\n"));
    }

    @Test
    void shouldSayInOneLineWhatIsWrongWithAChannelWhateverItIsCalled() throws IOException {
        final Path odd = Files.createDirectory(directory.resolve("two\nlines\u001b[31m\u0085and\u2028more"));
        Files.writeString(odd.resolve("control"), "nothing");
        failed(ToolRun.of("ls", directory.toString()), "two lines?[31m and more");
        Files.delete(odd.resolve("control"));
        done(ToolRun.of("create", odd.toString(), "--segment", "64k"));
        assertTrue(done(ToolRun.of("ls", directory.toString())).endsWith("  two?lines?[31m?and?more\n"));
    }
}
