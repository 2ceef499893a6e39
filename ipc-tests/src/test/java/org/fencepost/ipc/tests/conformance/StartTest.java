package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.PositionException;
import org.fencepost.ipc.tests.peer.ChannelPort;
import org.fencepost.ipc.tests.peer.ChannelSpec;
import org.fencepost.ipc.tests.peer.PublisherPort;
import org.fencepost.ipc.tests.peer.Series;
import org.fencepost.ipc.tests.peer.SubscriberPort;
import org.fencepost.ipc.tests.peer.SubscriberSpec;
import org.junit.jupiter.api.Test;

/** Where subscribers begin and where they may go. */
@EveryChannel
class StartTest extends ConformanceTest {
    private static final Series SERIES = new Series(41, 20, 300);

    @Test
    void shouldReadEverythingWhenItBeginsAtTheEarliest() {
        publishAll(publisher(), SERIES, 0, 50);
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        assertEquals(0, subscriber.position());
        assertSeries(SERIES, 0, receive(subscriber, 50));
    }

    @Test
    void shouldReadOnlyWhatComesWhenItBeginsAtTheLatest() {
        final ChannelPort channel = openForPublishing(channel());
        final PublisherPort publisher = channel.addPublisher();
        publishAll(publisher, SERIES, 0, 50);
        final SubscriberPort subscriber = subscriber(SubscriberSpec.latest());
        assertEquals(channel.tailPosition(), subscriber.position());
        assertNothingToRead(subscriber);
        publishAll(publisher, SERIES, 50, 10);
        assertSeries(SERIES, 50, receive(subscriber, 10));
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldBeginThereWhenThePositionIsAnyFrameBoundary() {
        final ChannelPort reading = openForSubscribing(channel());
        // Keeps a ring from using the first segments again when another subscriber has left them.
        reading.addSubscriber(SubscriberSpec.earliest());
        final List<Long> ends = publishOneByOne(publisher(), 60);
        for (int i = 0; i < ends.size(); i++) {
            final SubscriberPort subscriber =
                reading.addSubscriber(SubscriberSpec.from(ends.get(i)));
            assertEquals(ends.get(i), subscriber.position());
            assertSeries(SERIES, i + 1L, receive(subscriber, ends.size() - 1 - i));
            assertNothingToRead(subscriber);
            subscriber.close();
        }
    }

    @Test
    void shouldRefuseToBeginWhenThePositionCannotBeRead() {
        final PublisherPort publisher = publisher();
        final List<Long> ends = publishOneByOne(publisher, 60);
        final ChannelPort reading = openForSubscribing(channel());
        final long tail = reading.tailPosition();
        for (final long position : List.of(
            ends.get(3) + 1, ends.get(3) + 8, ends.get(3) - 1, ends.get(3) + 16, tail + 16,
            tail + 1, tail + SEGMENT_BYTES, 1L << 40, Long.MAX_VALUE)) {
            final Exception refusal = assertThrows(
                PositionException.class,
                () -> reading.addSubscriber(SubscriberSpec.from(position)),
                "" + position);
            assertSays(refusal, position);
            assertNamesAReadablePosition(reading, refusal, position);
        }
        final SubscriberPort subscriber = reading.addSubscriber(SubscriberSpec.from(tail));
        publish(publisher, 1, payload(10, 1));
        assertEquals(1, receive(subscriber, 1).getFirst().typeId());
    }

    /** Some number in the message, other than the one that was refused, is a place to begin at. */
    private static void assertNamesAReadablePosition(
        final ChannelPort channel, final Exception refusal, final long refused) {
        for (final String number : refusal.getMessage().split("[^0-9]+")) {
            if (number.isEmpty() || number.length() > 18 || Long.parseLong(number) == refused) {
                continue;
            }
            try {
                channel.addSubscriber(SubscriberSpec.from(Long.parseLong(number))).close();
                return;
            } catch (final PositionException other) {
                assertTrue(refusal.getMessage().contains(number));
            }
        }
        throw new AssertionError("should name a position that can be read", refusal);
    }

    @Test
    void shouldReadAgainOrSkipWhenItSeeks() {
        final ChannelPort reading = openForSubscribing(channel());
        // Keeps a ring from using the first segments again when the other subscriber has left them.
        reading.addSubscriber(SubscriberSpec.earliest());
        final SubscriberPort subscriber = reading.addSubscriber(SubscriberSpec.earliest());
        final List<Long> ends = publishOneByOne(publisher(), 60);
        receive(subscriber, 30);
        subscriber.seek(ends.get(9));
        assertEquals(ends.get(9), subscriber.position());
        assertEquals(ends.getLast() - ends.get(9), subscriber.lagBytes());
        assertSeries(SERIES, 10, receive(subscriber, 5));
        subscriber.seek(ends.get(39));
        assertSeries(SERIES, 40, receive(subscriber, 20));
        assertNothingToRead(subscriber);
        subscriber.seek(0);
        assertSeries(SERIES, 0, receive(subscriber, 60));
        subscriber.seek(ends.getLast());
        assertNothingToRead(subscriber);
        assertEquals(0, subscriber.lostBytes(), "what is skipped by wish is not lost");
    }

    @Test
    void shouldStayWhenItCannotSeek() {
        final ChannelPort reading = openForSubscribing(channel());
        final SubscriberPort subscriber = reading.addSubscriber(SubscriberSpec.earliest());
        final List<Long> ends = publishOneByOne(publisher(), 60);
        receive(subscriber, 20);
        final long tail = reading.tailPosition();
        for (final long position : List.of(
            ends.get(30) + 16, ends.get(30) + 1, ends.get(5) - 16, ends.get(5) + 4, tail + 16,
            tail + (1L << 33), -1L, -16L, Long.MIN_VALUE, Long.MAX_VALUE)) {
            final Exception refusal = assertThrows(
                PositionException.class, () -> subscriber.seek(position), "" + position);
            assertSays(refusal, position);
            assertEquals(ends.get(19), subscriber.position());
        }
        assertSeries(SERIES, 20, receive(subscriber, 40));
    }

    @Test
    void shouldGoOnWhereItStoppedWhenANamedCursorIsTakenUpAgain() {
        final SubscriberSpec spec = SubscriberSpec.earliest().named("reports", true);
        final ChannelPort reading = openForSubscribing(channel());
        final SubscriberPort first = reading.addSubscriber(spec);
        final PublisherPort publisher = publisher();
        publishAll(publisher, SERIES, 0, 50);
        assertSeries(SERIES, 0, receive(first, 20));
        first.close();
        final SubscriberPort second = reading.addSubscriber(spec);
        assertSeries(SERIES, 20, receive(second, 10));
        second.close();
        reading.close();
        publishAll(publisher, SERIES, 50, 10);
        final SubscriberSpec another = SubscriberSpec.latest().named("reports", true);
        final SubscriberPort third =
            openForSubscribing(channel()).addSubscriber(another);
        assertSeries(SERIES, 30, receive(third, 30));
        assertNothingToRead(third);
    }

    @Test
    void shouldGoOnWhereItStoppedWhenEverybodyHadLeftTheChannel() {
        final SubscriberSpec spec = SubscriberSpec.earliest().named("after all", true);
        final ChannelPort reading = openForSubscribing(channel());
        final ChannelPort writing = openForPublishing(channel());
        final SubscriberPort first = reading.addSubscriber(spec);
        publishAll(writing.addPublisher(), SERIES, 0, 50);
        receive(first, 20);
        reading.close();
        writing.close();
        final SubscriberPort second = subscriber(spec);
        assertSeries(SERIES, 20, receive(second, 30));
        publishAll(publisher(), SERIES, 50, 5);
        assertSeries(SERIES, 50, receive(second, 5));
    }

    @Test
    void shouldRefuseTheCursorWhenAnotherSubscriberHoldsIt() {
        final SubscriberSpec spec = SubscriberSpec.earliest().named("mine", false);
        final ChannelPort reading = openForSubscribing(channel());
        final ChannelPort other = openForPublishing(channel());
        final SubscriberPort holder = reading.addSubscriber(spec);
        for (final ChannelPort channel : List.of(reading, other)) {
            final Exception refusal =
                assertThrows(RuntimeException.class, () -> channel.addSubscriber(spec));
            assertSays(refusal, "mine", subscribingSide().pid());
        }
        final SubscriberPort neighbour =
            other.addSubscriber(SubscriberSpec.earliest().named("yours", false));
        publishAll(publisher(), SERIES, 0, 5);
        assertSeries(SERIES, 0, receive(holder, 5));
        assertSeries(SERIES, 0, receive(neighbour, 5));
        holder.close();
        final SubscriberPort heir = other.addSubscriber(spec);
        assertNothingToRead(heir);
    }

    @Test
    void shouldKeepCursorsApartWhenTheirNamesAreSimilar() {
        final String longest = "x".repeat(95);
        final List<String> names = List.of(
            longest + "a", longest + "b", longest, "a", "A", " ", "a ", "../a",
            "é".repeat(48), "鍵");
        final ChannelPort reading = openForSubscribing(channel());
        publishAll(publisher(), SERIES, 0, 50);
        final List<SubscriberPort> subscribers = new ArrayList<>();
        for (final String name : names) {
            final SubscriberPort subscriber =
                reading.addSubscriber(SubscriberSpec.earliest().named(name, true));
            receive(subscriber, subscribers.size() + 1);
            subscribers.add(subscriber);
        }
        subscribers.forEach(SubscriberPort::close);
        for (int i = 0; i < names.size(); i++) {
            final SubscriberPort subscriber =
                reading.addSubscriber(SubscriberSpec.latest().named(names.get(i), true));
            assertSeries(SERIES, i + 1, receive(subscriber, 50 - i - 1));
        }
    }

    @Test
    void shouldCountFromThereWhenTheChannelStartsElsewhere() {
        for (final long start : new long[] {
            SEGMENT_BYTES, (1L << 31) - SEGMENT_BYTES, (1L << 32) - SEGMENT_BYTES,
            (1L << 40) - SEGMENT_BYTES, 1L << 61}) {
            final String path = temporary.resolve("start-" + start).toString();
            final ChannelSpec spec = channel().withStartPosition(start);
            final ChannelPort reading = closedAfterTest(subscribingSide().open(path, spec));
            final ChannelPort writing = closedAfterTest(publishingSide().open(path, spec));
            assertEquals(start, reading.startPosition());
            assertEquals(start, writing.earliestPosition());
            assertEquals(start, writing.tailPosition());
            assertThrows(
                PositionException.class, () -> reading.addSubscriber(SubscriberSpec.from(0)));
            assertThrows(
                PositionException.class,
                () -> reading.addSubscriber(SubscriberSpec.from(start - 16)));
            final SubscriberPort subscriber = reading.addSubscriber(SubscriberSpec.earliest());
            final PublisherPort publisher = writing.addPublisher();
            final SubscriberPort again = reading.addSubscriber(SubscriberSpec.from(start));
            for (int round = 0; round < 20; round++) {
                publishAll(publisher, SERIES, round * 50L, 50);
                assertSeries(SERIES, round * 50L, receive(subscriber, 50));
                assertSeries(SERIES, round * 50L, receive(again, 50));
            }
            assertTrue(subscriber.position() > start + SEGMENT_BYTES, "more than one segment");
            final SubscriberPort late =
                reading.addSubscriber(SubscriberSpec.from(subscriber.position()));
            assertNothingToRead(late);
        }
    }

    private static List<Long> publishOneByOne(final PublisherPort publisher, final int count) {
        final List<Long> ends = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ends.add(publish(publisher, SERIES.typeId(i), SERIES.payload(i)));
        }
        return ends;
    }
}
