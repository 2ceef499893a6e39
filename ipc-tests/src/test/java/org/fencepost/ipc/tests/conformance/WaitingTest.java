package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.awaitility.Awaitility;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Endpoint;
import org.fencepost.ipc.MessageHandler;
import org.fencepost.ipc.Parking;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.Trailing;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.SleepingPlatform;
import org.fencepost.ipc.tests.support.Bells;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Waiting for messages, for room and for the disk, by every strategy, and how a wait ends. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class WaitingTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final ChannelOptions RING = ChannelOptions.ring(8 * 4096);
    private static final int LENGTH = 1000;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path inMemory;

    @TempDir
    Path onDisk;

    private final List<Long> received = new ArrayList<>();
    private final MessageHandler handler =
        (buffer, offset, length, header) -> received.add(buffer.getLong(offset));

    /** Ways to wait: Agrona's, and those from here. */
    enum Way {
        SPIN(endpoint -> new BusySpinIdleStrategy()),
        YIELD(endpoint -> new YieldingIdleStrategy()),
        BACK_OFF(endpoint -> new BackoffIdleStrategy()),
        PARK(Parking::on),
        TRAIL(endpoint -> new Trailing(5, TimeUnit.MICROSECONDS, Parking.on(endpoint)));

        private final Function<Endpoint, IdleStrategy> maker;

        Way(final Function<Endpoint, IdleStrategy> maker) {
            this.maker = maker;
        }

        IdleStrategy on(final Endpoint endpoint) {
            return maker.apply(endpoint);
        }

        Wait forMessages(final Channel channel, final Endpoint endpoint) {
            return new Wait(channel.path(), ControlFormat.ARRIVALS_OFFSET, parks(), on(endpoint));
        }

        Wait forRoom(final Channel channel, final Endpoint endpoint) {
            return new Wait(channel.path(), ControlFormat.PROGRESS_OFFSET, parks(), on(endpoint));
        }

        private boolean parks() {
            return this == PARK || this == TRAIL;
        }
    }

    /** A thread that does something, which is over once that has returned. */
    private static <T> Future<T> beside(final Callable<T> work) {
        final ExecutorService executor = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().factory());
        final Future<T> result = executor.submit(work);
        executor.shutdown();
        return result;
    }

    private static byte[] message(final long value) {
        return ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    }

    private static void publish(final Publisher publisher, final long value) {
        assertTrue(publisher.offer(1, message(value), 0, LENGTH) > 0);
    }

    @ParameterizedTest
    @EnumSource
    void shouldDeliverWhatIsPublishedWhileItWaits(final Way way) throws Exception {
        try (Channel here = Channel.open(inMemory.resolve("ring"), RING);
            Channel there = Channel.join(here.path());
            Publisher publisher = there.addPublisher();
            Subscriber subscriber = here.addSubscriber(SubscriberOptions.latest())) {
            final Wait wait = way.forMessages(here, subscriber);
            for (long i = 0; i < 200; i++) {
                final long value = i;
                final Future<Integer> poll =
                    beside(() -> subscriber.poll(handler, 4, LONG, wait.idle()));
                if (i % 2 == 1) {
                    wait.await();
                }
                publish(publisher, value);
                assertEquals(1, poll.get());
                assertEquals(value, received.getLast());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldGoOnPublishingWhenItHasWaitedForRoom(final Way way) throws Exception {
        try (Channel here = Channel.open(inMemory.resolve("ring"), RING);
            Channel there = Channel.join(here.path());
            Publisher publisher = here.addPublisher();
            Subscriber subscriber = there.addSubscriber(SubscriberOptions.latest())) {
            final int count = 500;
            final Wait wait = way.forRoom(here, publisher);
            final Future<Integer> published = beside(() -> {
                int waits = 0;
                for (long i = 0; i < count; i++) {
                    final byte[] bytes = message(i);
                    while (publisher.offer(1, bytes, 0, LENGTH) < 0) {
                        assertEquals(0, publisher.awaitRoom(LENGTH, LONG, wait.idle()));
                        waits++;
                    }
                }
                return waits;
            });
            final IdleStrategy idle = way.on(subscriber);
            while (received.size() < count) {
                // When the ring is full.
                wait.awaitOr(published::isDone);
                assertTrue(subscriber.poll(handler, 1, LONG, idle) > 0);
            }
            assertTrue(published.get() > 0, "never had to wait");
            for (int i = 0; i < count; i++) {
                assertEquals(i, received.get(i));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldReturnWhenTheTimeIsOver(final Way way) {
        try (Channel channel = Channel.open(inMemory.resolve("ring"), RING);
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest())) {
            assertEquals(0, subscriber.poll(handler, 1, Duration.ofMillis(2), way.on(subscriber)));
            assertEquals(0, subscriber.poll(handler, 1, Duration.ZERO, way.on(subscriber)));
            assertEquals(0,
                publisher.awaitRoom(LENGTH, Duration.ofMillis(2), way.on(publisher)), "room");
            while (publisher.offer(1, message(1), 0, LENGTH) > 0) {
                Thread.onSpinWait();
            }
            assertEquals(Publisher.BACK_PRESSURED,
                publisher.awaitRoom(LENGTH, Duration.ofMillis(2), way.on(publisher)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldEndAWaitWhenItsThreadIsInterrupted(final Way way) throws Exception {
        try (Channel channel = Channel.open(inMemory.resolve("ring"), RING);
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest())) {
            final BlockingQueue<Object> said = new ArrayBlockingQueue<>(4);
            final Wait wait = way.forMessages(channel, subscriber);
            final Thread thread = Thread.ofPlatform().daemon().start(() -> {
                said.add(subscriber.poll(handler, 1, LONG, wait.idle()));
                said.add(Thread.currentThread().isInterrupted());
            });
            wait.await();
            thread.interrupt();
            assertEquals(0, said.take());
            assertEquals(true, said.take(), "stays interrupted");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldEndAWaitWhenItIsClosed(final boolean wholeChannel) throws Exception {
        for (final Way way : Way.values()) {
            try (Channel gating = Channel.open(inMemory.resolve("ring" + way), RING);
                Subscriber gate = gating.addSubscriber(SubscriberOptions.latest())) {
                final Channel channel = Channel.join(gating.path());
                final Publisher publisher = channel.addPublisher();
                while (publisher.offer(1, message(1), 0, LENGTH) > 0) {
                    Thread.onSpinWait();
                }
                final Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest());
                final Wait forMessages = way.forMessages(channel, subscriber);
                final Wait forRoom = way.forRoom(channel, publisher);
                final Future<Integer> poll =
                    beside(() -> subscriber.poll(handler, 1, LONG, forMessages.idle()));
                final Future<Long> room =
                    beside(() -> publisher.awaitRoom(LENGTH, LONG, forRoom.idle()));
                forMessages.await();
                forRoom.await();
                if (wholeChannel) {
                    channel.close();
                } else {
                    subscriber.close();
                    publisher.close();
                }
                assertEquals(Subscriber.CLOSED, poll.get());
                assertEquals(Publisher.CLOSED, room.get());
                assertFalse(gate.isClosed());
                channel.close();
            }
        }
    }

    @Test
    void shouldWaitForManyChannelsInOneThread() throws Exception {
        final List<Channel> channels = new ArrayList<>();
        final List<Subscriber> subscribers = new ArrayList<>();
        final List<Publisher> publishers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            final Channel channel = Channel.open(inMemory.resolve("ring" + i), RING);
            channels.add(channel);
            subscribers.add(channel.addSubscriber(SubscriberOptions.latest()));
            publishers.add(channel.addPublisher());
        }
        final int count = 300;
        final Wait wait = new Wait(channels.getFirst().path(), ControlFormat.ARRIVALS_OFFSET, true,
            Parking.on(subscribers.toArray(Endpoint[]::new)));
        final Future<?> reading = beside(() -> {
            while (received.size() < count) {
                int work = 0;
                for (final Subscriber subscriber : subscribers) {
                    work += subscriber.poll(handler, 4);
                }
                wait.idle().idle(work);
            }
            return null;
        });
        for (int i = 0; i < count; i++) {
            if (i % 3 == 0) {
                wait.awaitIn(channels.get(i % 5).path());
            }
            publish(publishers.get(i % 5), i);
        }
        reading.get();
        assertEquals(count, received.stream().distinct().count());
        channels.forEach(Channel::close);
    }

    @Test
    void shouldRefuseToWaitForTooManyChannelsOrNone() {
        assertThrows(IllegalArgumentException.class, Parking::on);
        final List<Channel> channels = new ArrayList<>();
        final List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i <= Parking.CHANNELS_MAX; i++) {
            final Channel channel =
                Channel.open(inMemory.resolve("ring" + i), ChannelOptions.ring(2 * 4096, 2));
            channels.add(channel);
            endpoints.add(channel.addSubscriber(SubscriberOptions.latest()));
        }
        final IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class,
            () -> Parking.on(endpoints.toArray(Endpoint[]::new)));
        assertTrue(refusal.getMessage().contains("129"), refusal.getMessage());
        // Several of one channel count once.
        endpoints.set(0, channels.get(1).addSubscriber(SubscriberOptions.latest()));
        Parking.on(endpoints.toArray(Endpoint[]::new)).idle();
        channels.forEach(Channel::close);
    }

    @Test
    void shouldRunAsAnAgentUntilItIsClosed() throws Exception {
        try (Channel channel = Channel.open(inMemory.resolve("ring"), RING);
            Publisher publisher = channel.addPublisher()) {
            final Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest());
            final BlockingQueue<Long> seen = new ArrayBlockingQueue<>(100);
            final List<Throwable> errors = new ArrayList<>();
            final AgentRunner runner = new AgentRunner(Parking.on(subscriber), errors::add, null,
                subscriber.agent("reader", (buffer, offset, length, header) ->
                    seen.add(buffer.getLong(offset)), 8));
            final Thread thread = AgentRunner.startOnThread(runner);
            assertEquals("reader", thread.getName());
            for (long i = 0; i < 20; i++) {
                publish(publisher, i);
                assertEquals(i, seen.take());
            }
            runner.close();
            assertTrue(subscriber.isClosed(), "goes with its agent");
            thread.join();
            assertEquals(List.of(), errors);

            final Subscriber second = channel.addSubscriber(SubscriberOptions.latest());
            final AgentRunner ending = new AgentRunner(
                Parking.on(second), errors::add, null, second.agent("second", handler, 8));
            final Thread ended = AgentRunner.startOnThread(ending);
            second.close();
            ended.join();
            assertTrue(ending.isClosed(), "ends with its subscriber");
            assertInstanceOf(AgentTerminationException.class, errors.getFirst());
        }
    }

    @Test
    void shouldWakeReadersOfWhatIsDurableWhenTheWatermarkHasMoved() throws Exception {
        try (Channel channel =
            Channel.open(onDisk.resolve("journal"), ChannelOptions.journal(64 * 1024));
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber =
                channel.addSubscriber(SubscriberOptions.latest().durableOnly())) {
            for (long i = 0; i < 20; i++) {
                final Wait wait = Way.PARK.forRoom(channel, subscriber);
                final Future<Integer> poll =
                    beside(() -> subscriber.poll(handler, 1, LONG, wait.idle()));
                publish(publisher, i);
                wait.await();
                assertTrue(channel.awaitDurable(channel.tailPosition(), LONG));
                assertEquals(1, poll.get());
            }
        }
    }

    @Test
    void shouldPassAHoleWhileItSleeps() throws Exception {
        try (Channel here = Channel.open(inMemory.resolve("ring"), RING);
            Subscriber subscriber = here.addSubscriber(SubscriberOptions.latest());
            Publisher living = here.addPublisher()) {
            final Channel dying = Channel.join(here.path());
            dying.addPublisher().tryClaim(1, LENGTH, new Claim());
            publish(living, 7);
            final Wait wait = Way.PARK.forMessages(here, subscriber);
            final Future<Integer> poll =
                beside(() -> subscriber.poll(handler, 1, LONG, wait.idle()));
            wait.await();
            assertFalse(poll.isDone(), "a live claim is waited for");
            dying.close();
            assertEquals(1, poll.get());
            assertEquals(List.of(7L), received);
        }
    }

    @Test
    void shouldLeaveTheCarrierWhenAVirtualThreadWaits() throws Exception {
        try (Channel channel = Channel.open(inMemory.resolve("ring"), RING);
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest())) {
            final Thread waiting = Thread.ofVirtual().start(() ->
                subscriber.poll(handler, 1, LONG, Parking.on(subscriber)));
            // One that is in the kernel is RUNNABLE.
            Awaitility.await().pollInterval(Duration.ofMillis(1))
                .until(() -> waiting.getState() == Thread.State.TIMED_WAITING);
            publish(publisher, 1);
            waiting.join();
            assertEquals(List.of(1L), received);
        }
    }

    @Test
    void shouldHaveAnotherThreadSyncWhenTheOneThatTendsIsStuckInTheDisk() throws Exception {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch end = new CountDownLatch(1);
        final Platform slow = new SleepingPlatform(Platform.detect().sleeping()) {
            @Override
            public int sync(final long address, final long lengthBytes) {
                if (begun.getCount() > 0) {
                    begun.countDown();
                    try {
                        end.await();
                    } catch (final InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
                return super.sync(address, lengthBytes);
            }
        };
        try (Channel channel = ChannelDoor.open(
                onDisk.resolve("journal"), ChannelOptions.journal(64 * 1024), slow);
            Publisher publisher = channel.addPublisher()) {
            publish(publisher, 1);
            final long position = channel.tailPosition();
            final Future<Boolean> stuck = beside(() -> channel.awaitDurable(position, LONG));
            try {
                begun.await();
                assertTrue(channel.awaitDurable(position, LONG));
                assertFalse(stuck.isDone());
                end.countDown();
                assertTrue(stuck.get());
            } finally {
                end.countDown();
            }
        }
    }

    @Test
    void shouldLeaveTheCarriersWhenVirtualThreadsWaitForTheDisk() throws Exception {
        try (Channel channel =
            Channel.open(onDisk.resolve("journal"), ChannelOptions.journal(64 * 1024));
            Publisher publisher = channel.addPublisher()) {
            final Claim claim = new Claim();
            assertTrue(publisher.tryClaim(1, LENGTH, claim) >= 0);
            final long end = channel.tailPosition();
            final List<FutureTask<Boolean>> waits = new ArrayList<>();
            final List<Thread> threads = new ArrayList<>();
            // More than there are carriers, one of which tends to the disk.
            for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
                final FutureTask<Boolean> wait =
                    new FutureTask<>(() -> channel.awaitDurable(end, LONG));
                waits.add(wait);
                threads.add(Thread.ofVirtual().start(wait));
            }
            for (final Thread thread : threads) {
                // One that is in the kernel is RUNNABLE.
                Awaitility.await().pollInterval(Duration.ofMillis(1))
                    .until(() -> thread.getState() == Thread.State.TIMED_WAITING);
            }
            claim.commit();
            for (final FutureTask<Boolean> wait : waits) {
                assertTrue(wait.get());
            }
        }
    }

    @Test
    void shouldKeepTheCarrierForTenMillisecondsWhenAVirtualThreadWaitsForASyncOfAnotherHandle()
        throws Exception {
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch end = new CountDownLatch(1);
        final Platform slow = new SleepingPlatform(Platform.detect().sleeping()) {
            @Override
            public int sync(final long address, final long lengthBytes) {
                begun.countDown();
                try {
                    end.await();
                } catch (final InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return super.sync(address, lengthBytes);
            }
        };
        final NotedSleeping noted = new NotedSleeping();
        try (Channel there = ChannelDoor.open(
                onDisk.resolve("journal"), ChannelOptions.journal(64 * 1024), slow);
            Channel here = ChannelDoor.join(there.path(), new SleepingPlatform(noted));
            Publisher publisher = here.addPublisher()) {
            publish(publisher, 1);
            final long position = here.tailPosition();
            final Future<Boolean> syncing = beside(() -> there.awaitDurable(position, LONG));
            try {
                begun.await();
                final FutureTask<Boolean> waiting =
                    new FutureTask<>(() -> here.awaitDurable(position, LONG));
                Thread.ofVirtual().start(waiting);
                final long nanos = noted.ofVirtualThreads().take();
                assertTrue(nanos <= 10_000_000, () -> nanos + " ns on its carrier");
                end.countDown();
                assertTrue(waiting.get());
                assertTrue(syncing.get());
            } finally {
                end.countDown();
            }
        }
    }

    @Test
    void shouldForgetASleeperThatIsGone() {
        try (Channel here = Channel.open(inMemory.resolve("ring"), RING);
            Publisher publisher = here.addPublisher();
            Subscriber subscriber = here.addSubscriber(SubscriberOptions.latest())) {
            // As one leaves it that is killed in its sleep.
            enlist(here, subscriber, ControlFormat.ARRIVALS_OFFSET);
            publish(publisher, 1);
            assertNobodyEnlisted(here, ControlFormat.ARRIVALS_OFFSET);
        }
    }

    @Test
    void shouldRingForTheThreadThatWaitsWhenAnEndpointIsClosed() {
        try (Channel channel = Channel.open(inMemory.resolve("ring"), RING)) {
            final Publisher publisher = channel.addPublisher();
            final Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest());
            enlist(channel, subscriber, ControlFormat.ARRIVALS_OFFSET);
            subscriber.close();
            assertNobodyEnlisted(channel, ControlFormat.ARRIVALS_OFFSET);
            enlist(channel, publisher, ControlFormat.PROGRESS_OFFSET);
            publisher.close();
            assertNobodyEnlisted(channel, ControlFormat.PROGRESS_OFFSET);
        }
    }

    @Test
    void shouldRingForReadersOfWhatIsDurableWhenItWasSynced() {
        try (Channel channel =
            Channel.open(onDisk.resolve("journal"), ChannelOptions.journal(64 * 1024));
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber =
                channel.addSubscriber(SubscriberOptions.latest().durableOnly())) {
            // Or the thread that keeps house rings for the next segment.
            channel.housekeeping().byHand();
            publish(publisher, 1);
            enlist(channel, subscriber, ControlFormat.PROGRESS_OFFSET);
            assertTrue(channel.awaitDurable(channel.tailPosition(), LONG));
            assertNobodyEnlisted(channel, ControlFormat.PROGRESS_OFFSET);
        }
    }

    /** What a thread does that is about to sleep; here it goes no further. */
    private static void enlist(
        final Channel channel, final Endpoint endpoint, final long bellOffset) {
        assumeTrue(Platform.detect().sleeping().canWake(), "nobody enlists on the portable platform");
        final IdleStrategy idle = Parking.on(endpoint);
        while (Bells.enlistments(channel.path(), bellOffset) == 0) {
            idle.idle();
        }
    }

    private static void assertNobodyEnlisted(final Channel channel, final long bellOffset) {
        assertEquals(0, Bells.enlistments(channel.path(), bellOffset),
            "it is rung, and that clears it");
    }
}
