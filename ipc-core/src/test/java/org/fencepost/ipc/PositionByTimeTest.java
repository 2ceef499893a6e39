package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Where the messages of a time are. */
@Timeout(60)
@ParameterizedClass
@MethodSource("options")
class PositionByTimeTest {
    private static final long BEGIN = 1_700_000_000_000_000_000L;

    @Parameter
    ChannelOptions options;

    @TempDir
    Path directory;

    private long nowNanos = BEGIN;

    static Stream<ChannelOptions> options() {
        return Stream.of(ChannelOptions.journal(8192),
            ChannelOptions.journal(8192).withRetentionBytes(3 * 8192),
            ChannelOptions.ring(65_536, 8).withTimestamps(true));
    }

    @Test
    void shouldFindTheFirstMessageThatIsNotBefore() {
        try (Channel channel = open(); Publisher publisher = channel.addPublisher()) {
            assertEquals(0, channel.positionAtOrAfter(BEGIN));
            final List<Long> begins = new ArrayList<>();
            long tail = 0;
            for (int i = 0; i < 100; i++) {
                begins.add(tail);
                tail = publisher.offer(i, new byte[300 + 40 * i % 1000], 0, 300 + 40 * i % 1000);
                assertTrue(tail > 0);
                nowNanos += 10;
            }
            final long earliest = channel.earliestPosition();
            for (int i = 0; i < 100; i++) {
                if (begins.get(i) >= earliest) {
                    final long position = channel.positionAtOrAfter(BEGIN + 10L * i);
                    assertEquals(i, typeAt(channel, position));
                    assertTrue(position >= begins.get(i), "padding may lie before");
                    assertEquals(position, channel.positionAtOrAfter(BEGIN + 10L * i - 9));
                    assertEquals(position, channel.positionAtOrAfter(Instant.ofEpochSecond(0, BEGIN + 10L * i)));
                }
            }
            assertEquals(earliest, channel.positionAtOrAfter(Long.MIN_VALUE));
            assertEquals(tail, channel.positionAtOrAfter(BEGIN + 1000));
            assertEquals(tail, channel.positionAtOrAfter(Long.MAX_VALUE));
            assertEquals(earliest, channel.positionAtOrAfter(Instant.MIN));
            assertEquals(tail, channel.positionAtOrAfter(Instant.MAX));
        }
    }

    @Test
    void shouldPassOverNothingThatWasPublishedAfterAnInstant() {
        for (int i = 0; i < 8; i++) {
            // Each handle has a clock of its own.
            try (Channel channel = Channel.open(directory.resolve("own-clock"), options);
                Publisher publisher = channel.addPublisher()) {
                final long begin = publisher.offer(1, new byte[8], 0, 8);
                final Instant before = Instant.now();
                publisher.offer(2, new byte[8], 0, 8);
                assertTrue(channel.positionAtOrAfter(before) <= begin, "in handle " + i);
            }
        }
    }

    @Test
    void shouldStopAtAClaimThatIsNotCommitted() {
        try (Channel channel = open(); Publisher publisher = channel.addPublisher()) {
            final long end = publisher.offer(1, new byte[8], 0, 8);
            final Claim claim = new Claim();
            assertEquals(end, publisher.tryClaim(2, 8, claim));
            nowNanos += 10;
            assertEquals(end, channel.positionAtOrAfter(BEGIN + 5));
            claim.abort();
            assertEquals(channel.tailPosition(), channel.positionAtOrAfter(BEGIN + 5));
        }
    }

    @Test
    void shouldFindThemInAView() {
        try (Channel channel = open();
            Channel view = Channel.view(path(), Platform.detect(), () -> nowNanos);
            Publisher publisher = channel.addPublisher()) {
            for (int i = 0; i < 30; i++) {
                publisher.offer(i, new byte[500], 0, 500);
                nowNanos += 10;
            }
            final long position = view.positionAtOrAfter(BEGIN + 155);
            assertEquals(channel.positionAtOrAfter(BEGIN + 155), position);
            assertEquals(16, typeAt(view, position));
        }
    }

    @Test
    void shouldFindTheFirstOfOneTimeWhenTheNextSegmentBeginsWithItToo() {
        try (Channel channel = open(); Publisher publisher = channel.addPublisher()) {
            for (int i = 0; i < 12; i++) {
                assertTrue(publisher.offer(i, new byte[1000], 0, 1000) > 0);
                nowNanos = BEGIN + 10;
            }
            assertTrue(channel.tailPosition() > 8192, "two segments");
            assertEquals(1, typeAt(channel, channel.positionAtOrAfter(BEGIN + 10)));
        }
    }

    @Test
    void shouldFindWhatIsBeforeASegmentThatHasNoMessageYet() {
        try (Channel channel = open(); Publisher publisher = channel.addPublisher()) {
            long second = 0;
            for (int i = 0; i < 7; i++) {
                second = i == 2 ? channel.tailPosition() : second;
                assertTrue(publisher.offer(i, new byte[1000], 0, 1000) > 0);
                nowNanos += 10;
            }
            final Claim claim = new Claim();
            assertTrue(publisher.tryClaim(7, 4000, claim) >= 8192);
            assertEquals(second, channel.positionAtOrAfter(BEGIN + 15));
            assertEquals(8192, channel.positionAtOrAfter(BEGIN + 65));
        }
    }

    @Test
    void shouldSayWhereItIsDamagedWhenALengthLeadsOutOfTheSegment() throws IOException {
        try (Channel channel = open(); Publisher publisher = channel.addPublisher()) {
            final long second = publisher.offer(1, new byte[8], 0, 8);
            publisher.offer(2, new byte[8], 0, 8);
            nowNanos += 10;
            publisher.offer(3, new byte[8], 0, 8);
            leadOutOfTheSegment(second);
            final ChannelDamagedException damaged = assertThrows(
                ChannelDamagedException.class, () -> channel.positionAtOrAfter(BEGIN + 5));
            assertTrue(damaged.getMessage().contains("at position " + second), damaged.getMessage());
        }
    }

    @Test
    void shouldNotReadASegmentWhenTheNextOneBeginsBeforeTheTimeToo() throws IOException {
        try (Channel channel = open(); Publisher publisher = channel.addPublisher()) {
            final long second = publisher.offer(0, new byte[1000], 0, 1000);
            for (int i = 1; i < 18; i++) {
                nowNanos += 10;
                assertTrue(publisher.offer(i, new byte[1000], 0, 1000) > 0);
            }
            assertTrue(channel.tailPosition() > 2 * 8192, "three segments");
            leadOutOfTheSegment(second);
            assertEquals(17, typeAt(channel, channel.positionAtOrAfter(BEGIN + 165)));
        }
    }

    /** Damages a frame of the first segment. */
    private void leadOutOfTheSegment(final long position) throws IOException {
        final long room = 8192 - position;
        try (FileChannel file = FileChannel.open(
            path().resolve(SegmentFormat.name(0)), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0, (int) room + 64), SegmentFormat.DATA_OFFSET + position);
        }
    }

    @Test
    void shouldKeepNoMappingWhenItHasLooked() throws IOException {
        final Path maps = Path.of("/proc/self/maps");
        assumeTrue(Files.exists(maps), "of Linux");
        try (Channel channel = open(); Publisher publisher = channel.addPublisher()) {
            // Or the thread that keeps house maps the next segment.
            channel.housekeeping().byHand();
            publisher.offer(1, new byte[8], 0, 8);
            channel.positionAtOrAfter(BEGIN);
            final long before = segmentsIn(maps);
            for (int i = 0; i < 10; i++) {
                channel.positionAtOrAfter(BEGIN);
            }
            assertEquals(before, segmentsIn(maps));
        }
    }

    private long segmentsIn(final Path maps) throws IOException {
        final String segment = path().toRealPath().resolve("segment-").toString();
        try (Stream<String> lines = Files.lines(maps)) {
            return lines.filter(line -> line.contains(segment)).count();
        }
    }

    @Test
    void shouldRefuseWhereThereAreNoTimestamps() {
        final Path other = directory.resolve("without");
        try (Channel channel = Channel.open(other, options.withTimestamps(false))) {
            assertThrows(ChannelMismatchException.class, () -> channel.positionAtOrAfter(0));
        }
        assertEquals(SystemEpochNanoClock.INSTANCE.nanoTime() / 1_000_000_000_000_000L,
            nanosOfAMessage() / 1_000_000_000_000_000L, "the wall clock, in nanoseconds");
    }

    private long nanosOfAMessage() {
        final long[] nanos = {0};
        try (Channel channel = Channel.open(directory.resolve("with"), options);
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest())) {
            publisher.offer(1, new byte[8], 0, 8);
            subscriber.poll((buffer, offset, length, header) -> nanos[0] = header.timestamp(), 1);
        }
        return nanos[0];
    }

    private static int typeAt(final Channel channel, final long position) {
        final int[] type = {-1};
        try (Subscriber subscriber =
                channel.addSubscriber(SubscriberOptions.from(position).lossy())) {
            assertEquals(1, subscriber.poll((b, o, l, header) -> type[0] = header.typeId(), 1));
        }
        return type[0];
    }

    private Path path() {
        return directory.resolve("channel");
    }

    private Channel open() {
        return Channel.open(path(), options, Platform.detect(), () -> nowNanos);
    }
}
