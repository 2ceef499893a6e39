package org.fencepost.ipc.store;

import static org.fencepost.ipc.store.StoppedJournal.FRAME;
import static org.fencepost.ipc.store.StoppedJournal.LONG;
import static org.fencepost.ipc.store.StoppedJournal.SEGMENT;
import static org.fencepost.ipc.store.StoppedJournal.numbers;
import static org.fencepost.ipc.store.StoppedJournal.recover;
import static org.fencepost.ipc.store.StoppedJournal.recovery;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.awaitility.Awaitility;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelMismatchException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Channels;
import org.fencepost.ipc.PositionException;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.SyncFailedException;
import org.fencepost.ipc.file.FaultyCalls;
import org.fencepost.ipc.file.RecordingCalls;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.store.Recovery.Finding;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A test for each row of docs/recovery.md, named by its number. */
class RecoveryTest {
    @TempDir
    Path directory;

    private Path path;
    private StoppedJournal journal;

    @BeforeEach
    void makeJournal() {
        path = directory.resolve("journal");
        journal = new StoppedJournal(path);
    }

    @Test
    void shouldJoinAsItIsWhenSomebodyLives1() throws IOException {
        journal.publish(0, 3);
        try (Channel living = Channel.join(path)) {
            journal.overwrite(FRAME, new byte[16]);
            try (Channel channel = Channel.join(path)) {
                assertEquals(living.tailPosition(), channel.tailPosition());
                assertEquals(0, channel.recoveryEpoch());
            }
        }
    }

    @Test
    void shouldRefuseWhenSomebodyLivesOfAnotherBoot2() throws IOException {
        journal.publish(0, 3);
        try (Channel living = Channel.join(path)) {
            journal.reboot();
            final ChannelMismatchException refusal =
                assertThrows(ChannelMismatchException.class, () -> Channel.join(path));
            assertTrue(refusal.getMessage().contains("boot id"), refusal.getMessage());
            assertFalse(living.isClosed());
        }
    }

    @Test
    void shouldChangeNothingWhenTheLifeIsTheSame3() throws IOException {
        journal.publish(0, 12);
        final Map<String, ByteBuffer> before = journal.files();
        assertEquals(Finding.SAME_LIFE, journal.recover());
        assertEquals(before, journal.files());
    }

    @Test
    void shouldStayFailedWhenTheLifeIsTheSame4() throws IOException {
        final long end = journal.publish(0, 3).getLast();
        journal.fail(end, true);
        assertEquals(Finding.SAME_LIFE, journal.recover());
        try (Channel channel = Channel.join(path)) {
            assertThrows(SyncFailedException.class, () -> channel.awaitDurable(end, LONG));
            try (Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest().durableOnly())) {
                assertThrows(SyncFailedException.class,
                    () -> subscriber.poll((buffer, offset, length, header) -> { }, 1));
            }
        }
    }

    @Test
    void shouldMakeTheWordsAgainWhenTheLogIsWhole5() throws IOException {
        final long end = journal.publish(0, 12).getLast();
        journal.word(ControlFormat.TAIL_OFFSET, 16);
        journal.word(ControlFormat.EXCLUSIVE_OFFSET, 3);
        journal.word(ControlFormat.SLOTS_USED_OFFSET, 200);
        journal.word(ControlFormat.SLOTS_OFFSET, 64);
        journal.word(ControlFormat.SLOTS_OFFSET + 8, 128);
        journal.fail(end, true);
        journal.reboot();
        final Map<String, ByteBuffer> before = journal.files();
        try (Channel channel = Channel.join(path)) {
            assertEquals(end, channel.tailPosition());
            assertEquals(end, channel.durablePosition());
            assertEquals(1, channel.recoveryEpoch(), "what is behind it may have been read");
            assertTrue(channel.awaitDurable(end, LONG), "it is not failed any more");
        }
        final Map<String, ByteBuffer> after = journal.files();
        before.remove("control");
        after.remove("control");
        assertEquals(before, after, "nothing else has changed");
        journal.publish(12, 12);
        assertEquals(numbers(24), journal.numbers());
    }

    @Test
    void shouldCutWhatIsTornAndKeepIt6() throws IOException {
        final List<Long> ends = journal.publish(0, 5);
        journal.overwrite(ends.get(3) + 500, new byte[] {1});
        journal.reboot();
        final byte[] segment = Files.readAllBytes(journal.segment(0));
        assertEquals(Finding.TORN, journal.recover());
        assertEquals(1, journal.word(ControlFormat.EPOCH_OFFSET));
        assertEquals(numbers(4), journal.numbers());
        final byte[] kept = Files.readAllBytes(
            path.resolve("cut-1-segment-" + String.format("%016x", ends.get(3))));
        assertEquals(-1, Arrays.mismatch(
            kept, Arrays.copyOfRange(segment, (int) (4096 + ends.get(3)),
                (int) (4096 + ends.get(3)) + kept.length)));
        assertTrue(kept.length > 500 && kept.length <= ends.get(4) - ends.get(3));
        requireZeros(ends.get(3));
        assertEquals(Finding.SAME_LIFE, journal.recover());
        journal.publish(4, 20);
        assertEquals(numbers(24), journal.numbers());
        assertEquals(1, journal.word(ControlFormat.EPOCH_OFFSET));
    }

    @Test
    void shouldCutAtAPaddingThatEndsWhereNoFrameBegins6() throws IOException {
        final List<Long> ends;
        try (Channel channel = Channel.open(path, ChannelOptions.journal(SEGMENT).withFrameAlignment(64))) {
            ends = journal.publish(channel, 0, 3);
        }
        journal.overwrite(ends.getFirst(), ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN)
            .putLong(FrameFormat.paddingWord(80)).array());
        journal.reboot();
        assertEquals(Finding.TORN, journal.recover());
        assertEquals(ends.getFirst(), journal.word(ControlFormat.TAIL_OFFSET));
        assertEquals(numbers(1), journal.numbers());
    }

    /** From a position in the first segment to the end of that. */
    private void requireZeros(final long position) throws IOException {
        final byte[] left = Files.readAllBytes(journal.segment(0));
        for (int i = (int) (4096 + position); i < left.length; i++) {
            assertEquals(0, left[i], "behind the end at " + i);
        }
    }

    @Test
    void shouldCutValidFramesBehindAHole7() throws IOException {
        final List<Long> ends = journal.publish(0, 20);
        journal.overwrite(ends.get(2), new byte[8]);
        journal.reboot();
        assertEquals(Finding.TORN, journal.recover());
        requireZeros(ends.get(2));
        assertEquals(numbers(3), journal.numbers());
        journal.publish(3, 1);
        assertEquals(numbers(4), journal.numbers(), "nothing old comes to light behind it");
        assertTrue(Files.exists(path.resolve("cut-1-segment-0000000000002000")), "later segments");
        assertTrue(Files.exists(path.resolve("cut-1-segment-0000000000004000")));
        journal.publish(4, 20);
        assertEquals(numbers(24), journal.numbers());
    }

    @Test
    void shouldOnlyReadWhenAFrameBelowTheWatermarkIsDamaged8() throws IOException {
        final List<Long> ends = journal.publish(0, 6);
        try (Channel channel = Channel.join(path)) {
            assertTrue(channel.awaitDurable(ends.get(4), LONG));
        }
        journal.overwrite(ends.get(2) + 100, new byte[] {1});
        journal.reboot();
        final byte[] segment = Files.readAllBytes(journal.segment(0));
        for (int time = 0; time < 2; time++) {
            assertEquals(Finding.DAMAGED, journal.recover());
            try (Channel channel = Channel.join(path);
                Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
                final ChannelDamagedException refusal =
                    assertThrows(ChannelDamagedException.class, channel::addPublisher);
                assertTrue(refusal.getMessage().contains("position " + ends.get(2)));
                assertThrows(ChannelDamagedException.class, channel::addExclusivePublisher);
                assertEquals(0, channel.housekeeping().doWork());
                assertThrows(
                    ChannelDamagedException.class, () -> channel.awaitDurable(FRAME, LONG));
                assertReadsUpTo(ends.get(2), subscriber, ends.get(3));
            }
            assertEquals(-1, Arrays.mismatch(segment, Files.readAllBytes(journal.segment(0))));
            assertEquals(0, journal.word(ControlFormat.EPOCH_OFFSET));
        }
        journal.overwrite(ends.get(2) + 100, new byte[] {0});
        assertEquals(Finding.WHOLE, journal.recover(), "the file was restored");
        journal.publish(6, 1);
        assertEquals(numbers(7), journal.numbers());
    }

    @Test
    void shouldPadNoHoleWhenTheLogIsDamaged8() throws IOException {
        final List<Long> ends = journal.publish(0, 6);
        try (Channel channel = Channel.join(path)) {
            assertTrue(channel.awaitDurable(ends.get(4), LONG));
        }
        journal.overwrite(ends.get(2), new byte[8]);
        journal.reboot();
        final byte[] segment = Files.readAllBytes(journal.segment(0));
        assertThrows(ChannelDamagedException.class, () -> journal.numbers());
        assertEquals(-1, Arrays.mismatch(segment, Files.readAllBytes(journal.segment(0))));
    }

    @Test
    void shouldOnlyReadWhenASegmentBelowTheWatermarkIsMissing9() throws IOException {
        final List<Long> ends = journal.publish(0, 20);
        try (Channel channel = Channel.join(path)) {
            assertTrue(channel.awaitDurable(ends.getLast(), LONG));
        }
        Files.delete(journal.segment(2 * SEGMENT));
        journal.reboot();
        assertEquals(Finding.DAMAGED, journal.recover());
        try (Channel channel = Channel.join(path)) {
            assertThrows(ChannelDamagedException.class, channel::addPublisher);
        }
    }

    @Test
    void shouldEndBeforeTheNewestSegmentWhenItIsMissing10() throws IOException {
        journal.publish(0, 20);
        Files.delete(journal.segment(2 * SEGMENT));
        journal.reboot();
        assertEquals(Finding.WHOLE, journal.recover());
        assertEquals(2 * SEGMENT, journal.word(ControlFormat.TAIL_OFFSET));
        final int kept = journal.numbers().size();
        journal.publish(kept, 20);
        assertEquals(numbers(kept + 20), journal.numbers());
    }

    @Test
    void shouldMoveSegmentsBehindAGapAside11() throws IOException {
        journal.publish(0, 20);
        Files.delete(journal.segment(SEGMENT));
        journal.reboot();
        assertEquals(Finding.TORN, journal.recover());
        assertEquals(SEGMENT, journal.word(ControlFormat.TAIL_OFFSET));
        assertFalse(Files.exists(journal.segment(2 * SEGMENT)));
        assertTrue(Files.exists(path.resolve("cut-1-segment-0000000000004000")));
        final int kept = journal.numbers().size();
        journal.publish(kept, 20);
        assertEquals(numbers(kept + 20), journal.numbers());
    }

    @Test
    void shouldMoveNamedCursorsBackToTheEnd12() throws IOException {
        final List<Long> ends = journal.publish(0, 6);
        for (final String name : List.of("far", "near")) {
            try (Channel channel = Channel.join(path);
                Subscriber subscriber = channel.addSubscriber(
                    SubscriberOptions.earliest().named(name, true))) {
                subscriber.poll((b, o, l, h) -> { }, "far".equals(name) ? 6 : 1);
            }
        }
        journal.overwrite(ends.get(3), new byte[8]);
        journal.reboot();
        journal.recover();
        try (Channel channel = Channel.join(path);
            Subscriber far = channel.addSubscriber(SubscriberOptions.earliest().named("far", true));
            Subscriber near = channel.addSubscriber(
                SubscriberOptions.earliest().named("near", true))) {
            assertEquals(ends.get(3), far.position());
            assertEquals(ends.get(0), near.position());
            assertEquals(1, channel.recoveryEpoch());
        }
    }

    /** The next owner of a named cursor goes on where the last one was, or at the end once that is before it. */
    @Test
    void shouldResumeNamedCursorsBesideDamage8() throws IOException {
        final List<Long> ends = journal.publishDurably(12);
        final Map<String, Integer> cursors = Map.of("before", 3, "behind", 4, "far", 10, "end", 12);
        cursors.forEach((name, count) -> assertEquals(numbers(count), polled(name, count)));
        for (final byte[] header : List.of(new byte[8], new byte[] {3, 0, 0, 0, 9})) {
            final Path place = directory.resolve("damaged-" + header.length);
            final StoppedJournal damaged = journal.copy(place);
            damaged.overwrite(ends.get(2), header);
            try (Channel channel = Channel.join(place)) {
                assertThrows(ChannelDamagedException.class, channel::addPublisher);
                for (final Map.Entry<String, Integer> cursor : cursors.entrySet()) {
                    final int count = cursor.getValue();
                    try (Subscriber subscriber = named(channel, cursor.getKey())) {
                        assertEquals(ends.get(count - 1), subscriber.position(), cursor.getKey());
                        if (count == 3) {
                            assertMeetsDamage(subscriber);
                            subscriber.seek(SEGMENT);
                            assertTrue(subscriber.poll((b, o, l, h) -> { }, 20) > 0);
                        } else {
                            assertEquals(12 - count, subscriber.poll((b, o, l, h) -> { }, 20));
                        }
                    }
                }
            }
        }
        journal.overwrite(ends.get(2), new byte[8]);
        journal.reboot();
        Channels.repair(path);
        journal.publishDurably(3);
        for (final String name : cursors.keySet()) {
            try (Channel channel = Channel.join(path); Subscriber subscriber = named(channel, name)) {
                assertEquals(ends.get(2), subscriber.position(), name);
                assertEquals(3, subscriber.poll((b, o, l, h) -> { }, 20));
            }
        }
    }

    private static Subscriber named(final Channel channel, final String name) {
        return channel.addSubscriber(SubscriberOptions.earliest().named(name, true));
    }

    /** Zeros are looked at a few times. */
    private static void assertMeetsDamage(final Subscriber subscriber) {
        assertThrows(ChannelDamagedException.class, () -> {
            for (int looks = 0; looks < 100; looks++) {
                assertEquals(0, subscriber.poll((b, o, l, h) -> { }, 1));
            }
        });
    }

    @Test
    void shouldSkipNoMessageWhenACursorStandsInABatchThatIsGone12() throws IOException {
        final long end = journal.publish(0, 3).getLast();
        publishBatch(3, 4, 5, 6);
        assertEquals(List.of(0, 1, 2, 3, 4), polled("inside", 5));
        journal.overwrite(end, new byte[8]);
        journal.reboot();
        assertEquals(Finding.TORN, journal.recover());
        publishBatch(7, 8, 9);
        assertEquals(List.of(7, 8, 9), polled("inside", 5));
    }

    private void publishBatch(final int... numbers) {
        try (Channel channel = Channel.join(path); Publisher publisher = channel.addPublisher()) {
            final Batch batch = new Batch();
            assertTrue(publisher.tryClaimBatch(numbers.length * Batch.recordBytes(Integer.BYTES), batch) > 0);
            for (final int number : numbers) {
                final byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
                assertTrue(batch.add(1, bytes, 0, bytes.length));
            }
            assertTrue(batch.commit() > 0);
        }
    }

    /** The numbers in the messages that the next owner of a named cursor gets, at most so many. */
    private List<Integer> polled(final String name, final int limit) {
        final List<Integer> numbers = new ArrayList<>();
        try (Channel channel = Channel.join(path);
            Subscriber subscriber = channel.addSubscriber(
                SubscriberOptions.earliest().named(name, true))) {
            subscriber.poll((b, o, l, h) -> numbers.add(b.getInt(o, ByteOrder.BIG_ENDIAN)), limit);
        }
        return numbers;
    }

    @Test
    void shouldRecoverACopyInTheSameBoot13() throws IOException {
        final List<Long> ends = journal.publish(0, 6);
        final StoppedJournal copy = journal.copy(directory.resolve("copy"));
        copy.overwrite(ends.get(4) + 30, new byte[] {1});
        assertEquals(numbers(5), copy.numbers());
        assertEquals(1, copy.word(ControlFormat.EPOCH_OFFSET));
        copy.publish(5, 3);
        assertEquals(numbers(8), copy.numbers());
        assertEquals(numbers(6), journal.numbers());
    }

    @Test
    void shouldRecoverWhatHasTheNumberOfTheFileInWhosePlaceItIs13() throws IOException {
        journal.publish(0, 6);
        journal.word(ControlFormat.BORN_OFFSET, 1);
        assertEquals(numbers(6), journal.numbers());
        assertEquals(1, journal.word(ControlFormat.EPOCH_OFFSET));
    }

    /** At the start of the log, in its first segment, and in its second one. */
    @ParameterizedTest
    @ValueSource(ints = {0, 5, 12})
    void shouldRecoverWhenTheWordsAreOlderThanTheSegments19(final int messages) throws IOException {
        final Path control = path.resolve(ControlFormat.FILE_NAME);
        journal.publish(0, messages);
        final byte[] older = Files.readAllBytes(control);
        journal.publish(messages, 5);
        Files.write(control, older);
        try (Channel view = Channel.view(path)) {
            assertEquals(numbers(messages + 5), journal.numbers(view));
        }
        journal.publish(messages + 5, 1);
        assertEquals(numbers(messages + 6), journal.numbers());
        assertEquals(1, journal.word(ControlFormat.EPOCH_OFFSET));
    }

    @Test
    void shouldStayFailedWhenTheWordsAreOlderThanTheSegments4() throws IOException {
        final long end = journal.publish(0, 5).getLast();
        journal.publish(5, 5);
        journal.word(ControlFormat.TAIL_OFFSET, end);
        journal.fail(end, true);
        assertEquals(Finding.SAME_LIFE, journal.recover());
    }

    @Test
    void shouldRecoverWhenTheWordsOfAnExclusivePublisherAreOlderThanTheSegments19() throws IOException {
        final long end = journal.publish(0, 5).getLast();
        journal.publish(5, 5);
        journal.word(ControlFormat.TAIL_OFFSET, end);
        journal.word(ControlFormat.EXCLUSIVE_OFFSET, 1);
        assertEquals(numbers(10), journal.numbers());
        assertEquals(1, journal.word(ControlFormat.EPOCH_OFFSET));
    }

    @Test
    void shouldBelieveTheWordsWhenAnExclusivePublisherComesWhileTheyAreRead3() throws IOException {
        final long end = journal.publish(0, 5).getLast();
        journal.publish(5, 1);
        journal.word(ControlFormat.TAIL_OFFSET, end);
        final FileCalls calls = Platform.detect().files();
        final FileCalls meanwhile = (FileCalls) Proxy.newProxyInstance(FileCalls.class.getClassLoader(),
            new Class<?>[] {FileCalls.class}, (proxy, method, arguments) -> {
                if (method.getName().equals("open")
                    && arguments[0].toString().contains(SegmentFormat.NAME_PREFIX)) {
                    journal.word(ControlFormat.EXCLUSIVE_OFFSET, 1);
                }
                return method.invoke(calls, arguments);
            });
        assertTrue(recovery(path, meanwhile).isSameLife());
    }

    @Test
    void shouldCutNothingWhenASegmentCannotBeLookedAt() throws IOException {
        journal.publish(0, 20);
        journal.reboot();
        final Map<String, ByteBuffer> before = journal.files();
        final FileCalls calls = Platform.detect().files();
        final FileCalls failing = (FileCalls) Proxy.newProxyInstance(FileCalls.class.getClassLoader(),
            new Class<?>[] {FileCalls.class}, (proxy, method, arguments) -> {
                if (method.getName().equals("status")
                    && arguments[0].toString().endsWith(SegmentFormat.name(SEGMENT))) {
                    throw new FileSystemException(arguments[0].toString(), null, "EIO");
                }
                return method.invoke(calls, arguments);
            });
        assertThrows(FileSystemException.class, () -> recovery(path, failing).run());
        assertEquals(before, journal.files());
        assertEquals(numbers(20), journal.numbers());
    }

    @Test
    void shouldGoOnWithACutThatWasBegunInTheSameBootAndFile19() throws IOException {
        final List<Long> ends = journal.publish(0, 5);
        // The frame at the tail of words that were older is erased, and nothing says so any more.
        journal.word(ControlFormat.TAIL_OFFSET, ends.get(2));
        journal.overwrite(ends.get(2), new byte[2 * FRAME]);
        journal.word(ControlFormat.CUT_OFFSET, ends.get(2) + 1);
        journal.word(ControlFormat.EPOCH_OFFSET, 1);
        final RecordingCalls calls = new RecordingCalls(Platform.detect().files());
        assertEquals(Finding.WHOLE, recovery(path, calls).run());
        assertTrue(calls.take().contains(new RecordingCalls.Effect.Synced(journal.segment(0))));
        assertEquals(numbers(3), journal.numbers());
        assertEquals(1, journal.word(ControlFormat.EPOCH_OFFSET));
    }

    @Test
    void shouldBelieveTheWordsOfAnExclusivePublisherThatDiedBeforeItMovedTheTail3() throws IOException {
        final long end = journal.publish(0, 5).getLast();
        journal.publish(5, 1);
        journal.word(ControlFormat.TAIL_OFFSET, end);
        journal.word(ControlFormat.EXCLUSIVE_OFFSET, 1);
        assertEquals(numbers(6), journal.numbers());
        assertEquals(0, journal.word(ControlFormat.EPOCH_OFFSET));
    }

    @Test
    void shouldSyncAllOfACopy13() throws IOException {
        final List<Long> ends = journal.publish(0, 20);
        try (Channel channel = Channel.join(path)) {
            assertTrue(channel.awaitDurable(ends.getLast(), LONG));
        }
        final Path place = directory.resolve("copy");
        final StoppedJournal copy = journal.copy(place);
        final RecordingCalls calls = new RecordingCalls(Platform.detect().files());
        assertEquals(Finding.WHOLE, recovery(place, calls).run());
        final List<RecordingCalls.Effect> effects = calls.take();
        for (long segment = 0; segment < ends.getLast(); segment += SEGMENT) {
            assertTrue(
                effects.contains(new RecordingCalls.Effect.Synced(copy.segment(segment))),
                () -> effects.toString());
        }
        for (final String name : List.of("control", "cursors", "members")) {
            assertTrue(
                effects.contains(new RecordingCalls.Effect.Synced(place.resolve(name))), () -> effects.toString());
        }
        assertTrue(
            effects.contains(new RecordingCalls.Effect.DirectorySynced(place)), effects.toString());
    }

    @Test
    void shouldTakeTheRoomOfWhatIsSparseInACopy13() throws IOException {
        final long end = journal.publish(0, 1).getLast();
        final Path place = directory.resolve("copy");
        final Path segment = journal.copy(place).segment(0);
        final int bytes = (int) Files.size(segment);
        final byte[] used = Arrays.copyOf(Files.readAllBytes(segment), (int) (SegmentFormat.DATA_OFFSET + end));
        Files.write(segment, used);
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.setLength(bytes);
        }
        assertEquals(Finding.WHOLE, recover(place));
        final long allocated = Platform.detect().files().requireStatus(segment, false).allocatedBytes();
        assertTrue(allocated >= bytes, "allocated only " + allocated);
    }

    @ParameterizedTest
    @ValueSource(ints = {ControlFormat.DURABLE_OFFSET, ControlFormat.EARLIEST_OFFSET})
    void shouldRefuseAWatermarkThatIsNoPosition14(final int offset) throws IOException {
        final int alignment = 128;
        Channel.open(path, ChannelOptions.journal(SEGMENT).withFrameAlignment(alignment)).close();
        journal.reboot();
        for (final long wrong : new long[] {-alignment, alignment / 2, ControlFormat.POSITION_MAX + alignment}) {
            final long right = journal.word(offset);
            journal.word(offset, wrong);
            final Map<String, ByteBuffer> before = journal.files();
            assertThrows(ChannelDamagedException.class, () -> Channel.join(path), () -> "found " + wrong);
            assertEquals(before, journal.files());
            journal.word(offset, right);
        }
    }

    @Test
    void shouldRefuseAnEarliestPositionWithinASegment14() throws IOException {
        final List<Long> ends = journal.publish(0, 20);
        journal.word(ControlFormat.EARLIEST_OFFSET, ends.getFirst());
        journal.reboot();
        final Map<String, ByteBuffer> before = journal.files();
        assertThrows(ChannelDamagedException.class, () -> Channel.join(path));
        assertEquals(before, journal.files());
    }

    @Test
    void shouldShowWhatWouldBeLeftWhenItIsViewed15() throws IOException {
        final List<Long> ends = journal.publish(0, 20);
        journal.word(ControlFormat.TAIL_OFFSET, 64);
        journal.word(ControlFormat.DURABLE_OFFSET, ends.get(1));
        for (final int damaged : new int[] {19, 12, 5}) {
            journal.overwrite(ends.get(damaged - 1) + 100, new byte[] {1});
            journal.reboot();
            final Map<String, ByteBuffer> before = journal.files();
            try (Channel view = Channel.view(path)) {
                assertEquals(ends.get(damaged - 1), view.tailPosition());
                assertEquals(1, view.recoveryEpoch());
                assertEquals(numbers(damaged), journal.numbers(view));
                assertEquals(List.of(), view.status().openClaims());
                assertEquals(before, journal.files());
            }
        }
        try (Channel view = Channel.view(path)) {
            assertEquals(numbers(5), journal.numbers());
            assertEquals(numbers(5), journal.numbers(view));
            journal.publish(5, 2);
            assertEquals(numbers(5), journal.numbers(view), "as it was when it was opened");
        }
        try (Channel view = Channel.view(path)) {
            assertEquals(numbers(7), journal.numbers(view));
            journal.publish(7, 2);
            assertEquals(numbers(9), journal.numbers(view), "the life is the same now");
        }
    }

    /** What is behind the end may look like messages, or like anything. */
    @Test
    void shouldFindNothingBehindTheEndWhenItIsViewed15() throws IOException {
        final List<Long> ends = journal.publish(0, 6);
        final long end = ends.get(3);
        journal.overwrite(end + 100, new byte[] {1});
        for (final byte[] header : List.of(new byte[0], new byte[] {3, 0, 0, 0, 9})) {
            journal.overwrite(end, header);
            journal.reboot();
            try (Channel view = Channel.view(path);
                Subscriber subscriber = view.addSubscriber(SubscriberOptions.earliest().lossy())) {
                assertEquals(end, view.tailPosition());
                assertEquals(end, view.positionAtOrAfter(Long.MAX_VALUE));
                subscriber.seek(end);
                final String refused = assertThrows(
                    PositionException.class, () -> subscriber.seek(ends.get(4))).getMessage();
                assertTrue(refused.contains("to " + end + " (tail)"), refused);
            }
        }
    }

    @Test
    void shouldSayThatItIsToBeViewedAnewWhenWhatItShowsIsRemoved15() throws IOException {
        journal.publish(0, 40);
        journal.reboot();
        try (Channel view = Channel.view(path);
            Subscriber subscriber = view.addSubscriber(SubscriberOptions.earliest().lossy())) {
            try (Channel channel = Channel.join(path)) {
                channel.changeRetention(SEGMENT, Duration.ZERO);
                Awaitility.await().until(() -> {
                    channel.housekeeping().doWork();
                    return channel.earliestPosition() > 0;
                });
            }
            subscriber.seek(view.earliestPosition());
            final String gone = assertThrows(PositionException.class,
                () -> subscriber.poll((buffer, offset, length, header) -> { }, 1)).getMessage();
            assertTrue(gone.contains("view it anew"), gone);
        }
    }

    @Test
    void shouldShowAllThatWasDurableWhenItIsViewed15() throws IOException {
        journal.publishDurably(6);
        journal.reboot();
        try (Channel view = Channel.view(path)) {
            assertEquals(1, view.recoveryEpoch());
            journal.publish(6, 2);
            assertEquals(numbers(6), journal.numbers(view), "as it was when it was opened");
        }
    }

    @Test
    void shouldReadUpToTheDamageWhenItIsViewed15() throws IOException {
        final List<Long> ends = journal.publish(0, 6);
        try (Channel channel = Channel.join(path)) {
            assertTrue(channel.awaitDurable(ends.get(4), LONG));
        }
        journal.overwrite(ends.get(2) + 100, new byte[] {1});
        journal.word(ControlFormat.TAIL_OFFSET, 64);
        for (int time = 0; time < 2; time++) {
            if (time == 0) {
                journal.reboot();
            } else {
                journal.recover();
            }
            final Map<String, ByteBuffer> before = journal.files();
            try (Channel view = Channel.view(path);
                Subscriber subscriber =
                    view.addSubscriber(SubscriberOptions.earliest().lossy())) {
                assertEquals(ends.get(5), view.durablePosition());
                assertEquals(ends.get(5), view.tailPosition());
                assertReadsUpTo(ends.get(2), subscriber, ends.get(3));
            }
            assertEquals(before, journal.files());
        }
    }

    @Test
    void shouldBelieveTheNewestReceiptWhenItIsAboveTheWatermark16() throws IOException {
        final List<Long> ends = journal.publishDurably(5, 9, 2);
        journal.word(ControlFormat.DURABLE_OFFSET, 0);
        journal.overwrite(ends.get(14) + 100, new byte[] {1});
        final StoppedJournal copy = journal.copy(directory.resolve("copy"));
        assertEquals(Finding.TORN, recover(directory.resolve("copy")));
        assertEquals(numbers(15), copy.numbers());
        journal.overwrite(ends.get(12) + 100, new byte[] {1});
        journal.reboot();
        assertEquals(Finding.DAMAGED, journal.recover());
        try (Channel channel = Channel.join(path)) {
            assertEquals(ends.get(13), channel.durablePosition());
        }
        assertEquals(0, journal.word(ControlFormat.EPOCH_OFFSET));
    }

    @Test
    void shouldKnowAllThatWasDurableWhenTheChannelWasIdle16() throws IOException {
        final List<Long> ends = journal.publish(0, 6);
        try (Channel channel = Channel.join(path)) {
            assertTrue(channel.awaitDurable(ends.getLast(), LONG));
            // In a thread of this, or of its own.
            final long began = System.nanoTime();
            while (journal.receipt(0) < ends.getLast()) {
                channel.housekeeping().doWork();
                assertTrue(System.nanoTime() - began < LONG.toNanos(), "no receipt was left");
                Thread.yield();
            }
        }
        journal.word(ControlFormat.DURABLE_OFFSET, 0);
        journal.overwrite(ends.get(4) + 100, new byte[] {1});
        journal.reboot();
        assertEquals(Finding.DAMAGED, journal.recover());
        assertEquals(ends.getLast(), journal.word(ControlFormat.DURABLE_OFFSET));
    }

    @Test
    void shouldLeaveDamageInOlderSegmentsToThoseWhoVerify() throws IOException {
        final List<Long> ends = journal.publish(0, 20);
        try (Channel channel = Channel.join(path)) {
            assertTrue(channel.awaitDurable(ends.getLast(), LONG));
        }
        journal.overwrite(ends.get(2) + 100, new byte[] {1});
        journal.reboot();
        assertEquals(OptionalLong.of(ends.get(2)), Channels.examine(path).damagedPosition());
        assertEquals(Finding.WHOLE, journal.recover());
        assertEquals(numbers(20), journal.numbers());
        try (Channel channel = Channel.join(path);
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest().verified())) {
            assertReadsUpTo(ends.get(2), subscriber, ends.get(3));
        }
        assertEquals(OptionalLong.of(ends.get(2)), Channels.repair(path).damagedPosition());
        assertEquals(numbers(3), journal.numbers());
    }

    @Test
    void shouldNotBelieveAReceiptThatDoesNotCheckOut16() throws IOException {
        final List<Long> ends = journal.publishDurably(4, 2);
        journal.word(ControlFormat.DURABLE_OFFSET, 0);
        journal.overwrite(SegmentFormat.RECEIPT_OFFSET - SegmentFormat.DATA_OFFSET, new byte[] {2});
        journal.overwrite(ends.get(1) + 100, new byte[] {1});
        journal.reboot();
        assertEquals(Finding.TORN, journal.recover());
        assertEquals(numbers(2), journal.numbers());
    }

    @Test
    void shouldBeginWhereRetentionHasEnded17() throws IOException {
        final List<Long> ends = journal.publish(0, 20);
        journal.word(ControlFormat.EARLIEST_OFFSET, 2 * SEGMENT);
        Files.delete(journal.segment(0));
        journal.reboot();
        assertEquals(Finding.WHOLE, journal.recover(), "nothing of it was durable, and one file is still there");
        assertTrue(Files.exists(journal.segment(SEGMENT)));
        try (Channel channel = Channel.join(path)) {
            assertEquals(2 * SEGMENT, channel.earliestPosition());
            assertEquals(ends.getLast(), channel.tailPosition());
            assertEquals(List.of(16, 17, 18, 19), journal.numbers(channel));
        }
    }

    @Test
    void shouldRemoveNothingOfWhatIsDamaged8() throws IOException {
        final ChannelOptions options = ChannelOptions.journal(SEGMENT).withRetentionBytes(SEGMENT);
        try (Channel channel = Channel.open(path, options)) {
            channel.housekeeping().byHand();
            try (Subscriber holding = channel.addSubscriber(SubscriberOptions.earliest())) {
                journal.publish(channel, 0, 30);
                assertTrue(channel.awaitDurable(channel.tailPosition(), LONG));
                assertEquals(0, holding.position());
            }
        }
        journal.overwrite(3 * SEGMENT + 100, new byte[] {1});
        journal.reboot();
        assertEquals(Finding.DAMAGED, journal.recover());
        try (Channel channel = Channel.join(path)) {
            channel.housekeeping().byHand();
            assertEquals(0, channel.housekeeping().doWork());
            assertEquals(0, channel.earliestPosition());
            assertTrue(Files.exists(journal.segment(0)));
        }
    }

    @Test
    void shouldComeToTheSameEndWhereverItWasStopped() throws IOException {
        final List<Long> ends = journal.publish(0, 20);
        try (Channel channel = Channel.join(path);
            Subscriber subscriber = channel.addSubscriber(
                SubscriberOptions.earliest().named("far", true))) {
            subscriber.poll((b, o, l, h) -> { }, 20);
        }
        journal.overwrite(ends.get(2), new byte[8]);
        journal.reboot();
        final StoppedJournal whole = journal.copy(directory.resolve("whole"));
        recover(directory.resolve("whole"));
        final Map<String, ByteBuffer> expected = withoutLife(whole.files());
        final FaultyCalls counting = new FaultyCalls(Platform.detect().files());
        for (int first = 0; first < 200; first++) {
            for (final boolean after : List.of(false, true)) {
                final Path place = directory.resolve("stopped-" + first + after);
                final StoppedJournal stopped = journal.copy(place);
                final FaultyCalls calls = new FaultyCalls(Platform.detect().files())
                    .failing(FaultyCalls.Fault.EIO, first, Integer.MAX_VALUE, after);
                if (isCompleted(place, calls)) {
                    assertTrue(first > 20, "stopped in " + first + " calls of " + counting.made());
                    return;
                }
                // Another death in the middle of what the first one left.
                isCompleted(place, new FaultyCalls(Platform.detect().files())
                    .failing(FaultyCalls.Fault.EIO, 7, Integer.MAX_VALUE, !after));
                recover(place);
                assertEquals(expected, withoutLife(stopped.files()), "stopped at call " + first
                    + (after ? " after it" : " before it"));
            }
        }
        throw new AssertionError("it does not end");
    }

    /** It delivers the three messages before the damage, and two behind it. */
    private static void assertReadsUpTo(
        final long damage, final Subscriber subscriber, final long behind) {
        assertEquals(3, subscriber.poll((b, o, l, h) -> { }, 3));
        final ChannelDamagedException found = assertThrows(
            ChannelDamagedException.class, () -> subscriber.poll((b, o, l, h) -> { }, 1));
        assertTrue(found.getMessage().contains("position " + damage), found.getMessage());
        subscriber.seek(behind);
        assertEquals(2, subscriber.poll((b, o, l, h) -> { }, 2));
    }

    private static boolean isCompleted(final Path place, final FaultyCalls calls) {
        try {
            recovery(place, calls).run();
            return true;
        } catch (final IOException stopped) {
            return false;
        }
    }

    /** Copies differ in their inodes. */
    private static Map<String, ByteBuffer> withoutLife(final Map<String, ByteBuffer> files) {
        final ByteBuffer control = files.get("control");
        control.putLong(ControlFormat.DEVICE_OFFSET, 0).putLong(ControlFormat.INODE_OFFSET, 0)
            .putLong(ControlFormat.BORN_OFFSET, 0);
        return files;
    }
}
