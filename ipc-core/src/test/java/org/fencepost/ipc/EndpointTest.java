package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Closing a publisher or a subscriber while its thread is inside an operation. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EndpointTest {
    private static final ChannelOptions RING = ChannelOptions.ring(4 * 4096, 4);
    /** The kernel is asked who lives on one fruitless look out of so many. */
    private static final int LOOKS = 20;

    @TempDir
    Path directory;

    private final ExecutorService worker = Executors.newSingleThreadExecutor();
    private Channel channel;
    private Channel other;

    @BeforeEach
    void open() {
        channel = Channel.open(directory.resolve("ring"), RING);
        other = Channel.open(directory.resolve("ring"), RING);
    }

    @AfterEach
    void close() {
        worker.shutdownNow();
        channel.close();
        other.close();
    }

    @Test
    void shouldHoldTheRingForARunningHandlerWhenItsSubscriberIsClosed() throws Exception {
        final Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest());
        final Publisher publisher = other.addPublisher();
        assertTrue(publisher.offer(1, new byte[1000], 0, 1000) > 0);
        final CountDownLatch inside = new CountDownLatch(1);
        final CountDownLatch leave = new CountDownLatch(1);
        final Future<Integer> poll = worker.submit(
            () -> subscriber.poll((buffer, offset, length, header) -> {
                inside.countDown();
                await(leave);
            }, 1));
        inside.await();
        subscriber.close();
        assertEquals(Publisher.BACK_PRESSURED, fill(publisher));

        leave.countDown();
        poll.get();
        long result = -1;
        for (int i = 0; i < LOOKS && result < 0; i++) {
            result = publisher.offer(1, new byte[1000], 0, 1000);
        }
        assertTrue(result > 0, "the thread has left and its cursor still holds the ring");
    }

    @Test
    void shouldWaitForAnOpenClaimWhenItsPublisherIsClosedByAnotherThread() throws Exception {
        final Publisher publisher = channel.addPublisher();
        final Publisher second = other.addPublisher();
        final Subscriber subscriber = other.addSubscriber(SubscriberOptions.latest());
        final Claim claim = new Claim();
        assertEquals(0L, worker.submit(() -> publisher.tryClaim(5, 8, claim)).get());
        second.offer(6, new byte[8], 0, 8);
        publisher.close();
        final List<Integer> types = new ArrayList<>();
        for (int i = 0; i < LOOKS; i++) {
            assertEquals(0, poll(subscriber, types), "the claim is its thread's");
        }
        assertEquals(0, subscriber.position());
        worker.submit(claim::commit).get();
        poll(subscriber, types);
        assertEquals(List.of(5, 6), types);
    }

    @Test
    void shouldLeaveASuccessorItsSlotWhenAPublisherIsClosedTwice() {
        final Publisher first = channel.addPublisher();
        first.close();
        final Publisher successor = channel.addPublisher();
        assertEquals(first.id(), successor.id());
        first.close();
        assertThrows(ChannelLimitException.class, () -> other.addExclusivePublisher());
    }

    private static int poll(final Subscriber subscriber, final List<Integer> types) {
        return subscriber.poll((buffer, offset, length, header) -> types.add(header.typeId()), 10);
    }

    private static long fill(final Publisher publisher) {
        long result = 0;
        int turnedAway = 0;
        for (int i = 0; i < 100 && turnedAway < LOOKS; i++) {
            result = publisher.offer(1, new byte[1000], 0, 1000);
            turnedAway = result < 0 ? turnedAway + 1 : 0;
        }
        return result;
    }

    private static void await(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
