package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NoOpIdleStrategy;
import org.agrona.concurrent.OffsetEpochNanoClock;
import org.fencepost.ipc.buffer.MessageBuffer;
import org.fencepost.ipc.buffer.ReadableBuffer;
import org.fencepost.ipc.log.WatchedLocks;
import org.fencepost.ipc.os.LockFile;
import org.fencepost.ipc.os.PlatformWithCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Closing a publisher or a subscriber while its thread is inside an operation. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EndpointTest {
    private static final ChannelOptions RING = ChannelOptions.ring(4 * 4096, 4);
    /** The kernel is asked who lives on one fruitless look out of so many. */
    private static final int LOOKS = 20;
    private static final int RACES = 2_000;

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
        final CountDownLatch leave = new CountDownLatch(1);
        final Future<Integer> poll = pollAndStay(subscriber, leave);
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
    void shouldWaitForAThreadWhoseMarkComesIntoSightAtTheFenceWhenItIsClosed() throws Exception {
        final Subscriber[] subscriber = new Subscriber[1];
        final boolean[] armed = new boolean[1];
        try (Channel fenced = openWithFence(() -> {
            if (armed[0]) {
                markInside(subscriber[0]);
            }
        })) {
            subscriber[0] = fenced.addSubscriber(SubscriberOptions.latest());
            armed[0] = true;
            subscriber[0].close();
            armed[0] = false;
            assertEquals(1, other.status().subscribers().size(), "given up under its thread");
            subscriber[0].exit();
            assertEquals(List.of(), other.status().subscribers());
        }
    }

    @Test
    void shouldBeRefusedByAThreadWhoseMarkComesIntoSightAtTheFenceWhenItTakesOver() throws Exception {
        final Publisher[] publisher = new Publisher[1];
        final boolean[] armed = new boolean[1];
        try (Channel fenced = openWithFence(() -> {
            if (armed[0]) {
                markInside(publisher[0]);
            }
        })) {
            publisher[0] = fenced.addPublisher();
            worker.submit(() -> publisher[0].offer(1, new byte[8], 0, 8)).get();
            armed[0] = true;
            assertThrows(IllegalStateException.class, () -> publisher[0].offer(2, new byte[8], 0, 8));
            armed[0] = false;
            worker.submit(publisher[0]::exit).get();
            assertTrue(publisher[0].offer(3, new byte[8], 0, 8) > 0, "they take turns");
        }
    }

    @Test
    void shouldRefuseOneOfTwoThreadsAndNotBoth() throws Exception {
        for (int round = 0; round < RACES; round++) {
            final AtomicInteger missing = new AtomicInteger(2);
            try (Publisher publisher = channel.addPublisher()) {
                final Callable<Boolean> tryOnce = () -> {
                    missing.decrementAndGet();
                    while (missing.get() > 0) {
                        Thread.onSpinWait();
                    }
                    try {
                        publisher.offer(1, new byte[8], 0, 8);
                        return true;
                    } catch (final IllegalStateException refused) {
                        return false;
                    }
                };
                final Future<Boolean> elsewhere = worker.submit(tryOnce);
                final boolean here = tryOnce.call();
                assertTrue(elsewhere.get() || here, "both were refused in round " + round);
            }
        }
    }

    @Test
    void shouldLeaveHousekeepingWhenItsStackHadEndedOnTheWayOut() {
        final boolean[] armed = new boolean[1];
        try (Channel mine = openWithUnlocking(() -> {
            if (armed[0]) {
                armed[0] = false;
                throw new StackOverflowError();
            }
        }); Publisher publisher = mine.addPublisher(); Publisher elsewhere = other.addPublisher()) {
            mine.housekeeping().byHand();
            armed[0] = true;
            assertThrows(StackOverflowError.class, () -> fill(publisher));
            assertFalse(armed[0]);
            assertTrue(fill(elsewhere) > 0, "this thread lives, is out, and the byte is locked");
        }
    }

    /** A handle of the ring that does this before it leaves housekeeping. */
    private Channel openWithUnlocking(final Runnable before) {
        return Channel.open(directory.resolve("ring"), RING, new PlatformWithCalls(UnaryOperator.identity()) {
            @Override
            public LockFile openLockFile(final Path file) throws IOException {
                final WatchedLocks locks = new WatchedLocks(super.openLockFile(file));
                locks.beforeLeaving = before;
                return locks;
            }
        }, new OffsetEpochNanoClock());
    }

    /** A handle of the ring that does this where it makes all threads pass a fence. */
    private Channel openWithFence(final Runnable atTheFence) {
        return Channel.open(directory.resolve("ring"), RING, new PlatformWithCalls(UnaryOperator.identity()) {
            @Override
            public void barrier() {
                super.barrier();
                atTheFence.run();
            }
        }, new OffsetEpochNanoClock());
    }

    /** As if its thread had said that it is inside a while ago, and the processor kept the store until now. */
    private static void markInside(final Endpoint endpoint) {
        try {
            MethodHandles.privateLookupIn(Endpoint.class, MethodHandles.lookup())
                .findVarHandle(Endpoint.class, "inside", boolean.class).set(endpoint, true);
        } catch (final ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldPublishNothingMoreWhenTwoThreadsCloseItsChannel() {
        final Subscriber subscriber = other.addSubscriber(SubscriberOptions.latest());
        final Channel[] fenced = new Channel[1];
        final Publisher[] last = new Publisher[1];
        final AtomicInteger step = new AtomicInteger();
        fenced[0] = openWithFence(() -> {
            if (step.compareAndSet(1, 2)) {
                // The first closer is at the first of two publishers.
                CompletableFuture.runAsync(fenced[0]::close).join();
            } else if (fenced[0] != null && fenced[0].isClosed() && step.compareAndSet(2, 3)) {
                // The second one is about to replace the mappings.
                CompletableFuture.runAsync(() -> last[0].offer(5, new byte[8], 0, 8), worker).join();
            }
        });
        fenced[0].addPublisher();
        last[0] = fenced[0].addPublisher();
        step.set(1);
        fenced[0].close();
        assertEquals(3, step.get());
        assertEquals(List.of(), types(subscriber), "goes on under a close, which may tear it apart");
    }

    @Test
    void shouldGiveNoChannelToTheThreadThatKeepsHouseWhileItIsClosed() {
        final Channel[] fenced = new Channel[1];
        final List<RuntimeException> refusals = new ArrayList<>();
        fenced[0] = openWithFence(() -> {
            if (fenced[0] != null && !fenced[0].isClosed()) {
                refusals.add(assertThrows(ChannelClosedException.class, fenced[0].housekeeping()::inBackground));
            }
        });
        fenced[0].addPublisher();
        fenced[0].close();
        assertEquals(1, refusals.size());
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

    @Test
    void shouldGiveItsSlotUpWhenItIsClosedByAnotherThreadBehindAnyOperation() throws Exception {
        final Claim claim = new Claim();
        final List<Consumer<Publisher>> operations = List.of(
            publisher -> publisher.offer(1, new byte[8], 0, 8),
            publisher -> publisher.offer(1, MessageBuffer.allocate(8), 0, 8),
            publisher -> publisher.offer(1, MemorySegment.ofArray(new byte[8]), 0L, 8),
            publisher -> publisher.awaitRoom(8, Duration.ZERO, NoOpIdleStrategy.INSTANCE),
            publisher -> {
                publisher.tryClaim(1, 8, claim);
                claim.commit();
            },
            publisher -> {
                publisher.tryClaim(1, 8, claim);
                claim.abort();
            });
        for (int i = 0; i < operations.size(); i++) {
            final Publisher publisher = channel.addPublisher();
            operations.get(i).accept(publisher);
            worker.submit(publisher::close).get();
            assertEquals(List.of(), channel.status().publishers(), "operation " + i);
        }
    }

    @Test
    void shouldNotWaitForAThreadThatHasEndedBeforeItCouldClaimWhatADeadOneHas() throws Exception {
        final Publisher left = channel.addPublisher();
        final Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest());
        final Thread ended = new Thread(() -> left.offer(5, new byte[8], 0, 8));
        ended.start();
        ended.join();
        final Publisher dying = other.addPublisher();
        final long position = dying.tryClaim(6, 8, new Claim());
        // As if both had ended as soon as they had announced it, one of them when it had won.
        left.log.words().slotStartRelease(left.id(), position);
        dying.log.words().slotWonEndRelease(dying.id(), 0);
        other.close();
        assertTrue(channel.addPublisher().offer(7, new byte[8], 0, 8) > 0);
        final List<Integer> types = types(subscriber);
        subscriber.poll((buffer, offset, length, header) -> types.add(header.typeId()), 10,
            Duration.ofSeconds(20), Parking.on(subscriber));
        assertEquals(List.of(5, 7), types);
    }

    @Test
    void shouldGiveItsSlotUpWhenItIsClosedByAnotherThreadAndHadFoundNoRoom() throws Exception {
        final Publisher publisher = channel.addPublisher();
        other.addSubscriber(SubscriberOptions.latest());
        assertEquals(Publisher.BACK_PRESSURED, fill(publisher));
        assertTrue(publisher.tryClaim(1, 1000, new Claim()) < 0);
        worker.submit(publisher::close).get();
        other.addExclusivePublisher().close();
    }

    @Test
    void shouldGiveItsCursorUpWhenItsThreadHasEndedAndCouldNotLeave() throws Exception {
        final Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest());
        // As if its stack had ended on the way in, and again on the way out.
        final Thread ended = new Thread(subscriber::enter);
        ended.start();
        ended.join();
        subscriber.close();
        assertEquals(List.of(), other.status().subscribers());
    }

    @Test
    void shouldLeaveAClaimToWhoHasComeWhenTheThreadHasEndedThatMadeIt() throws Exception {
        final Publisher publisher = channel.addPublisher();
        final Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest());
        final Claim claim = new Claim();
        final Thread ended = new Thread(() -> publisher.tryClaim(5, 8, claim));
        ended.start();
        ended.join();
        // Where it is about to resolve the claim and to make its own: who reads would resolve that one.
        assertTrue(worker.submit(publisher::enter).get());
        for (int i = 0; i < LOOKS; i++) {
            assertEquals(0, poll(subscriber, new ArrayList<>()));
        }
        assertTrue(claim.isOpen(), "whoever reads has resolved it beside the one that is inside");
        worker.submit(publisher::exit).get();
        assertTrue(worker.submit(() -> publisher.offer(6, new byte[8], 0, 8)).get() > 0);
        assertEquals(List.of(6), types(subscriber));
    }

    @Test
    void shouldKeepTheLockWhenABufferPublishesThroughThePublisherThatItIsCopiedFor() {
        final ConcurrentPublisher shared = new ConcurrentPublisher(channel.addPublisher());
        final List<Boolean> held = new ArrayList<>();
        assertThrows(IllegalStateException.class, () -> shared.offer(5, readingThis(() -> {
            shared.offer(6, new byte[8], 0, 8);
            held.add(shared.isHeldByThisThread());
        }), 0, Long.BYTES));
        assertEquals(List.of(true), held);
        assertFalse(shared.isHeldByThisThread());
    }

    @Test
    void shouldRefuseAnotherThreadWhenOneIsInsideAHandler() throws Exception {
        final Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest());
        final Publisher publisher = other.addPublisher();
        publisher.offer(1, new byte[8], 0, 8);
        final CountDownLatch leave = new CountDownLatch(1);
        final Future<Integer> poll = pollAndStay(subscriber, leave);
        assertThrows(IllegalStateException.class, () -> poll(subscriber, new ArrayList<>()));
        assertThrows(IllegalStateException.class, () -> subscriber.seek(0));
        leave.countDown();
        assertEquals(1, poll.get());
        publisher.offer(2, new byte[8], 0, 8);
        assertEquals(1, poll(subscriber, new ArrayList<>()), "they take turns");
    }

    @Test
    void shouldRefuseAnotherThreadWhenOneIsInsideAnOffer() throws Exception {
        final Publisher publisher = channel.addPublisher();
        final Subscriber subscriber = other.addSubscriber(SubscriberOptions.latest());
        final CountDownLatch inside = new CountDownLatch(1);
        final CountDownLatch leave = new CountDownLatch(1);
        final Future<Long> offer = worker.submit(() -> publisher.offer(5, readingThis(() -> {
            inside.countDown();
            await(leave);
        }), 0, Long.BYTES));
        inside.await();
        final String message = assertThrows(
            IllegalStateException.class, () -> publisher.offer(6, new byte[8], 0, 8)).getMessage();
        assertTrue(message.contains("ConcurrentPublisher"), message);
        assertThrows(IllegalStateException.class, () -> publisher.tryClaim(6, 8, new Claim()));
        leave.countDown();
        assertTrue(offer.get() > 0);
        assertTrue(publisher.offer(7, new byte[8], 0, 8) > 0, "they take turns");
        assertEquals(List.of(5, 7), types(subscriber));
    }

    @Test
    void shouldRefuseToResolveAClaimWhenAnotherThreadMadeIt() throws Exception {
        final Publisher publisher = channel.addPublisher();
        final Subscriber subscriber = other.addSubscriber(SubscriberOptions.latest());
        final Claim claim = new Claim();
        worker.submit(() -> publisher.tryClaim(5, 8, claim)).get();
        assertThrows(IllegalStateException.class, claim::commit);
        assertThrows(IllegalStateException.class, claim::close);
        assertTrue(claim.isOpen());
        worker.submit(claim::commit).get();
        assertEquals(List.of(5), types(subscriber));
    }

    @Test
    void shouldGiveUpTheOuterMessageWhenItsBufferPublishes() {
        final Publisher publisher = channel.addPublisher();
        final Subscriber subscriber = other.addSubscriber(SubscriberOptions.latest());
        assertThrows(IllegalStateException.class, () -> publisher.offer(5,
            readingThis(() -> publisher.offer(6, new byte[8], 0, 8)), 0, Long.BYTES));
        assertTrue(publisher.offer(7, new byte[8], 0, 8) > 0);
        assertEquals(List.of(6, 7), types(subscriber));
    }

    static List<Throwable> thrown() {
        return List.of(new IllegalStateException("as if"), new AssertionError("as if"), new IOException("as if"));
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void shouldHoldNobodyUpWhenABufferThrows(final Throwable thrown) {
        final Publisher publisher = channel.addPublisher();
        final Subscriber subscriber = other.addSubscriber(SubscriberOptions.latest());
        final DirectBuffer throwing =
            readingThis(() -> EndpointTest.<RuntimeException>throwUndeclared(thrown));
        assertSame(thrown, assertThrows(thrown.getClass(), () -> publisher.offer(5, throwing, 0, Long.BYTES)));
        assertTrue(channel.addPublisher().offer(6, new byte[8], 0, 8) > 0);
        assertEquals(List.of(6), types(subscriber));
    }

    @ParameterizedTest
    @MethodSource("thrown")
    void shouldHaveConsumedTheMessageAtWhichAHandlerThrows(final Throwable thrown) {
        final SubscriberOptions named = SubscriberOptions.earliest().named("reader", true);
        final Subscriber first = channel.addSubscriber(named);
        final Publisher publisher = other.addPublisher();
        for (int type = 5; type < 8; type++) {
            publisher.offer(type, new byte[8], 0, 8);
        }
        assertSame(thrown, assertThrows(thrown.getClass(), () -> first.poll(
            (buffer, offset, length, header) -> EndpointTest.<RuntimeException>throwUndeclared(thrown), 10)));
        first.close();
        final Subscriber second = channel.addSubscriber(named);
        assertSame(thrown, assertThrows(thrown.getClass(), () -> second.controlledPoll(
            (buffer, offset, length, header) -> {
                EndpointTest.<RuntimeException>throwUndeclared(thrown);
                return ControlledMessageHandler.Action.CONTINUE;
            }, 10)));
        second.close();
        assertEquals(List.of(7), types(channel.addSubscriber(named)));
    }

    /** As languages do that declare nothing. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void throwUndeclared(final Throwable thrown) throws E {
        throw (E) thrown;
    }

    @Test
    void shouldDeliverWhatWasPublishedAndNothingElseWhenTwoThreadsRaceForAPublisher() throws Exception {
        final Publisher publisher = channel.addPublisher();
        final Subscriber subscriber = other.addSubscriber(SubscriberOptions.latest());
        final Future<Integer> first = worker.submit(() -> race(publisher, 100));
        final List<Integer> types = new ArrayList<>();
        final Thread reader = new Thread(() -> {
            while (!subscriber.isClosed()) {
                poll(subscriber, types);
            }
        });
        reader.start();
        final int published = race(publisher, 200) + first.get();
        while (subscriber.lagBytes() > 0) {
            Thread.onSpinWait();
        }
        subscriber.close();
        reader.join();
        assertEquals(published, types.size());
    }

    /** How many messages of so many bytes this thread publishes. */
    private static int race(final Publisher publisher, final int length) {
        int published = 0;
        for (int i = 0; i < 20_000; i++) {
            try {
                published += publisher.offer(1, new byte[length], 0, length) > 0 ? 1 : 0;
            } catch (final IllegalStateException refused) {
                assertTrue(refused.getMessage().contains("in the hands of"), refused.getMessage());
            }
        }
        return published;
    }

    /** A buffer of 8 bytes that does something when they are read. */
    private static DirectBuffer readingThis(final Runnable whenRead) {
        return new ReadableBuffer() {
            {
                resize(Long.BYTES);
            }

            @Override
            protected long longAt(final int index) {
                whenRead.run();
                return 0;
            }

            @Override
            protected byte byteAt(final int index) {
                throw new AssertionError("a long is read");
            }

            @Override
            protected short shortAt(final int index) {
                throw new AssertionError("a long is read");
            }

            @Override
            protected int intAt(final int index) {
                throw new AssertionError("a long is read");
            }

            @Override
            protected void copyTo(
                final int index, final byte[] target, final int offset, final int length) {
                throw new AssertionError("a long is read");
            }

            @Override
            protected void copyTo(
                final int index, final MemorySegment target, final long offset, final int length) {
                throw new AssertionError("a long is read");
            }

            @Override
            public long addressOffset() {
                return 0;
            }
        };
    }

    /** The worker is in a handler when this returns, and stays there until it may leave. */
    private Future<Integer> pollAndStay(final Subscriber subscriber, final CountDownLatch leave)
        throws InterruptedException {
        final CountDownLatch inside = new CountDownLatch(1);
        final Future<Integer> poll = worker.submit(
            () -> subscriber.poll((buffer, offset, length, header) -> {
                inside.countDown();
                await(leave);
            }, 1));
        inside.await();
        return poll;
    }

    private static List<Integer> types(final Subscriber subscriber) {
        final List<Integer> types = new ArrayList<>();
        poll(subscriber, types);
        return types;
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
