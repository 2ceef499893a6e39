package org.fencepost.ipc.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A measure that goes once over a journal of a fixed size, again and again, in one process. */
abstract class JournalPass implements Measure {
    /** Of 256 bytes: what 256 MiB hold, with a header. */
    static final long MESSAGES = 900_000;

    private static final String PASS = "pass";
    /** Of passes, in which the slowest to be compiled gets to its speed; two passes are not enough for it. */
    private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(1);

    @Override
    public List<Figure> figures() {
        return Throughput.FIGURES;
    }

    @Override
    public List<Variant> variants(final BenchmarkOptions options) {
        return List.of(Variant.ofSize(options.journalBytes()));
    }

    @Override
    public boolean isPossible(final Contender contender, final Variant variant) {
        return contender instanceof JournalContender;
    }

    @Override
    public boolean isOnDisk() {
        return true;
    }

    /** On as many cores as there are: who writes a journal may have other threads prepare what it needs next. */
    @Override
    public boolean isPinned() {
        return false;
    }

    @Override
    public List<Part> parts(final Variant variant) {
        return List.of(new Part(PASS, 0, false, true));
    }

    @Override
    public void play(final Part part, final Run run) throws Exception {
        final JournalContender contender = run.as(JournalContender.class);
        run.ready();
        prepare(contender, run);
        final long warmUpNanos =
            Math.max(WARM_UP_NANOS, TimeUnit.MILLISECONDS.toNanos(run.plan().warmUpMillis()));
        long nanos = 0;
        while (nanos < warmUpNanos) {
            nanos += pass(contender, run);
        }
        run.measuring();
        final long wantedNanos = TimeUnit.MILLISECONDS.toNanos(run.plan().measureMillis());
        nanos = 0;
        long messages = 0;
        while (nanos < wantedNanos) {
            nanos += pass(contender, run);
            messages += MESSAGES;
        }
        run.report(messages, nanos);
        run.awaitStop();
    }

    /** What is done once, before anything is timed. */
    abstract void prepare(JournalContender contender, Run run) throws IOException;

    /** Once over the journal; the nanoseconds that count. */
    abstract long pass(JournalContender contender, Run run) throws IOException;

    /** Messages and nanoseconds, as millions a second. */
    @Override
    public List<Double> figuresOf(final Variant variant, final List<List<Double>> reports) {
        return List.of(MessageFlow.millionsPerSecond(
            reports.getFirst().get(0), reports.getFirst().get(1)));
    }

    /** Writes a journal; the nanoseconds from the first message on until the system has the last. */
    static long write(final JournalContender contender, final Run run, final Path path)
        throws IOException {
        try (JournalContender.Writer writer = contender.openWriter(
            path, run.payload(Payload.Content.ENDS), MESSAGES)) {
            final long startNanos = System.nanoTime();
            appendAll(writer);
            return System.nanoTime() - startNanos;
        }
    }

    private static void appendAll(final JournalContender.Writer writer) throws IOException {
        for (long sequence = 0; sequence < MESSAGES; sequence++) {
            writer.append(sequence);
        }
        writer.flush();
    }

    /** Reads all of a journal, and checks it; the nanoseconds that this took. */
    static long read(final JournalContender contender, final Run run, final Path path)
        throws IOException {
        final Checker checker = new Checker(run.payload(Payload.Content.ENDS), 1);
        try (Receiver reader = contender.openReader(path, checker)) {
            final long startNanos = System.nanoTime();
            readAll(reader);
            final long nanos = System.nanoTime() - startNanos;
            checker.requireSeen(0, MESSAGES);
            return nanos;
        }
    }

    private static void readAll(final Receiver reader) {
        long count = 0;
        while (count < MESSAGES) {
            count += reader.poll(ReceiveLoop.POLL_LIMIT);
        }
    }

    static void delete(final Path path) throws IOException {
        try (Stream<Path> tree = Files.walk(path)) {
            tree.sorted(Comparator.reverseOrder()).forEach(JournalPass::deleteOne);
        }
    }

    private static void deleteOne(final Path path) {
        try {
            Files.delete(path);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
