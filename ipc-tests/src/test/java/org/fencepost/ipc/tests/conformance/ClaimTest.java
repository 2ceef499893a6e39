package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.tests.peer.ChannelPort;
import org.fencepost.ipc.tests.peer.ClaimPort;
import org.fencepost.ipc.tests.peer.PublisherPort;
import org.fencepost.ipc.tests.peer.PublisherPort.End;
import org.fencepost.ipc.tests.peer.Received;
import org.fencepost.ipc.tests.peer.Series;
import org.fencepost.ipc.tests.peer.SubscriberPort;
import org.fencepost.ipc.tests.peer.SubscriberSpec;
import org.fencepost.ipc.tests.support.Deadline;
import org.junit.jupiter.api.Test;

/** Claims: what is written in place, and how claims end. */
@EveryChannel
class ClaimTest extends ConformanceTest {

    @Test
    void shouldDeliverAClaimWhenItIsCommitted() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        final ClaimPort claim = publisher.claim(5, 100);
        assertEquals(0, claim.result(), "a claim begins where the log ends");
        assertEquals(100, claim.length());
        assertEquals(100, claim.capacity());
        claim.put(0, payload(60, 1));
        claim.put(60, payload(40, 2));
        assertNothingToRead(subscriber);
        final long position = claim.commit();
        assertEquals(channel().frameBytes(100), position);
        assertEquals(0, claim.capacity(), "a claim that ended should give no access");
        final Received received = receive(subscriber, 1).getFirst();
        assertEquals(5, received.typeId());
        assertEquals(position, received.position());
        final byte[] expected = payload(100, 1);
        System.arraycopy(payload(40, 2), 0, expected, 60, 40);
        assertArrayEquals(expected, received.payload());
    }

    @Test
    void shouldHoldZerosWhenAClaimIsCommittedUnwritten() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        // Several laps of a ring, so that every byte has held something else before.
        for (int i = 0; i < 200; i++) {
            publish(publisher, 1, payload(1_000, 0xFF));
            final ClaimPort claim = claim(publisher, 2, 500);
            claim.commit();
            final List<Received> received = receive(subscriber, 2);
            assertArrayEquals(new byte[500], received.getLast().payload(), "after claim " + i);
        }
    }

    @Test
    void shouldLeaveNoMessageWhenAClaimIsAbortedOrClosed() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        publish(publisher, 1, payload(10, 1));
        for (int i = 0; i < 100; i++) {
            final ClaimPort claim = claim(publisher, 2, 700);
            claim.put(0, payload(700, 2));
            if (i % 2 == 0) {
                claim.abort();
            } else {
                claim.close();
            }
            assertEquals(0, claim.capacity(), "a claim that ended should give no access");
            subscriber.poll(0);
            publish(publisher, 3, payload(20, i));
            final List<Received> received = receive(subscriber, i == 0 ? 2 : 1);
            assertEquals(3, received.getLast().typeId());
            assertArrayEquals(payload(20, i), received.getLast().payload());
        }
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldDeliverTheRightMessagesWhenClaimsEndInEveryWayAcrossSegments() {
        // 8192 is no multiple of any of these frames, so segments end with padding of every size.
        for (final int length : new int[] {0, 1, 15, 16, 17, 100, 1_009, 3_000, 4_100, 8_000}) {
            final String path = temporary.resolve("length-" + length).toString();
            final SubscriberPort subscriber = closedAfterTest(
                subscribingSide().open(path, channel())).addSubscriber(SubscriberSpec.earliest());
            final PublisherPort publisher =
                closedAfterTest(publishingSide().open(path, channel())).addPublisher();
            final Series series = new Series(length, length, length);
            final int claims = Math.clamp(40_000 / (length + 16), 30, 400);
            int committed = 0;
            int received = 0;
            for (int i = 0; i < claims; i++) {
                final End end = End.values()[i % 3];
                final ClaimPort claim = claim(publisher, series.typeId(committed), length);
                claim.put(0, series.payload(committed));
                switch (end) {
                    case COMMIT -> {
                        assertTrue(claim.commit() > 0);
                        committed++;
                    }
                    case ABORT -> claim.abort();
                    case CLOSE -> claim.close();
                }
                if (i % 3 == 2) {
                    final List<Received> messages = receive(subscriber, committed - received);
                    assertSeries(series, received, messages);
                    received = committed;
                }
            }
            receive(subscriber, committed - received);
            assertNothingToRead(subscriber);
        }
    }

    @Test
    void shouldHoldLaterMessagesBackWhenAnEarlierClaimIsOpen() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final ChannelPort channel = openForPublishing(channel());
        final PublisherPort slow = channel.addPublisher();
        final PublisherPort quick = channel.addPublisher();
        final ClaimPort claim = claim(slow, 1, 30);
        publish(quick, 2, payload(30, 2));
        publish(quick, 3, payload(30, 3));
        // As often as a subscriber looks: a live claim is never given up for somebody's impatience.
        for (int i = 0; i < 5_000; i++) {
            assertEquals(0, subscriber.pollResult(10), "look " + i);
        }
        claim.commit();
        assertEquals(
            List.of(1, 2, 3), receive(subscriber, 3).stream().map(Received::typeId).toList());
    }

    @Test
    void shouldSkipAnAbortedClaimWhenLaterMessagesWaitBehindIt() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final ChannelPort channel = openForPublishing(channel());
        final PublisherPort slow = channel.addPublisher();
        final PublisherPort quick = channel.addPublisher();
        final ClaimPort claim = claim(slow, 1, 3_000);
        publish(quick, 2, payload(30, 2));
        assertNothingToRead(subscriber);
        claim.abort();
        assertEquals(2, receive(subscriber, 1).getFirst().typeId());
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldGiveUpTheClaimWhenItsPublisherIsClosed() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final ChannelPort channel = openForPublishing(channel());
        final PublisherPort leaving = channel.addPublisher();
        final PublisherPort staying = channel.addPublisher();
        final ClaimPort claim = claim(leaving, 1, 30);
        publish(staying, 2, payload(30, 2));
        leaving.close();
        assertEquals(2, receive(subscriber, 1).getFirst().typeId());
        assertEquals(Publisher.CLOSED, claim.commit());
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldRefuseMisuseWhenAClaimIsOpenOrHasEnded() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        final ClaimPort claim = claim(publisher, 1, 30);
        assertThrows(IllegalStateException.class, () -> publisher.claim(2, 10));
        assertThrows(IllegalStateException.class, () -> publisher.offer(2, new byte[10]));
        assertThrows(IllegalStateException.class, () -> publisher.batch(100));
        assertThrows(IndexOutOfBoundsException.class, () -> claim.put(1, new byte[30]));
        assertThrows(IndexOutOfBoundsException.class, () -> claim.put(-1, new byte[1]));
        assertThrows(IndexOutOfBoundsException.class, () -> claim.put(30, new byte[1]));
        claim.put(0, payload(30, 1));
        assertTrue(claim.commit() > 0);
        assertThrows(IllegalStateException.class, claim::commit);
        assertThrows(IndexOutOfBoundsException.class, () -> claim.put(0, new byte[1]));
        claim.close();
        claim.close();
        publish(publisher, 2, payload(30, 2));
        final List<Received> received = receive(subscriber, 2);
        assertEquals(List.of(1, 2), received.stream().map(Received::typeId).toList());
        assertArrayEquals(payload(30, 1), received.getFirst().payload());
    }

    private static ClaimPort claim(
        final PublisherPort publisher, final int typeId, final int length) {
        final Deadline deadline = Deadline.forWaitingUntil(length + " bytes are claimed");
        ClaimPort claim = publisher.claim(typeId, length);
        while (claim.result() == Publisher.PREPARING) {
            deadline.check(claim.result());
            claim = publisher.claim(typeId, length);
        }
        assertTrue(claim.result() >= 0, "should be a position: " + claim.result());
        return claim;
    }
}
