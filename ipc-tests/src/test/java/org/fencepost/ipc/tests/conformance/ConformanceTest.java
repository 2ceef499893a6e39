package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.tests.peer.ChannelPort;
import org.fencepost.ipc.tests.peer.ChannelSpec;
import org.fencepost.ipc.tests.peer.LocalPeer;
import org.fencepost.ipc.tests.peer.Peer;
import org.fencepost.ipc.tests.peer.PublisherPort;
import org.fencepost.ipc.tests.peer.Received;
import org.fencepost.ipc.tests.peer.Series;
import org.fencepost.ipc.tests.peer.SubscriberPort;
import org.fencepost.ipc.tests.peer.SubscriberSpec;
import org.fencepost.ipc.tests.support.Deadline;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/**
 * A directory, two sides that open channels in it, and what most tests do with them. Subclasses say
 * for which setups they run: {@link EveryChannel}, {@link EveryRing}.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
abstract class ConformanceTest {
    static final long SEGMENT_BYTES = 8192;

    @Parameter
    Setup setup;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    private final Peer here = new LocalPeer();
    private final Deque<ChannelPort> opened = new ArrayDeque<>();

    @AfterEach
    void closeChannels() {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    final Peer publishingSide() {
        return setup.placement() == Setup.Placement.PUBLISHER_IN_CHILD ? Children.peer() : here;
    }

    final Peer subscribingSide() {
        return setup.placement() == Setup.Placement.SUBSCRIBER_IN_CHILD ? Children.peer() : here;
    }

    final Path directory() {
        return temporary.resolve("channel");
    }

    final ChannelSpec channel() {
        return setup.channel(SEGMENT_BYTES);
    }

    final ChannelPort openForPublishing(final ChannelSpec spec) {
        return closedAfterTest(publishingSide().open(directory().toString(), spec));
    }

    final ChannelPort openForSubscribing(final ChannelSpec spec) {
        return closedAfterTest(subscribingSide().open(directory().toString(), spec));
    }

    final ChannelPort closedAfterTest(final ChannelPort channel) {
        opened.push(channel);
        return channel;
    }

    final PublisherPort publisher() {
        return openForPublishing(channel()).addPublisher();
    }

    final SubscriberPort subscriber(final SubscriberSpec spec) {
        return openForSubscribing(channel()).addSubscriber(spec);
    }

    /** Publishes one message, waiting for memory to be prepared but not for subscribers. */
    static long publish(final PublisherPort publisher, final int typeId, final byte[] payload) {
        final Deadline deadline = Deadline.forWaitingUntil("memory is prepared");
        long result = publisher.offer(typeId, payload);
        while (result == Publisher.PREPARING) {
            deadline.check(Publisher.describe(result));
            result = publisher.offer(typeId, payload);
        }
        assertTrue(result > 0, "should be a position: " + result);
        return result;
    }

    /** Publishes messages of a series; returns the index behind the last. */
    static long publishAll(
        final PublisherPort publisher, final Series series, final long first, final int count) {
        assertEquals(count, publisher.offerSeries(series, first, count), "messages published");
        return first + count;
    }

    /** Polls until this many messages have come. */
    static List<Received> receive(final SubscriberPort subscriber, final int count) {
        final Deadline deadline = Deadline.forWaitingUntil(count + " messages have come");
        final List<Received> received = new ArrayList<>();
        while (received.size() < count) {
            received.addAll(subscriber.poll(count - received.size()));
            deadline.check(received.size());
        }
        return received;
    }

    /** Polls until the subscriber stands at this position. */
    static List<Received> receiveUntil(final SubscriberPort subscriber, final long position) {
        final Deadline deadline = Deadline.forWaitingUntil("the subscriber is at " + position);
        final List<Received> received = new ArrayList<>();
        while (subscriber.position() < position) {
            received.addAll(subscriber.poll(Integer.MAX_VALUE));
            deadline.check(subscriber.position());
        }
        return received;
    }

    /** There is nothing to read now, nor on a second look. */
    static void assertNothingToRead(final SubscriberPort subscriber) {
        assertTrue(subscriber.poll(10).isEmpty(), "should have nothing to read");
        assertTrue(subscriber.poll(10).isEmpty(), "should have nothing to read");
    }

    /** These are the messages of the series from {@code first} on. */
    static void assertSeries(
        final Series series, final long first, final List<Received> received) {
        for (int i = 0; i < received.size(); i++) {
            final Received message = received.get(i);
            final long index = first + i;
            assertEquals(series.typeId(index), message.typeId(), "type of message " + index);
            assertArrayEquals(
                series.payload(index), message.payload(), "payload of message " + index);
        }
    }

    /** What an exception says has to have these in it. */
    static void assertSays(final Throwable exception, final Object... parts) {
        for (final Object part : parts) {
            final String message = exception.getMessage();
            if (message == null || !message.contains(part.toString())) {
                fail("should say \"" + part + "\": " + exception, exception);
            }
        }
    }

    /** A payload of one repeated byte. */
    static byte[] payload(final int length, final int content) {
        final byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) content);
        return bytes;
    }
}
