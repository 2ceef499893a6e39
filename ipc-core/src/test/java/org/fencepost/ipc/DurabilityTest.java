package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.agrona.concurrent.OffsetEpochNanoClock;
import org.awaitility.Awaitility;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.os.LockFile;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Waiting for the disk, with real files. */
@Timeout(60)
class DurabilityTest {
    private static final int SEGMENT = 16_384;
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @ParameterizedTest
    @MethodSource("org.fencepost.ipc.os.Platforms#all")
    void shouldBeDurableWhenTheWaitIsOver(final Platform platform) {
        try (Channel channel = open(platform); Publisher publisher = channel.addPublisher()) {
            assertEquals(0, channel.durablePosition());
            for (int i = 0; i < 300; i++) {
                final long end = publisher.offer(1, new byte[200], 0, 200);
                assertTrue(channel.awaitDurable(end, LONG));
                assertEquals(end, channel.durablePosition());
                assertTrue(channel.awaitDurable(end, Duration.ZERO));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("org.fencepost.ipc.os.Platforms#all")
    void shouldSayNoWhenTheTimeIsOver(final Platform platform) {
        try (Channel channel = open(platform); Publisher publisher = channel.addPublisher()) {
            final long end = publisher.offer(1, new byte[8], 0, 8);
            assertFalse(channel.awaitDurable(end, Duration.ZERO), "only looks");
            assertEquals(0, channel.durablePosition());
            assertFalse(channel.awaitDurable(end + 1, Duration.ofMillis(20)), "not published");
            assertEquals(end, channel.durablePosition(), "but everything else");
            final Claim claim = new Claim();
            assertTrue(publisher.tryClaim(1, 8, claim) >= 0);
            assertFalse(channel.awaitDurable(end + 1, Duration.ofMillis(20)), "not committed");
            claim.commit();
            assertTrue(channel.awaitDurable(channel.tailPosition(), LONG));
        }
    }

    @Test
    void shouldServeEveryWaiterOfTwoHandles()
        throws InterruptedException, ExecutionException {
        try (Channel one = open(Platform.detect()); Channel two = open(Platform.detect());
            ExecutorService threads = Executors.newFixedThreadPool(16)) {
            final List<Future<Long>> ends = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                final Channel channel = i % 2 == 0 ? one : two;
                ends.add(threads.submit(() -> publishDurably(channel)));
            }
            for (final Future<Long> end : ends) {
                final long position = end.get();
                assertTrue(one.durablePosition() >= position);
            }
            assertEquals(one.durablePosition(), two.durablePosition());
        }
    }

    @Test
    void shouldEndTheWaitWhenTheChannelIsClosed() throws InterruptedException, ExecutionException {
        final Channel channel = open(Platform.detect());
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            final List<Future<Boolean>> waits = List.of(
                threads.submit(() -> channel.awaitDurable(1, LONG)),
                threads.submit(() -> channel.awaitDurable(1, LONG)));
            channel.close();
            for (final Future<Boolean> wait : waits) {
                final ExecutionException end =
                    assertThrows(ExecutionException.class, wait::get);
                assertEquals(ChannelClosedException.class, end.getCause().getClass());
            }
        }
        assertThrows(ChannelClosedException.class, channel::durablePosition);
    }

    @Test
    void shouldHaveTheNextOneTendToTheDiskWhenWhoDidLeaves() throws Exception {
        try (Channel channel = open(Platform.detect()); Publisher publisher = channel.addPublisher()) {
            final Claim claim = new Claim();
            assertTrue(publisher.tryClaim(1, 8, claim) >= 0);
            final Durability durability = patient(publisher);
            final long position = channel.tailPosition();
            final Wait tending = new Wait(durability, position, LONG);
            final Wait leaving = new Wait(durability, position, Duration.ofMillis(1));
            assertFalse(leaving.result());
            final Wait next = new Wait(durability, position, LONG);
            tending.interrupt();
            assertFalse(tending.result());
            claim.commit();
            assertTrue(next.result());
        }
    }

    @Test
    void shouldWakeEveryWaiterWhenWhoTendsHasWhatItWaitedFor() throws Exception {
        try (Channel channel = open(Platform.detect()); Publisher publisher = channel.addPublisher()) {
            final Claim claim = new Claim();
            assertTrue(publisher.tryClaim(1, 8, claim) >= 0);
            final Durability durability = patient(publisher);
            final long position = channel.tailPosition();
            final List<Wait> waits = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                waits.add(new Wait(durability, position, LONG));
            }
            claim.commit();
            for (final Wait wait : waits) {
                assertTrue(wait.result());
            }
        }
    }

    @Test
    void shouldForgetWhoGivesUpWhileAnotherTendsToTheDisk() throws Exception {
        try (Channel channel = open(Platform.detect()); Publisher publisher = channel.addPublisher()) {
            final Claim claim = new Claim();
            assertTrue(publisher.tryClaim(1, 8, claim) >= 0);
            final Durability durability = patient(publisher);
            final long position = channel.tailPosition();
            final Wait tending = new Wait(durability, position, LONG);
            final WeakReference<Thread> gone = threadThatGaveUp(durability, position);
            Awaitility.await().until(() -> {
                System.gc();
                return gone.refersTo(null);
            });
            claim.commit();
            assertTrue(tending.result());
        }
    }

    private static WeakReference<Thread> threadThatGaveUp(final Durability durability, final long position)
        throws Exception {
        final Wait wait = new Wait(durability, position, Duration.ofMillis(1));
        assertFalse(wait.result());
        return new WeakReference<>(wait.thread);
    }

    /** Of this publisher's handle; who waits in it looks again when it is woken, and not by itself. */
    private static Durability patient(final Publisher publisher) {
        return new Durability(publisher.log, Platform.detect(), 0, Duration.ofHours(1).toNanos());
    }

    /** A thread that waits for a position: it is parked when this has been made, or has ended. */
    private static final class Wait {
        private final CompletableFuture<Boolean> result = new CompletableFuture<>();
        private final Thread thread;

        Wait(final Durability durability, final long position, final Duration timeout) {
            thread = Thread.ofPlatform().daemon().start(() -> {
                try {
                    result.complete(durability.await(position, timeout.toNanos()));
                } catch (final RuntimeException | Error e) {
                    result.completeExceptionally(e);
                }
            });
            Awaitility.await().until(
                () -> result.isDone() || LockSupport.getBlocker(thread) == durability);
        }

        void interrupt() {
            thread.interrupt();
        }

        boolean result() throws Exception {
            return result.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void shouldEndTheWaitWhenTheThreadIsInterrupted() {
        try (Channel channel = open(Platform.detect())) {
            Thread.currentThread().interrupt();
            assertFalse(channel.awaitDurable(1, LONG));
            assertTrue(Thread.interrupted());
        }
    }

    @ParameterizedTest
    @MethodSource("org.fencepost.ipc.os.Platforms#all")
    void shouldReadUpToTheWatermarkAlsoWhenPaddingLeadsThere(final Platform platform) {
        try (Channel channel = open(platform); Publisher publisher = channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest().durableOnly())) {
            channel.housekeeping().byHand();
            final long first = publisher.offer(1, new byte[8], 0, 8);
            final Claim claim = new Claim();
            assertTrue(publisher.tryClaim(1, 8, claim) >= 0);
            claim.abort();
            assertEquals(List.of(), types(subscriber));
            final long durable = channel.tailPosition();
            assertTrue(channel.awaitDurable(durable, LONG));
            assertTrue(durable > first);
            publisher.offer(2, new byte[8], 0, 8);
            assertEquals(List.of(1), types(subscriber));
            assertEquals(List.of(), types(subscriber));
            assertEquals(durable, subscriber.position());
            assertTrue(channel.awaitDurable(channel.tailPosition(), LONG));
            assertEquals(1, subscriber.poll((buffer, offset, length, header) -> { }, 1), "at the first look");
        }
    }

    private static List<Integer> types(final Subscriber subscriber) {
        final List<Integer> types = new ArrayList<>();
        for (int looks = 0; looks < 10; looks++) {
            subscriber.poll((buffer, offset, length, header) -> types.add(header.typeId()), Integer.MAX_VALUE);
        }
        return types;
    }

    @Test
    void shouldSayThatTheChannelIsNotThereWhenItWasRenamedBeforeTheFirstWait() throws IOException {
        final Path path = directory.resolve("journal");
        final Path renamed = directory.resolve("renamed");
        try (Channel channel = Channel.open(path, ChannelOptions.journal(4096));
             Publisher publisher = channel.addPublisher()) {
            final long position = publisher.offer(1, new byte[8], 0, 8);
            Files.move(path, renamed);
            final String message = assertThrows(ChannelIOException.class,
                () -> channel.awaitDurable(position, Duration.ofSeconds(1))).getMessage();
            assertTrue(message.contains(path + " is on: expected the directory that was there, found none")
                && message.contains("give it its name back"), message);
            Files.move(renamed, path);
            assertTrue(channel.awaitDurable(position, Duration.ofSeconds(20)));
        }
    }

    @Test
    void shouldRefuseARing() {
        try (Channel ring = Channel.open(
            directory.resolve("ring"), ChannelOptions.ring(1 << 16))) {
            final ChannelMismatchException refusal = assertThrows(
                ChannelMismatchException.class, () -> ring.awaitDurable(0, LONG));
            assertTrue(refusal.getMessage().contains("ring"), refusal.getMessage());
        }
        assertThrows(IllegalArgumentException.class,
            () -> ChannelOptions.ring(1 << 16).withFlushInterval(Duration.ofMillis(1)));
    }

    @Test
    void shouldRefuseAFlushIntervalWhenItIsNegativeOrTooLong() {
        final ChannelOptions journal = ChannelOptions.journal(SEGMENT);
        final Duration longest = Duration.ofDays(1);
        assertEquals(longest, journal.withFlushInterval(longest).flushInterval());
        for (final Duration wrong : List.of(Duration.ofNanos(-1), longest.plusNanos(1))) {
            final IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class, () -> journal.withFlushInterval(wrong));
            assertTrue(refusal.getMessage().contains(wrong.toString()), refusal.getMessage());
        }
    }

    @Test
    void shouldRefuseMemoryThatIsCalledAFileSystem() throws IOException {
        final Path memory = Path.of("/dev/shm");
        assumeTrue(Files.isWritable(memory) && "tmpfs".equals(Files.getFileStore(memory).type()));
        final Path place = Files.createTempDirectory(memory, "fencepost-test-");
        final Path path = place.resolve("journal");
        try (Channel channel = Channel.open(path, ChannelOptions.journal(SEGMENT))) {
            final ChannelMismatchException refusal = assertThrows(
                ChannelMismatchException.class, () -> channel.awaitDurable(0, LONG));
            assertTrue(refusal.getMessage().contains("tmpfs"), refusal.getMessage());
            assertThrows(ChannelMismatchException.class, () -> Channel.open(
                place.resolve("flushed"),
                ChannelOptions.journal(SEGMENT).withFlushInterval(Duration.ofMillis(1))));
            assertFalse(Files.exists(place.resolve("flushed")));
        } finally {
            deleteTree(path);
            Files.delete(place);
        }
    }

    @Test
    void shouldFlushWhenTheIntervalIsOver() {
        final Duration interval = Duration.ofMillis(20);
        final ChannelOptions options = ChannelOptions.journal(SEGMENT).withFlushInterval(interval);
        final Path path = directory.resolve("journal");
        try (Channel channel = Channel.open(path, options)) {
            assertEquals(options, channel.options());
            // Before there is a publisher: the thread that keeps house may have looked just before the offer.
            final Housekeeping housekeeping = channel.housekeeping().byHand();
            final Publisher publisher = channel.addPublisher();
            final long end = publisher.offer(1, new byte[8], 0, 8);
            final long startNanos = System.nanoTime();
            housekeeping.doWork();
            while (channel.durablePosition() < end) {
                housekeeping.doWork();
            }
            assertTrue(System.nanoTime() - startNanos >= interval.toNanos(), "not before");
            try (Channel joined = Channel.join(path)) {
                assertEquals(interval, joined.options().flushInterval());
            }
            assertThrows(ChannelMismatchException.class,
                () -> Channel.open(path, ChannelOptions.journal(SEGMENT)));
        }
    }

    @Test
    void shouldFlushAlsoWhenSomebodyIsPausedInASync() throws IOException {
        final Path path = directory.resolve("journal");
        final ChannelOptions options = ChannelOptions.journal(SEGMENT).withFlushInterval(Duration.ofMillis(1));
        try (Channel channel = Channel.open(path, options);
            LockFile paused = Platform.detect().openLockFile(path.resolve(MembersFormat.FILE_NAME))) {
            assertTrue(paused.tryLock(MembersFormat.SYNC_BYTE));
            final Housekeeping housekeeping = channel.housekeeping().byHand();
            final Publisher publisher = channel.addPublisher();
            final long end = publisher.offer(1, new byte[8], 0, 8);
            Awaitility.await().until(() -> {
                housekeeping.doWork();
                return channel.durablePosition() >= end;
            });
        }
    }

    private static long publishDurably(final Channel channel) {
        long end = 0;
        try (Publisher publisher = channel.addPublisher()) {
            for (int i = 0; i < 50; i++) {
                end = publisher.offer(1, new byte[100], 0, 100);
                while (end == Publisher.PREPARING) {
                    end = publisher.offer(1, new byte[100], 0, 100);
                }
                assertTrue(channel.awaitDurable(end, LONG));
                assertTrue(channel.durablePosition() >= end);
            }
        }
        return end;
    }

    private Channel open(final Platform platform) {
        return Channel.open(directory.resolve(platform.name()), ChannelOptions.journal(SEGMENT),
            platform, new OffsetEpochNanoClock());
    }

    private static void deleteTree(final Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            for (final Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(path);
    }
}
