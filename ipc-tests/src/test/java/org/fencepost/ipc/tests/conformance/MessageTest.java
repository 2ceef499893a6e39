package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.fencepost.ipc.ChannelLimitException;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.tests.peer.ChannelPort;
import org.fencepost.ipc.tests.peer.PublisherPort;
import org.fencepost.ipc.tests.peer.PublisherPort.Source;
import org.fencepost.ipc.tests.peer.Received;
import org.fencepost.ipc.tests.peer.Series;
import org.fencepost.ipc.tests.peer.SubscriberPort;
import org.fencepost.ipc.tests.peer.SubscriberSpec;
import org.junit.jupiter.api.Test;

/** Offered messages: order, completeness, content, lengths, sources. */
@EveryChannel
class MessageTest extends ConformanceTest {
    /** The library sets its clock once, by one that counts milliseconds. */
    private static final long CLOCKS_APART_NANOS = 2_000_000;

    @Test
    void shouldDeliverEveryMessageInOrderWhenTheLogRollsManyTimes() {
        final Series series = new Series(11, 0, 400);
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        final int count = 3_000;
        long published = 0;
        long received = 0;
        while (received < count) {
            published += publisher.offerSeries(series, published, (int) (count - published));
            final List<Received> messages = subscriber.poll(1_000);
            assertSeries(series, received, messages);
            received += messages.size();
        }
        assertEquals(count, published, "no message should come twice");
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldDeliverAMessageWhenItIsEmpty() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        publish(publisher, 1, new byte[0]);
        publish(publisher, 2, new byte[0]);
        publish(publisher, 3, payload(1, 7));
        final List<Received> received = receive(subscriber, 3);
        assertEquals(List.of(1, 2, 3), received.stream().map(Received::typeId).toList());
        assertEquals(0, received.get(0).payload().length);
        assertEquals(0, received.get(1).payload().length);
        assertArrayEquals(payload(1, 7), received.get(2).payload());
    }

    @Test
    void shouldDeliverTheLongestMessageWhenSegmentsArePartlyUsed() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        final int longest = publisher.maxMessageLength();
        assertEquals(channel().lengthMax(), longest);
        final Series series = new Series(12, longest, longest);
        for (int i = 0; i < 20; i++) {
            publish(publisher, i, series.payload(i));
            if (i % 3 == 0) {
                publish(publisher, -i, payload(i, i));
            }
            for (final Received message : receive(subscriber, i % 3 == 0 ? 2 : 1)) {
                assertEquals(i, Math.abs(message.typeId()));
                if (message.payload().length == longest) {
                    assertArrayEquals(series.payload(i), message.payload());
                } else {
                    assertArrayEquals(payload(i, i), message.payload());
                }
            }
        }
    }

    @Test
    void shouldRefuseAMessageWhenItIsLongerThanTheLongest() {
        final ChannelPort channel = openForPublishing(channel());
        final PublisherPort publisher = channel.addPublisher();
        final int tooLong = publisher.maxMessageLength() + 1;
        for (final Source source : Source.values()) {
            final Exception refusal = assertThrows(
                ChannelLimitException.class,
                () -> publisher.offer(source, 1, new byte[tooLong], 0, tooLong));
            assertSays(refusal, tooLong, tooLong - 1);
        }
        assertSays(
            assertThrows(ChannelLimitException.class, () -> publisher.claim(1, tooLong)),
            tooLong, tooLong - 1);
        assertThrows(ChannelLimitException.class, () -> publisher.claim(1, Integer.MAX_VALUE));
        assertEquals(0, channel.tailPosition(), "nothing should have been claimed");
        assertDeliversNext(publisher);
    }

    @Test
    void shouldRefuseAnOfferWhenItsRangeIsNotInItsSource() {
        final ChannelPort channel = openForPublishing(channel());
        final PublisherPort publisher = channel.addPublisher();
        final int[][] ranges = {
            {-1, 4}, {0, -1}, {8, 9}, {16, 1}, {17, 0}, {0, 17}, {Integer.MAX_VALUE, 1},
            {Integer.MIN_VALUE, 16}, {1, Integer.MIN_VALUE}, {-16, 16}, {-1, -1},
        };
        for (final Source source : Source.values()) {
            for (final int[] range : ranges) {
                assertThrows(
                    RuntimeException.class,
                    () -> publisher.offer(source, 1, new byte[16], range[0], range[1]),
                    source + " " + range[0] + " " + range[1]);
            }
        }
        assertEquals(0, channel.tailPosition(), "nothing should have been claimed");
        assertDeliversNext(publisher);
    }

    @Test
    void shouldRefuseAClaimWhenItsLengthIsNegative() {
        final ChannelPort channel = openForPublishing(channel());
        final PublisherPort publisher = channel.addPublisher();
        for (final int length : new int[] {-1, -16, -17, Integer.MIN_VALUE}) {
            assertThrows(RuntimeException.class, () -> publisher.claim(1, length), "" + length);
            assertThrows(RuntimeException.class, () -> publisher.batch(length), "" + length);
        }
        assertEquals(0, channel.tailPosition(), "nothing should have been claimed");
        assertDeliversNext(publisher);
    }

    private void assertDeliversNext(final PublisherPort publisher) {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        publish(publisher, 77, payload(5, 5));
        final Received next = receive(subscriber, 1).getFirst();
        assertEquals(77, next.typeId());
        assertArrayEquals(payload(5, 5), next.payload());
    }

    @Test
    void shouldTakeAMessageFromEverySourceWhenOnlyAPartIsOffered() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        final byte[] bytes = new Series(13, 64, 64).payload(0);
        for (final Source source : Source.values()) {
            assertTrue(publisher.offer(source, source.ordinal(), bytes, 3, 42) > 0);
            assertTrue(publisher.offer(source, source.ordinal(), bytes, 64, 0) > 0);
        }
        final byte[] expected = Arrays.copyOfRange(bytes, 3, 45);
        for (final Source source : Source.values()) {
            final List<Received> received = receive(subscriber, 2);
            assertEquals(source.ordinal(), received.getFirst().typeId());
            assertArrayEquals(expected, received.getFirst().payload(), source.toString());
            assertEquals(0, received.getLast().payload().length);
        }
    }

    @Test
    void shouldDeliverTheFirstMessageOfALogFromEverySource() {
        for (final Source source : Source.values()) {
            final String path = temporary.resolve("first-" + source).toString();
            final SubscriberPort subscriber = closedAfterTest(
                subscribingSide().open(path, channel())).addSubscriber(SubscriberSpec.earliest());
            final PublisherPort publisher =
                closedAfterTest(publishingSide().open(path, channel())).addPublisher();
            assertTrue(publisher.offer(source, 1, payload(8, 8), 0, 8) > 0, source.toString());
            assertEquals(1, receive(subscriber, 1).getFirst().typeId());
        }
    }

    @Test
    void shouldTellTheSamePositionWhenOfferedAndWhenDelivered() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        final Series series = new Series(14, 0, 900);
        long last = 0;
        for (int i = 0; i < 60; i++) {
            final long position = publish(publisher, series.typeId(i), series.payload(i));
            assertTrue(position > last, "positions should grow");
            assertTrue(position - last >= channel().frameBytes(series.length(i)), "at " + i);
            final Received received = receive(subscriber, 1).getFirst();
            assertEquals(position, received.position());
            assertEquals(publisher.id(), received.publisherId());
            assertEquals(0, received.batchIndex());
            assertEquals(1, received.batchCount());
            assertEquals(position, subscriber.position());
            last = position;
        }
    }

    @Test
    void shouldKeepTheTypeWhenItIsAnyInt() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        final List<Integer> types = List.of(0, -1, 1, Integer.MIN_VALUE, Integer.MAX_VALUE);
        types.forEach(type -> publish(publisher, type, new byte[0]));
        assertEquals(
            types, receive(subscriber, types.size()).stream().map(Received::typeId).toList());
    }

    @Test
    void shouldTellPublishersApartWhenThereAreTwo() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final ChannelPort channel = openForPublishing(channel());
        final PublisherPort first = channel.addPublisher();
        final PublisherPort second = channel.addPublisher();
        publish(first, 1, new byte[3]);
        publish(second, 2, new byte[4]);
        publish(first, 3, new byte[5]);
        final List<Received> received = receive(subscriber, 3);
        assertEquals(List.of(1, 2, 3), received.stream().map(Received::typeId).toList());
        assertEquals(
            List.of(first.id(), second.id(), first.id()),
            received.stream().map(Received::publisherId).toList());
    }

    @Test
    void shouldCarryATimeOnlyWhenTheChannelHasTimestamps() {
        for (final boolean timestamps : new boolean[] {true, false}) {
            final String path = temporary.resolve("timestamps-" + timestamps).toString();
            final ChannelPort reading = closedAfterTest(
                subscribingSide().open(path, channel().withTimestamps(timestamps)));
            final ChannelPort writing = closedAfterTest(
                publishingSide().open(path, channel().withTimestamps(timestamps)));
            final SubscriberPort subscriber = reading.addSubscriber(SubscriberSpec.earliest());
            final long beforeNanos = nanosSince1970();
            final PublisherPort publisher = writing.addPublisher();
            assertEquals(
                channel().withTimestamps(timestamps).lengthMax(), publisher.maxMessageLength());
            publish(publisher, 1, payload(9, 9));
            publish(publisher, 2, payload(9, 9));
            final long afterNanos = nanosSince1970();
            final List<Received> received = receive(subscriber, 2);
            if (timestamps) {
                assertTrue(
                    received.getFirst().timestamp() >= beforeNanos - CLOCKS_APART_NANOS,
                    "not before the offer: " + (received.getFirst().timestamp() - beforeNanos));
                assertTrue(
                    received.getLast().timestamp() >= received.getFirst().timestamp(), "in order");
                assertTrue(
                    received.getLast().timestamp() <= afterNanos + CLOCKS_APART_NANOS,
                    "not after the offer: " + (received.getLast().timestamp() - afterNanos));
            } else {
                assertEquals(Header.NO_TIMESTAMP, received.getFirst().timestamp());
            }
            assertArrayEquals(payload(9, 9), received.getLast().payload());
        }
    }

    private static long nanosSince1970() {
        final Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }
}
