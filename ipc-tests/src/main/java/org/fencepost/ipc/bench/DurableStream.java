package org.fencepost.ipc.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One thread publishes on, another one brings to the disk what is there, again and again; beside the
 * rate of a thread that waits for each message, in the same run.
 */
final class DurableStream implements Measure {
    static final String LABEL = "durable-stream";

    private static final String STREAM = "stream";
    /** What is published between two looks at the disk's position. */
    private static final int CHUNK_MESSAGES = 64;
    /** What may be published and not on the disk: 16 MiB of 256 bytes. */
    private static final long AHEAD_MESSAGES_MAX = 64 * 1024;

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public String title() {
        return "Messages a second that reach the disk while a thread publishes on";
    }

    @Override
    public List<Figure> figures() {
        return List.of(
            Figure.of("durableMessagesPerSecond", "a second", 0),
            Figure.of("syncsPerSecond", "syncs", 0),
            Figure.of("timesOneWaiter", "times one waiter", 0));
    }

    @Override
    public List<Variant> variants(final BenchmarkOptions options) {
        return List.of(Variant.ofSize(options.journalBytes()));
    }

    @Override
    public boolean isPossible(final Contender contender, final Variant variant) {
        return contender instanceof final DurableContender durable && durable.waitersMax() > 1;
    }

    @Override
    public boolean isOnDisk() {
        return true;
    }

    @Override
    public boolean isPinned() {
        return false;
    }

    @Override
    public List<Part> parts(final Variant variant) {
        return List.of(new Part(STREAM, 0, false, true));
    }

    @Override
    public void play(final Part part, final Run run) throws Exception {
        try (DurableContender.Log log =
            run.as(DurableContender.class).open(run.path("log"))) {
            final Publishing publishing = new Publishing(log, run);
            run.ready();
            final double single = publishing.waitForEach();
            publishing.start();
            publishing.bringToDisk(run.plan().warmUpMillis());
            run.measuring();
            final long startNanos = System.nanoTime();
            final long before = publishing.durable;
            final long syncs = publishing.bringToDisk(run.plan().measureMillis());
            final long nanos = System.nanoTime() - startNanos;
            run.report(publishing.durable - before, syncs, nanos, single);
            while (!run.isStopped()) {
                publishing.bringToDisk(1);
            }
            publishing.end();
            final Checker checker = new Checker(run.payload(Payload.Content.ENDS), 1);
            log.readAll(checker);
            checker.requireSeen(0, publishing.published);
        }
    }

    @Override
    public List<Double> figuresOf(final Variant variant, final List<List<Double>> reports) {
        final List<Double> report = reports.getFirst();
        final double seconds = report.get(2) / 1e9;
        final double rate = report.get(0) / seconds;
        return List.of(rate, report.get(1) / seconds, rate / report.get(3));
    }

    /** Publishes; another thread brings it to the disk. */
    private static final class Publishing extends Thread {
        private final DurableContender.Log log;
        private final DurableContender.Appender appender;
        private final Run run;
        private long sequence;
        private volatile long position;
        /** Messages below the position, at least. */
        private volatile long published;
        private volatile long durable;
        private volatile boolean over;
        private volatile Exception failure;

        Publishing(final DurableContender.Log log, final Run run) throws Exception {
            super("publishing");
            this.log = log;
            this.run = run;
            this.appender = log.newAppender(run.payload(Payload.Content.ENDS));
        }

        /** Messages a second of which each was waited for. */
        double waitForEach() throws Exception {
            waitForEach(run.plan().warmUpMillis());
            final long before = sequence;
            final long startNanos = System.nanoTime();
            waitForEach(run.plan().measureMillis());
            return (sequence - before) * 1e9 / (System.nanoTime() - startNanos);
        }

        private void waitForEach(final long millis) throws Exception {
            final long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            while (System.nanoTime() - endNanos < 0) {
                log.awaitDurable(appender.append(sequence++));
            }
            durable = sequence;
            published = sequence;
        }

        @Override
        public void run() {
            try {
                while (!over) {
                    if (sequence - durable < AHEAD_MESSAGES_MAX) {
                        publishChunk();
                    } else {
                        Thread.onSpinWait();
                    }
                }
            } catch (final Exception e) {
                failure = e;
            }
        }

        private void publishChunk() throws Exception {
            long end = 0;
            for (int i = 0; i < CHUNK_MESSAGES; i++) {
                end = appender.append(sequence++);
            }
            position = end;
            published = sequence;
        }

        /** For so long; returns how often. */
        long bringToDisk(final long millis) throws Exception {
            final long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            long count = 0;
            while (System.nanoTime() - endNanos < 0) {
                final long known = published;
                if (known > durable) {
                    // Read behind the number of messages, so that it covers them.
                    log.awaitDurable(position);
                    durable = known;
                    count++;
                } else if (failure != null) {
                    throw failure;
                }
            }
            return count;
        }

        /** Everything that was published is on the disk then. */
        void end() throws Exception {
            over = true;
            // Who publishes may wait for room that there is behind a sync.
            while (isAlive()) {
                bringToDisk(1);
            }
            join();
            if (failure != null) {
                throw failure;
            }
            log.awaitDurable(position);
        }
    }
}
