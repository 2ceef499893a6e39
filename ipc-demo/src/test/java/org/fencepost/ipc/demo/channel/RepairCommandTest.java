package org.fencepost.ipc.demo.channel;

import static org.fencepost.ipc.demo.ToolRun.done;
import static org.fencepost.ipc.demo.ToolRun.failed;
import static org.fencepost.ipc.demo.ToolRun.misused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.demo.ExitCode;
import org.fencepost.ipc.demo.ToolRun;
import org.fencepost.ipc.demo.ToolShell;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.SegmentFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ipc repair}, in this process, of journals with every kind of damage. */
class RepairCommandTest {
    /** A message of 3 bytes takes so many of a journal, and this is where its payload begins. */
    private static final int FRAME_BYTES = 32;
    private static final int PAYLOAD_OFFSET = 24;
    private static final int FILE_HEADER_BYTES = 4096;
    private static final int FRAMES_PER_SEGMENT = 128;
    private static final int MESSAGES = 300;
    private static final String FIRST = "segment-0000000000000000";
    private static final String SECOND = "segment-0000000000001000";

    @TempDir
    Path directory;

    private Path path;
    private String name;
    private DamagedFiles files;

    @BeforeEach
    void publish() {
        path = directory.resolve("journal");
        name = path.toString();
        files = new DamagedFiles(path);
        done(ToolRun.withInput("abc".repeat(MESSAGES), "publish", name, "--create",
            "--segment", "4k", "--raw", "--chunk", "3", "--separate", "--durable"));
    }

    private void flip(final String segment, final int frame) throws IOException {
        files.overwrite(segment,
            FILE_HEADER_BYTES + frame * FRAME_BYTES + PAYLOAD_OFFSET, (byte) 'X');
    }

    private byte[] kept(final String file) throws IOException {
        return Files.readAllBytes(path.resolve(file));
    }

    /** Of a segment: its header says how far it was durable, which is taken back. */
    private byte[] data(final String file) throws IOException {
        final byte[] content = kept(file);
        return Arrays.copyOfRange(content, FILE_HEADER_BYTES, content.length);
    }

    /** What it would do, while nothing is changed. */
    private String planned() throws IOException {
        final byte[] before = files.everything();
        final ToolRun run = ToolRun.of("repair", "--dry-run", name);
        assertEquals(ExitCode.FAILED, run.exitCode(), run::toString);
        assertEquals("", run.err());
        assertArrayEquals(before, files.everything());
        return run.out();
    }

    /** That it is whole with so many messages, and can be published to. */
    private void assertWhole(final int messages) {
        assertEquals("abc\n".repeat(messages), done(ToolRun.of("tail", name)));
        done(ToolRun.withInput("new", "publish", name));
        assertTrue(done(ToolRun.of("verify", name)).contains(messages + 1 + " messages with "));
        assertEquals("nothing is wrong, nothing to repair\n", done(ToolRun.of("repair", name))
            .lines().skip(1).findFirst().orElseThrow() + "\n");
    }

    @Test
    void shouldNotCallDamagedWhatAnotherVersionHasMade() throws IOException {
        files.overwrite("control", FileHeader.VERSION_OFFSET, (byte) (FileHeader.VERSION + 1));
        final byte[] before = files.everything();
        for (final String[] command : new String[][] {
            {"repair", name}, {"repair", "--dry-run", name}, {"repair", "--json", name}}) {
            final ToolRun run = ToolRun.of(command);
            assertEquals(ExitCode.FAILED, run.exitCode(), run::toString);
            assertEquals("ipc: " + path.resolve("control") + ": wrong format version: expected 1, found 2, use the"
                + " version of the library that made it; nothing was changed\n", run.err());
            assertEquals("", run.out());
        }
        assertArrayEquals(before, files.everything());
    }

    @Test
    void shouldDoNothingWhenNothingIsWrong() throws IOException {
        final byte[] before = files.everything();
        for (final String[] arguments : new String[][] {
            {"repair", name}, {"repair", "--dry-run", name}, {"repair", "--json", name}}) {
            done(ToolRun.of(arguments));
        }
        assertArrayEquals(before, files.everything());
        misused("ipc repair", ToolRun.of("repair"));
        failed(ToolRun.of("repair", directory.toString()), "no channel at");
    }

    @Test
    void shouldEndTheLogAtDamageBelowTheWatermarkAndKeepTheRest() throws IOException {
        flip(FIRST, 10);
        final byte[] segment = kept(FIRST);
        final byte[] later = data(SECOND);
        final String plan = planned();
        assertTrue(plan.contains("WRONG: damaged from position 320 to 352: "), plan);
        assertTrue(plan.contains("would end the log at position 320, "), plan);
        assertTrue(plan.contains("ipc export " + name + " --from 352 | ipc import"), plan);
        final String done = done(ToolRun.of("repair", name));
        assertTrue(done.contains("repaired: ended the log at the damaged frame\n"), done);
        assertTrue(done.contains(" in cut-1-segment-0000000000000140\n"), done);
        final byte[] side = kept("cut-1-segment-0000000000000140");
        assertArrayEquals(side, Arrays.copyOfRange(
            segment, FILE_HEADER_BYTES + 320, FILE_HEADER_BYTES + 320 + side.length));
        assertArrayEquals(later, data("cut-1-" + SECOND));
        assertWhole(10);
    }

    /** Goes on with a journal for whose messages nobody has waited. */
    private void publishWithoutWaiting() {
        path = directory.resolve("never-synced");
        name = path.toString();
        files = new DamagedFiles(path);
        done(ToolRun.withInput("abc".repeat(MESSAGES), "publish", name, "--create",
            "--segment", "4k", "--raw", "--chunk", "3", "--separate"));
    }

    @Test
    void shouldEndTheLogAtDamageThatNobodyHasWaitedFor() throws IOException {
        publishWithoutWaiting();
        flip(FIRST, 10);
        assertTrue(planned().contains("would end the log at position 320, "));
        done(ToolRun.of("repair", name));
        assertWhole(10);
    }

    @Test
    void shouldShowWhatIsWrongWhenThatIsNotToBeRepaired() throws IOException {
        final Path ring = directory.resolve("ring");
        done(ToolRun.withInput("abcabc", "publish", ring.toString(), "--create", "--ring", "64k",
            "--checksums", "--raw", "--chunk", "3", "--separate"));
        new DamagedFiles(ring).overwrite(FIRST, FILE_HEADER_BYTES + PAYLOAD_OFFSET - Long.BYTES, (byte) 'X');
        final ToolRun run = ToolRun.of("repair", ring.toString());
        assertEquals(ExitCode.FAILED, run.exitCode());
        assertTrue(run.out().contains("WRONG: damaged from position 0 to 64: "), run::toString);
        assertEquals(1, run.err().lines().count(), run::toString);
        assertTrue(run.err().contains("ring"), run::toString);
    }

    @Test
    void shouldSayThatItWouldRecoverWhenOnlyACursorIsBeyondTheEnd() throws IOException {
        publishWithoutWaiting();
        try (Channel channel = Channel.open(path, ChannelOptions.journal(4096));
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest().named("late", false))) {
            assertEquals(channel.tailPosition(), subscriber.position());
        }
        final int last = (MESSAGES - 1) % FRAMES_PER_SEGMENT;
        files.overwrite("segment-0000000000002000", FILE_HEADER_BYTES + last * FRAME_BYTES, new byte[FRAME_BYTES]);
        files.overwrite("control", ControlFormat.BOOT_ID_OFFSET, DamagedFiles.word(1));
        assertTrue(planned().contains("would recover it, as whoever opens it does"));
        final String done = done(ToolRun.of("repair", name));
        assertTrue(done.contains("repaired: moved the named cursor"), done);
        assertWhole(MESSAGES - 1);
    }

    @Test
    void shouldCutATornTailAndKeepIt() throws IOException {
        // As it is behind a loss of power: another boot, and what was written last is not whole.
        done(ToolRun.withInput("abcabc", "publish", name, "--raw", "--chunk", "3", "--separate"));
        final int last = (MESSAGES + 1) % FRAMES_PER_SEGMENT;
        flip("segment-0000000000002000", last);
        files.overwrite("control", ControlFormat.BOOT_ID_OFFSET, DamagedFiles.word(1));
        assertTrue(planned().contains("would cut off the end that does not check out"));
        final String done = done(ToolRun.of("repair", name));
        assertTrue(done.contains("repaired: kept "), done);
        assertWhole(MESSAGES + 1);
    }

    @Test
    void shouldEndTheLogBeforeASegmentThatIsMissing() throws IOException {
        final byte[] last = data("segment-0000000000002000");
        Files.delete(path.resolve(SECOND));
        final String plan = planned();
        assertTrue(plan.contains("WRONG: missing from position 4096 to 8192: "), plan);
        assertTrue(plan.contains("would end the log at position 4096, "), plan);
        done(ToolRun.of("repair", name));
        assertArrayEquals(last, data("cut-1-segment-0000000000002000"));
        assertWhole(FRAMES_PER_SEGMENT);
    }

    @Test
    void shouldDoWhatOpeningDoesWhenASegmentIsMissingThatWasNeverDurable() throws IOException {
        final byte[] last = data("segment-0000000000002000");
        // As another life finds it in which nothing was waited for.
        Files.delete(path.resolve(SECOND));
        files.overwrite("control", ControlFormat.BOOT_ID_OFFSET, DamagedFiles.word(1));
        files.overwrite("control", ControlFormat.DURABLE_OFFSET, DamagedFiles.word(0));
        for (final String segment : List.of(FIRST, "segment-0000000000002000")) {
            files.overwrite(segment, SegmentFormat.RECEIPT_OFFSET, DamagedFiles.word(0));
        }
        assertTrue(planned().contains("would cut off the end that does not check out"));
        final String done = done(ToolRun.of("repair", name));
        assertTrue(done.contains("repaired: moved the segment from position 8192 on to cut-1-"), done);
        assertArrayEquals(last, data("cut-1-segment-0000000000002000"));
        Files.delete(path.resolve(FIRST));
        files.overwrite("control", ControlFormat.BOOT_ID_OFFSET, DamagedFiles.word(1));
        files.overwrite("control", ControlFormat.DURABLE_OFFSET, DamagedFiles.word(0));
        final String again = done(ToolRun.of("repair", name));
        assertTrue(again.contains("WRONG: torn from position 0 to 4096: ")
            && again.endsWith("repaired: made the positions in the control file again, from the segments\n"), again);
        assertWhole(0);
    }

    @Test
    void shouldMakePositionsAgainWhenTheyContradictEachOther() throws IOException {
        // Ready, which must not be before the tail; and a publisher's claim beyond everything.
        files.overwrite("control", ControlFormat.READY_OFFSET, DamagedFiles.word(4096));
        failed(ToolRun.of("tail", name), "control");
        assertTrue(planned().contains("would make the positions in the control file again"));
        done(ToolRun.of("repair", name));
        assertWhole(MESSAGES);
        files.overwrite("control", ControlFormat.SLOTS_OFFSET + ControlFormat.SLOT_WON_END_OFFSET,
            DamagedFiles.word(1 << 30));
        assertTrue(planned().contains("would make the positions in the control file again"));
        done(ToolRun.of("repair", name));
        done(ToolRun.of("verify", name));
    }

    @Test
    void shouldSayWhatToRestoreWhenTheControlFileIsGarbage() throws IOException {
        files.overwrite("control", 40, DamagedFiles.word(12345));
        final byte[] before = files.everything();
        for (final String option : new String[] {"--dry-run", "--debug"}) {
            final ToolRun run = ToolRun.of("repair", option, name);
            assertEquals(ExitCode.FAILED, run.exitCode(), run::toString);
            assertTrue(run.err().contains("ipc: " + path.resolve("control")), run::toString);
            assertTrue(run.err().contains("restore the file from a copy"), run::toString);
        }
        assertArrayEquals(before, files.everything());
    }

    @Test
    void shouldSayThatACutSegmentIsToBeMovedAway() throws IOException {
        try (FileChannel segment = FileChannel.open(path.resolve(SECOND), StandardOpenOption.WRITE)) {
            segment.truncate(FILE_HEADER_BYTES + 10);
        }
        final ToolRun run = ToolRun.of("repair", name);
        assertEquals(ExitCode.FAILED, run.exitCode(), run::toString);
        assertTrue(run.err().contains(SECOND + ": wrong size"), run::toString);
        assertTrue(run.err().contains("move it away if it is a segment"), run::toString);
        Files.delete(path.resolve(SECOND));
        done(ToolRun.of("repair", name));
        assertWhole(FRAMES_PER_SEGMENT);
    }

    @Test
    void shouldPassOverAClaimOfTheDeadWhenThereIsDamageBehindIt() throws IOException {
        publishWithoutWaiting();
        // A header that nobody has written, as whoever dies in its claim leaves it.
        files.overwrite(FIRST, FILE_HEADER_BYTES + 5 * FRAME_BYTES, new byte[FRAME_BYTES]);
        flip(SECOND, 10);
        assertTrue(planned().contains("would end the log at position 4416, "));
        final String done = done(ToolRun.of("repair", name));
        assertTrue(done.contains("passed over the claim from position 160 to 192"), done);
        assertWhole(FRAMES_PER_SEGMENT + 10 - 1);
    }

    @Test
    void shouldSayThatItLooksAgainWhenWhatWasDamagedIsRestored() throws IOException {
        final byte[] whole = kept(SECOND);
        flip(SECOND, 10);
        files.overwrite("control", ControlFormat.BOOT_ID_OFFSET, DamagedFiles.word(1));
        // As of a copy, so that all of it is looked at.
        files.overwrite("control", ControlFormat.INODE_OFFSET, DamagedFiles.word(1));
        failed(ToolRun.withInput("new", "publish", name), "can only be read");
        assertTrue(planned().contains("would end the log at position 4416, "));
        files.overwrite(SECOND, 0, whole);
        final String plan = planned();
        assertTrue(plan.contains("can only be read; whoever opens it to write looks again"), plan);
        assertTrue(plan.contains("would look again, as whoever opens it does, and find nothing damaged"), plan);
        assertTrue(done(ToolRun.of("repair", name)).contains("repaired: looked again, and found nothing damaged"));
        assertWhole(MESSAGES);
    }

    @Test
    void shouldEndTheLogWhereReadersDoWhenAMessageIsZeroInPart() throws IOException {
        publishWithoutWaiting();
        // A message, and half of the next one: what is left of that is where a header is looked for.
        files.overwrite(FIRST, FILE_HEADER_BYTES + 5 * FRAME_BYTES, new byte[FRAME_BYTES + FRAME_BYTES / 2]);
        assertEquals(ExitCode.FAILED, ToolRun.of("tail", name).exitCode());
        final String plan = planned();
        assertTrue(plan.contains("would end the log at position 208, "), plan);
        done(ToolRun.of("repair", name));
        assertWhole(5);
    }

    @Test
    void shouldEndTheLogWhereZerosBeginBelowTheWatermarkAndEndBehindIt() throws IOException {
        done(ToolRun.withInput("abc".repeat(20), "publish", name, "--raw", "--chunk", "3", "--separate"));
        final int used = 2 * FRAMES_PER_SEGMENT;
        files.overwrite("segment-0000000000002000", FILE_HEADER_BYTES + (MESSAGES - 2 - used) * FRAME_BYTES,
            new byte[(FRAMES_PER_SEGMENT + used - MESSAGES + 2) * FRAME_BYTES]);
        assertEquals(ExitCode.FAILED, ToolRun.of("tail", name).exitCode());
        final String plan = planned();
        assertTrue(plan.contains("would end the log at position " + (MESSAGES - 2) * FRAME_BYTES + ", "), plan);
        done(ToolRun.of("repair", name));
        assertWhole(MESSAGES - 2);
    }

    @Test
    void shouldSayThatItWasMadeWhenThatCannotBePrinted() throws Exception {
        final ToolShell shell = new ToolShell(directory);
        for (final String line : List.of("repair journal", "repair --json journal")) {
            flip(FIRST, 10);
            final String full = "ipc: cannot write to standard output: No space left on device";
            assertEquals("1 " + full + "\n", shell.run("$ipc " + line + " --dry-run > /dev/full"));
            final String outcome = shell.run("$ipc " + line + " > /dev/full");
            assertTrue(outcome.startsWith("1 " + full + "; repaired all the same: ended the log at the damaged "),
                outcome);
            assertTrue(outcome.contains("; the log ends at position 320, in recovery epoch "), outcome);
            done(ToolRun.of("verify", name));
            done(ToolRun.withInput("abc".repeat(MESSAGES),
                "publish", name, "--raw", "--chunk", "3", "--separate", "--durable"));
        }
        assertEquals("1 ipc: cannot write to standard output: No space left on device\n",
            shell.run("$ipc repair journal > /dev/full"), "nothing is wrong");
    }

    @Test
    void shouldBeMadeWhenMoreIsWrongThanCanBePrintedAtOnce() throws Exception {
        final ToolShell shell = new ToolShell(directory);
        for (final String printed : List.of("$ipc repair many > /dev/full; echo $?",
            "mkfifo pipe; : < pipe & $ipc repair many > pipe; echo $?")) {
            done(ToolRun.withInput("abc".repeat(2_000), "publish", directory.resolve("many").toString(), "--create",
                "--segment", "4k", "--raw", "--chunk", "3", "--separate"));
            for (int segment = 0; segment < 10; segment++) {
                for (int frame = 1; frame < FRAMES_PER_SEGMENT; frame += 2) {
                    new DamagedFiles(directory.resolve("many")).overwrite(
                        "segment-%016x".formatted(segment * FILE_HEADER_BYTES),
                        FILE_HEADER_BYTES + frame * FRAME_BYTES + PAYLOAD_OFFSET, (byte) 'X');
                }
            }
            final int found = ToolRun.of("verify", directory.resolve("many").toString()).out().length();
            assertTrue(found > 1 << 16, "found " + found + " characters");
            final String outcome = shell.run(printed);
            assertEquals("abc\n", done(ToolRun.of("tail", directory.resolve("many").toString())), outcome);
            if (printed.contains("full")) {
                assertTrue(outcome.startsWith("0 ipc: cannot write to standard output: No space left on device;"
                    + " repaired all the same: "), outcome);
                assertTrue(outcome.endsWith("\n1\n"), outcome);
            } else {
                assertEquals("0 0\n", outcome);
            }
            done(ToolRun.of("rm", directory.resolve("many").toString()));
        }
    }

    @Test
    void shouldRefuseWhileSomebodyIsThere() throws IOException {
        flip(FIRST, 10);
        try (Channel channel = Channel.join(path)) {
            try (Publisher publisher = channel.addPublisher()) {
                assertTrue(publisher.tryClaim(0, 3, new Claim()) > 0);
                failed(ToolRun.of("repair", name), "in use by publisher 0 (process ");
                failed(ToolRun.of("repair", "--dry-run", name), "in use by publisher 0 (process ");
            }
            final ToolRun run = ToolRun.of("repair", name);
            assertEquals(ExitCode.FAILED, run.exitCode());
            assertTrue(run.err().contains("close it everywhere"), run::toString);
        }
        assertFalse(Files.exists(path.resolve("cut-1-" + SECOND)));
    }

    @Test
    void shouldSayWhatStaysWrongWhenItCannotBeRepaired() throws IOException {
        Files.copy(path.resolve(FIRST), path.resolve("segment-0000000000100000"));
        final ToolRun run = ToolRun.of("repair", "--json", name);
        assertEquals(ExitCode.FAILED, run.exitCode(), run::toString);
        final JsonNode json = new ObjectMapper().readTree(run.out());
        assertEquals("unreachable",
            json.required("left").get(0).required("kind").textValue(), run::toString);
        assertEquals(0, json.required("steps").size());
        final String ring = directory.resolve("ring").toString();
        done(ToolRun.withInput("abcdef", "publish", ring, "--create", "--ring", "64k",
            "--checksums", "--raw", "--chunk", "3", "--separate"));
        new DamagedFiles(Path.of(ring)).overwrite(FIRST, FILE_HEADER_BYTES + 16, (byte) 'X');
        final ToolRun refused = ToolRun.of("repair", ring);
        assertEquals(ExitCode.FAILED, refused.exitCode());
        assertTrue(refused.err().contains("cannot be repaired: expected a journal"),
            refused::toString);
    }

    @Test
    void shouldSayWhatCanBeTypedWhenTheNameIsNoWordOfTheShell() throws IOException {
        flip(FIRST, 3);
        final Path odd = directory.resolve("it's a journal");
        Files.move(path, odd);
        final ToolRun run = ToolRun.of("repair", "--dry-run", odd.toString());
        assertTrue(run.out().contains(
            "ipc export '" + directory + "/it'\\''s a journal' --from 128 | ipc import OTHER --create"), run::toString);
    }
}
