package org.fencepost.ipc.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A measure that goes once over a journal of a fixed size, again and again, in one process. */
abstract class JournalPass implements Measure {
    /** Of 256 bytes: what 256 MiB hold, with a header. */
    static final long MESSAGES = 900_000;

    private static final String PASS = "pass";
    private static final int WARM_UP_PASSES = 2;

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

    @Override
    public List<Part> parts(final Variant variant) {
        return List.of(new Part(PASS, 0, false, true));
    }

    @Override
    public void play(final Part part, final Run run) throws Exception {
        final JournalContender contender = run.as(JournalContender.class);
        run.ready();
        prepare(contender, run);
        for (int i = 0; i < WARM_UP_PASSES; i++) {
            pass(contender, run);
        }
        run.measuring();
        final long wantedNanos = run.plan().measureMillis() * 1_000_000;
        long nanos = 0;
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
