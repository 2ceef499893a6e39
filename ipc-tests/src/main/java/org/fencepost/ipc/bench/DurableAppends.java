package org.fencepost.ipc.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Messages that are each on the disk before the thread that appended it appends the next one. */
final class DurableAppends implements Measure {
    static final String LABEL = "durable";

    private static final String APPEND = "append";
    private static final long[] WAITERS = {1, 4, 16, 64};
    private static final int PROCESSES_MAX = 4;
    private static final int WARM_UPS_OF_ONE = 3;
    private static final int WARM_UP_THIRDS_OF_MANY = 4;
    private static final int MEASURINGS = 3;
    private static final long MEASURE_MILLIS_MAX = 1000;

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public String title() {
        return "Messages a second that are on the disk, by threads that wait for each";
    }

    @Override
    public List<Figure> figures() {
        return List.of(Figure.of("durableMessagesPerSecond", "a second", 0));
    }

    @Override
    public List<Variant> variants(final BenchmarkOptions options) {
        return LongStream.of(WAITERS).mapToObj(waiters -> new Variant(
            waiters + " waiting", options.journalBytes(), waiters)).toList();
    }

    /**
     * The same for all contenders. One that waits makes few calls a second: they are compiled late. So are those of
     * many processes, each of which leads in its turn only: behind 2.7 s, three warm-ups of a full run, the
     * compilers of four JVMs take half of two cores for just the 0.3 s that would be measured, and what is in one
     * process has been compiled for long. A third more is behind most of that. And a rate of syncs is the disk's,
     * which changes from one tenth of a second to the next: what is measured is three times what it is elsewhere, if
     * that is not more than a second.
     */
    @Override
    public RunPlan plan(final Variant variant, final BenchmarkOptions options) {
        final long warmUpMillis = options.warmUpMillis();
        final long measureMillis = options.measureMillis();
        return new RunPlan(this, variant,
            processes(variant) == 1
                ? warmUpMillis * WARM_UPS_OF_ONE : warmUpMillis * WARM_UP_THIRDS_OF_MANY / 3,
            Math.max(measureMillis, Math.min(measureMillis * MEASURINGS, MEASURE_MILLIS_MAX)), 1);
    }

    @Override
    public boolean isPossible(final Contender contender, final Variant variant) {
        return contender instanceof final DurableContender durable
            && variant.amount() <= durable.waitersMax();
    }

    @Override
    public boolean isOnDisk() {
        return true;
    }

    /** On as many cores as there are: a process has several threads. */
    @Override
    public boolean isPinned() {
        return false;
    }

    @Override
    public List<Part> parts(final Variant variant) {
        return IntStream.range(0, processes(variant))
            .mapToObj(i -> new Part(APPEND, i, false, true)).toList();
    }

    private static int processes(final Variant variant) {
        return (int) Math.min(PROCESSES_MAX, variant.amount());
    }

    @Override
    public void play(final Part part, final Run run) throws Exception {
        final DurableContender contender = run.as(DurableContender.class);
        final int sharing = Math.min(processes(run.variant()), contender.processesMax());
        if (part.index() >= sharing) {
            // Of a contender that is in one process the others only look on.
            run.ready();
            run.measuring();
            run.report(0, 1);
            run.awaitStop();
            return;
        }
        final int threads = (int) run.variant().amount() / sharing;
        try (DurableContender.Log log = contender.open(run.path("log"))) {
            final List<Waiter> waiters = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                waiters.add(new Waiter(log, run, part.index() * threads + i));
            }
            run.ready();
            waiters.forEach(Thread::start);
            Thread.sleep(run.plan().warmUpMillis());
            run.measuring();
            final long before = appended(waiters);
            final long startNanos = System.nanoTime();
            Thread.sleep(run.plan().measureMillis());
            final long after = appended(waiters);
            run.report(after - before, System.nanoTime() - startNanos);
            for (final Waiter waiter : waiters) {
                waiter.end();
            }
            final Checker checker =
                new Checker(run.payload(Payload.Content.ENDS), (int) run.variant().amount());
            log.readAll(checker);
            waiters.forEach(waiter -> checker.requireSeen(waiter.sender, waiter.appended));
        }
    }

    private static long appended(final List<Waiter> waiters) {
        return waiters.stream().mapToLong(waiter -> waiter.appended).sum();
    }

    @Override
    public List<Double> figuresOf(final Variant variant, final List<List<Double>> reports) {
        return List.of(reports.stream()
            .mapToDouble(report -> report.get(0) * 1e9 / report.get(1)).sum());
    }

    private static final class Waiter extends Thread {
        private final DurableContender.Log log;
        private final DurableContender.Appender appender;
        private final Run run;
        private final int sender;
        private volatile long appended;
        private volatile Exception failure;

        Waiter(final DurableContender.Log log, final Run run, final int sender) throws Exception {
            super("waiter-" + sender);
            this.log = log;
            this.run = run;
            this.sender = sender;
            this.appender = log.newAppender(new Payload(
                run.variant().payloadBytes(), Payload.Content.ENDS, sender));
        }

        @Override
        public void run() {
            try {
                while (!run.isStopped()) {
                    log.awaitDurable(appender.append(appended));
                    // Written by this thread alone.
                    appended = appended + 1;
                }
            } catch (final Exception e) {
                failure = e;
            }
        }

        void end() throws Exception {
            join();
            if (failure != null) {
                throw failure;
            }
        }
    }
}
