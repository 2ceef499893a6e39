package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.tests.peer.ChannelPort;
import org.fencepost.ipc.tests.peer.ChildPeer;
import org.fencepost.ipc.tests.peer.ClaimPort;
import org.fencepost.ipc.tests.peer.PublisherPort;
import org.fencepost.ipc.tests.peer.Received;
import org.fencepost.ipc.tests.peer.Series;
import org.fencepost.ipc.tests.peer.SubscriberPort;
import org.fencepost.ipc.tests.peer.SubscriberSpec;
import org.fencepost.ipc.tests.support.Deadline;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Members that are killed: nobody waits for them, and nothing of theirs is seen in part. */
@ParameterizedClass(name = "{0}")
@MethodSource("org.fencepost.ipc.tests.conformance.Setup#inOneProcess")
class DeathTest extends ConformanceTest {
    /** With its header 64 bytes, which divide a segment. */
    private static final Series SERIES = new Series(51, 48, 48);
    private static final int PER_RING = 8 * (int) SEGMENT_BYTES / 64;

    @Test
    void shouldGoOnWhenPublishersWereKilledInTheirClaims() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort staying = publisher();
        try (ChildPeer child = new ChildPeer()) {
            final ChannelPort joined = child.peer().join(directory().toString());
            final PublisherPort first = joined.addPublisher();
            final PublisherPort second = joined.addPublisher();
            publish(first, 1, payload(10, 1));
            first.claim(2, 1_000).put(0, payload(1_000, 0xEE));
            publish(staying, 3, payload(10, 3));
            second.batch(3_000).add(4, payload(100, 0xEE));
            publish(staying, 5, payload(10, 5));
            assertEquals(1, receive(subscriber, 1).getFirst().typeId());
            assertNothingToRead(subscriber);
            child.kill();
        }
        assertEquals(
            List.of(3, 5), receive(subscriber, 2).stream().map(Received::typeId).toList());
        publishAll(staying, SERIES, 0, 20);
        assertSeries(SERIES, 0, receive(subscriber, 20));
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldGoOnWhenTheProcessOfTheSlowestIsKilled() {
        Assumptions.assumeTrue(setup.isRing(), "a journal presses nobody back");
        final PublisherPort publisher = publisher();
        try (ChildPeer child = new ChildPeer()) {
            child.peer().join(directory().toString()).addSubscriber(SubscriberSpec.earliest());
            publishAll(publisher, SERIES, 0, PER_RING);
            assertEquals(Publisher.BACK_PRESSURED, publisher.offer(1, new byte[1]));
            child.kill();
            publishPatiently(publisher, 4 * PER_RING);
        }
    }

    @Test
    void shouldNotHoldBackAgainWhenTheDeathOfASubscriberIsKnown() {
        Assumptions.assumeTrue(setup.isRing(), "a journal presses nobody back");
        final PublisherPort publisher = publisher();
        try (ChildPeer child = new ChildPeer()) {
            child.peer().join(directory().toString()).addSubscriber(SubscriberSpec.earliest());
            publishAll(publisher, SERIES, 0, PER_RING);
            child.kill();
        }
        publishPatiently(publisher, 1);
        // A publisher may drop what is pressed back, so a dead one must not press again and again.
        publishAll(publisher, SERIES, PER_RING + 1, 2 * PER_RING);
    }

    @Test
    void shouldGoOnWhenAnExclusivePublisherWasKilledInAClaim() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final ChannelPort writing = openForPublishing(channel());
        for (int round = 0; round < 2; round++) {
            try (ChildPeer child = new ChildPeer()) {
                final PublisherPort exclusive =
                    child.peer().join(directory().toString()).addExclusivePublisher();
                publishAll(exclusive, SERIES, 0, 10);
                final ClaimPort claim = exclusive.claim(1, 2_000);
                claim.put(0, payload(2_000, 0xEE));
                child.kill();
            }
            assertSeries(SERIES, 0, receive(subscriber, 10));
            assertNothingToRead(subscriber);
            final PublisherPort next =
                round == 1 ? writing.addExclusivePublisher() : writing.addPublisher();
            final ClaimPort unwritten = next.claim(3, 1_000);
            unwritten.commit();
            publishAll(next, SERIES, 0, 10);
            final List<Received> received = receive(subscriber, 11);
            for (final byte content : received.getFirst().payload()) {
                assertEquals(0, content, "what the dead one wrote should not be seen");
            }
            assertSeries(SERIES, 0, received.subList(1, 11));
            next.close();
        }
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
}
