package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.fencepost.ipc.file.FaultyCalls;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.PlatformWithCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Journals that are to keep more or less than when they were made. */
@Timeout(60)
class ChangedRetentionTest {
    private static final long SEGMENT = 8192;
    private static final ChannelOptions FOREVER = ChannelOptions.journal(SEGMENT);
    private static final ChannelOptions BYTES = FOREVER.withRetentionBytes(2 * SEGMENT);
    /** So many messages fill a segment. */
    private static final int IN_SEGMENT = 8;

    @TempDir
    Path directory;

    private long nowNanos = TimeUnit.DAYS.toNanos(20_000);

    @Test
    void shouldRemoveWhatNeedNotBeKeptAnyMoreWhenItIsChangedElsewhere() {
        try (Channel channel = open(FOREVER); Channel other = open(FOREVER);
            Publisher publisher = channel.addPublisher()) {
            publish(publisher, 10);
            work(channel);
            assertEquals(0, channel.earliestPosition());
            other.changeRetention(2 * SEGMENT, Duration.ZERO);
            work(channel);
            assertEquals(8 * SEGMENT, channel.earliestPosition());
            assertEquals(BYTES, channel.options());
            assertEquals(BYTES, channel.status().options());
        }
    }

    @Test
    void shouldKeepMoreAndThenEverything() {
        try (Channel channel = open(BYTES); Publisher publisher = channel.addPublisher()) {
            channel.changeRetention(5 * SEGMENT, Duration.ZERO);
            publish(publisher, 10);
            work(channel);
            assertEquals(5 * SEGMENT, channel.earliestPosition());
            channel.changeRetention(0, Duration.ZERO);
            publish(publisher, 10);
            work(channel);
            assertEquals(5 * SEGMENT, channel.earliestPosition());
            assertEquals(FOREVER, channel.options());
        }
    }

    /** Who moved the beginning of the log did not get to the files before it. */
    @Test
    void shouldRemoveWhatADeadRemoverHasLeftWhenEverythingIsToBeKeptByNow() throws IOException {
        try (Channel living = open(FOREVER)) {
            // The second time it has removed some itself.
            for (int i = 0; i < 2; i++) {
                leave();
                final long earliest = living.earliestPosition();
                assertTrue(segments().getFirst() < earliest);
                work(living);
                assertEquals(earliest, segments().getFirst());
            }
            leave();
        }
        try (Channel next = open(FOREVER); Publisher publisher = next.addPublisher()) {
            assertTrue(segments().getFirst() < next.earliestPosition());
            // Whoever needs the next segment keeps house.
            publish(publisher, 3);
            assertEquals(next.earliestPosition(), segments().getFirst());
            final long kept = next.earliestPosition();
            work(next);
            assertEquals(kept, next.earliestPosition());
        }
    }

    /** Somebody dies in a removal, and then everything is kept. */
    private void leave() {
        final FaultyCalls calls = new FaultyCalls(Platform.detect().files());
        try (Channel dying = Channel.join(
            directory.resolve("journal"), new PlatformWithCalls(platformCalls -> calls), () -> nowNanos)) {
            dying.housekeeping().byHand();
            try (Publisher publisher = dying.addPublisher()) {
                publish(publisher, 5);
            }
            dying.changeRetention(2 * SEGMENT, Duration.ZERO);
            calls.refusing("unlink");
            assertThrows(ChannelIOException.class, () -> work(dying));
            dying.changeRetention(0, Duration.ZERO);
        }
    }

    private List<Long> segments() throws IOException {
        return RetentionTest.segments(directory.resolve("journal"));
    }

    @Test
    void shouldRemoveWhatIsTooOldByTheTimeThatItWasChangedTo() {
        try (Channel channel = open(FOREVER); Publisher publisher = channel.addPublisher()) {
            publish(publisher, 3);
            nowNanos += TimeUnit.HOURS.toNanos(2);
            publish(publisher, 3);
            work(channel);
            assertEquals(0, channel.earliestPosition());
            channel.changeRetention(0, Duration.ofHours(1));
            work(channel);
            assertTrue(channel.earliestPosition() >= 2 * SEGMENT, "" + channel.earliestPosition());
            assertEquals(FOREVER.withRetentionTime(Duration.ofHours(1)), channel.options());
        }
    }

    @Test
    void shouldBeOpenedAsWhatItIsOrWasAndSayHowThatIsChanged() {
        try (Channel channel = open(BYTES)) {
            channel.changeRetention(3 * SEGMENT, Duration.ZERO);
            assertEquals(3 * SEGMENT, channel.options().retentionBytes());
        }
        final String message = assertThrows(ChannelMismatchException.class, () -> open(FOREVER)).getMessage();
        assertTrue(message.contains("changeRetention") && message.contains("kept for 24576 bytes"), message);
        // Only who has nobody beside him may.
        assertFalse(Channels.repair(directory.resolve("journal")).isDamaged());
        for (final ChannelOptions options : List.of(BYTES, FOREVER.withRetentionBytes(3 * SEGMENT))) {
            try (Channel channel = open(options)) {
                assertEquals(3 * SEGMENT, channel.options().retentionBytes());
            }
        }
    }

    @Test
    void shouldStayChangedWhenItIsRecovered() throws IOException {
        try (Channel channel = open(BYTES); Publisher publisher = channel.addPublisher()) {
            channel.changeRetention(0, Duration.ofHours(1));
            publish(publisher, 3);
        }
        // As in another life of the system.
        word(ControlFormat.BOOT_ID_OFFSET, 1);
        try (Channel view = Channel.view(directory.resolve("journal"))) {
            assertEquals(FOREVER.withRetentionTime(Duration.ofHours(1)), view.options());
        }
        try (Channel channel = Channel.join(directory.resolve("journal"))) {
            assertEquals(FOREVER.withRetentionTime(Duration.ofHours(1)), channel.options());
        }
    }

    @Test
    void shouldBeOnTheDiskOrSayThatItMayNotBe() {
        open(FOREVER).close();
        final FaultyCalls calls = new FaultyCalls(Platform.detect().files());
        try (Channel channel = Channel.join(
            directory.resolve("journal"), new PlatformWithCalls(platformCalls -> calls), () -> nowNanos)) {
            channel.housekeeping().byHand();
            calls.made().clear();
            channel.changeRetention(SEGMENT, Duration.ZERO);
            final int sync = calls.made().indexOf("sync");
            assertTrue(sync >= 0, calls.made().toString());
            calls.failing(FaultyCalls.Fault.EIO, sync, sync, false);
            final ChannelIOException refusal = assertThrows(
                ChannelIOException.class, () -> channel.changeRetention(2 * SEGMENT, Duration.ZERO));
            assertTrue(refusal.getMessage().contains("change it again"), refusal.getMessage());
            assertEquals(BYTES, channel.options());
            calls.failing(FaultyCalls.Fault.EIO, -1, -1, false);
            channel.changeRetention(2 * SEGMENT, Duration.ZERO);
        }
    }

    @Test
    void shouldRefuseWhatCannotBe() {
        try (Channel ring = Channel.open(directory.resolve("ring"), ChannelOptions.ring(32_768))) {
            assertThrows(IllegalArgumentException.class, () -> ring.changeRetention(SEGMENT, Duration.ZERO));
        }
        final Channel channel = open(FOREVER.withTimestamps(false));
        assertThrows(IllegalArgumentException.class, () -> channel.changeRetention(-1, Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> channel.changeRetention(0, Duration.ofNanos(-1)));
        assertThrows(IllegalArgumentException.class, () -> channel.changeRetention(0, Duration.ofDays(1)));
        assertThrows(NullPointerException.class, () -> channel.changeRetention(0, null));
        try (Channel view = Channel.view(channel.path())) {
            assertThrows(ChannelMismatchException.class, () -> view.changeRetention(SEGMENT, Duration.ZERO));
        }
        assertFalse(channel.options().toString().contains("kept"), channel.options().toString());
        channel.close();
        assertThrows(ChannelClosedException.class, () -> channel.changeRetention(0, Duration.ZERO));
    }

    @ParameterizedTest
    @ValueSource(ints = {ControlFormat.CHANGED_BYTES_OFFSET, ControlFormat.CHANGED_NANOS_OFFSET})
    void shouldBelieveNothingThatCannotBe(final int offset) throws IOException {
        open(FOREVER).close();
        for (final long nonsense : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            word(offset, nonsense);
            final String message = assertThrows(
                ChannelDamagedException.class, () -> Channel.join(directory.resolve("journal"))).getMessage();
            assertTrue(message.contains("changed") && message.contains("" + nonsense), message);
        }
    }

    private void word(final int offset, final long value) throws IOException {
        try (FileChannel control = FileChannel.open(
            directory.resolve("journal").resolve(ControlFormat.FILE_NAME), StandardOpenOption.WRITE)) {
            control.write(
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value), offset);
        }
    }

    private static void publish(final Publisher publisher, final int segments) {
        for (int i = 0; i < segments * IN_SEGMENT; i++) {
            final long end = publisher.offer(i, new byte[1000], 0, 1000);
            assertTrue(end > 0, Publisher.describe(end));
        }
    }

    /** Does all there is, once. */
    private void work(final Channel channel) {
        nowNanos += TimeUnit.SECONDS.toNanos(1);
        while (channel.housekeeping().doWork() > 0) {
            nowNanos += TimeUnit.SECONDS.toNanos(1);
        }
    }

    /** When something is removed is for the test to say. */
    private Channel open(final ChannelOptions options) {
        final Channel channel =
            Channel.open(directory.resolve("journal"), options, Platform.detect(), () -> nowNanos);
        channel.housekeeping().byHand();
        return channel;
    }
}
