package org.fencepost.ipc.demo.channel;

import static org.fencepost.ipc.demo.ToolRun.done;
import static org.fencepost.ipc.demo.ToolRun.failed;
import static org.fencepost.ipc.demo.ToolRun.misused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.awaitility.Awaitility;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.demo.ExitCode;
import org.fencepost.ipc.demo.ToolRun;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.SegmentFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** {@code ipc verify}, in this process, of channels with every kind of damage. */
class VerifyCommandTest {
    /** A message of 3 bytes takes so many of a journal, and this is where its payload begins. */
    private static final int FRAME_BYTES = 32;
    private static final int PAYLOAD_OFFSET = 24;
    private static final int FILE_HEADER_BYTES = 4096;
    private static final int SEGMENT_BYTES = 4096;
    private static final int MESSAGES = 200;

    @TempDir
    Path directory;

    private Path path;
    private String name;

    @BeforeEach
    void publish() {
        path = directory.resolve("journal");
        name = path.toString();
        publish(name, "--segment", "4k");
    }

    private static void publish(final String channel, final String... kind) {
        done(ToolRun.withInput("abc".repeat(MESSAGES),
            List.of("publish", channel, "--create", kind[0], kind[1], "--raw", "--chunk", "3", "--separate")
                .toArray(String[]::new)));
    }

    private void overwrite(final String file, final long offset, final byte... bytes)
        throws IOException {
        new DamagedFiles(path).overwrite(file, offset, bytes);
    }

    private JsonNode found(final String... kinds) throws IOException {
        final ToolRun run = ToolRun.of("verify", "--json", name);
        assertEquals(ExitCode.FAILED, run.exitCode(), run::toString);
        final JsonNode json = new ObjectMapper().readTree(run.out());
        assertEquals(List.of(kinds), json.required("problems").findValuesAsText("kind"),
            run::toString);
        return json;
    }

    private static void at(final JsonNode json, final int problem, final long from, final long to) {
        final JsonNode found = json.required("problems").get(problem);
        assertEquals(from, found.required("fromPosition").longValue(), found::toString);
        assertEquals(to, found.required("toPosition").longValue(), found::toString);
    }

    @Test
    void shouldFindNothingWrongWhenAChannelIsWhole() throws IOException {
        assertEquals(name + ": journal, 200 messages with 600 bytes from position 0 to 6400,"
            + " checksums verified\n", done(ToolRun.of("verify", name)));
        final String ring = directory.resolve("ring").toString();
        publish(ring, "--ring", "64k");
        final JsonNode json =
            new ObjectMapper().readTree(done(ToolRun.of("verify", "--json", ring)));
        assertEquals(200, json.required("messages").intValue());
        assertEquals(0, json.required("problems").size());
        assertFalse(json.required("checksumsVerified").booleanValue());
        misused("ipc verify", ToolRun.of("verify"));
    }

    @Test
    void shouldCountTheMessagesOfBatchesWhenTheyAreWhole() {
        final String batches = directory.resolve("batches").toString();
        done(ToolRun.withInput("one\n\nthree\n", "publish", batches, "--create"));
        assertTrue(done(ToolRun.of("verify", batches)).contains("3 messages with 8 bytes"));
    }

    @Test
    void shouldSayThatABatchIsDamagedWhenItsMessagesDoNotFillItsUsedBytes() throws IOException {
        path = directory.resolve("ring");
        name = path.toString();
        done(ToolRun.withInput("one\n\nthree\n", "publish", name, "--create", "--ring", "64k"));
        // Frames have no checksum, and this is where the batch's count stands.
        overwrite("segment-0000000000000000", FILE_HEADER_BYTES + 16, (byte) 0);
        final JsonNode json = found("damaged");
        at(json, 0, 0, 64);
        assertEquals(0, json.required("messages").intValue());
        assertEquals(ExitCode.FAILED, ToolRun.of("tail", name).exitCode());
    }

    @Test
    void shouldSayWhereDamageIsAndWhatIsBehindWhenAByteHasChanged() throws IOException {
        overwrite("segment-0000000000000000",
            FILE_HEADER_BYTES + 10 * FRAME_BYTES + PAYLOAD_OFFSET, (byte) 'X');
        final JsonNode json = found("damaged", "unreachable");
        at(json, 0, 10 * FRAME_BYTES, 11 * FRAME_BYTES);
        at(json, 1, 11 * FRAME_BYTES, MESSAGES * FRAME_BYTES);
        assertEquals(10, json.required("messages").intValue());
        final ToolRun text = ToolRun.of("verify", name);
        assertTrue(text.out().contains("WRONG: damaged from position 320 to 352: expected checksum"),
            text::toString);
        assertTrue(text.out().contains("189 messages"), text::toString);
        assertEquals("", text.err());
        // Nobody who looks gets the damaged message.
        final ToolRun tail = ToolRun.of("tail", name);
        assertEquals("abc\n".repeat(10), tail.out());
        assertEquals(ExitCode.FAILED, tail.exitCode());
        assertEquals("abc\n".repeat(189), done(ToolRun.of("tail", "--from", "352", name)));
    }

    @Test
    void shouldGoOnAtTheNextFrameWhenAHeaderIsGarbage() throws IOException {
        overwrite("segment-0000000000000000",
            FILE_HEADER_BYTES + 10 * FRAME_BYTES, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});
        at(found("damaged", "unreachable"), 0, 10 * FRAME_BYTES, 11 * FRAME_BYTES);
    }

    @Test
    void shouldSayTornWhenNothingIsRightBehindDamage() throws IOException {
        overwrite("segment-0000000000001000", FILE_HEADER_BYTES
            + (MESSAGES - 1) * FRAME_BYTES % SEGMENT_BYTES + PAYLOAD_OFFSET, (byte) 'X');
        at(found("torn"), 0, (MESSAGES - 1) * FRAME_BYTES, MESSAGES * FRAME_BYTES);
    }

    @Test
    void shouldSayWhatIsMissingWhenASegmentIs() throws IOException {
        Files.delete(path.resolve("segment-0000000000000000"));
        final JsonNode json = found("missing", "unreachable");
        at(json, 0, 0, SEGMENT_BYTES);
        at(json, 1, SEGMENT_BYTES, MESSAGES * FRAME_BYTES);
    }

    @Test
    void shouldSayWhatIsWrongWhenASegmentIsCutOrAnothers() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(
            path.resolve("segment-0000000000000000").toFile(), "rw")) {
            file.setLength(FILE_HEADER_BYTES + 100);
        }
        assertTrue(found("damaged", "unreachable").toString().contains("size of the file"));
        Files.copy(path.resolve("segment-0000000000001000"),
            path.resolve("segment-0000000000000000"),
            StandardCopyOption.REPLACE_EXISTING);
        assertTrue(found("damaged", "unreachable").toString().contains("place: expected 0x0"));
    }

    /** As another implementation may write it: who maps the segment refuses it. */
    @Test
    void shouldSayWhatIsWrongWhenAHeaderHasAnotherSizeThanItsFile() throws IOException {
        final String segment = "segment-0000000000000000";
        final ByteBuffer page = ByteBuffer.wrap(Files.readAllBytes(path.resolve(segment)))
            .order(ByteOrder.LITTLE_ENDIAN).putInt(FileHeader.SIZE_OFFSET, 3);
        overwrite(segment, 0, Arrays.copyOf(FileHeader.seal(page).array(), FileHeader.IDENTITY_BYTES));
        failed(ToolRun.of("tail", name), "wrong size");
        assertTrue(found("damaged", "unreachable").toString()
            .contains("wrong number of pages: expected 0x2, found 0x3"));
    }

    @Test
    void shouldShowAChecksumByEightDigitsAtMost() throws IOException {
        // Of some of them the highest bit is set.
        for (int value = 1; value <= 16; value++) {
            overwrite("segment-0000000000000000", 200, (byte) value);
            final String text = found("damaged", "unreachable").required("problems").get(0).required("text").asText();
            assertTrue(text.matches(".*header checksum: expected 0x[0-9a-f]{1,8}, found 0x[0-9a-f]{1,8};.*"), text);
        }
    }

    @Test
    void shouldSayWhatIsUnreachableWhenAFileIsNotOfTheLog() throws IOException {
        Files.copy(path.resolve("segment-0000000000001000"),
            path.resolve("segment-0000000000100000"));
        assertTrue(found("unreachable").toString().contains("segment-0000000000100000"));
    }

    /** As beside somebody who removes it at that moment, or was stopped in that. */
    @Test
    void shouldFindNothingWrongWhenASegmentIsLeftThatRetentionRemoves() throws IOException {
        final String segment = "segment-0000000000000000";
        Files.copy(path.resolve(segment), directory.resolve(segment));
        try (Channel channel = Channel.join(path)) {
            channel.changeRetention(1, Duration.ZERO);
            Awaitility.await().until(() -> {
                channel.housekeeping().doWork();
                return channel.earliestPosition() == SEGMENT_BYTES;
            });
        }
        Files.copy(directory.resolve(segment), path.resolve(segment));
        done(ToolRun.of("verify", name));
        try (Channel channel = Channel.join(path)) {
            channel.changeRetention(0, Duration.ZERO);
        }
        assertTrue(found("unreachable").toString().contains(segment), "nobody removes it");
    }

    /**
     * As behind a loss of power, or a file system that went away: the next opener recovers it. The slots are in another
     * page, and say where claims end behind what is ready.
     */
    @Test
    void shouldFindNothingWrongWhenTheWordsAreOlderThanTheSegments() throws IOException {
        // The tail, ready and clearing, and what is durable.
        overwrite("control", FILE_HEADER_BYTES, DamagedFiles.word(0));
        overwrite("control", FILE_HEADER_BYTES + 128, DamagedFiles.word(SEGMENT_BYTES));
        overwrite("control", FILE_HEADER_BYTES + 136, DamagedFiles.word(SEGMENT_BYTES));
        overwrite("control", FILE_HEADER_BYTES + 256, DamagedFiles.word(0));
        assertEquals(name + ": journal, 200 messages with 600 bytes from position 0 to 6400,"
            + " checksums verified\n", done(ToolRun.of("verify", name)));
    }

    /** As behind a loss of power before any of it was durable: whoever opens it goes on without what is behind that. */
    @Test
    void shouldSayThatTheLogEndsBeforeASegmentWhenNothingOfThatWasDurable() throws IOException {
        restart();
        Files.move(path.resolve("segment-0000000000001000"), directory.resolve("second"));
        final JsonNode json = found("torn");
        at(json, 0, SEGMENT_BYTES, MESSAGES * FRAME_BYTES);
        assertTrue(json.toString().contains("there is no file segment-0000000000001000, and nothing of it is known to"
            + " be on the disk; whoever opens the channel to write ends the log before it"), json::toString);
        Files.move(directory.resolve("second"), path.resolve("segment-0000000000001000"));
        Files.delete(path.resolve("segment-0000000000000000"));
        final JsonNode gap = found("torn", "torn");
        at(gap, 0, 0, SEGMENT_BYTES);
        assertTrue(gap.toString().contains("segment-0000000000001000 is behind the end of the log"), gap::toString);
        Files.delete(path.resolve("segment-0000000000001000"));
        at(found("torn"), 0, 0, SEGMENT_BYTES);
        try (Channel channel = Channel.join(path)) {
            assertEquals(0, channel.tailPosition());
        }
        done(ToolRun.of("verify", name));
    }

    /** The system, and with it the life of the words. */
    private void restart() throws IOException {
        overwrite("control", ControlFormat.BOOT_ID_OFFSET, DamagedFiles.word(1));
    }

    @Test
    void shouldNameTheCursorWhenItPointsIntoAMessage() throws IOException {
        try (Channel channel = Channel.join(path);
             Subscriber subscriber = channel.addSubscriber(
                 SubscriberOptions.earliest().named("billing", true))) {
            assertEquals(3, subscriber.poll((buffer, offset, length, header) -> { }, 3));
        }
        done(ToolRun.of("verify", name));
        overwrite("cursors", 2 * FILE_HEADER_BYTES, DamagedFiles.word(40));
        assertTrue(found("cursor").toString().contains("'billing' is at position 40"));
        overwrite("cursors", 2 * FILE_HEADER_BYTES, DamagedFiles.word(1 << 20));
        assertTrue(found("cursor").toString().contains("expected a position up to 6400"));
    }

    /** Its next owner is refused. */
    @Test
    void shouldNameTheCursorWhenNobodyCanResumeIt() throws IOException {
        try (Channel channel = Channel.join(path);
             Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest().named("billing", true))) {
            assertEquals(3, subscriber.poll((buffer, offset, length, header) -> { }, 3));
        }
        overwrite("cursors", 2 * FILE_HEADER_BYTES + Long.BYTES, DamagedFiles.word(1L << 31));
        assertTrue(found("cursor").toString().contains(
            "'billing' is at position 96: it says that 2147483648 messages of a batch are consumed"));
        try (Channel channel = Channel.join(path)) {
            assertThrows(ChannelDamagedException.class,
                () -> channel.addSubscriber(SubscriberOptions.earliest().named("billing", true)));
        }
    }

    @Test
    void shouldSayWhichWordsContradictEachOther() throws IOException {
        // A publisher slot that says that its claim ends beyond everything that is prepared.
        overwrite("control", 2 * FILE_HEADER_BYTES + Long.BYTES, DamagedFiles.word(1 << 20));
        assertTrue(found("words").toString().contains("publisher slot 0"));
        // And one whose claim begins where none can.
        overwrite("control", 2 * FILE_HEADER_BYTES, DamagedFiles.word(0xffff_ffffL));
        overwrite("control", 2 * FILE_HEADER_BYTES + Long.BYTES, DamagedFiles.word(0));
        assertTrue(found("words").toString().contains("publisher slot 0 says start 4294967295"));
        overwrite("control", 2 * FILE_HEADER_BYTES, DamagedFiles.word(-1));
        // A sync that ends nowhere, which nobody believes who opens the channel.
        overwrite("control", ControlFormat.SYNC_SLOTS_OFFSET + ControlFormat.SYNC_TO_OFFSET, DamagedFiles.word(-1));
        assertTrue(found("words").toString().contains("to of a sync slot is -1"));
        overwrite("control", ControlFormat.SYNC_SLOTS_OFFSET + ControlFormat.SYNC_TO_OFFSET, DamagedFiles.word(0));
        done(ToolRun.of("verify", name));
        overwrite("control", FILE_HEADER_BYTES + 128, DamagedFiles.word(0));
        failed(ToolRun.of("verify", name), "control", "ready");
    }

    @Test
    void shouldVerifyChecksumsOfARingWhenItHasThem() throws IOException {
        path = directory.resolve("ring");
        name = path.toString();
        done(ToolRun.of("create", name, "--ring", "64k", "--checksums"));
        done(ToolRun.withInput("abc".repeat(MESSAGES),
            "publish", name, "--raw", "--chunk", "3", "--separate"));
        assertTrue(done(ToolRun.of("verify", name)).contains("checksums verified"));
        overwrite("segment-0000000000000000", FILE_HEADER_BYTES + 64 + 16, (byte) 'X');
        at(found("damaged", "unreachable"), 0, 64, 128);
    }

    @Test
    void shouldSayWhatReadersOfARingMeetWhenItsTailOrItsRoomIsGarbage() throws IOException {
        path = directory.resolve("ring");
        name = path.toString();
        done(ToolRun.of("create", name, "--ring", "64k"));
        done(ToolRun.withInput("abc", "publish", name, "--raw", "--chunk", "3"));
        overwrite("segment-0000000000000000", FILE_HEADER_BYTES + 64, (byte) 16);
        at(found("damaged"), 0, 64, 128);
        assertEquals(ExitCode.FAILED, ToolRun.of("tail", name).exitCode());
        overwrite("segment-0000000000000000", FILE_HEADER_BYTES + 64, (byte) 0);
        done(ToolRun.of("verify", name));
        for (final int word : new int[] {ControlFormat.TAIL_OFFSET, ControlFormat.READY_OFFSET,
            ControlFormat.CLEARING_OFFSET}) {
            overwrite("control", word, DamagedFiles.word(0));
        }
        assertTrue(found("words", "words").toString().contains("clearing 0 is before the end of the first segments"));
    }

    @Test
    void shouldSayThatARingIsEmptiedWhenItIsOfAnotherLife() throws IOException {
        path = directory.resolve("ring");
        name = path.toString();
        done(ToolRun.of("create", name, "--ring", "64k"));
        done(ToolRun.withInput("one\n", "publish", name));
        assertFalse(done(ToolRun.of("verify", name)).contains("empties"));
        assertTrue(done(ToolRun.of("verify", "--json", name)).contains("\"emptiedWhenOpened\":false"));
        overwrite("control", ControlFormat.INODE_OFFSET, DamagedFiles.word(1));
        final String found = done(ToolRun.of("verify", name));
        assertTrue(found.contains("1 messages") && found.contains("whoever opens it to write empties it"), found);
        assertTrue(done(ToolRun.of("verify", "--json", name)).contains("\"emptiedWhenOpened\":true"));
        assertEquals("", done(ToolRun.of("tail", name)));
        done(ToolRun.withInput("two\n", "publish", name));
        assertEquals("two\n", done(ToolRun.of("tail", name)));
        assertFalse(done(ToolRun.of("verify", name)).contains("empties"));
    }

    @Test
    @Timeout(value = 20, threadMode = ThreadMode.SEPARATE_THREAD)
    void shouldNameWhatIsMissingAtOnceWhenTheWatermarkIsGarbage() throws IOException {
        // Of a copy: whoever opens it, or looks at it, believes that so much was there.
        overwrite("control", ControlFormat.DURABLE_OFFSET, DamagedFiles.word(1L << 60));
        overwrite("control", ControlFormat.INODE_OFFSET, DamagedFiles.word(1));
        long ahead = 2 * SEGMENT_BYTES;
        while (Files.deleteIfExists(path.resolve(SegmentFormat.name(ahead)))) {
            // How many were made ahead, depends on how soon who keeps house came to it.
            ahead += SEGMENT_BYTES;
        }
        final JsonNode json = found("damaged", "missing");
        at(json, 1, 2 * SEGMENT_BYTES, 1L << 60);
        assertTrue(json.toString().contains("none behind it up to there; restore them"), json.toString());
    }

    @Test
    @Timeout(value = 20, threadMode = ThreadMode.SEPARATE_THREAD)
    void shouldWaitForNobodyWhenASegmentIsANamedPipe() throws Exception {
        final Path segment = path.resolve("segment-0000000000000000");
        Files.delete(segment);
        assertEquals(0, new ProcessBuilder("mkfifo", segment.toString()).start().waitFor());
        assertTrue(found("missing", "unreachable").toString()
            .contains("segment-0000000000000000: expected a regular file, found something else"));
        assertEquals(ExitCode.FAILED, ToolRun.of("repair", name).exitCode());
    }

    @Test
    void shouldSayWhoHidesTheRestWhenAMessageIsNotCommitted() throws IOException {
        try (Channel channel = Channel.join(path);
             Publisher publisher = channel.addPublisher();
             Publisher other = channel.addPublisher()) {
            final Claim claim = new Claim();
            publisher.tryClaim(0, 3, claim);
            other.offer(0, new byte[3], 0, 3);
            final JsonNode json = found("open", "unreachable");
            at(json, 0, MESSAGES * FRAME_BYTES, (MESSAGES + 1) * FRAME_BYTES);
            assertTrue(json.toString().contains("process " + ProcessHandle.current().pid()));
            claim.abort();
            done(ToolRun.of("verify", name));
        }
    }

    @Test
    void shouldFindNothingWrongWhenWhoPublishesMeanwhileIsGoneAtTheEnd() throws Exception {
        final FutureTask<ToolRun> verifying = new FutureTask<>(() -> ToolRun.of("verify", name));
        try (Channel channel = Channel.join(path); Publisher publisher = channel.addPublisher()) {
            final Claim claim = new Claim();
            publisher.tryClaim(0, 3, claim);
            awaitWaiting(Thread.ofPlatform().start(verifying));
            claim.commit();
            publisher.offer(0, new byte[3], 0, 3);
        }
        assertTrue(done(verifying.get()).contains("201 messages with"));
    }

    /** Until it waits for a claim: then it knows up to where it reads. */
    private static void awaitWaiting(final Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            assertTrue(thread.isAlive(), "it should wait");
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldSaySoWhenTheChannelIsRemovedMeanwhile() throws Exception {
        try (Channel channel = Channel.join(path); Publisher publisher = channel.addPublisher()) {
            // It waits for this, and then the channel is gone.
            publisher.tryClaim(0, 3, new Claim());
            final FutureTask<ToolRun> verifying = new FutureTask<>(() -> ToolRun.of("verify", name));
            awaitWaiting(Thread.ofPlatform().start(verifying));
            assertEquals(0, ToolRun.of("rm", "--force", name).exitCode());
            final ToolRun run = verifying.get();
            failed(run, "has been removed meanwhile");
            assertEquals("ipc: " + name + " has been removed meanwhile: expected it where this command has found it,"
                + " found nothing; ipc ls lists the channels that are there\n", run.err());
            assertEquals("", run.out());
        }
    }

    @Test
    void shouldChangeNothingWhenItLooks() throws IOException {
        overwrite("segment-0000000000000000", FILE_HEADER_BYTES + PAYLOAD_OFFSET, (byte) 'X');
        final byte[] before = new DamagedFiles(path).everything();
        for (final String command : List.of("verify", "tail", "export", "stat")) {
            ToolRun.of(command, name);
        }
        ToolRun.of("grep", "x", name);
        ToolRun.of("ls", directory.toString());
        assertTrue(Arrays.equals(before, new DamagedFiles(path).everything()));
    }

    @Test
    void shouldSayWhatIsWrongWhenThereIsNoChannel() {
        failed(ToolRun.of("verify", directory.toString()), "no channel at");
    }
}
