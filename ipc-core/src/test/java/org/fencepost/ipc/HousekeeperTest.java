package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = ThreadMode.SEPARATE_THREAD)
class HousekeeperTest {
    /** Retention asks for the time whenever it looks whether there is something to remove. */
    private static final ChannelOptions JOURNAL = ChannelOptions.journal(4096).withRetentionTime(Duration.ofDays(1));

    private static final OutOfMemoryError NO_THREAD = new OutOfMemoryError("unable to create native thread");

    @TempDir
    private Path directory;

    /** Whether this process gets no thread more. */
    private final AtomicBoolean refusing = new AtomicBoolean();

    /** That of channels which other tests have closed ends by itself. */
    @BeforeEach
    void awaitNoThread() {
        Awaitility.await().until(() -> threads() == 0);
    }

    @Test
    void shouldBeOneThreadWhenTheOnlyChannelIsClosedWhileItWorksAndAnotherOneIsOpened() throws Exception {
        final CountDownLatch working = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        final AtomicLong units = new AtomicLong();
        final CountDownLatch seen = new CountDownLatch(1);
        try (ExecutorService closing = Executors.newSingleThreadExecutor()) {
            final Channel first = open("first", () -> {
                working.countDown();
                await(goOn);
            });
            first.addPublisher();
            working.await();
            final Future<?> closed = closing.submit(first::close);
            Awaitility.await().until(() -> !Housekeeper.ofProcess().has(first.housekeeping()));
            try (Channel second = open("second", () -> {
                units.set(Housekeeper.ofProcess().unitsIn(directory.resolve("second")));
                seen.countDown();
            })) {
                second.addPublisher();
                final long threads = threads();
                goOn.countDown();
                assertEquals(1, threads);
                closed.get();
                seen.await();
                assertTrue((units.get() & 1) != 0, "it works in the second one: " + units);
            }
        }
    }

    @Test
    void shouldWaitForTheEndOfWhatTheThreadIsAtWhenItIsDoneByHandFromNowOn() throws Exception {
        final CountDownLatch working = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        try (Channel channel = open("journal", () -> {
            working.countDown();
            await(goOn);
        })) {
            channel.addPublisher();
            working.await();
            final Thread byHand = Thread.ofPlatform().start(() -> channel.housekeeping().byHand());
            Awaitility.await().until(() -> !Housekeeper.ofProcess().has(channel.housekeeping())
                && (byHand.getState() == Thread.State.WAITING || !byHand.isAlive()));
            final boolean waiting = byHand.isAlive();
            goOn.countDown();
            byHand.join();
            assertTrue(waiting, "the thread was at work");
        }
    }

    /** Each by itself would be a wake-up of its own, ten times a second. */
    @Test
    void shouldLookAtAllChannelsThatRestAtTheSameTime() {
        try (Channel ring = Channel.open(directory.resolve("ring"), ChannelOptions.ring(32_768));
             Channel journal = Channel.open(directory.resolve("journal"), JOURNAL)) {
            for (final Channel channel : new Channel[] {ring, journal}) {
                channel.housekeeping().inBackground();
                Awaitility.await().until(() -> looksAtTheTimeOfAll(channel.housekeeping()));
            }
        }
    }

    private static boolean looksAtTheTimeOfAll(final Housekeeping housekeeping) {
        final long beforeNanos = System.nanoTime();
        final long nanos = housekeeping.round();
        final long afterNanos = System.nanoTime();
        final long pauseNanos = Housekeeping.PAUSE_NANOS_MAX;
        return nanos > Pace.PAUSE_NANOS_MIN && afterNanos - beforeNanos < TimeUnit.MILLISECONDS.toNanos(1)
            && Math.floorDiv(beforeNanos + nanos - 1, pauseNanos) != Math.floorDiv(afterNanos + nanos, pauseNanos);
    }

    @Test
    void shouldForgetAChannelThatItFindsClosed() {
        final Channel channel = open("journal", () -> { });
        channel.close();
        // As who asks for the thread while it is closed.
        Housekeeper.ofProcess().add(channel.housekeeping());
        Awaitility.await().until(() -> !Housekeeper.ofProcess().has(channel.housekeeping()));
        assertEquals(Housekeeping.PAUSE_NANOS_MAX, channel.housekeeping().round());
    }

    @Test
    void shouldHaveAThreadAgainWhenTheLastChannelWasClosed() throws Exception {
        for (final String name : new String[] {"first", "second"}) {
            final CountDownLatch working = new CountDownLatch(1);
            try (Channel channel = open(name, working::countDown)) {
                channel.addPublisher();
                working.await();
            }
            awaitNoThread();
        }
    }

    @Test
    void shouldNotKeepTheClassLoaderOfWhoeverOpensTheFirstChannel() throws Exception {
        final Thread self = Thread.currentThread();
        final ClassLoader before = self.getContextClassLoader();
        try (URLClassLoader plugin = new URLClassLoader(new URL[0], before);
             Channel channel = Channel.open(directory.resolve("journal"), JOURNAL)) {
            self.setContextClassLoader(plugin);
            channel.addPublisher();
            assertSame(Housekeeper.class.getClassLoader(), thread().getContextClassLoader());
        } finally {
            self.setContextClassLoader(before);
        }
    }

    @Test
    void shouldNotStayInterruptedWhenSomebodyInterruptsAllThreads() {
        try (Channel channel = Channel.open(directory.resolve("journal"), JOURNAL)) {
            channel.addPublisher();
            final Thread thread = thread();
            thread.interrupt();
            // It could not sleep any more, and would take a core for itself.
            Awaitility.await().until(() -> !thread.isInterrupted());
            assertTrue(thread.isAlive());
        }
    }

    @Test
    void shouldGoOnWhenWhatWentWrongCannotBeTold() throws Exception {
        final AtomicBoolean failing = new AtomicBoolean(true);
        final CountDownLatch lookedAgain = new CountDownLatch(1);
        try (Channel channel = open("journal", () -> {
            if (failing.getAndSet(false)) {
                throw new UntoldError();
            }
            lookedAgain.countDown();
        })) {
            final Publisher publisher = channel.addPublisher();
            publisher.offer(1, new byte[4000], 0, 4000);
            publisher.offer(1, new byte[4000], 0, 4000);
            lookedAgain.await();
        }
    }

    @Test
    void shouldStartItsThreadLaterWhenItCouldNotBeStartedAtFirst() {
        final AtomicInteger started = new AtomicInteger();
        final Housekeeper keeper = new Housekeeper() {
            @Override
            Thread newThread() {
                return new Thread(this, THREAD_NAME) {
                    @Override
                    public void start() {
                        if (refusing.get()) {
                            throw NO_THREAD;
                        }
                        started.incrementAndGet();
                        super.start();
                    }
                };
            }
        };
        try (Channel channel = Channel.open(directory.resolve("journal"), JOURNAL)) {
            refusing.set(true);
            assertSame(NO_THREAD,
                assertThrows(OutOfMemoryError.class, () -> keeper.add(channel.housekeeping())));
            assertFalse(keeper.has(channel.housekeeping()), "nobody works for it");
            refusing.set(false);
            keeper.add(channel.housekeeping());
            assertTrue(keeper.has(channel.housekeeping()));
            assertEquals(1, started.get());
            keeper.remove(channel.housekeeping());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"shared", "exclusive", "subscriber", "background"})
    void shouldRegisterNothingWhenThereIsNoThreadAndAllWhenThereIsOneAgain(final String what) {
        // A thread that is made asks for what it is to have of this one.
        final InheritableThreadLocal<String> inherited = new InheritableThreadLocal<>() {
            @Override
            protected String childValue(final String parent) {
                if (refusing.get()) {
                    throw NO_THREAD;
                }
                return parent;
            }
        };
        inherited.set("of this thread");
        try (Channel channel = Channel.open(directory.resolve("journal"), JOURNAL);
             Channel other = Channel.join(directory.resolve("journal"))) {
            other.housekeeping().byHand();
            refusing.set(true);
            final ChannelIOException refused =
                assertThrows(ChannelIOException.class, () -> begin(channel, what));
            refusing.set(false);
            final String message = refused.getMessage();
            assertTrue(message.contains(channel.path().toString()) && message.contains(NO_THREAD.getMessage())
                && message.contains("byHand()"), message);
            assertSame(NO_THREAD, refused.getCause());
            assertEquals(0, other.status().publishers().stream().filter(PublisherStatus::live).count());
            assertEquals(0, other.status().subscribers().size(), "not even a name");
            assertFalse(Housekeeper.ofProcess().has(channel.housekeeping()));

            begin(channel, what);
            assertTrue(Housekeeper.ofProcess().has(channel.housekeeping()));
            // Nothing that was refused is closed once more, with what is somebody else's by now.
            try (Publisher publisher = what.equals("exclusive") ? null : channel.addPublisher()) {
                assertEquals((what.equals("background") || what.equals("subscriber") ? 1 : 2)
                    - (publisher == null ? 1 : 0),
                    other.status().publishers().stream().filter(PublisherStatus::live).count());
            }
        } finally {
            inherited.remove();
        }
    }

    private static void begin(final Channel channel, final String what) {
        try {
            switch (what) {
                case "shared" -> channel.addPublisher();
                case "exclusive" -> channel.addExclusivePublisher();
                case "subscriber" -> channel.addSubscriber(SubscriberOptions.earliest().named("reader", true));
                default -> channel.housekeeping().inBackground();
            }
        } catch (final OutOfMemoryError raw) {
            // It would end the process of the tests.
            throw new AssertionError(raw);
        }
    }

    /** Memory that runs out again when it is said that it has run out. */
    private static final class UntoldError extends OutOfMemoryError {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new OutOfMemoryError("as if again");
        }
    }

    /** With something to do for its housekeeping when that makes room. */
    private Channel open(final String name, final Runnable work) {
        return Channel.open(directory.resolve(name), JOURNAL, Platform.detect(), () -> {
            if (Thread.currentThread().getName().equals(Housekeeper.THREAD_NAME)) {
                work.run();
            }
            return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        });
    }

    private static void await(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Thread thread() {
        return Thread.getAllStackTraces().keySet().stream()
            .filter(each -> each.getName().equals(Housekeeper.THREAD_NAME)).findFirst().orElseThrow();
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals(Housekeeper.THREAD_NAME)).count();
    }
}
