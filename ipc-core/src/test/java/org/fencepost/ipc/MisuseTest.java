package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NoOpIdleStrategy;
import org.awaitility.Awaitility;
import org.fencepost.ipc.ControlledMessageHandler.Action;
import org.fencepost.ipc.buffer.MessageBuffer;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.os.LockFile;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a caller should not do, and what it is told: nothing is consumed, published or left open by it. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class MisuseTest {
    private static final ChannelOptions RING = ChannelOptions.ring(4 * 4096, 4);
    private static final Duration LONG = Duration.ofHours(1);
    private static final IdleStrategy SPIN = NoOpIdleStrategy.INSTANCE;

    @TempDir
    Path directory;

    private final ExecutorService worker = Executors.newSingleThreadExecutor();
    private final List<Integer> types = new ArrayList<>();
    private final MessageHandler handler =
        (buffer, offset, length, header) -> types.add(header.typeId());
    private Channel channel;
    private Publisher publisher;
    private Subscriber subscriber;
    private long looks;

    @BeforeEach
    void open() {
        channel = Channel.open(directory.resolve("ring"), RING);
        publisher = channel.addPublisher();
        subscriber = channel.addSubscriber(SubscriberOptions.latest());
    }

    @AfterEach
    void close() {
        worker.shutdownNow();
        channel.close();
    }

    @Test
    void shouldConsumeNothingWhenSomethingThatAPollNeedsIsMissing() {
        publish(1);
        assertThrows(NullPointerException.class, () -> subscriber.poll(null, 1));
        assertThrows(NullPointerException.class, () -> subscriber.controlledPoll(null, 1));
        assertThrows(
            NullPointerException.class, () -> subscriber.poll(null, 1, Duration.ZERO, SPIN));
        assertThrows(NullPointerException.class, () -> subscriber.poll(handler, 1, null, SPIN));
        assertThrows(
            NullPointerException.class, () -> subscriber.poll(handler, 1, Duration.ZERO, null));
        assertThrows(NullPointerException.class, () -> subscriber.agent("reading", null, 1));
        assertThrows(NullPointerException.class, () -> subscriber.agent(null, handler, 1));
        assertThrows(NullPointerException.class, () -> publisher.awaitRoom(1, null, SPIN));
        assertThrows(NullPointerException.class, () -> publisher.awaitRoom(1, LONG, null));
        assertEquals(List.of(), types);
        assertEquals(1, subscriber.poll(handler, 1));
        assertEquals(List.of(1), types);
    }

    @Test
    void shouldMakeNothingWhenSomethingThatIsToBeMadeOfIsMissing() {
        final Path parent = directory.resolve("parent");
        assertThrows(
            NullPointerException.class, () -> Channel.open(parent.resolve("channel"), null));
        assertFalse(Files.exists(parent));
        assertThrows(NullPointerException.class, () -> Channel.open(channel.path(), null));
        assertThrows(
            NullPointerException.class, () -> new Trailing(1, TimeUnit.MICROSECONDS, null));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void shouldDeliverNothingAndNotWaitWhenTheLimitIsNotPositive(final int limit) {
        publish(1);
        final IdleStrategy refusing = new IdleStrategy() {
            @Override
            public void idle(final int workCount) {
                idle();
            }

            @Override
            public void idle() {
                throw new AssertionError("waits for what it must not deliver");
            }

            @Override
            public void reset() {
                idle();
            }
        };
        assertEquals(0, subscriber.poll(handler, limit));
        assertEquals(0, subscriber.poll(handler, limit, LONG, refusing));
        assertEquals(0, subscriber.controlledPoll(
            (buffer, offset, length, header) -> Action.CONTINUE, limit));
        assertEquals(0, subscriber.position());
        // An agent would go on so for ever.
        final String message = assertThrows(IllegalArgumentException.class,
            () -> subscriber.agent("reading", handler, limit)).getMessage();
        assertTrue(message.contains(String.valueOf(limit)), message);
        subscriber.close();
        assertEquals(Subscriber.CLOSED, subscriber.poll(handler, limit, LONG, refusing));
    }

    @Test
    void shouldRefuseAnotherThreadWhenItAddsToABatch() throws Exception {
        final Batch batch = new Batch();
        worker.submit(() -> publisher.tryClaimBatch(256, batch)).get();
        worker.submit(() -> batch.add(1, new byte[8], 0, 8)).get();
        final String message = assertThrows(IllegalStateException.class,
            () -> batch.add(2, new byte[8], 0, 8)).getMessage();
        assertTrue(message.contains("in the hands of"), message);
        assertThrows(IllegalStateException.class,
            () -> batch.add(2, MessageBuffer.allocate(8), 0, 8));
        assertThrows(IllegalStateException.class,
            () -> batch.add(2, MemorySegment.ofArray(new byte[8]), 0L, 8));
        assertThrows(IllegalStateException.class, () -> batch.tryAppend(2, 8));
        assertThrows(IllegalStateException.class,
            () -> batch.addAll(2, new byte[8], new int[] {0}, new int[] {8}, 0, 1));
        assertEquals(1, batch.count());
        worker.submit(batch::commit).get();
        subscriber.poll(handler, 10);
        assertEquals(List.of(1), types);
    }

    @Test
    void shouldSayWhoseAnOpenClaimIsWhenAnotherThreadPublishes() throws Exception {
        final Claim claim = new Claim();
        worker.submit(() -> publisher.tryClaim(1, 8, claim)).get();
        final String message = assertThrows(IllegalStateException.class,
            () -> publisher.offer(2, new byte[8], 0, 8)).getMessage();
        assertTrue(message.contains("in the hands of"), message);
        worker.submit(claim::abort).get();
        assertTrue(publisher.offer(2, new byte[8], 0, 8) > 0, "they take turns");
        publisher.tryClaim(1, 8, claim);
        final String own = assertThrows(IllegalStateException.class,
            () -> publisher.offer(2, new byte[8], 0, 8)).getMessage();
        assertTrue(own.contains(channel.path().toString()) && own.contains("abort"), own);
    }

    @Test
    void shouldCallTheChannelDamagedWhenAHandlerThrowsWhatAMissingPageIs() {
        publisher.offer(1, new byte[8], 0, 8);
        publisher.offer(2, new byte[8], 0, 8);
        final InternalError error = new InternalError("of a page");
        assertSame(error, assertThrows(ChannelDamagedException.class, () -> subscriber.poll(
            (buffer, offset, length, header) -> {
                throw error;
            }, 10)).getCause());
        assertEquals(1, subscriber.poll(handler, 10));
        assertEquals(List.of(2), types);
    }

    @Test
    void shouldAdviseWhatHelpsTheEndpointWhenAnotherThreadUsesIt() throws Exception {
        final Claim claim = new Claim();
        worker.submit(() -> publisher.tryClaim(1, 8, claim)).get();
        final String published = assertThrows(IllegalStateException.class,
            () -> publisher.offer(2, new byte[8], 0, 8)).getMessage();
        assertTrue(published.contains("share a ConcurrentPublisher"), published);
        worker.submit(claim::commit).get();
        final List<Future<Boolean>> polled = new ArrayList<>();
        subscriber.poll((buffer, offset, length, header) -> {
            polled.add(worker.submit(subscriber::enter));
            Awaitility.await().until(polled.getFirst()::isDone);
        }, 1);
        final String message = assertThrows(ExecutionException.class, polled.getFirst()::get).getMessage();
        assertTrue(message.contains("in the hands of") && message.contains("each receives every message"), message);
        assertFalse(message.contains("ConcurrentPublisher"), message);
    }

    @Test
    void shouldRefuseEveryOtherOneWhenAClaimIsOpen() {
        final Claim claim = new Claim();
        assertTrue(publisher.tryClaim(1, 8, claim) >= 0);
        assertThrows(IllegalStateException.class, () -> publisher.offer(2, new byte[8], 0, 8));
        assertThrows(
            IllegalStateException.class, () -> publisher.offer(2, MessageBuffer.allocate(8), 0, 8));
        assertThrows(IllegalStateException.class,
            () -> publisher.offer(2, MemorySegment.ofArray(new byte[8]), 0L, 8));
        assertThrows(IllegalStateException.class, () -> publisher.tryClaim(2, 8, claim));
        assertThrows(IllegalStateException.class, () -> publisher.tryClaim(2, 8, new Claim()));
        assertThrows(IllegalStateException.class, () -> publisher.tryClaimBatch(8, new Batch()));
        assertThrows(IllegalStateException.class, () -> publisher.awaitRoom(8, Duration.ZERO, SPIN));
        assertTrue(claim.commit() > 0);
        subscriber.poll(handler, 10);
        assertEquals(List.of(1), types);
    }

    @Test
    void shouldRefuseAClaimWhenItIsOpenForAnotherPublisher() {
        try (Publisher second = channel.addPublisher()) {
            final Claim claim = new Claim();
            assertTrue(publisher.tryClaim(1, 8, claim) >= 0);
            final String message = assertThrows(IllegalStateException.class,
                () -> second.tryClaim(2, 8, claim)).getMessage();
            assertTrue(message.contains("another publisher"), message);
            assertTrue(claim.commit() > 0);
            assertTrue(second.tryClaim(3, 8, claim) >= 0);
            assertTrue(claim.commit() > 0);
            subscriber.poll(handler, 10);
            assertEquals(List.of(1, 3), types);
        }
    }

    @Test
    void shouldTakeAClaimThatItsPublisherWasClosedUnderForAnotherOne() {
        final Publisher second = channel.addPublisher();
        final Claim claim = new Claim();
        assertTrue(second.tryClaim(1, 8, claim) >= 0);
        second.close();
        assertTrue(publisher.tryClaim(2, 8, claim) >= 0);
        assertTrue(claim.commit() > 0);
        subscriber.poll(handler, 10);
        assertEquals(List.of(2), types);
    }

    @Test
    void shouldSayHowMuchFitsWhenALengthIsNotAllowed() {
        final int longest = publisher.maxMessageLength();
        final Batch batch = new Batch();
        assertRefused(-1, longest, false, () -> publisher.offer(1, new byte[8], 0, -1));
        assertRefused(longest + 1, longest, true, () -> publisher.tryClaim(1, longest + 1, new Claim()));
        assertRefused(-1, longest, false, () -> publisher.awaitRoom(-1, Duration.ZERO, SPIN));
        assertRefused(longest + 1, longest, true,
            () -> publisher.awaitRoom(longest + 1, Duration.ZERO, SPIN));
        assertRefused(-1, longest - 8, false, () -> publisher.tryClaimBatch(-1, batch));
        assertRefused(longest - 7, longest - 8, true, () -> publisher.tryClaimBatch(longest - 7, batch));
        assertEquals(0, channel.tailPosition());
        assertTrue(publisher.tryClaimBatch(0, batch) >= 0);
        assertFalse(batch.tryAppend(1, 0));
        batch.abort();
        assertTrue(publisher.tryClaimBatch(64, batch) >= 0);
        assertEquals(64, batch.remainingBytes());
        batch.abort();
        assertEquals(0, batch.remainingBytes());
        assertEquals(0, publisher.awaitRoom(longest, Duration.ZERO, SPIN));
    }

    private static void assertRefused(
        final int length, final int longest, final boolean advised, final Executable call) {
        final String message = assertThrows(ChannelLimitException.class, call).getMessage();
        assertTrue(message.contains("has 0 to " + longest + " bytes, this one " + length), message);
        assertEquals(advised, message.contains("longer segments"), message);
    }

    @Test
    void shouldNameAThreadWithoutANameByItsNumber() throws Exception {
        final Claim claim = new Claim();
        final Thread nameless = Thread.ofVirtual().unstarted(() -> publisher.tryClaim(1, 8, claim));
        nameless.start();
        nameless.join();
        final String message = assertThrows(IllegalStateException.class, claim::commit).getMessage();
        assertTrue(message.contains("'#" + nameless.threadId() + "'"), message);
        assertTrue(message.contains("found '" + Thread.currentThread().getName() + "'"), message);
    }

    @Test
    void shouldWaitForLongOrNotAtAllWhenATimeoutHasNoNanoseconds() {
        final int[] idles = new int[1];
        final IdleStrategy publishing = new IdleStrategy() {
            @Override
            public void idle(final int workCount) {
                idle();
            }

            @Override
            public void idle() {
                idles[0]++;
                publish(1);
            }

            @Override
            public void reset() {
            }
        };
        assertEquals(0, subscriber.poll(handler, 1, Duration.ofSeconds(Long.MIN_VALUE), publishing));
        assertEquals(0, subscriber.poll(handler, 1, Duration.ofNanos(Long.MIN_VALUE), publishing));
        assertEquals(0, idles[0]);
        assertEquals(1, subscriber.poll(handler, 1, Duration.ofSeconds(Long.MAX_VALUE), publishing));
        assertEquals(1, idles[0]);
    }

    @Test
    void shouldSeeNoSubscribersWhenItIsClosed() {
        assertTrue(publisher.hasSubscribers());
        publisher.close();
        assertFalse(publisher.hasSubscribers());
        assertTrue(channel.hasSubscribers());
    }

    @Test
    void shouldRefuseALengthWhenItIsNegative() {
        assertThrows(IllegalArgumentException.class, () -> Batch.recordBytes(-1));
        assertEquals(8, Batch.recordBytes(0));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldDeliverNothingMoreWhenAHandlerHasClosedItsSubscriber(final boolean inBatch) {
        final SubscriberOptions named = SubscriberOptions.earliest().named("kept", true);
        for (final SubscriberOptions options : List.of(named, SubscriberOptions.latest().lossy())) {
            for (final boolean controlled : new boolean[] {false, true}) {
                final Subscriber closing = channel.addSubscriber(options);
                publishThree(inBatch);
                types.clear();
                final int delivered = controlled
                    ? closing.controlledPoll((buffer, offset, length, header) -> {
                        types.add(header.typeId());
                        closing.close();
                        return Action.CONTINUE;
                    }, 10)
                    : closing.poll((buffer, offset, length, header) -> {
                        types.add(header.typeId());
                        closing.close();
                    }, 10);
                assertEquals(1, delivered);
                assertEquals(List.of(1), types);
                if (options.isNamed()) {
                    try (Subscriber next = channel.addSubscriber(options)) {
                        next.poll(handler, 10);
                        assertEquals(List.of(1, 2, 3), types, "what it was not given is still there");
                    }
                }
            }
        }
    }

    @Test
    void shouldPassOnAnotherChannelsErrorWhenTheHandlerThatMeetsItHasClosedItsOwn() {
        publish(1);
        final Path missing = directory.resolve("ring-elsewhere");
        final ChannelIOException error = assertThrows(ChannelIOException.class, () -> subscriber.poll(
            (buffer, offset, length, header) -> {
                channel.close();
                Channel.join(missing);
            }, 1));
        assertEquals(missing, error.path());
    }

    @Test
    void shouldPassOnWhatABufferThrowsThatHasClosedTheChannel() {
        final DirectBuffer closing = (DirectBuffer) Proxy.newProxyInstance(
            DirectBuffer.class.getClassLoader(), new Class<?>[] {DirectBuffer.class}, (proxy, method, arguments) -> {
                if (method.getName().equals("boundsCheck")) {
                    return null;
                }
                channel.close();
                throw new UnsupportedOperationException("of the buffer");
            });
        assertThrows(UnsupportedOperationException.class, () -> publisher.offer(1, closing, 0, 8));
        assertEquals(Publisher.CLOSED, publisher.offer(1, new byte[8], 0, 8));
    }

    @Test
    void shouldSayThatItIsClosedWhenAHandlerThatHasClosedItsChannelGoesOnWithThat() {
        publish(1);
        assertEquals(Subscriber.CLOSED, subscriber.poll((buffer, offset, length, header) -> {
            channel.close();
            channel.addPublisher();
        }, 1));
    }

    @Test
    void shouldKeepItsPlaceInABatchWhenANamedCursorIsHeldAndNothingIsRead() {
        final SubscriberOptions named = SubscriberOptions.earliest().named("kept", true);
        try (Subscriber first = channel.addSubscriber(named)) {
            publishThree(true);
            assertEquals(2, first.poll(handler, 2));
        }
        try (Subscriber second = channel.addSubscriber(named)) {
            assertEquals(0, second.poll(handler, 0));
        }
        try (Subscriber third = channel.addSubscriber(named)) {
            assertEquals(1, third.poll(handler, 10));
        }
        assertEquals(List.of(1, 2, 3), types);
    }

    @Test
    void shouldTakeNoFailedOfferForADurablePosition() {
        for (final long result : new long[] {
            Publisher.BACK_PRESSURED, Publisher.PREPARING, Publisher.CLOSED, Publisher.FAILED}) {
            final String message = assertThrows(IllegalArgumentException.class,
                () -> channel.awaitDurable(result, Duration.ZERO)).getMessage();
            assertTrue(message.contains(Publisher.describe(result)), message);
        }
        assertEquals("unknown result -4294967297", Publisher.describe(-(1L << Integer.SIZE) - 1));
        assertEquals("position 0", Publisher.describe(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cursors", "control"})
    void shouldCloseTheOthersWhenOneCannotBeClosedInOrder(final String file) throws Exception {
        final Subscriber second = channel.addSubscriber(SubscriberOptions.latest());
        final LockFile locks =
            Platform.detect().openLockFile(channel.path().resolve(MembersFormat.FILE_NAME));
        assertTrue(locks.isLockedByOther(0, MembersFormat.SYNC_BYTE));
        publishThree(true);
        assertEquals(Subscriber.CLOSED, second.poll((buffer, offset, length, header) -> {
            types.add(header.typeId());
            truncate(file);
            assertThrows(ChannelDamagedException.class, channel::close);
        }, 10));
        assertEquals(List.of(1), types, "the rest of the batch is not there any more");
        assertTrue(channel.isClosed());
        assertTrue(publisher.isClosed() && subscriber.isClosed() && second.isClosed());
        assertFalse(locks.isLockedByOther(0, MembersFormat.SYNC_BYTE), "somebody lives");
        channel.close();
        locks.close();
    }

    @Test
    void shouldSayWhatIsDamagedWhenAFileWasCutUnderIt() {
        publish(1);
        final long position = subscriber.position() + 64;
        publish(2);
        truncate("segment-0000000000000000");
        assertThrows(ChannelDamagedException.class, () -> subscriber.seek(position));
        assertThrows(ChannelDamagedException.class,
            () -> channel.addSubscriber(SubscriberOptions.from(position)));
    }

    @Test
    void shouldSayWhatIsDamagedWhenItSleepsOnAFileThatWasCut() {
        try (Channel other = Channel.open(directory.resolve("other"), RING);
             Subscriber others = other.addSubscriber(SubscriberOptions.latest())) {
            final Parking one = Parking.on(subscriber);
            final Parking several = Parking.on(others, subscriber);
            truncate("control");
            for (final Parking idle : List.of(one, several)) {
                final String message = assertThrows(ChannelDamagedException.class, () -> {
                    while (!Thread.currentThread().isInterrupted()) {
                        idle.idle();
                    }
                }).getMessage();
                assertTrue(message.contains(channel.path().toString()), message);
                assertEquals(idle == several, message.contains(other.path().toString()), message);
                assertTrue(message.startsWith("a page of /"), message);
                assertEquals(idle == several, message.contains(" or /"), message);
            }
        }
        assertThrows(ChannelDamagedException.class, channel::close);
    }

    @Test
    void shouldRefuseOthersBesideAConcurrentPublisher() throws Exception {
        final ConcurrentPublisher shared = new ConcurrentPublisher(publisher);
        final String message = assertThrows(IllegalStateException.class,
            () -> new ConcurrentPublisher(publisher)).getMessage();
        assertTrue(message.contains(channel.path().toString()), message);
        assertTrue(worker.submit(() -> shared.offer(1, new byte[8], 0, 8)).get() > 0);
        // Beside the lock nobody keeps it and the others apart.
        assertThrows(IllegalStateException.class, () -> publisher.offer(2, new byte[8], 0, 8));
        assertTrue(shared.offer(3, new byte[8], 0, 8) > 0);
        subscriber.poll(handler, 10);
        assertEquals(List.of(1, 3), types);
    }

    @Test
    void shouldLetOthersOnWhenTheStackOfAThreadHasEndedInASharedPublisher() throws Exception {
        final ConcurrentPublisher shared = new ConcurrentPublisher(publisher);
        // As if it had ended on the way in, which has nothing to lead it out.
        final DirectBuffer ending = (DirectBuffer) Proxy.newProxyInstance(
            DirectBuffer.class.getClassLoader(), new Class<?>[] {DirectBuffer.class}, (proxy, method, arguments) -> {
                publisher.enter();
                throw new StackOverflowError("as if");
            });
        worker.submit(() -> assertThrows(StackOverflowError.class, () -> shared.offer(1, ending, 0, 8))).get();
        assertTrue(shared.offer(2, new byte[8], 0, 8) > 0, "that thread is alive, and comes no more");
        subscriber.poll(handler, 10);
        assertEquals(List.of(2), types);
    }

    @Test
    void shouldSleepForASharedPublisherAlsoWhenItIsInterrupted() throws Exception {
        final ConcurrentPublisher shared = new ConcurrentPublisher(publisher);
        final CountDownLatch inside = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        final DirectBuffer staying = (DirectBuffer) Proxy.newProxyInstance(
            DirectBuffer.class.getClassLoader(), new Class<?>[] {DirectBuffer.class}, (proxy, method, arguments) -> {
                inside.countDown();
                await(goOn);
                throw new UnsupportedOperationException("of the buffer");
            });
        final Future<?> first = worker.submit(
            () -> assertThrows(UnsupportedOperationException.class, () -> shared.offer(1, staying, 0, 8)));
        await(inside);
        final AtomicBoolean interrupted = new AtomicBoolean();
        final Thread second = new Thread(() -> {
            Thread.currentThread().interrupt();
            shared.offer(2, new byte[8], 0, 8);
            interrupted.set(Thread.currentThread().isInterrupted());
        });
        second.start();
        Awaitility.await("a thread that is interrupted does not sleep").until(() -> !second.isInterrupted());
        goOn.countDown();
        first.get();
        second.join();
        assertTrue(interrupted.get(), "it stays interrupted");
        subscriber.poll(handler, 10);
        assertEquals(List.of(2), types);
    }

    @Test
    void shouldRefuseAnActionThatIsNoneAndConsumeTheMessage() {
        publishThree(false);
        publishThree(true);
        for (int i = 0; i < 6; i++) {
            assertThrows(NullPointerException.class, () -> subscriber.controlledPoll(
                (buffer, offset, length, header) -> {
                    types.add(header.typeId());
                    return null;
                }, 10));
        }
        assertEquals(List.of(1, 2, 3, 1, 2, 3), types);
        assertEquals(0, subscriber.poll(handler, 10));
    }

    @Test
    void shouldCloseAClaimWithItsPublisherWhenAnotherThreadCameWhileItWasMade() throws Exception {
        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        final Thread[] held = new Thread[1];
        // Retention asks for the time when the next segment is made: in the middle of a claim.
        try (Channel journal = Channel.open(directory.resolve("journal"),
            ChannelOptions.journal(4096).withRetentionTime(Duration.ofDays(1)),
            Platform.detect(), () -> {
                if (Thread.currentThread() == held[0]) {
                    held[0] = null;
                    reached.countDown();
                    await(goOn);
                }
                return System.currentTimeMillis() * 1_000_000;
            })) {
            journal.housekeeping().byHand();
            final Publisher claiming = journal.addPublisher();
            final Claim claim = new Claim();
            final Future<Long> claimed = worker.submit(() -> {
                claiming.offer(1, new byte[4000], 0, 4000);
                claiming.offer(1, new byte[4000], 0, 4000);
                held[0] = Thread.currentThread();
                return claiming.tryClaim(2, 4000, claim);
            });
            reached.await();
            assertThrows(
                IllegalStateException.class, () -> claiming.tryClaim(3, 8, new Claim()));
            goOn.countDown();
            assertTrue(claimed.get() >= 0);
            worker.submit(claiming::close).get();
            assertFalse(claim.isOpen(), "its room is given up");
            assertEquals(Publisher.CLOSED, worker.submit(claim::commit).get());
        }
    }

    @Test
    void shouldSayWhatIsDamagedWhenItKeepsHouseInAFileThatWasCut() {
        channel.housekeeping().byHand();
        subscriber.close();
        while (channel.tailPosition() < RING.segmentBytes() * RING.segmentCount()) {
            publish(1);
        }
        truncate("segment-0000000000000000");
        assertThrows(ChannelDamagedException.class, channel.housekeeping()::doWork);
        channel.close();
        assertEquals(0, channel.housekeeping().doWork());
    }

    @Test
    void shouldKeepHouseOnWhenMemoryRanOutOnce() throws Exception {
        final AtomicBoolean full = new AtomicBoolean(true);
        final CountDownLatch lookedAgain = new CountDownLatch(1);
        // Retention asks for the time when it looks whether there is something to remove.
        try (Channel journal = Channel.open(directory.resolve("journal"),
            ChannelOptions.journal(4096).withRetentionTime(Duration.ofDays(1)),
            Platform.detect(), () -> {
                if (Thread.currentThread().getName().equals(Housekeeper.THREAD_NAME)) {
                    if (full.getAndSet(false)) {
                        throw new OutOfMemoryError("as if");
                    }
                    lookedAgain.countDown();
                }
                return System.currentTimeMillis() * 1_000_000;
            });
            Publisher filling = journal.addPublisher()) {
            filling.offer(1, new byte[4000], 0, 4000);
            filling.offer(1, new byte[4000], 0, 4000);
            lookedAgain.await();
        }
    }

    @Test
    void shouldSeeTheSubscriberMoveWhenAnotherThreadWaitsForItsPosition()
        throws Exception {
        final Thread waiting = new Thread(() -> {
            while (subscriber.position() < 1) {
                looks++;
            }
        });
        waiting.setDaemon(true);
        waiting.start();
        final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        // So long that it is compiled, with the load of the position in front of the loop if nothing forbids it.
        while (threads.getThreadCpuTime(waiting.threadId()) < TimeUnit.MILLISECONDS.toNanos(500)) {
            Thread.onSpinWait();
        }
        publish(1);
        subscriber.poll(handler, 1);
        waiting.join();
        assertTrue(looks > 0);
    }

    private void publish(final int typeId) {
        assertTrue(publisher.offer(typeId, new byte[8], 0, 8) > 0);
    }

    @Test
    void shouldSayWhereItIsAndShowNothingMoreWhenAHandlerCommitsOrThrows() {
        publishThree(false);
        final List<Long> cursors = new ArrayList<>();
        final DirectBuffer[] kept = new DirectBuffer[1];
        assertEquals(2, subscriber.controlledPoll((buffer, offset, length, header) -> {
            cursors.add(cursor());
            kept[0] = buffer;
            return Action.COMMIT;
        }, 2));
        assertEquals(List.of(0L, 64L), cursors);
        assertEquals(0, kept[0].capacity());
        assertThrows(IllegalStateException.class, () -> subscriber.poll((buffer, offset, length, header) -> {
            throw new IllegalStateException();
        }, 1));
        assertEquals(3 * 64, cursor());
        assertEquals(0, kept[0].capacity());
    }

    @Test
    void shouldStandBehindABatchWhenTheLastOfItWasDecidedOn() {
        publishThree(true);
        assertEquals(3, subscriber.controlledPoll(
            (buffer, offset, length, header) -> Action.CONTINUE, 3));
        assertEquals(channel.tailPosition(), subscriber.position());
    }

    @Test
    void shouldRefuseToBePolledByItsOwnHandler() {
        publishThree(false);
        assertEquals(1, subscriber.controlledPoll((buffer, offset, length, header) -> {
            assertThrows(IllegalStateException.class, () -> subscriber.controlledPoll(
                (inner, at, bytes, inside) -> Action.CONTINUE, 1));
            return Action.CONTINUE;
        }, 1));
        assertEquals(1, subscriber.poll((buffer, offset, length, header) ->
            assertThrows(IllegalStateException.class, () -> subscriber.poll(handler, 1)), 1));
        assertEquals(List.of(), types);
        assertEquals("reading", subscriber.agent("reading", handler, 1).roleName());
    }

    @Test
    void shouldDeliverNoMoreThanTheLimitWhenABatchFollowsAMessage() {
        publish(1);
        publishThree(true);
        assertEquals(2, subscriber.poll(handler, 2));
        assertEquals(List.of(1, 1), types);
    }

    @Test
    void shouldSayThatABatchIsDamagedWhenItsWordsDoNotFitTogether() {
        publishThree(true);
        final int payload = 4096 + 16;
        final int second = payload + 8 + 16;
        // Count, bytes used, and length of the second message, which is the last one that there is room for.
        assertDamagedWith(payload, 3, 7);
        assertDamagedWith(payload + 4, 48, 49);
        assertDamagedWith(second, 8, 25);
        assertDamagedWith(second, 8, -1);
        assertEquals(List.of(1), types);
        assertEquals(2, subscriber.poll(handler, 10));
    }

    private void assertDamagedWith(final int offset, final int right, final int wrong) {
        write(offset, wrong);
        assertThrows(ChannelDamagedException.class, () -> subscriber.poll(handler, 10));
        assertThrows(ChannelDamagedException.class, () -> subscriber.controlledPoll(
            (buffer, at, length, header) -> Action.CONTINUE, 10));
        assertEquals(0, subscriber.position());
        write(offset, right);
    }

    private void write(final int offset, final int value) {
        try (FileChannel segment = FileChannel.open(
            channel.path().resolve("segment-0000000000000000"), StandardOpenOption.WRITE)) {
            segment.write(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0, value), offset);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long cursor() {
        return channel.status().subscribers().getFirst().position().orElseThrow();
    }

    private void publishThree(final boolean inBatch) {
        if (!inBatch) {
            publish(1);
            publish(2);
            publish(3);
            return;
        }
        final Batch batch = new Batch();
        assertTrue(publisher.tryClaimBatch(3 * Batch.recordBytes(8), batch) >= 0);
        for (int typeId = 1; typeId <= 3; typeId++) {
            assertTrue(batch.add(typeId, new byte[8], 0, 8));
        }
        assertTrue(batch.commit() > 0);
    }

    private void truncate(final String file) {
        try (FileChannel cut =
            FileChannel.open(channel.path().resolve(file), StandardOpenOption.WRITE)) {
            cut.truncate(0);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
