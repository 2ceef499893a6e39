package org.fencepost.ipc.tests.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelMismatchException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Channels;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** What a channel is, what it may be, and where it may lie. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class GeometryTest {
    private static final ChannelOptions RING = ChannelOptions.ring(64 * 1024);

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    @Test
    void shouldShowBothWhenTheOptionsAreOthers() {
        final ChannelOptions journal = ChannelOptions.journal(8192);
        final ChannelOptions kept =
            journal.withRetentionBytes(16_384).withRetentionTime(Duration.ofHours(1));
        final List<ChannelOptions> different = List.of(
            ChannelOptions.ring(128 * 1024), ChannelOptions.ring(64 * 1024, 4),
            RING.withChecksums(true), RING.withTimestamps(true), RING.withStartPosition(8192),
            journal, ChannelOptions.journal(4096), journal.withTimestamps(false),
            journal.withStartPosition(1L << 40), kept, kept.withRetentionBytes(32_768),
            kept.withRetentionTime(Duration.ofHours(2)));
        for (final ChannelOptions existing : List.of(RING, journal, kept)) {
            final Path path = temporary.resolve("is-" + existing);
            Channel.open(path, existing).close();
            for (final ChannelOptions wanted : different) {
                if (wanted.equals(existing)) {
                    continue;
                }
                final ChannelMismatchException refusal = assertThrows(
                    ChannelMismatchException.class, () -> Channel.open(path, wanted));
                assertTrue(
                    refusal.getMessage().contains(wanted.toString())
                        && refusal.getMessage().contains(existing.toString())
                        && refusal.getMessage().contains(path.toString()),
                    refusal.getMessage());
                assertEquals(path, refusal.path());
            }
            try (Channel joined = Channel.join(path)) {
                assertEquals(existing, joined.options());
                assertEquals(path, joined.path());
            }
        }
    }

    @Test
    void shouldRefuseToJoinWhenThereIsNoChannel() throws Exception {
        final Path missing = temporary.resolve("missing");
        final Path empty = Files.createDirectory(temporary.resolve("empty"));
        final Path file = Files.writeString(temporary.resolve("file"), "a text");
        final Path other = Files.createDirectory(temporary.resolve("other"));
        Files.writeString(other.resolve("notes"), "a text");
        for (final Path path : List.of(missing, empty, file, other)) {
            final ChannelException refusal =
                assertThrows(ChannelException.class, () -> Channel.join(path));
            assertTrue(refusal.getMessage().contains(path.toString()), refusal.getMessage());
        }
        assertFalse(Files.exists(missing), "joining should create nothing");
        try (Stream<Path> entries = Files.list(empty)) {
            assertEquals(0, entries.count(), "joining should create nothing");
        }
        assertEquals("a text", Files.readString(file));
    }

    @Test
    void shouldRefuseToCreateWhenThePlaceIsTaken() throws Exception {
        final Path file = Files.writeString(temporary.resolve("file"), "a text");
        final Path other = Files.createDirectory(temporary.resolve("other"));
        Files.writeString(other.resolve("notes"), "a text");
        for (final Path path : List.of(file, other, file.resolve("below"))) {
            final ChannelException refusal =
                assertThrows(ChannelException.class, () -> Channel.open(path, RING));
            assertTrue(refusal.getMessage().contains(path.toString()), refusal.getMessage());
        }
        assertEquals("a text", Files.readString(file));
        assertEquals("a text", Files.readString(other.resolve("notes")));
        try (Stream<Path> entries = Files.list(temporary)) {
            assertEquals(2, entries.count(), "nothing should be left behind");
        }
    }

    @Test
    void shouldCreateWhenTheDirectoryIsMissingOrEmptyOrDeep() throws Exception {
        final Path empty = Files.createDirectory(temporary.resolve("empty"));
        final Path deep = temporary.resolve("a/b/c d/é");
        for (final Path path : List.of(temporary.resolve("missing"), empty, deep)) {
            try (Channel channel = Channel.open(path, RING);
                Channel again = Channel.join(path)) {
                assertTrue(channel.addPublisher().offer(1, new byte[8], 0, 8) > 0);
                assertEquals(channel.tailPosition(), again.tailPosition());
            }
        }
    }

    @Test
    void shouldListOnlyChannelsWhenOtherThingsLieBesideThem() throws Exception {
        final Path bus = Files.createDirectory(temporary.resolve("bus"));
        Channel.open(bus.resolve("quotes"), RING).close();
        Channel.open(bus.resolve("audit"), ChannelOptions.journal(4096)).close();
        final Channel open = Channel.open(bus.resolve("zeta"), RING);
        Files.writeString(bus.resolve("readme"), "a text");
        Files.createDirectory(bus.resolve("empty"));
        Files.createDirectories(bus.resolve("nested/deeper"));
        Channel.open(bus.resolve("nested/deeper/hidden"), RING).close();
        Files.createSymbolicLink(bus.resolve("dangling"), bus.resolve("nowhere"));
        final Path half = Files.createDirectory(bus.resolve("half"));
        Files.copy(bus.resolve("quotes/members"), half.resolve("members"));
        assertEquals(
            List.of(bus.resolve("audit"), bus.resolve("quotes"), bus.resolve("zeta")),
            Channels.list(bus));
        open.close();
        assertEquals(List.of(), Channels.list(bus.resolve("empty")));
        for (final String place : List.of("missing", "readme")) {
            final ChannelIOException refusal = assertThrows(
                ChannelIOException.class, () -> Channels.list(bus.resolve(place)));
            assertTrue(refusal.getMessage().contains(bus.resolve(place).toString()));
        }
    }

    @Test
    void shouldRefuseSizesThatAreNotAllowed() {
        for (final long size : new long[] {0, -1, 4095, 4097, 6000, 1L << 31, Long.MIN_VALUE}) {
            assertThrows(IllegalArgumentException.class, () -> ChannelOptions.journal(size));
        }
        for (final long size : new long[] {0, -8, 16 * 1024, 64 * 1024 + 1, 96 * 1024, 1L << 36}) {
            assertThrows(IllegalArgumentException.class, () -> ChannelOptions.ring(size));
        }
        for (final int count : new int[] {-1, 0, 1, 3, 2048, Integer.MIN_VALUE}) {
            assertThrows(IllegalArgumentException.class, () -> ChannelOptions.ring(1 << 20, count));
        }
        for (final long start : new long[] {-8192, 1, 4096, 1L << 62, Long.MAX_VALUE}) {
            assertThrows(IllegalArgumentException.class, () -> RING.withStartPosition(start));
        }
        final ChannelOptions journal = ChannelOptions.journal(4096);
        assertThrows(IllegalArgumentException.class, () -> journal.withChecksums(false));
    }

    @Test
    void shouldWorkWhenTheRingIsTheSmallestOrHasTheMostSegments() {
        for (final ChannelOptions options : List.of(
            ChannelOptions.ring(2 * 4096, 2), ChannelOptions.ring(1024L * 4096, 1024),
            ChannelOptions.ring(2 * 4096, 2).withChecksums(true).withTimestamps(true))) {
            final Path path = temporary.resolve("ring-" + options.hashCode());
            try (Channel channel = Channel.open(path, options);
                Publisher publisher = channel.addPublisher();
                Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
                final byte[] bytes = new byte[publisher.maxMessageLength()];
                assertEquals(
                    4096 - (options.timestamps() ? 24 : 16), publisher.maxMessageLength());
                final int[] received = {0};
                for (int i = 0; i < 3_000; i++) {
                    final int length = i * 37 % bytes.length;
                    while (publisher.offer(i, bytes, 0, length) < 0) {
                        subscriber.poll((buffer, offset, size, header) -> {
                            assertEquals(received[0], header.typeId());
                            assertEquals(received[0] * 37 % bytes.length, size);
                            received[0]++;
                        }, 10);
                    }
                }
                assertTrue(received[0] > 0);
            }
        }
    }

    @Test
    void shouldDetectNothingWhenChecksumsAreRightInARing() {
        final ChannelOptions options = RING.withChecksums(true);
        try (Channel channel = Channel.open(temporary.resolve("sums"), options);
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            assertTrue(channel.options().checksums());
            final byte[] bytes = new byte[300];
            for (int i = 0; i < 2_000; i++) {
                bytes[i % 300]++;
                while (publisher.offer(i, bytes, 0, i % 300) < 0) {
                    Thread.onSpinWait();
                }
                final int expected = i;
                assertEquals(1, subscriber.poll((buffer, offset, length, header) -> {
                    assertEquals(expected, header.typeId());
                    assertEquals(expected % 300, length);
                }, 1));
            }
        }
    }
}
