package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelMismatchException;
import org.fencepost.ipc.tests.peer.ChannelPort;
import org.fencepost.ipc.tests.peer.ClaimPort;
import org.fencepost.ipc.tests.peer.Peer;
import org.fencepost.ipc.tests.peer.PublisherPort;
import org.fencepost.ipc.tests.peer.Series;
import org.fencepost.ipc.tests.peer.SubscriberPort;
import org.fencepost.ipc.tests.peer.SubscriberSpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is durable is so for both sides, whichever of them waited for the disk. */
@EveryJournal
class DurableTest extends ConformanceTest {
    private static final Series SERIES = new Series(29, 0, 900);
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path disk;

    @BeforeEach
    void needsADisk() throws IOException {
        assumeFalse("tmpfs".equals(Files.getFileStore(disk).type()),
            () -> "durability was not checked: " + disk + " is on tmpfs");
    }

    @Test
    void shouldBeDurableForBothSidesWhenThePublishingOneHasWaited() {
        final ChannelPort writing = openOnDisk(publishingSide());
        final ChannelPort reading = openOnDisk(subscribingSide());
        final PublisherPort publisher = writing.addPublisher();
        for (int i = 0; i < 40; i++) {
            publishAll(publisher, SERIES, i, 1);
            final long end = writing.tailPosition();
            assertFalse(reading.awaitDurable(end, Duration.ZERO));
            assertTrue(writing.awaitDurable(end, LONG));
            assertEquals(end, reading.durablePosition());
            assertTrue(reading.awaitDurable(end, Duration.ZERO));
        }
    }

    @Test
    void shouldBeDurableForBothSidesWhenTheOtherOneHasWaited() {
        final ChannelPort writing = openOnDisk(publishingSide());
        final ChannelPort reading = openOnDisk(subscribingSide());
        final PublisherPort publisher = writing.addPublisher();
        publishAll(publisher, SERIES, 0, 100);
        final long end = writing.tailPosition();
        assertTrue(reading.awaitDurable(end, LONG));
        assertEquals(end, writing.durablePosition());
    }

    @Test
    void shouldHoldBackWhatIsBehindAnOpenClaim() {
        final ChannelPort writing = openOnDisk(publishingSide());
        final ChannelPort reading = openOnDisk(subscribingSide());
        final PublisherPort slow = writing.addPublisher();
        final PublisherPort fast = writing.addPublisher();
        final long before = publish(fast, 1, payload(100, 1));
        final ClaimPort claim = slow.claim(2, 100);
        final long behind = publish(fast, 3, payload(100, 3));
        assertFalse(reading.awaitDurable(behind, Duration.ofMillis(50)));
        assertEquals(before, reading.durablePosition());
        claim.commit();
        assertTrue(reading.awaitDurable(behind, LONG));
    }

    @Test
    void shouldDeliverOnlyWhatIsDurableWhenAskedFor() {
        final ChannelPort writing = openOnDisk(publishingSide());
        final ChannelPort reading = openOnDisk(subscribingSide());
        final SubscriberPort durable =
            reading.addSubscriber(SubscriberSpec.earliest().asDurableOnly());
        final SubscriberPort all = reading.addSubscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = writing.addPublisher();
        for (int i = 0; i < 60; i++) {
            publishAll(publisher, SERIES, i, 1);
            assertSeries(SERIES, i, receive(all, 1));
            assertNothingToRead(durable);
            assertTrue(writing.awaitDurable(writing.tailPosition(), LONG));
            assertSeries(SERIES, i, receive(durable, 1));
        }
        assertEquals(all.position(), durable.position());
    }

    @Test
    void shouldRefuseToDeliverWhatIsDurableWhereNothingIs() {
        final ChannelPort reading = openForSubscribing(channel());
        if (temporary.startsWith("/dev/shm")) {
            assertSays(assertThrows(ChannelMismatchException.class, () ->
                reading.addSubscriber(SubscriberSpec.earliest().asDurableOnly())), "tmpfs");
        }
        final ChannelPort ring = closedAfterTest(subscribingSide().open(
            disk.resolve("ring").toString(), Setup.rings().findFirst().orElseThrow()
                .channel(SEGMENT_BYTES)));
        assertSays(assertThrows(ChannelMismatchException.class, () ->
            ring.addSubscriber(SubscriberSpec.earliest().asDurableOnly())), "ring");
        assertSays(assertThrows(ChannelMismatchException.class, () ->
            ring.addSubscriber(SubscriberSpec.earliest().asVerified())), "checksums");
    }

    @Test
    void shouldStopAtAFrameThatIsNotWhatWasPublishedWhenAskedToVerify() throws IOException {
        final ChannelPort writing = openForPublishing(channel());
        final PublisherPort publisher = writing.addPublisher();
        publishAll(publisher, SERIES, 0, 10);
        final long damaged = writing.tailPosition();
        publish(publisher, 77, payload(100, 1));
        publishAll(publisher, SERIES, 10, 1);
        try (RandomAccessFile file = new RandomAccessFile(
            directory().resolve("segment-0000000000000000").toFile(), "rw")) {
            file.seek(4096 + damaged + 24 + 50);
            file.write(2);
        }
        final ChannelPort reading = openForSubscribing(channel());
        final SubscriberPort trusting = reading.addSubscriber(SubscriberSpec.earliest());
        assertEquals(12, receive(trusting, 12).size());
        final SubscriberPort verifying =
            reading.addSubscriber(SubscriberSpec.earliest().asVerified());
        assertSeries(SERIES, 0, receive(verifying, 10));
        assertSays(assertThrows(ChannelDamagedException.class, () -> verifying.poll(1)),
            directory(), "position " + damaged, "checksum", "begin behind it");
        assertEquals(damaged, verifying.position());
        verifying.seek(damaged + 24 + 104);
        assertSeries(SERIES, 10, receive(verifying, 1));
    }

    private ChannelPort openOnDisk(final Peer side) {
        return closedAfterTest(side.open(
            disk.resolve("channel").toString(), channel()));
    }
}
