package org.fencepost.ipc.tests.waiting;

import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.fencepost.ipc.tests.child.ChildJvm;

/**
 * Two processes that answer each other and sleep in between, at moments that are drawn, with
 * sleeps that nothing but a wake-up ends; and others beside them, asleep on the same bell, that are
 * killed. When nothing moves for some seconds a wake-up was lost.
 *
 * <p>Run it for long with the class path of the tests: {@code WaitingRun DIRECTORY SECONDS [SEED [SECONDS]]}.
 * The last ones are its patience: how long nothing may move, where others keep the processors for as long. Who has
 * lost a wake-up sleeps for a day.
 */
final class WaitingRun {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long BYSTANDER_MILLIS = 1_000;
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Spins before an answer: as long as it takes to fall asleep, more or less. */
    private static final int SPINS_BOUND = 2_000;

    private final Path directory;
    private final long seed;
    private final Duration patience;
    private final AtomicLong trips = new AtomicLong();
    private volatile boolean over;

    /**
     * What a run has shown.
     *
     * @param trips how many answers came.
     * @param waits how often a look found nothing here.
     * @param kills sleepers that were killed.
     */
    record Result(long trips, long waits, int kills) {
    }

    WaitingRun(final Path directory, final long seed) {
        this(directory, seed, PATIENCE);
    }

    private WaitingRun(final Path directory, final long seed, final Duration patience) {
        this.directory = directory;
        this.seed = seed;
        this.patience = patience;
    }

    public static void main(final String[] arguments) throws Exception {
        final long seed = arguments.length > 2 ? Long.parseLong(arguments[2]) : System.nanoTime();
        System.out.println("seed " + seed);
        final Duration patience =
            arguments.length > 3 ? Duration.ofSeconds(Long.parseLong(arguments[3])) : PATIENCE;
        System.out.println(new WaitingRun(Path.of(arguments[0]), seed, patience)
            .run(Duration.ofSeconds(Long.parseLong(arguments[1]))));
    }

    /** Lets a random time pass, without the kernel. */
    static void pause(final SplittableRandom random) {
        final int spins = random.nextInt(4) == 0 ? 0 : random.nextInt(SPINS_BOUND);
        for (int i = 0; i < spins; i++) {
            Thread.onSpinWait();
        }
    }

    /** Runs for so long; fails when nothing moves any more. */
    Result run(final Duration duration) throws Exception {
        try (Sides sides = new Sides(directory, Sides.THERE, Sides.BACK);
            ChildJvm echo =
                ChildJvm.start(Echo.class, directory.toString(), Long.toString(seed + 1))) {
            echo.awaitLine("READY", patience);
            final Thread asking = Thread.ofPlatform().daemon().start(() -> ask(sides));
            final int kills = watch(System.nanoTime() + duration.toNanos(), echo);
            over = true;
            asking.join(patience);
            if (asking.isAlive()) {
                throw new AssertionError(echo.describe("answers no more; seed " + seed));
            }
            return new Result(trips.get(), sides.waits(), kills);
        }
    }

    private void ask(final Sides sides) {
        final SplittableRandom random = new SplittableRandom(seed);
        while (!over) {
            final long value = trips.get();
            sides.send(value);
            final long answer = sides.receive(random.nextInt());
            if (answer != value) {
                throw new IllegalStateException("sent " + value + ", got " + answer);
            }
            trips.incrementAndGet();
            pause(random);
        }
    }

    private int watch(final long endNanos, final ChildJvm echo) throws InterruptedException {
        int kills = 0;
        long seen = -1;
        long seenNanos = System.nanoTime();
        long reportNanos = seenNanos + REPORT_NANOS;
        ChildJvm bystander = null;
        try {
            while (System.nanoTime() - endNanos < 0) {
                if (bystander != null) {
                    bystander.kill();
                    kills++;
                }
                bystander = ChildJvm.start(Bystander.class, directory.toString());
                bystander.awaitLine("READY", patience);
                TimeUnit.MILLISECONDS.sleep(BYSTANDER_MILLIS);
                final long now = System.nanoTime();
                if (trips.get() != seen) {
                    seen = trips.get();
                    seenNanos = now;
                } else if (now - seenNanos > patience.toNanos()) {
                    throw new AssertionError(echo.describe(
                        "or its parent sleeps over a message after " + seen + " answers, seed " + seed));
                }
                if (now - reportNanos > 0) {
                    System.out.println(seen + " answers, " + kills + " sleepers killed");
                    reportNanos = now + REPORT_NANOS;
                }
            }
        } finally {
            if (bystander != null) {
                bystander.close();
            }
        }
        return kills;
    }
}
