package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.fencepost.ipc.ControlledMessageHandler.Action;
import org.fencepost.ipc.tests.peer.ChannelPort;
import org.fencepost.ipc.tests.peer.ClaimPort;
import org.fencepost.ipc.tests.peer.PublisherPort;
import org.fencepost.ipc.tests.peer.Received;
import org.fencepost.ipc.tests.peer.Series;
import org.fencepost.ipc.tests.peer.SubscriberPort;
import org.fencepost.ipc.tests.peer.SubscriberSpec;
import org.junit.jupiter.api.Test;

/** What a poll delivers, when it stops and what it consumes. */
@EveryChannel
class PollTest extends ConformanceTest {
    private static final Series SERIES = new Series(31, 0, 100);

    @Test
    void shouldDeliverNoMoreThanItsLimitWhenMoreIsThere() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        publishAll(publisher(), SERIES, 0, 100);
        long received = 0;
        for (final int limit : new int[] {1, 0, 2, 50, 40}) {
            final List<Received> messages = subscriber.poll(limit);
            assertEquals(limit, messages.size());
            assertSeries(SERIES, received, messages);
            received += limit;
        }
        assertSeries(SERIES, received, receive(subscriber, 7));
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldConsumeNothingWhenTheLimitIsNegative() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        publishAll(publisher(), SERIES, 0, 3);
        assertEquals(0, subscriber.pollResult(-1));
        assertEquals(0, subscriber.controlledPoll(List.of(), Integer.MIN_VALUE).size());
        assertSeries(SERIES, 0, receive(subscriber, 3));
    }

    @Test
    void shouldReturnNothingWhenTheLogIsEmpty() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        assertNothingToRead(subscriber);
        assertEquals(0, subscriber.position());
        assertEquals(0, subscriber.lagBytes());
        assertEquals(0, subscriber.lostBytes());
    }

    @Test
    void shouldDeliverTheMessageAgainWhenTheHandlerAborts() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        publishAll(publisher(), SERIES, 0, 5);
        List<Received> seen = subscriber.controlledPoll(List.of(Action.ABORT), 10);
        assertEquals(1, seen.size());
        assertEquals(0, subscriber.controlledResult());
        assertEquals(0, subscriber.position());
        seen = subscriber.controlledPoll(List.of(Action.CONTINUE, Action.ABORT), 10);
        assertEquals(2, seen.size());
        assertEquals(1, subscriber.controlledResult());
        assertSeries(SERIES, 0, seen);
        assertEquals(seen.getFirst().position(), subscriber.position());
        assertSeries(SERIES, 1, receive(subscriber, 4));
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldStopBehindTheMessageWhenTheHandlerBreaks() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        publishAll(publisher(), SERIES, 0, 5);
        final List<Received> seen =
            subscriber.controlledPoll(List.of(Action.CONTINUE, Action.BREAK), 10);
        assertEquals(2, seen.size());
        assertEquals(2, subscriber.controlledResult());
        assertEquals(seen.getLast().position(), subscriber.position());
        assertSeries(SERIES, 2, receive(subscriber, 3));
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldPublishItsPositionAtOnceWhenTheHandlerCommits() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        publishAll(publisher(), SERIES, 0, 4);
        final List<Received> seen = subscriber.controlledPoll(
            List.of(Action.CONTINUE, Action.COMMIT, Action.CONTINUE, Action.CONTINUE), 10);
        assertEquals(4, subscriber.controlledResult());
        assertEquals(0, seen.get(0).polledAt());
        assertTrue(
            seen.get(2).polledAt() >= seen.get(1).position(), "published by the third message");
        assertEquals(seen.getLast().position(), subscriber.position());
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldObeyTheLimitWhenThePollIsControlled() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        publishAll(publisher(), SERIES, 0, 6);
        assertEquals(0, subscriber.controlledPoll(List.of(), 0).size());
        assertSeries(SERIES, 0, subscriber.controlledPoll(List.of(Action.COMMIT), 2));
        assertEquals(2, subscriber.controlledResult());
        assertSeries(SERIES, 2, subscriber.controlledPoll(List.of(), 3));
        assertEquals(3, subscriber.controlledResult());
        assertSeries(SERIES, 5, receive(subscriber, 1));
    }

    @Test
    void shouldConsumeTheMessageWhenTheHandlerThrows() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        publishAll(publisher(), SERIES, 0, 6);
        List<Received> seen = subscriber.pollAndThrow(2, 10);
        assertEquals(3, seen.size());
        assertSeries(SERIES, 0, seen);
        assertEquals(seen.getLast().position(), subscriber.position());
        seen = subscriber.pollAndThrow(0, 10);
        assertSeries(SERIES, 3, seen);
        assertSeries(SERIES, 4, receive(subscriber, 2));
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldPassPaddingWhenThereIsNothingBehindIt() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final ChannelPort channel = openForPublishing(channel());
        final PublisherPort publisher = channel.addPublisher();
        publish(publisher, 1, payload(100, 1));
        final ClaimPort claim = publisher.claim(2, 1_000);
        claim.abort();
        receive(subscriber, 1);
        receiveUntil(subscriber, channel.tailPosition());
        assertEquals(channel.tailPosition(), subscriber.position());
        assertEquals(0, subscriber.lagBytes());
    }

    @Test
    void shouldTellItsLagWhenItHasNotReadEverything() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final ChannelPort channel = openForPublishing(channel());
        final PublisherPort publisher = channel.addPublisher();
        final long first = publish(publisher, 1, payload(100, 1));
        final long second = publish(publisher, 2, payload(200, 2));
        assertEquals(second, channel.tailPosition());
        assertEquals(second, subscriber.lagBytes());
        receive(subscriber, 1);
        assertEquals(first, subscriber.position());
        assertEquals(second - first, subscriber.lagBytes());
        receive(subscriber, 1);
        assertEquals(0, subscriber.lagBytes());
        assertEquals(0, subscriber.lostBytes());
    }

    @Test
    void shouldDeliverEverythingToEachWhenThereAreSeveralSubscribers() {
        final ChannelPort reading = openForSubscribing(channel());
        final SubscriberPort first = reading.addSubscriber(SubscriberSpec.earliest());
        final SubscriberPort second = reading.addSubscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        long published = 0;
        for (int round = 0; round < 30; round++) {
            publishAll(publisher, SERIES, published, 40);
            for (final SubscriberPort subscriber : List.of(first, second)) {
                assertSeries(SERIES, published, receive(subscriber, 40));
            }
            published += 40;
        }
        assertNothingToRead(first);
        assertNothingToRead(second);
    }

    @Test
    void shouldSayWhetherAnybodySubscribesWhenSubscribersComeAndGo() {
        final ChannelPort writing = openForPublishing(channel());
        final PublisherPort publisher = writing.addPublisher();
        final ChannelPort reading = openForSubscribing(channel());
        assertFalse(publisher.hasSubscribers());
        assertFalse(writing.hasSubscribers());
        final SubscriberPort first = reading.addSubscriber(SubscriberSpec.latest());
        final SubscriberPort second = reading.addSubscriber(SubscriberSpec.latest());
        assertTrue(publisher.hasSubscribers());
        assertTrue(writing.hasSubscribers());
        assertTrue(reading.hasSubscribers());
        first.close();
        assertTrue(publisher.hasSubscribers());
        second.close();
        assertFalse(publisher.hasSubscribers());
        assertFalse(writing.hasSubscribers());
    }
}
