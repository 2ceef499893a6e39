package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HousekeeperTest {
    /** Retention asks for the time whenever it looks whether there is something to remove. */
    private static final ChannelOptions JOURNAL = ChannelOptions.journal(4096).withRetentionTime(Duration.ofDays(1));

    @TempDir
    private Path directory;

    /** That of channels which other tests have closed ends by itself. */
    @BeforeEach
    void awaitNoThread() throws InterruptedException {
        while (threads() > 0) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
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
            while (Housekeeper.ofProcess().has(first.housekeeping())) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
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

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals(Housekeeper.THREAD_NAME)).count();
    }
}
