package org.fencepost.ipc.tests.closing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelClosedException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.ConcurrentPublisher;
import org.fencepost.ipc.ControlledMessageHandler.Action;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.buffer.MessageBuffer;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every object after it, or its channel, has been closed, by its own thread or by another one. */
@ParameterizedClass(name = "{0}")
@MethodSource("channels")
@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class ClosedTest {
    /** What is closed, and by whom. */
    enum Closing {
        /** The endpoint, by its thread. */
        ENDPOINT,
        /** The endpoint, by another thread. */
        ENDPOINT_ELSEWHERE,
        /** The channel, by the thread of the endpoint. */
        CHANNEL,
        /** The channel, by another thread. */
        CHANNEL_ELSEWHERE
    }

    private static final byte[] BYTES = new byte[100];

    @Parameter
    ChannelOptions options;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    private Channel channel;

    static Stream<ChannelOptions> channels() {
        return Stream.of(ChannelOptions.ring(64 * 1024), ChannelOptions.journal(8192));
    }

    @AfterEach
    void close() {
        if (channel != null) {
            channel.close();
        }
    }

    private Channel channel() {
        channel = Channel.open(temporary.resolve("channel"), options);
        return channel;
    }

    private void close(final Closing closing, final AutoCloseable endpoint) throws Exception {
        final AutoCloseable closed = switch (closing) {
            case ENDPOINT, ENDPOINT_ELSEWHERE -> endpoint;
            case CHANNEL, CHANNEL_ELSEWHERE -> channel;
        };
        if (closing == Closing.ENDPOINT || closing == Closing.CHANNEL) {
            closed.close();
            closed.close();
        } else {
            final Thread closer = Thread.ofPlatform().start(() -> {
                try {
                    closed.close();
                } catch (final Exception failure) {
                    throw new AssertionError(failure);
                }
            });
            closer.join();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayClosedWhenAPublisherIsUsed(final Closing closing) throws Exception {
        final Publisher publisher = channel().addPublisher();
        assertTrue(publisher.offer(1, BYTES, 0, 100) > 0);
        close(closing, publisher);
        assertTrue(publisher.isClosed());
        assertEquals(Publisher.CLOSED, publisher.offer(1, BYTES, 0, 100));
        assertEquals(Publisher.CLOSED, publisher.offer(1, MessageBuffer.of(BYTES), 0, 100));
        assertEquals(
            Publisher.CLOSED, publisher.offer(1, MemorySegment.ofArray(BYTES), 0L, 100));
        final Claim claim = new Claim();
        assertEquals(Publisher.CLOSED, publisher.tryClaim(1, 10, claim));
        assertEquals(0, claim.buffer().capacity());
        assertThrows(IllegalStateException.class, claim::commit);
        final Batch batch = new Batch();
        assertEquals(Publisher.CLOSED, publisher.tryClaimBatch(100, batch));
        assertThrows(IllegalStateException.class, () -> batch.add(1, BYTES, 0, 1));
        assertFalse(publisher.hasSubscribers());
        assertTrue(publisher.maxMessageLength() > 0);
        publisher.id();
        publisher.close();
        assertEquals(Publisher.CLOSED, publisher.offer(1, BYTES, 0, 0));
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayClosedWhenAnOpenClaimIsCommitted(final Closing closing) throws Exception {
        final Channel other = channel();
        final Publisher publisher = channel().addPublisher();
        final Claim claim = new Claim();
        assertEquals(0, publisher.tryClaim(1, 100, claim));
        final MutableDirectBuffer kept = claim.buffer();
        kept.putLong(0, -1);
        close(closing, publisher);
        final boolean mayCommit = closing == Closing.ENDPOINT_ELSEWHERE;
        if (mayCommit) {
            // The claim belongs to its thread, which may finish what it is at.
            claim.buffer().putLong(8, -1);
            assertTrue(claim.commit() > 0);
        } else {
            assertEquals(Publisher.CLOSED, claim.commit());
        }
        claim.close();
        assertThrows(IllegalStateException.class, claim::commit);
        assertUnusable(kept);
        assertEquals(Publisher.CLOSED, publisher.tryClaim(1, 100, claim));
        assertReadsOnly(other, mayCommit ? 1 : 0);
        other.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayClosedWhenAnOpenBatchIsCommitted(final Closing closing) throws Exception {
        final Channel other = channel();
        final Publisher publisher = channel().addExclusivePublisher();
        final Batch batch = new Batch();
        assertEquals(0, publisher.tryClaimBatch(1_000, batch));
        assertTrue(batch.add(1, BYTES, 0, 100));
        assertTrue(batch.tryAppend(2, 50));
        final MutableDirectBuffer kept = batch.buffer();
        close(closing, publisher);
        final boolean mayCommit = closing == Closing.ENDPOINT_ELSEWHERE;
        // Behind a closed channel it writes where nobody reads; the commit says so.
        final boolean added = batch.add(3, BYTES, 0, 100) && batch.tryAppend(4, 1)
            && batch.addAll(5, BYTES, new int[] {0}, new int[] {1}, 0, 1) == 1;
        assertTrue(added || !mayCommit);
        if (mayCommit) {
            assertTrue(batch.commit() > 0);
        } else {
            assertEquals(Publisher.CLOSED, batch.commit());
        }
        assertUnusable(kept);
        batch.close();
        assertReadsOnly(other, mayCommit ? 5 : 0);
        other.close();
    }

    /** What is left is this and then whatever another publisher says. */
    private static void assertReadsOnly(final Channel other, final int count) {
        try (Publisher next = other.addPublisher();
            Subscriber subscriber = other.addSubscriber(SubscriberOptions.earliest())) {
            next.offer(99, BYTES, 0, 1);
            final int[] seen = {0};
            assertEquals(count + 1, subscriber.poll((buffer, offset, length, header) -> {
                seen[0]++;
                assertEquals(seen[0] == count + 1, header.typeId() == 99);
            }, 10));
        }
    }

    private static void assertUnusable(final MutableDirectBuffer kept) {
        assertEquals(0, kept.capacity());
        assertThrows(IndexOutOfBoundsException.class, () -> kept.putLong(0, -1));
        assertThrows(IndexOutOfBoundsException.class, () -> kept.getByte(0));
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayClosedWhenASubscriberIsUsed(final Closing closing) throws Exception {
        final Subscriber subscriber = channel().addSubscriber(SubscriberOptions.earliest());
        final Publisher publisher = channel.addPublisher();
        publisher.offer(1, BYTES, 0, 100);
        publisher.offer(2, BYTES, 0, 100);
        final DirectBuffer[] kept = new DirectBuffer[1];
        assertEquals(1, subscriber.poll((buffer, offset, length, header) -> kept[0] = buffer, 1));
        assertEquals(0, kept[0].capacity(), "a buffer that was kept should give no access");
        assertThrows(IndexOutOfBoundsException.class, () -> kept[0].getByte(0));
        close(closing, subscriber);
        assertTrue(subscriber.isClosed());
        assertEquals(
            Subscriber.CLOSED,
            subscriber.poll((buffer, offset, length, header) -> kept[0] = null, 9));
        assertEquals(
            Subscriber.CLOSED,
            subscriber.controlledPoll((buffer, offset, length, header) -> Action.BREAK, 9));
        assertThrows(ChannelClosedException.class, () -> subscriber.seek(0));
        assertEquals(0, subscriber.lagBytes());
        subscriber.position();
        subscriber.lostBytes();
        assertFalse(subscriber.isLossy());
        subscriber.close();
        assertThrows(IndexOutOfBoundsException.class, () -> kept[0].getByte(0));
    }

    @ParameterizedTest
    @EnumSource
    void shouldEndThePollWhenTheHandlerCloses(final Closing closing) throws Exception {
        final Subscriber subscriber = channel().addSubscriber(SubscriberOptions.earliest());
        final Publisher publisher = channel.addPublisher();
        for (int i = 0; i < 5; i++) {
            publisher.offer(i, BYTES, 0, 100);
        }
        final int[] seen = {0};
        subscriber.poll((buffer, offset, length, header) -> {
            seen[0]++;
            try {
                close(closing, subscriber);
            } catch (final Exception failure) {
                throw new AssertionError(failure);
            }
            buffer.getByte(offset);
        }, 1);
        assertEquals(1, seen[0]);
        assertTrue(subscriber.isClosed());
        assertEquals(
            Subscriber.CLOSED, subscriber.poll((buffer, offset, length, header) -> { }, 9));
    }

    @ParameterizedTest
    @EnumSource(names = {"CHANNEL", "CHANNEL_ELSEWHERE"})
    void shouldRefuseEverythingWhenTheChannelIsClosed(final Closing closing) throws Exception {
        channel().addPublisher();
        final String before = channel.toString();
        close(closing, channel);
        assertTrue(channel.isClosed());
        assertThrows(ChannelClosedException.class, channel::addPublisher);
        assertThrows(ChannelClosedException.class, channel::addExclusivePublisher);
        for (final SubscriberOptions start : new SubscriberOptions[] {
            SubscriberOptions.earliest(), SubscriberOptions.latest(), SubscriberOptions.from(0),
            SubscriberOptions.latest().lossy(), SubscriberOptions.earliest().named("a", true)}) {
            final ChannelClosedException refusal = assertThrows(
                ChannelClosedException.class, () -> channel.addSubscriber(start));
            assertTrue(refusal.getMessage().contains(channel.path().toString()));
        }
        assertThrows(ChannelClosedException.class, channel::tailPosition);
        assertThrows(ChannelClosedException.class, channel::earliestPosition);
        assertThrows(ChannelClosedException.class, channel::status);
        assertEquals(0, channel.housekeeping().doWork());
        assertFalse(channel.hasSubscribers());
        assertEquals(0, channel.startPosition());
        assertEquals(options, channel.options());
        assertEquals(before, channel.toString());
        channel.close();
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayClosedWhenAConcurrentPublisherIsUsed(final Closing closing) throws Exception {
        final ConcurrentPublisher publisher =
            new ConcurrentPublisher(channel().addPublisher());
        assertTrue(publisher.offer(1, BYTES, 0, 100) > 0);
        close(closing, publisher);
        assertEquals(Publisher.CLOSED, publisher.offer(1, BYTES, 0, 100));
        assertEquals(Publisher.CLOSED, publisher.offer(1, MessageBuffer.of(BYTES), 0, 100));
        assertEquals(
            Publisher.CLOSED, publisher.offer(1, MemorySegment.ofArray(BYTES), 0L, 100));
        assertFalse(publisher.hasSubscribers());
        publisher.close();
    }
}
