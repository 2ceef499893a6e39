package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.ChannelLimitException;
import org.fencepost.ipc.ControlledMessageHandler.Action;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.tests.peer.BatchPort;
import org.fencepost.ipc.tests.peer.ChannelPort;
import org.fencepost.ipc.tests.peer.PublisherPort;
import org.fencepost.ipc.tests.peer.PublisherPort.Source;
import org.fencepost.ipc.tests.peer.Received;
import org.fencepost.ipc.tests.peer.Series;
import org.fencepost.ipc.tests.peer.SubscriberPort;
import org.fencepost.ipc.tests.peer.SubscriberSpec;
import org.fencepost.ipc.tests.support.Deadline;
import org.junit.jupiter.api.Test;

/** Batches: many messages in one frame, all or none. */
@EveryChannel
class BatchTest extends ConformanceTest {
    private static final Series SERIES = new Series(21, 0, 60);

    @Test
    void shouldDeliverAllMessagesWhenABatchIsCommitted() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        publish(publisher, 1, payload(10, 1));
        final BatchPort batch = batch(publisher, 2_000);
        fill(batch, 0, 20);
        assertEquals(20, batch.count());
        assertEquals(1, subscriber.poll(100).size(), "an open batch should not be seen");
        final long position = batch.commit();
        assertTrue(position > batch.result(), "a batch ends behind its beginning");
        publish(publisher, 2, payload(10, 2));
        final List<Received> received = receive(subscriber, 21);
        assertSeries(SERIES, 0, received.subList(0, 20));
        for (int i = 0; i < 20; i++) {
            assertEquals(i, received.get(i).batchIndex());
            assertEquals(20, received.get(i).batchCount());
            assertEquals(position, received.get(i).position());
            assertEquals(publisher.id(), received.get(i).publisherId());
            assertEquals(received.getFirst().timestamp(), received.get(i).timestamp());
        }
        assertEquals(0, received.get(20).batchIndex());
        assertEquals(1, received.get(20).batchCount());
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldTakeMessagesFromEverySourceWhenAdded() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final BatchPort batch = batch(publisher(), 1_000);
        final byte[] bytes = SERIES.payload(3);
        for (final Source source : Source.values()) {
            assertTrue(batch.add(source, source.ordinal(), bytes, 1, bytes.length - 1));
        }
        assertTrue(batch.append(99, bytes));
        assertTrue(batch.append(100, new byte[0]));
        batch.commit();
        final int sources = Source.values().length;
        final List<Received> received = receive(subscriber, sources + 2);
        for (int i = 0; i < sources; i++) {
            assertEquals(i, received.get(i).typeId());
            assertArrayEquals(
                Arrays.copyOfRange(bytes, 1, bytes.length), received.get(i).payload());
        }
        assertArrayEquals(bytes, received.get(sources).payload());
        assertEquals(100, received.get(sources + 1).typeId());
        assertEquals(0, received.get(sources + 1).payload().length);
    }

    @Test
    void shouldTakeExactlyWhatFitsWhenABatchIsFilled() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        final int each = Batch.recordBytes(20);
        assertEquals(32, each);
        final BatchPort batch = batch(publisher, 5 * each + 8);
        for (int i = 0; i < 5; i++) {
            assertTrue(batch.remainingBytes() >= each, "before message " + i);
            assertTrue(batch.add(i, payload(20, i)));
        }
        assertFalse(batch.add(5, payload(20, 5)), "a sixth message should not fit");
        assertFalse(batch.append(5, payload(20, 5)), "a sixth message should not fit");
        assertEquals(5, batch.count());
        assertTrue(batch.commit() > 0);
        final List<Received> received = receive(subscriber, 5);
        for (int i = 0; i < 5; i++) {
            assertArrayEquals(payload(20, i), received.get(i).payload());
        }
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldDeliverNothingWhenABatchIsEmptyOrAborted() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        for (int i = 0; i < 60; i++) {
            final BatchPort batch = batch(publisher, 1_500);
            switch (i % 4) {
                case 0 -> assertTrue(batch.commit() > 0, "an empty batch should have a position");
                case 1 -> {
                    fill(batch, 0, 10);
                    batch.abort();
                }
                case 2 -> {
                    fill(batch, 0, 10);
                    batch.close();
                }
                default -> batch.close();
            }
            publish(publisher, i, payload(3, i));
            final List<Received> received = receive(subscriber, 1);
            assertEquals(i, received.getFirst().typeId());
        }
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldRefuseMisuseWhenABatchIsOpenOrHasEnded() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        assertThrows(ChannelLimitException.class, () -> publisher.batch(Integer.MAX_VALUE));
        assertThrows(
            ChannelLimitException.class, () -> publisher.batch(publisher.maxMessageLength() + 1));
        final BatchPort batch = batch(publisher, 500);
        assertThrows(IllegalStateException.class, () -> publisher.offer(1, new byte[1]));
        assertThrows(RuntimeException.class, () -> batch.add(Source.ARRAY, 1, new byte[8], 4, 5));
        assertThrows(
            RuntimeException.class, () -> batch.add(Source.SEGMENT, 1, new byte[8], -1, 5));
        assertThrows(RuntimeException.class, () -> batch.add(Source.BUFFER, 1, new byte[8], 0, -1));
        assertThrows(
            RuntimeException.class,
            () -> batch.add(Source.ARRAY, 1, new byte[8], Integer.MAX_VALUE, Integer.MAX_VALUE));
        assertTrue(batch.add(7, payload(7, 7)));
        assertTrue(batch.commit() > 0);
        assertThrows(IllegalStateException.class, batch::commit);
        assertThrows(IllegalStateException.class, () -> batch.add(1, new byte[1]));
        batch.close();
        final Received received = receive(subscriber, 1).getFirst();
        assertEquals(1, received.batchCount(), "what was refused should not be in the batch");
        assertArrayEquals(payload(7, 7), received.payload());
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldDeliverOneByOneWhenThePollLimitIsInsideABatch() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        final BatchPort batch = batch(publisher, 2_000);
        fill(batch, 0, 10);
        final long end = batch.commit();
        final List<Received> received = new ArrayList<>();
        for (final int limit : new int[] {1, 3, 2}) {
            final List<Received> part = subscriber.poll(limit);
            assertEquals(limit, part.size());
            received.addAll(part);
            assertTrue(subscriber.position() < end, "the batch is not consumed yet");
            assertTrue(subscriber.lagBytes() > 0, "the batch is not consumed yet");
        }
        received.addAll(subscriber.poll(100));
        assertEquals(end, subscriber.position());
        assertEquals(0, subscriber.lagBytes());
        assertSeries(SERIES, 0, received);
        assertEquals(
            IntStream.range(0, 10).boxed().toList(),
            received.stream().map(Received::batchIndex).toList());
    }

    @Test
    void shouldStandBehindTheBatchWhenThePollLimitIsItsLastMessage() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        final BatchPort batch = batch(publisher, 2_000);
        fill(batch, 0, 10);
        final long end = batch.commit();
        assertEquals(10, subscriber.poll(10).size());
        assertEquals(end, subscriber.position(), "all messages of the batch are consumed");
        assertEquals(0, subscriber.lagBytes());
    }

    @Test
    void shouldObeyTheHandlerWhenItStopsInsideABatch() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        final BatchPort batch = batch(publisher, 2_000);
        fill(batch, 0, 8);
        batch.commit();
        List<Received> seen =
            subscriber.controlledPoll(List.of(Action.CONTINUE, Action.CONTINUE, Action.ABORT), 100);
        assertEquals(2, subscriber.controlledResult());
        assertSeries(SERIES, 0, seen);
        seen = subscriber.controlledPoll(List.of(Action.COMMIT, Action.BREAK), 100);
        assertEquals(2, subscriber.controlledResult());
        assertSeries(SERIES, 2, seen);
        seen = subscriber.controlledPoll(List.of(Action.ABORT), 100);
        assertEquals(0, subscriber.controlledResult());
        assertSeries(SERIES, 4, seen);
        seen = subscriber.pollAndThrow(1, 100);
        assertSeries(SERIES, 4, seen);
        assertEquals(2, seen.size());
        seen = receive(subscriber, 2);
        assertSeries(SERIES, 6, seen);
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldGoOnBehindTheBatchWhenTheHandlerSkipsIt() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        final BatchPort first = batch(publisher, 2_000);
        fill(first, 0, 8);
        final long between = first.commit();
        final BatchPort second = batch(publisher, 2_000);
        fill(second, 8, 2);
        final long end = second.commit();
        List<Received> seen = subscriber.controlledPoll(
            List.of(Action.CONTINUE, Action.SKIP_BATCH, Action.BREAK), 100);
        assertEquals(3, subscriber.controlledResult());
        assertSeries(SERIES, 0, seen.subList(0, 2));
        assertSeries(SERIES, 8, seen.subList(2, 3));
        assertEquals(between, subscriber.position());
        seen = subscriber.controlledPoll(List.of(Action.SKIP_BATCH), 100);
        assertSeries(SERIES, 9, seen);
        assertEquals(end, subscriber.position());
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldGoOnInsideABatchWhenANamedCursorIsTakenUpAgain() {
        final SubscriberSpec named = SubscriberSpec.earliest().named("inside", true);
        final ChannelPort reading = openForSubscribing(channel());
        final SubscriberPort subscriber = reading.addSubscriber(named);
        final PublisherPort publisher = publisher();
        final BatchPort batch = batch(publisher, 2_000);
        fill(batch, 0, 9);
        batch.commit();
        assertSeries(SERIES, 0, subscriber.poll(4));
        subscriber.close();
        final SubscriberPort second = reading.addSubscriber(named);
        final List<Received> next = second.poll(1);
        assertEquals(1, next.size());
        assertSeries(SERIES, 4, next);
        assertEquals(4, next.getFirst().batchIndex());
        assertSeries(SERIES, 5, second.poll(2));
        second.close();
        reading.close();
        final List<Received> rest =
            openForSubscribing(channel()).addSubscriber(named).poll(100);
        assertEquals(2, rest.size());
        assertSeries(SERIES, 7, rest);
    }

    @Test
    void shouldReadTheBatchFromItsFirstMessageWhenSoughtToItsStart() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        final long start = publish(publisher, 1, payload(10, 1));
        final BatchPort batch = batch(publisher, 2_000);
        fill(batch, 0, 6);
        final long end = batch.commit();
        receive(subscriber, 4);
        subscriber.seek(start);
        assertSeries(SERIES, 0, receive(subscriber, 6));
        subscriber.seek(start);
        receive(subscriber, 2);
        subscriber.seek(end);
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldDeliverEverythingInOrderWhenBatchesRollThroughManySegments() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        long published = 0;
        long received = 0;
        for (int i = 0; i < 250; i++) {
            final BatchPort batch = batch(publisher, 300 + i * 7 % 1_500);
            final int count = 1 + i % 9;
            int added = 0;
            while (added < count
                && batch.add(SERIES.typeId(published), SERIES.payload(published))) {
                added++;
                published++;
            }
            if (i % 5 == 0) {
                batch.abort();
                published -= added;
            } else {
                assertTrue(batch.commit() > 0);
            }
            final List<Received> messages = receive(subscriber, (int) (published - received));
            assertSeries(SERIES, received, messages);
            received = published;
        }
        assertNothingToRead(subscriber);
    }

    @Test
    void shouldHoldAsManyMessagesAsItsCapacityWhenItIsAsLongAsASegment() {
        final SubscriberPort subscriber = subscriber(SubscriberSpec.earliest());
        final PublisherPort publisher = publisher();
        final BatchPort batch = batch(publisher, publisher.maxMessageLength() - 8);
        int count = 0;
        while (batch.add(count, new byte[0])) {
            count++;
        }
        assertEquals((publisher.maxMessageLength() - 8) / Batch.recordBytes(0), count);
        batch.commit();
        final List<Received> received = receive(subscriber, count);
        assertEquals(
            IntStream.range(0, count).boxed().toList(),
            received.stream().map(Received::typeId).toList());
        assertEquals(
            Collections.nCopies(count, count),
            received.stream().map(Received::batchCount).toList());
    }

    private static void fill(final BatchPort batch, final long first, final int count) {
        for (int i = 0; i < count; i++) {
            assertTrue(batch.add(SERIES.typeId(first + i), SERIES.payload(first + i)));
        }
    }

    private static BatchPort batch(final PublisherPort publisher, final int capacityBytes) {
        final Deadline deadline = Deadline.forWaitingUntil("a batch is claimed");
        BatchPort batch = publisher.batch(capacityBytes);
        while (batch.result() == Publisher.PREPARING) {
            deadline.check(batch.result());
            batch = publisher.batch(capacityBytes);
        }
        assertTrue(batch.result() >= 0, "should be a position: " + batch.result());
        return batch;
    }
}
