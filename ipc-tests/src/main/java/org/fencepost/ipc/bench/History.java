package org.fencepost.ipc.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What it costs to publish to, to open and to seek in what already holds so much: flat where it
 * should be flat. One process; each figure is the median of many calls, so one round is taken.
 */
final class History implements Measure {
    static final String LABEL = "history";

    private static final String KEEP = "keep";
    private static final int PAYLOAD_BYTES = 1024;
    private static final int PUBLISHED = 100_000;
    private static final int PUBLISHED_AT_A_TIME = 10;
    private static final int OPENED = 11;
    private static final int SOUGHT = 1000;
    private static final long SEED = 1;

    /** A contender that keeps what is written, and finds it again. */
    interface Keeper extends Contender {
        /** Opens what is kept at a path; makes it if there is nothing. */
        Kept open(Path path);
    }

    /** What is kept, opened. */
    interface Kept extends AutoCloseable {
        /** Writes a message at the end; returns where it stands. */
        long write(Payload payload, long sequence);

        /** Reads the message at such a place; returns its first word. */
        long read(long place);

        @Override
        void close();
    }

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public String title() {
        return "Cost against the size of history, medians";
    }

    @Override
    public List<Figure> figures() {
        return List.of(
            Figure.of("publishNanos", "publish, ns", 0),
            Figure.of("openMillis", "open, ms", 2),
            Figure.of("seekMicros", "seek and read, us", 1));
    }

    @Override
    public List<Variant> variants(final BenchmarkOptions options) {
        return Stream.of(1L, 4L, 16L).map(gigabytes ->
            new Variant(gigabytes + " GiB", PAYLOAD_BYTES, gigabytes << 30)).toList();
    }

    @Override
    public boolean isPossible(final Contender contender, final Variant variant) {
        return contender instanceof Keeper;
    }

    @Override
    public boolean isOnDisk() {
        return true;
    }

    @Override
    public List<Part> parts(final Variant variant) {
        return List.of(new Part(KEEP, 0, false, true));
    }

    @Override
    public void play(final Part part, final Run run) throws Exception {
        final Keeper keeper = run.as(Keeper.class);
        final Path path = run.path("kept");
        final Payload payload = run.payload(Payload.Content.ENDS);
        final long messages = run.variant().amount() / payload.lengthBytes();
        final long[] places = new long[SOUGHT];
        run.ready();
        final Latencies publishing = new Latencies();
        try (Kept kept = keeper.open(path)) {
            for (long i = 0; i < messages; i++) {
                places[(int) (i * SOUGHT / messages)] = kept.write(payload, i);
            }
            run.measuring();
            publish(kept, payload, messages, publishing);
        }
        final Latencies opening = new Latencies();
        for (int i = 0; i < OPENED; i++) {
            final long start = System.nanoTime();
            keeper.open(path).close();
            opening.record(System.nanoTime() - start);
        }
        final Latencies seeking = new Latencies();
        try (Kept kept = keeper.open(path)) {
            seek(kept, places, messages, seeking);
        }
        run.report(
            publishing.median() / PUBLISHED_AT_A_TIME,
            opening.median() / TimeUnit.MILLISECONDS.toNanos(1),
            seeking.median() / TimeUnit.MICROSECONDS.toNanos(1));
    }

    /** A few at a time, because one is as short as a look at the clock. */
    private static void publish(
        final Kept kept, final Payload payload, final long first, final Latencies latencies) {
        for (long i = first; i < first + PUBLISHED; i += PUBLISHED_AT_A_TIME) {
            final long start = System.nanoTime();
            for (int k = 0; k < PUBLISHED_AT_A_TIME; k++) {
                kept.write(payload, i + k);
            }
            latencies.record(System.nanoTime() - start);
        }
    }

    private static void seek(
        final Kept kept, final long[] places, final long messages, final Latencies latencies) {
        final SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < SOUGHT; i++) {
            final int place = random.nextInt(SOUGHT);
            final long start = System.nanoTime();
            final long firstWord = kept.read(places[place]);
            latencies.record(System.nanoTime() - start);
            // Of all messages that share an entry, the last one has it.
            final long expected = ((place + 1) * messages + SOUGHT - 1) / SOUGHT - 1;
            if (Payload.sequenceOf(firstWord) != expected) {
                throw new MismatchException("at place " + places[place] + " message " + expected
                    + " must be, but is " + Payload.sequenceOf(firstWord));
            }
        }
    }

    @Override
    public List<Double> figuresOf(final Variant variant, final List<List<Double>> reports) {
        return reports.getFirst();
    }
}
