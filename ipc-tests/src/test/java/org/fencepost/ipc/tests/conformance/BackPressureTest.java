package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.tests.peer.ChannelPort;
import org.fencepost.ipc.tests.peer.PublisherPort;
import org.fencepost.ipc.tests.peer.PublisherPort.Source;
import org.fencepost.ipc.tests.peer.Series;
import org.fencepost.ipc.tests.peer.SubscriberPort;
import org.fencepost.ipc.tests.peer.SubscriberSpec;
import org.fencepost.ipc.tests.support.Deadline;
import org.junit.jupiter.api.Test;

/** A ring that is full: who holds publishers back, who does not, and what releases them. */
@EveryRing
class BackPressureTest extends ConformanceTest {
    /** With its header 64 bytes, which divide a segment. */
    private static final Series SERIES = new Series(51, 48, 48);
    private static final int PER_SEGMENT = (int) SEGMENT_BYTES / 64;
    private static final int PER_RING = 8 * PER_SEGMENT;

    @Test
    void shouldTakeExactlyItsCapacityWhenNobodyReads() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final ChannelPort channel = openForPublishing(channel());
        final PublisherPort publisher = channel.addPublisher();
        publishAll(publisher, SERIES, 0, PER_RING);
        assertHeldBack(publisher);
        assertEquals(channel().capacityBytes(), channel.tailPosition());
        for (final Source source : Source.values()) {
            assertEquals(Publisher.BACK_PRESSURED,
                publisher.offer(source, 1, payload(8, 8), 0, 8), source.toString());
        }
        assertEquals(Publisher.BACK_PRESSURED, publisher.claim(1, 0).result());
        assertEquals(Publisher.BACK_PRESSURED, publisher.batch(100).result());
        assertSeries(SERIES, 0, receive(subscriber, PER_RING));
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldGoOnWhenASegmentHasBeenRead() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        long published = publishAll(publisher, SERIES, 0, PER_RING);
        long received = 0;
        for (int round = 0; round < 30; round++) {
            receive(subscriber, PER_SEGMENT - 1);
            assertHeldBack(publisher);
            receive(subscriber, 1);
            received += PER_SEGMENT;
            published = publishAll(publisher, SERIES, published, PER_SEGMENT);
            assertHeldBack(publisher);
        }
        assertSeries(SERIES, received, receive(subscriber, (int) (published - received)));
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldWaitForTheSlowestWhenTwoSubscribersGate() {
        final ChannelPort reading = openForSubscribing(channel());
        final SubscriberPort quick = reading.addSubscriber(SubscriberSpec.earliest());
        final SubscriberPort slow = reading.addSubscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        publishAll(publisher, SERIES, 0, PER_RING);
        receive(quick, PER_RING);
        assertHeldBack(publisher);
        receive(slow, PER_SEGMENT);
        publishAll(publisher, SERIES, PER_RING, PER_SEGMENT);
        assertHeldBack(publisher);
        slow.close();
        publishAll(publisher, SERIES, PER_RING + PER_SEGMENT, PER_RING - PER_SEGMENT);
        assertSeries(SERIES, PER_RING, receive(quick, PER_RING));
    }

    @Test
    void shouldGoOnWhenTheChannelOfTheSlowestIsClosed() {
        final ChannelPort reading = openForSubscribing(channel());
        reading.addSubscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        publishAll(publisher, SERIES, 0, PER_RING);
        assertHeldBack(publisher);
        reading.close();
        publishAll(publisher, SERIES, PER_RING, 2 * PER_RING);
    }

    @Test
    void shouldNeverHoldBackWhenNobodyGates() {
        final ChannelPort reading = openForSubscribing(channel());
        final PublisherPort publisher = publisher();
        publishAll(publisher, SERIES, 0, 3 * PER_RING);
        final SubscriberPort lossy = reading.addSubscriber(SubscriberSpec.latest().asLossy());
        publishAll(publisher, SERIES, 0, 3 * PER_RING);
        assertTrue(lossy.lagBytes() >= 3 * channel().capacityBytes());
        final SubscriberPort left = reading.addSubscriber(SubscriberSpec.latest());
        left.close();
        publishAll(publisher, SERIES, 0, 3 * PER_RING);
    }

    @Test
    void shouldWaitForANamedCursorWhenItGatesWhileAbsent() {
        final SubscriberSpec spec = SubscriberSpec.earliest().named("auditor", true);
        final ChannelPort reading = openForSubscribing(channel());
        reading.addSubscriber(spec).close();
        reading.close();
        final PublisherPort publisher = publisher();
        publishAll(publisher, SERIES, 0, PER_RING);
        assertHeldBack(publisher);
        final SubscriberPort back = subscriber(spec);
        assertEquals(0, back.lostBytes());
        assertSeries(SERIES, 0, receive(back, PER_RING));
        publishAll(publisher, SERIES, PER_RING, PER_RING);
        assertHeldBack(publisher);
    }

    @Test
    void shouldSayWhatWasLostWhenANamedCursorDidNotGateWhileAbsent() {
        final SubscriberSpec spec = SubscriberSpec.earliest().named("viewer", false);
        final ChannelPort reading = openForSubscribing(channel());
        final SubscriberPort first = reading.addSubscriber(spec);
        final PublisherPort publisher = publisher();
        publishAll(publisher, SERIES, 0, 10);
        receive(first, 10);
        first.close();
        publishPatiently(publisher, 2 * PER_RING + 5);
        final SubscriberPort second = reading.addSubscriber(spec);
        final long position = second.position();
        assertTrue(position > 10 * 64, "the ring went on");
        assertEquals(position - 10 * 64, second.lostBytes());
        receive(second, 2 * PER_RING + 15 - (int) (position / 64));
        assertNothingToRead(second);
    }

    @Test
    void shouldNotHoldBackWhenANamedCursorThatDoesNotGateWhileAbsentWasClosed() {
        final SubscriberSpec spec = SubscriberSpec.earliest().named("guest", false);
        openForSubscribing(channel()).addSubscriber(spec).close();
        publishAll(publisher(), SERIES, 0, 3 * PER_RING);
    }

    @Test
    void shouldHoldBackAtOnceWhenASubscriberJoinsAFullRing() {
        final PublisherPort publisher = publisher();
        publishAll(publisher, SERIES, 0, 5 * PER_RING + 3);
        final SubscriberPort subscriber = subscriber(SubscriberSpec.latest());
        assertEquals((5 * PER_RING + 3) * 64L, subscriber.position());
        final int more = publisher.offerSeries(SERIES, 0, 3 * PER_RING);
        assertTrue(more <= PER_RING, "no more than a ring ahead of it, but " + more);
        assertTrue(more >= PER_RING - PER_SEGMENT, "all but its own segment, but " + more);
        assertHeldBack(publisher);
        assertSeries(SERIES, 0, receive(subscriber, more));
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldKeepBackPressureFromOthersWhenChannelsLieBesideEachOther() {
        final List<String> paths = List.of(
            temporary.resolve("a").toString(), temporary.resolve("b").toString());
        final List<PublisherPort> publishers = paths.stream().map(path -> {
            closedAfterTest(subscribingSide().open(path, channel()))
                .addSubscriber(SubscriberSpec.earliest());
            return closedAfterTest(publishingSide().open(path, channel())).addPublisher();
        }).toList();
        publishAll(publishers.getFirst(), SERIES, 0, PER_RING);
        assertHeldBack(publishers.getFirst());
        publishAll(publishers.getLast(), SERIES, 0, PER_RING);
        assertHeldBack(publishers.getLast());
    }

    /** Publishes messages of the series, trying again when they are pressed back. */
    private static void publishPatiently(final PublisherPort publisher, final int count) {
        final Deadline deadline = Deadline.forWaitingUntil("nobody gates");
        int published = 0;
        while (published < count) {
            published += publisher.offerSeries(SERIES, published, count - published);
            deadline.check(published);
        }
    }

    private static void assertHeldBack(final PublisherPort publisher) {
        for (int i = 0; i < 40; i++) {
            assertEquals(Publisher.BACK_PRESSURED, publisher.offer(1, new byte[1]), "offer " + i);
        }
    }
}
