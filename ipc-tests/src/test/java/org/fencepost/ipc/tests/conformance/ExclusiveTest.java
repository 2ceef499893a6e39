package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.fencepost.ipc.ChannelLimitException;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.tests.peer.BatchPort;
import org.fencepost.ipc.tests.peer.ChannelPort;
import org.fencepost.ipc.tests.peer.ClaimPort;
import org.fencepost.ipc.tests.peer.PublisherPort;
import org.fencepost.ipc.tests.peer.Received;
import org.fencepost.ipc.tests.peer.Series;
import org.fencepost.ipc.tests.peer.SubscriberPort;
import org.fencepost.ipc.tests.peer.SubscriberSpec;
import org.junit.jupiter.api.Test;

/** A publisher that has the channel for itself, and those who come before, beside and after it. */
@EveryChannel
class ExclusiveTest extends ConformanceTest {
    private static final Series SERIES = new Series(71, 0, 500);

    @Test
    void shouldRefuseAnybodyElseWhenAnExclusivePublisherIsThere() {
        final ChannelPort writing = openForPublishing(channel());
        final PublisherPort exclusive = writing.addExclusivePublisher();
        assertTrue(exclusive.isExclusive());
        final long holder = publishingSide().pid();
        for (final ChannelPort channel : List.of(writing, openForSubscribing(channel()))) {
            assertSays(
                assertThrows(ChannelLimitException.class, channel::addPublisher),
                "exclusive", "process " + holder);
            assertSays(
                assertThrows(ChannelLimitException.class, channel::addExclusivePublisher),
                "exclusive", "process " + holder);
        }
        exclusive.close();
        writing.addPublisher().close();
    }

    @Test
    void shouldBeRefusedWhenASharedPublisherIsThere() {
        final ChannelPort writing = openForPublishing(channel());
        final PublisherPort shared = writing.addPublisher();
        assertFalse(shared.isExclusive());
        final long holder = publishingSide().pid();
        for (final ChannelPort channel : List.of(writing, openForSubscribing(channel()))) {
            assertSays(
                assertThrows(ChannelLimitException.class, channel::addExclusivePublisher),
                "exclusive", "process " + holder);
            channel.addPublisher().close();
        }
        shared.close();
        final PublisherPort exclusive = writing.addExclusivePublisher();
        assertTrue(exclusive.isExclusive());
    }

    @Test
    void shouldDeliverEverythingInOrderWhenExclusiveAndSharedTakeTurns() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final ChannelPort writing = openForPublishing(channel());
        long published = 0;
        for (int turn = 0; turn < 24; turn++) {
            final PublisherPort publisher =
                turn % 3 == 0 ? writing.addPublisher() : writing.addExclusivePublisher();
            publishAll(publisher, SERIES, published, 31);
            publisher.close();
            assertSeries(SERIES, published, receive(subscriber, 31));
            published += 31;
        }
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldDeliverEverythingInOrderWhenTheLogRollsManyTimes() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = openForPublishing(channel()).addExclusivePublisher();
        final int count = 3_000;
        long published = 0;
        long received = 0;
        while (received < count) {
            published += publisher.offerSeries(SERIES, published, (int) (count - published));
            final List<Received> messages = subscriber.poll(1_000);
            assertSeries(SERIES, received, messages);
            received += messages.size();
        }
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldGiveBackWhatABatchDidNotUse() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final ChannelPort writing = openForPublishing(channel());
        final PublisherPort publisher = writing.addExclusivePublisher();
        for (int i = 0; i < 100; i++) {
            final BatchPort batch = publisher.batch(6_000);
            if (batch.result() == Publisher.PREPARING) {
                continue;
            }
            assertTrue(batch.result() >= 0, "should be a position: " + batch.result());
            assertTrue(batch.add(i, payload(10, i)));
            if (i % 3 == 0) {
                batch.abort();
            } else {
                batch.commit();
                assertEquals(i, receive(subscriber, 1).getFirst().typeId());
            }
        }
        assertNothingToRead(subscriber);
        assertEquals(writing.tailPosition(), subscriber.position());
    }

    @Test
    void shouldLeaveNoTraceWhenAClaimIsAborted() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final ChannelPort writing = openForPublishing(channel());
        final PublisherPort exclusive = writing.addExclusivePublisher();
        final ClaimPort claim = exclusive.claim(1, 3_000);
        claim.put(0, payload(3_000, 0xFF));
        claim.abort();
        exclusive.close();
        final PublisherPort shared = writing.addPublisher();
        final ClaimPort next = shared.claim(2, 500);
        next.commit();
        assertEquals(2, receive(subscriber, 1).getFirst().typeId());
        publishAll(shared, SERIES, 0, 20);
        assertSeries(SERIES, 0, receive(subscriber, 20));
        assertNothingToRead(subscriber);
    }
}
