package org.fencepost.ipc.tests.crash;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Any number of crash images: {@code CrashImages COUNT FIRST_SEED [THREADS]} goes on from a seed
 * until so many are recovered, and says every ten seconds from which seed to resume;
 * {@code CrashImages only SEED IMAGE} tries one again.
 */
public final class CrashImages {
    private static final long REPORT_NANOS = 10_000_000_000L;

    private final long wanted;
    private final AtomicLong nextSeed;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong ofRemoval = new AtomicLong();
    private final long startNanos = System.nanoTime();
    private long reportNanos = startNanos + REPORT_NANOS;

    CrashImages(final long wanted, final long firstSeed) {
        this.wanted = wanted;
        this.nextSeed = new AtomicLong(firstSeed);
    }

    /** Runs the command. */
    public static void main(final String... arguments) throws InterruptedException {
        if (arguments.length == 3 && arguments[0].equals("only")) {
            new CrashRun(Long.parseLong(arguments[1]),
                CrashRun.Effort.ALL.only(Long.parseLong(arguments[2]))).run();
            System.out.println("nothing is wrong with it");
        } else if (arguments.length == 2 || arguments.length == 3) {
            final CrashImages images =
                new CrashImages(Long.parseLong(arguments[0]), Long.parseLong(arguments[1]));
            images.run(arguments.length == 3 ? Integer.parseInt(arguments[2]) : 2);
            System.out.println(images.summary());
        } else {
            System.err.println(
                "CrashImages COUNT FIRST_SEED [THREADS], or CrashImages only SEED IMAGE");
            System.exit(2);
        }
    }

    /** Tries seeds in so many threads; throws what the first failure was. */
    long run(final int threads) throws InterruptedException {
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            final var workers = IntStream.range(0, threads)
                .mapToObj(thread -> executor.submit(this::work)).toList();
            for (final Future<?> worker : workers) {
                worker.get();
            }
        } catch (final ExecutionException failure) {
            throw new AssertionError(failure.getCause().getMessage(), failure.getCause());
        }
        return done.get();
    }

    /** How many were of journals that had removed segments. */
    long ofRemoval() {
        return ofRemoval.get();
    }

    String summary() {
        final double seconds = (System.nanoTime() - startNanos) / 1e9;
        return String.format(
            "%,d crash images recovered in %.0f s, %,.0f a second, %,d of journals that had removed"
                + " segments; resume with seed %d",
            done.get(), seconds, done.get() / seconds, ofRemoval(), nextSeed.get());
    }

    private void work() {
        try {
            while (done.get() < wanted) {
                final CrashRun.Images images =
                    new CrashRun(nextSeed.getAndIncrement(), CrashRun.Effort.ALL).run();
                done.addAndGet(images.all());
                ofRemoval.addAndGet(images.ofRemoval());
                report();
            }
        } catch (final AssertionError failure) {
            // Nobody begins another seed.
            done.addAndGet(wanted);
            throw failure;
        }
    }

    private synchronized void report() {
        if (System.nanoTime() >= reportNanos) {
            reportNanos += REPORT_NANOS;
            System.out.println(summary());
        }
    }
}
