package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.agrona.concurrent.IdleStrategy;
import org.fencepost.ipc.file.FaultyCalls;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.PlatformWithCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Journals that do not keep everything. */
@Timeout(60)
class RetentionTest {
    private static final long SEGMENT = 8192;
    private static final ChannelOptions FOREVER = ChannelOptions.journal(SEGMENT);
    private static final ChannelOptions BYTES = FOREVER.withRetentionBytes(2 * SEGMENT);
    private static final int MESSAGE = 1000;
    /** So many messages fill a segment. */
    private static final int IN_SEGMENT = 8;

    @TempDir
    Path directory;

    private long nowNanos = TimeUnit.DAYS.toNanos(20_000);

    @Test
    void shouldKeepEverythingWhenNothingElseIsSaid() throws IOException {
        try (Channel channel = open(FOREVER); Publisher publisher = channel.addPublisher()) {
            publish(publisher, 0, 10 * IN_SEGMENT);
            work(channel);
            assertEquals(0, channel.earliestPosition());
            assertEquals(0, segments().getFirst());
        }
    }

    @Test
    void shouldKeepSoManyBytesAndNeverTheLastSegment() throws IOException {
        try (Channel channel = open(BYTES); Publisher publisher = channel.addPublisher()) {
            for (int i = 0; i < 20; i++) {
                publish(publisher, i * IN_SEGMENT, IN_SEGMENT);
                work(channel);
                final long earliest = channel.earliestPosition();
                final long kept = channel.tailPosition() - earliest;
                assertTrue(kept < 3 * SEGMENT && (kept >= 2 * SEGMENT || earliest == 0), "" + kept);
                assertEquals(earliest, segments().getFirst());
                assertEquals(0, channel.startPosition(), "where it began");
            }
        }
        final ChannelMismatchException other =
            assertThrows(ChannelMismatchException.class, () -> open(FOREVER));
        assertTrue(other.getMessage().contains("kept for 16384 bytes"), other.getMessage());
    }

    @Test
    void shouldRemoveWithoutHousekeepingWhenThePublisherMakesSegments() throws IOException {
        try (Channel channel = open(BYTES); Publisher publisher = channel.addPublisher()) {
            publish(publisher, 0, 10 * IN_SEGMENT);
            assertTrue(channel.earliestPosition() >= 6 * SEGMENT);
            assertEquals(channel.earliestPosition(), segments().getFirst());
        }
    }

    @Test
    void shouldPublishBehindTheOthersWhenAnIdlePublishersSegmentIsRemoved() {
        try (Channel channel = open(BYTES);
            Publisher idle = channel.addPublisher();
            Publisher publisher = channel.addPublisher()) {
            for (int lap = 0; lap < 3; lap++) {
                publish(publisher, lap * (10 * IN_SEGMENT + 1), 10 * IN_SEGMENT);
                work(channel);
                publish(idle, lap * (10 * IN_SEGMENT + 1) + 10 * IN_SEGMENT, 1);
            }
            try (Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
                final List<Integer> numbers = poll(subscriber);
                assertEquals(3 * (10 * IN_SEGMENT + 1) - 1, numbers.getLast());
                assertEquals(numbers.getLast() - numbers.getFirst() + 1, numbers.size());
            }
        }
    }

    @Test
    void shouldSayThatItIsRemovedWhenAReaderWaitsForAClaimInASegmentThatGoes() {
        try (Channel channel = open(BYTES);
            Publisher slow = channel.addPublisher();
            Publisher publisher = channel.addPublisher();
            Channel view = Channel.view(directory.resolve("journal"));
            Subscriber viewer = view.addSubscriber(SubscriberOptions.earliest().lossy());
            Subscriber lossy = channel.addSubscriber(SubscriberOptions.earliest().lossy())) {
            publish(publisher, 0, 1);
            final Claim claim = new Claim();
            assertTrue(slow.tryClaim(1, MESSAGE, claim) >= 0);
            publish(publisher, 2, 1);
            for (final Subscriber reader : List.of(viewer, lossy)) {
                assertEquals(List.of(0), poll(reader));
                reader.beThorough();
                assertEquals(List.of(), poll(reader));
            }
            publish(publisher, 3, 10 * IN_SEGMENT - 1);
            work(channel);
            assertTrue(channel.earliestPosition() > 0 && channel.durablePosition() > 0);
            for (final Subscriber reader : List.of(viewer, lossy)) {
                reader.beThorough();
                final String removed =
                    assertThrows(PositionException.class, () -> poll(reader)).getMessage();
                assertTrue(removed.contains("" + channel.earliestPosition()), removed);
                reader.seek(channel.earliestPosition());
                assertEquals(10 * IN_SEGMENT + 1, poll(reader).getLast());
            }
            claim.commit();
        }
    }

    @Test
    void shouldSayWhatIsRemovedAndNameTheEarliest() {
        try (Channel channel = open(BYTES);
            Publisher publisher = channel.addPublisher();
            Subscriber lossy = channel.addSubscriber(SubscriberOptions.earliest().lossy())) {
            publish(publisher, 0, 2);
            assertEquals(List.of(0, 1), poll(lossy));
            publish(publisher, 2, 10 * IN_SEGMENT - 2);
            work(channel);
            final long earliest = channel.earliestPosition();
            for (final PositionException removed : List.of(
                assertThrows(PositionException.class,
                    () -> channel.addSubscriber(SubscriberOptions.from(0))),
                assertThrows(PositionException.class, () -> lossy.seek(SEGMENT)),
                assertThrows(PositionException.class, () -> poll(lossy)))) {
                assertTrue(removed.getMessage().contains("" + earliest), removed.getMessage());
            }
            lossy.seek(earliest);
            assertEquals((int) (earliest / SEGMENT) * IN_SEGMENT, poll(lossy).getFirst());
            try (Subscriber gating = channel.addSubscriber(SubscriberOptions.earliest())) {
                assertEquals(earliest, gating.position());
            }
        }
    }

    @Test
    void shouldWaitForGatingSubscribersAndCursors() {
        try (Channel channel = open(BYTES); Publisher publisher = channel.addPublisher()) {
            final Subscriber gating = channel.addSubscriber(SubscriberOptions.earliest());
            channel.addSubscriber(SubscriberOptions.earliest().named("kept", true)).close();
            channel.addSubscriber(SubscriberOptions.earliest().named("left", false)).close();
            publish(publisher, 0, 10 * IN_SEGMENT);
            work(channel);
            assertEquals(0, channel.earliestPosition());
            poll(gating);
            work(channel);
            assertEquals(0, channel.earliestPosition(), "a named cursor is still there");
            try (Subscriber named =
                channel.addSubscriber(SubscriberOptions.latest().named("kept", true))) {
                assertEquals(3 * IN_SEGMENT, named.poll((b, o, l, h) -> { }, 3 * IN_SEGMENT));
            }
            work(channel);
            assertEquals(3 * SEGMENT, channel.earliestPosition(), "its cursor is there");
            gating.close();
            try (Subscriber left =
                channel.addSubscriber(SubscriberOptions.latest().named("left", false))) {
                assertEquals(3 * SEGMENT, left.lostBytes());
            }
        }
    }

    @Test
    void shouldSayForWhomItKeepsWhatItWouldRemove() {
        final ChannelOptions byTime = FOREVER.withRetentionTime(Duration.ofHours(1));
        for (final ChannelOptions options : List.of(BYTES, byTime)) {
            final Path path = directory.resolve(options == BYTES ? "bytes" : "time");
            try (Channel channel = open(path, options); Publisher publisher = channel.addPublisher()) {
                final Subscriber gating = channel.addSubscriber(SubscriberOptions.earliest());
                final Subscriber lossy = channel.addSubscriber(SubscriberOptions.earliest().lossy());
                channel.addSubscriber(SubscriberOptions.earliest().named("kept", true)).close();
                channel.addSubscriber(SubscriberOptions.earliest().named("left", false)).close();
                publish(publisher, 0, 2 * IN_SEGMENT);
                assertEquals(List.of(), channel.status().waits(), "nothing is to go");
                publish(publisher, 2 * IN_SEGMENT, 4 * IN_SEGMENT);
                nowNanos += Duration.ofHours(2).toNanos();
                work(channel);
                final List<String> waits = channel.status().waits();
                assertEquals(2, waits.size(), waits.toString());
                assertTrue(waits.get(0).startsWith("what retention would remove is kept for subscriber "
                    + "0 (process "), waits.toString());
                assertTrue(waits.get(1).contains("'kept' (absent") && waits.get(1).endsWith(
                    ", which is kept for its next owner, or until it is removed"), waits.toString());
                assertTrue(channel.status().toString().contains("HOLDS RETENTION BACK"));
                try (Channel view = Channel.view(path, Platform.detect(), () -> nowNanos)) {
                    assertEquals(waits, view.status().waits());
                }
                gating.close();
                lossy.close();
                assertTrue(channel.removeCursor("kept"));
                assertEquals(List.of(), channel.status().waits(), "it will go");
                assertEquals(0, channel.earliestPosition());
                work(channel);
                assertTrue(channel.earliestPosition() >= 3 * SEGMENT);
                assertEquals(List.of(), channel.status().waits());
            }
        }
    }

    @Test
    void shouldShowAJournalsStatusWhenTheSegmentThatRetentionLooksAtIsDamaged() throws IOException {
        try (Channel channel = open(FOREVER.withRetentionTime(Duration.ofHours(1)));
            Publisher publisher = channel.addPublisher()) {
            publish(publisher, 0, 4 * IN_SEGMENT);
            final Path segment = directory.resolve("journal").resolve(String.format("segment-%016x", SEGMENT));
            try (FileChannel file = FileChannel.open(segment, StandardOpenOption.WRITE)) {
                file.write(ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1}), 4096);
            }
            assertEquals(List.of(), channel.status().waits());
            assertEquals(0, channel.status().earliestPosition());
        }
    }

    @Test
    void shouldRemoveWhatIsOlder() {
        try (Channel channel = open(FOREVER.withRetentionTime(Duration.ofHours(1)));
            Publisher publisher = channel.addPublisher()) {
            publish(publisher, 0, 2 * IN_SEGMENT);
            nowNanos += Duration.ofMinutes(40).toNanos();
            publish(publisher, 2 * IN_SEGMENT, 2 * IN_SEGMENT);
            work(channel);
            assertEquals(0, channel.earliestPosition());
            nowNanos += Duration.ofMinutes(21).toNanos();
            work(channel);
            assertEquals(SEGMENT, channel.earliestPosition(), "the second ends before a young one");
            nowNanos += Duration.ofMinutes(40).toNanos();
            work(channel);
            assertEquals(3 * SEGMENT, channel.earliestPosition(), "the last one stays");
        }
    }

    @Test
    void shouldRemoveUpToTheSegmentOfTheTailWhenAllIsOlder() {
        try (Channel channel = open(FOREVER.withRetentionTime(Duration.ofHours(1)));
            Publisher publisher = channel.addPublisher()) {
            publish(publisher, 0, 3 * IN_SEGMENT + 1);
            nowNanos += Duration.ofMinutes(61).toNanos();
            work(channel);
            assertEquals(3 * SEGMENT, channel.earliestPosition());
        }
    }

    /** The watermark is raised to where the log begins: who waits below it is told that it has gone. */
    @Test
    void shouldRingForReadersOfWhatIsDurableWhenItRemoves() throws IOException {
        assumeTrue(Platform.detect().sleeping().canWake(), "nobody enlists");
        try (Channel channel = open(FOREVER.withRetentionTime(Duration.ofHours(1)));
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber =
                channel.addSubscriber(SubscriberOptions.earliest().lossy().durableOnly())) {
            publish(publisher, 0, IN_SEGMENT + 1);
            work(channel);
            final IdleStrategy idle = Parking.on(subscriber);
            while (sleepers() == 0) {
                idle.idle();
            }
            nowNanos += Duration.ofMinutes(61).toNanos();
            work(channel);
            assertEquals(SEGMENT, channel.earliestPosition());
            assertEquals(0, sleepers(), "ringing clears it");
        }
    }

    @Test
    void shouldGoOnWhenAnyOfItsCallsFails() throws IOException {
        for (int failing = 0; ; failing++) {
            final Path path = directory.resolve("failing-" + failing);
            final FaultyCalls calls = new FaultyCalls(Platform.detect().files());
            final boolean failed;
            try (Channel channel = open(path, BYTES);
                Subscriber gating = channel.addSubscriber(SubscriberOptions.earliest())) {
                try (Publisher publisher = channel.addPublisher()) {
                    publish(publisher, 0, 6 * IN_SEGMENT + 1);
                }
                work(channel);
                poll(gating);
            }
            try (Channel channel = Channel.join(
                path, new PlatformWithCalls(platformCalls -> calls), () -> nowNanos)) {
                calls.failing(FaultyCalls.Fault.EIO, failing, Integer.MAX_VALUE, false);
                failed = fails(channel);
                assertTrue(segments(path).contains(4 * SEGMENT));
                if (failed) {
                    assertTrue(channel.earliestPosition() == 4 * SEGMENT || segments(path).getFirst() == 0,
                        "moved first");
                }
            }
            try (Channel channel = open(path, BYTES)) {
                work(channel);
                assertEquals(4 * SEGMENT, segments(path).getFirst());
                assertEquals(4 * SEGMENT, channel.earliestPosition());
            }
            if (!failed) {
                assertTrue(failing > 3, "calls: " + calls.made());
                return;
            }
        }
    }

    @Test
    void shouldTouchNothingWhenThereIsNothingToRemove() {
        try (Channel channel = open(BYTES); Publisher publisher = channel.addPublisher()) {
            publish(publisher, 0, 10 * IN_SEGMENT);
            work(channel);
        }
        final FaultyCalls calls = new FaultyCalls(Platform.detect().files());
        try (Channel channel = Channel.join(
            directory.resolve("journal"), new PlatformWithCalls(platformCalls -> calls), () -> nowNanos)) {
            channel.housekeeping().byHand();
            assertNotEquals(0, channel.earliestPosition());
            calls.made().clear();
            work(channel);
            assertFalse(calls.made().contains("sync") || calls.made().contains("write"), calls.made().toString());
        }
    }

    @Test
    void shouldBeDurableBehindWhatWasRemoved() {
        try (Channel channel = open(BYTES); Publisher publisher = channel.addPublisher()) {
            final long end = publish(publisher, 0, 10 * IN_SEGMENT);
            work(channel);
            assertNotEquals(0, channel.earliestPosition());
            assertTrue(channel.awaitDurable(end, Duration.ofSeconds(30)));
            assertEquals(end, channel.durablePosition());
        }
    }

    @Test
    void shouldRemoveByTimeBehindASegmentWithoutMessages() throws IOException {
        try (Channel channel = open(FOREVER.withRetentionTime(Duration.ofHours(1)));
            Publisher publisher = channel.addPublisher()) {
            publish(publisher, 0, IN_SEGMENT);
            final Claim claim = new Claim();
            while (channel.tailPosition() < 4 * SEGMENT) {
                assertTrue(publisher.tryClaim(1, MESSAGE, claim) >= 0);
                claim.abort();
            }
            nowNanos += Duration.ofMinutes(30).toNanos();
            publish(publisher, 0, IN_SEGMENT);
            work(channel);
            assertEquals(0, channel.earliestPosition(), "the oldest message is not old enough");
            nowNanos += Duration.ofMinutes(31).toNanos();
            work(channel);
            assertEquals(0, channel.earliestPosition(), "nor is the next one behind the padding");
            publish(publisher, 0, 2 * IN_SEGMENT);
            nowNanos += Duration.ofMinutes(31).toNanos();
            work(channel);
            assertEquals(4 * SEGMENT, segments().getFirst());
            assertEquals(4 * SEGMENT, channel.earliestPosition());
        }
    }

    /** Nobody passes over it where nobody reads and nobody syncs. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldRemoveByTimeBehindASegmentThatBeginsWithAClaim(final boolean dead) throws IOException {
        final Channel other;
        try (Channel channel = open(FOREVER.withRetentionTime(Duration.ofHours(1)));
            Publisher publisher = channel.addPublisher()) {
            publish(publisher, 0, IN_SEGMENT);
            other = Channel.join(channel.path());
            other.housekeeping().byHand();
            final long claimed = channel.tailPosition();
            assertEquals(SEGMENT, claimed);
            assertTrue(other.addPublisher().tryClaim(1, MESSAGE, new Claim()) >= 0);
            if (dead) {
                other.close();
            }
            publish(publisher, 0, 2 * IN_SEGMENT);
            nowNanos += Duration.ofMinutes(61).toNanos();
            work(channel);
            assertEquals(claimed + 2 * SEGMENT, channel.earliestPosition());
            assertEquals(channel.earliestPosition(), segments().getFirst());
        }
        other.close();
    }

    @Test
    void shouldPublishOnAndKeepWhatIsThereWhenAMessageIsDamagedThatIsLookedAt() throws IOException {
        final ChannelOptions options = FOREVER.withRetentionTime(Duration.ofHours(1));
        try (Channel channel = open(options); Publisher publisher = channel.addPublisher()) {
            publish(publisher, 0, 3 * IN_SEGMENT);
            final Path second = directory.resolve("journal").resolve("segment-0000000000002000");
            try (FileChannel file = FileChannel.open(second, StandardOpenOption.WRITE)) {
                file.write(ByteBuffer.wrap(new byte[] {3, 0, 0, 0, 9}), 4096);
            }
            nowNanos += Duration.ofHours(2).toNanos();
            publish(publisher, 0, 3 * IN_SEGMENT);
            assertThrows(ChannelDamagedException.class, () -> work(channel));
            assertEquals(0, channel.earliestPosition());
            assertEquals(0, segments().getFirst());
        }
    }

    @Test
    void shouldRefuseWhatCannotBe() {
        for (final Runnable wrong : List.<Runnable>of(
            () -> ChannelOptions.ring(32_768).withRetentionBytes(1),
            () -> ChannelOptions.ring(32_768).withRetentionTime(Duration.ofDays(1)),
            () -> FOREVER.withRetentionBytes(-1),
            () -> FOREVER.withRetentionTime(Duration.ofNanos(-1)),
            () -> FOREVER.withRetentionTime(Duration.ofDays(40_000)),
            () -> FOREVER.withTimestamps(false).withRetentionTime(Duration.ofDays(1)),
            () -> FOREVER.withRetentionTime(Duration.ofDays(1)).withTimestamps(false))) {
            assertThrows(IllegalArgumentException.class, wrong::run);
        }
    }

    private boolean fails(final Channel channel) {
        nowNanos += Duration.ofSeconds(1).toNanos();
        try {
            channel.housekeeping().doWork();
            return false;
        } catch (final ChannelIOException e) {
            assertTrue(e.getMessage().contains("before position " + 4 * SEGMENT), e.getMessage());
            return true;
        }
    }

    /** All that is to be done by now. */
    private void work(final Channel channel) {
        do {
            nowNanos += Duration.ofSeconds(1).toNanos();
        } while (channel.housekeeping().doWork() > 0);
    }

    @Test
    void shouldWaitForARemovalWhenItsHandleIsClosed() throws Exception {
        final AtomicReference<Thread> closer = new AtomicReference<>();
        final Platform platform = new PlatformWithCalls(calls -> beforeUnlinking(calls, () -> {
            if (closer.get() != null) {
                closer.get().start();
                while (closer.get().getState() == Thread.State.RUNNABLE) {
                    Thread.onSpinWait();
                }
                // By then it waits, and has not closed what this is about to change.
                assertEquals(Thread.State.BLOCKED, closer.get().getState());
                closer.set(null);
            }
        }));
        try (Channel keeping = open(FOREVER.withRetentionBytes(SEGMENT));
            Publisher publisher = keeping.addPublisher()) {
            keeping.housekeeping().byHand();
            publish(publisher, 0, IN_SEGMENT);
            final Channel closed = Channel.open(directory.resolve("journal"),
                FOREVER.withRetentionBytes(SEGMENT), platform, () -> nowNanos);
            closed.housekeeping().byHand();
            publish(publisher, IN_SEGMENT, 2);
            final Thread thread = new Thread(closed::close);
            closer.set(thread);
            while (closer.get() != null) {
                publish(publisher, 0, 1);
                closed.housekeeping().doWork();
                nowNanos += TimeUnit.SECONDS.toNanos(1);
            }
            thread.join();
            assertTrue(closed.isClosed());
            assertEquals(keeping.earliestPosition(), segments().getFirst());
        }
    }

    /** Not 0 while somebody may sleep until there is progress. */
    private int sleepers() throws IOException {
        try (FileChannel control = FileChannel.open(
            directory.resolve("journal").resolve(ControlFormat.FILE_NAME))) {
            final ByteBuffer word = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            control.read(word, ControlFormat.PROGRESS_OFFSET);
            return word.getInt(Integer.BYTES);
        }
    }

    private static FileCalls beforeUnlinking(final FileCalls calls, final Runnable action) {
        return (FileCalls) Proxy.newProxyInstance(FileCalls.class.getClassLoader(),
            new Class<?>[] {FileCalls.class}, (proxy, method, arguments) -> {
                if (method.getName().equals("unlink")
                    && ((Path) arguments[0]).getFileName().toString().startsWith("segment-")) {
                    action.run();
                }
                try {
                    return method.invoke(calls, arguments);
                } catch (final InvocationTargetException e) {
                    throw e.getCause();
                }
            });
    }

    private static long publish(final Publisher publisher, final int first, final int count) {
        long end = 0;
        for (int i = first; i < first + count; i++) {
            final byte[] bytes = new byte[MESSAGE];
            bytes[0] = (byte) i;
            end = publisher.offer(i, bytes, 0, bytes.length);
            assertTrue(end > 0, Publisher.describe(end));
        }
        return end;
    }

    private static List<Integer> poll(final Subscriber subscriber) {
        final List<Integer> received = new ArrayList<>();
        while (subscriber.poll((buffer, offset, length, header) ->
            received.add(header.typeId()), Integer.MAX_VALUE) > 0) {
            assertTrue(received.size() < 1_000, "it does not end");
        }
        return received;
    }

    private Channel open(final ChannelOptions options) {
        return open(directory.resolve("journal"), options);
    }

    /** When something is removed is for the test to say. */
    private Channel open(final Path path, final ChannelOptions options) {
        final Channel channel = Channel.open(path, options, Platform.detect(), () -> nowNanos);
        channel.housekeeping().byHand();
        return channel;
    }

    private List<Long> segments() throws IOException {
        return segments(directory.resolve("journal"));
    }

    /** Where the segments begin that are there. */
    static List<Long> segments(final Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString())
                .filter(name -> name.startsWith("segment-"))
                .map(name -> Long.parseLong(name.substring("segment-".length()), 16))
                .sorted().toList();
        }
    }
}
