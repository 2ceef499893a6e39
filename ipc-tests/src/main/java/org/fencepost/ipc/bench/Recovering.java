package org.fencepost.ipc.bench;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Opening a journal that was copied and has to be checked from its first message on, because nothing of it
 * was ever brought to the disk by those who wrote it. The copy is in the page cache, and on the disk.
 */
final class Recovering implements Measure {
    static final String LABEL = "recovery";

    private static final String RECOVER = "recover";
    private static final long JOURNAL_BYTES = 1 << 30;

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public String title() {
        return "Recovery of a journal from the page cache, ms";
    }

    @Override
    public List<Figure> figures() {
        return List.of(Figure.of("recoveryMillis", "ms", 0));
    }

    @Override
    public List<Variant> variants(final BenchmarkOptions options) {
        return List.of(new Variant("1 GiB", options.journalBytes(), JOURNAL_BYTES));
    }

    @Override
    public boolean isPossible(final Contender contender, final Variant variant) {
        return contender instanceof FencepostJournal;
    }

    @Override
    public boolean isOnDisk() {
        return true;
    }

    @Override
    public List<Part> parts(final Variant variant) {
        return List.of(new Part(RECOVER, 0, false, true));
    }

    @Override
    public void play(final Part part, final Run run) throws Exception {
        final FencepostJournal contender = run.as(FencepostJournal.class);
        run.ready();
        final Path original = run.path("original");
        final long messages = contender.write(
            original, run.payload(Payload.Content.ENDS), run.variant().amount());
        final Path copy = run.path("copy");
        copy(original, copy);
        run.measuring();
        final long startNanos = System.nanoTime();
        try (DurableContender.Log log = contender.open(copy)) {
            run.report(System.nanoTime() - startNanos);
            final Checker checker = new Checker(run.payload(Payload.Content.ENDS), 1);
            log.readAll(checker);
            checker.requireSeen(0, messages);
        }
        run.awaitStop();
    }

    private static void copy(final Path original, final Path copy) throws IOException {
        Files.createDirectory(copy);
        try (Stream<Path> files = Files.list(original)) {
            for (final Path file : files.toList()) {
                final Path target = copy.resolve(file.getFileName());
                Files.copy(file, target);
                try (FileChannel copied =
                    FileChannel.open(target, StandardOpenOption.WRITE)) {
                    copied.force(true);
                }
            }
        }
    }

    @Override
    public List<Double> figuresOf(final Variant variant, final List<List<Double>> reports) {
        return List.of(reports.getFirst().getFirst() / 1e6);
    }
}
