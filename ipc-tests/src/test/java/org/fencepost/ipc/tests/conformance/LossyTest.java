package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.tests.peer.ChannelPort;
import org.fencepost.ipc.tests.peer.ChannelSpec;
import org.fencepost.ipc.tests.peer.PublisherPort;
import org.fencepost.ipc.tests.peer.Received;
import org.fencepost.ipc.tests.peer.Series;
import org.fencepost.ipc.tests.peer.SubscriberPort;
import org.fencepost.ipc.tests.peer.SubscriberSpec;
import org.fencepost.ipc.tests.support.Deadline;
import org.junit.jupiter.api.Test;

/** Lossy subscribers: they are told exactly what they missed, and never see a torn message. */
@EveryRing
class LossyTest extends ConformanceTest {

    @Test
    void shouldLoseNothingWhenItIsLessThanTheRingBehind() {
        final Series series = new Series(61, 48, 48);
        final ChannelPort reading = openForSubscribing(channel());
        final SubscriberPort gating = reading.addSubscriber(SubscriberSpec.earliest());
        final SubscriberPort lossy = reading.addSubscriber(SubscriberSpec.earliest().asLossy());
        final PublisherPort publisher = publisher();
        final int half = (int) channel().capacityBytes() / 64 / 2;
        publishAll(publisher, series, 0, half);
        assertSeries(series, 0, receive(gating, half));
        assertNothingToRead(gating);
        final List<Received> received = lossy.poll(1);
        assertEquals(0, lossy.lostBytes(), "half a ring behind should be no loss");
        assertSeries(series, 0, received);
        assertSeries(series, 1, receive(lossy, half - 1));
    }

    @Test
    void shouldCountEveryByteWhenItWasLappedWhileItDidNotRead() {
        final Series series = new Series(62, 48, 48);
        final SubscriberPort lossy = subscriber(SubscriberSpec.earliest().asLossy());
        final ChannelPort channel = openForPublishing(channel());
        final PublisherPort publisher = channel.addPublisher();
        final int count = 5 * (int) channel().capacityBytes() / 64 + 17;
        publishAll(publisher, series, 0, count);
        final long lag = lossy.lagBytes();
        assertEquals(count * 64L, lag);
        final List<Received> received = receiveUntil(lossy, channel.tailPosition());
        final long lost = lossy.lostBytes();
        assertEquals(count * 64L, received.size() * 64L + lost);
        assertTrue(lost > 0, "more than a ring");
        assertTrue(
            received.size() * 64L >= channel().capacityBytes() - 2 * SEGMENT_BYTES,
            "what the ring still holds should be delivered, but only " + received.size());
        assertSeries(series, lost / 64, received);
        assertNothingToRead(lossy);
        publishAll(publisher, series, count, 10);
        assertSeries(series, count, receive(lossy, 10));
        assertEquals(lost, lossy.lostBytes());
    }

    @Test
    void shouldNotCountWhatItSkippedByItself() {
        final Series series = new Series(63, 48, 48);
        final SubscriberPort lossy = subscriber(SubscriberSpec.earliest().asLossy());
        final PublisherPort publisher = publisher();
        publishAll(publisher, series, 0, 100);
        receive(lossy, 10);
        lossy.seek(50 * 64);
        assertSeries(series, 50, receive(lossy, 5));
        lossy.seek(20 * 64);
        assertSeries(series, 20, receive(lossy, 80));
        assertEquals(0, lossy.lostBytes());
    }

    @Test
    void shouldNeverDeliverATornMessageWhenItIsLappedAllTheTime() throws Exception {
        // Four small segments: the cleaner is at the reader's heels. Lengths do not divide them.
        final ChannelSpec spec = ChannelSpec.ring(4096, 4);
        final Series series = new Series(64, 8, 700);
        final int count = 300_000;
        try (Channel channel = Channel.open(directory(), spec.options());
            Subscriber subscriber =
                channel.addSubscriber(SubscriberOptions.earliest().lossy())) {
            final PublisherPort publisher = openForPublishing(spec).addPublisher();
            final LossAccount account = new LossAccount(series, spec, subscriber);
            final FutureTask<Integer> publishing =
                new FutureTask<>(() -> publisher.offerSeries(series, 0, count));
            Thread.ofPlatform().daemon().start(publishing);
            while (!publishing.isDone()) {
                account.poll(1 + (int) (account.delivered() % 200));
            }
            assertEquals(count, publishing.get(20, TimeUnit.SECONDS));
            final Deadline deadline = Deadline.forWaitingUntil("everything is read or lost");
            while (subscriber.position() < channel.tailPosition()) {
                account.poll(100);
                deadline.check(subscriber.position());
            }
            account.assertComplete(channel.tailPosition());
            assertEquals(count - 1, account.lastIndex(), "the last message is never lost");
            assertTrue(account.delivered() > 0, "some should be delivered");
        }
    }
}
