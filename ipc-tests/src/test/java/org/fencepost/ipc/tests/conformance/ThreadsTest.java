package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.ConcurrentPublisher;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.buffer.MessageBuffer;
import org.fencepost.ipc.tests.support.Deadline;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several threads of one process, each with an endpoint of its own or sharing a publisher. */
@ParameterizedClass(name = "{0}")
@MethodSource("channels")
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ThreadsTest {
    private static final int THREADS = 16;
    private static final int PER_THREAD = 4_000;

    @Parameter
    ChannelOptions options;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    static List<ChannelOptions> channels() {
        return List.of(
            ChannelOptions.ring(64 * 1024), ChannelOptions.ring(64 * 1024).withChecksums(true),
            ChannelOptions.journal(64 * 1024));
    }

    /** Publishes the messages of one thread. */
    private interface Offering {
        long offer(int typeId, byte[] bytes, int length);
    }

    @Test
    void shouldDeliverEveryMessageWhenVirtualThreadsShareAPublisher() throws Exception {
        try (Channel channel = Channel.open(temporary.resolve("channel"), options);
            ConcurrentPublisher shared = new ConcurrentPublisher(channel.addPublisher());
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest());
            ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            final List<Offering> offerings = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                final int kind = i % 2;
                offerings.add((typeId, bytes, length) -> kind == 0
                    ? shared.offer(typeId, bytes, 0, length)
                    : shared.offer(typeId, MessageBuffer.of(bytes), 0, length));
            }
            assertAllDelivered(executor, offerings, subscriber);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldDeliverEveryMessageWhenEachThreadHasAPublisher(final boolean claiming)
        throws Exception {
        try (Channel channel = Channel.open(temporary.resolve("channel"), options);
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest());
            ExecutorService executor = Executors.newCachedThreadPool()) {
            final List<Offering> offerings = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                final Publisher publisher = channel.addPublisher();
                final Claim claim = new Claim();
                offerings.add((typeId, bytes, length) -> {
                    if (!claiming) {
                        return publisher.offer(typeId, bytes, 0, length);
                    }
                    final long result = publisher.tryClaim(typeId, length, claim);
                    if (result < 0) {
                        return result;
                    }
                    claim.buffer().putBytes(0, bytes, 0, length);
                    return claim.commit();
                });
            }
            assertAllDelivered(executor, offerings, subscriber);
        }
    }

    private static void assertAllDelivered(
        final ExecutorService executor,
        final List<Offering> offerings,
        final Subscriber subscriber) throws Exception {
        final List<Future<?>> publishing = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            final int thread = i;
            publishing.add(executor.submit(() -> publish(thread, offerings.get(thread))));
        }
        final int[] next = new int[THREADS];
        final int[] total = {0};
        final Deadline deadline = Deadline.forWaitingUntil("all messages have come");
        while (total[0] < THREADS * PER_THREAD) {
            subscriber.poll((buffer, offset, length, header) -> {
                final int thread = header.typeId();
                final int index = next[thread]++;
                assertEquals(lengthOf(thread, index), length);
                assertEquals(index, buffer.getInt(offset));
                for (int i = Integer.BYTES; i < length; i++) {
                    assertEquals((byte) (index + thread + i), buffer.getByte(offset + i));
                }
                total[0]++;
            }, 500);
            deadline.check(total[0]);
        }
        for (final Future<?> thread : publishing) {
            thread.get(20, TimeUnit.SECONDS);
        }
        assertEquals(0, subscriber.poll((buffer, offset, length, header) -> { }, 1));
    }

    private static int lengthOf(final int thread, final int index) {
        return Integer.BYTES + (index * 7 + thread * 13) % 150;
    }

    private static void publish(final int thread, final Offering offering) {
        final byte[] bytes = new byte[200];
        for (int index = 0; index < PER_THREAD; index++) {
            final int length = lengthOf(thread, index);
            MessageBuffer.of(bytes).putInt(0, index);
            for (int i = Integer.BYTES; i < length; i++) {
                bytes[i] = (byte) (index + thread + i);
            }
            final Deadline deadline = Deadline.forWaitingUntil("a message is published");
            long result = offering.offer(thread, bytes, length);
            while (result < 0) {
                assertTrue(result >= Publisher.PREPARING, Publisher.describe(result));
                deadline.check(result);
                Thread.yield();
                result = offering.offer(thread, bytes, length);
            }
        }
    }

    @Test
    void shouldGoOnWhenAThreadHasEndedInTheMiddleOfAClaim() throws Exception {
        try (Channel channel = Channel.open(temporary.resolve("channel"), options);
            Publisher abandoned = channel.addPublisher();
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            final Claim claim = new Claim();
            final Thread ending =
                Thread.ofPlatform().start(() -> abandoned.tryClaim(1, 100, claim));
            ending.join();
            assertTrue(publisher.offer(2, new byte[10], 0, 10) > 0);
            int delivered = 0;
            for (int look = 0; look < 100_000 && delivered == 0; look++) {
                delivered = subscriber.poll(
                    (buffer, offset, length, header) -> assertEquals(2, header.typeId()), 1);
            }
            assertEquals(1, delivered, "the claim of a thread that has ended should be given up");
        }
    }

    @ParameterizedTest(name = "exclusive: {0}")
    @ValueSource(booleans = {true, false})
    void shouldGoOnWithAPublisherWhoseThreadHasEndedInTheMiddleOfAClaim(final boolean exclusive)
        throws Exception {
        try (Channel channel = Channel.open(temporary.resolve("channel"), options);
            Publisher publisher =
                exclusive ? channel.addExclusivePublisher() : channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            final Claim claim = new Claim();
            final Thread ending = Thread.ofPlatform().start(() -> {
                publisher.tryClaim(1, 100, claim);
                claim.buffer().setMemory(0, 100, (byte) 0x55);
            });
            ending.join();
            assertTrue(publisher.offer(2, new byte[10], 0, 10) > 0);
            assertFalse(claim.isOpen());
            final List<Integer> types = new ArrayList<>();
            final Deadline deadline = Deadline.forWaitingUntil("the message behind it comes");
            while (types.isEmpty()) {
                subscriber.poll(
                    (buffer, offset, length, header) -> types.add(header.typeId()), 10);
                deadline.check(subscriber.position());
            }
            assertEquals(List.of(2), types);
        }
    }

    @Test
    void shouldRefuseWhenASubscriberIsPolledFromItsHandler() {
        try (Channel channel = Channel.open(temporary.resolve("channel"), options);
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            for (int i = 0; i < 4; i++) {
                publisher.offer(i, new byte[10], 0, 10);
            }
            subscriber.poll((buffer, offset, length, header) -> {
                assertThrows(
                    IllegalStateException.class,
                    () -> subscriber.poll((inner, at, size, same) -> { }, 1));
                assertThrows(IllegalStateException.class, () -> subscriber.seek(0));
                assertEquals(0, buffer.getByte(offset));
            }, 1);
            final List<Integer> rest = new ArrayList<>();
            subscriber.poll((buffer, offset, length, header) -> rest.add(header.typeId()), 9);
            assertEquals(List.of(1, 2, 3), rest);
        }
    }
}
