package org.fencepost.ipc.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * {@code ipc-tests/bench files}: a {@link FileTable}, and how fast bytes and lines of a file in
 * memory are found, beside what else finds them. All in turn, round after round, in this process or
 * in one that it starts; a round before the first warms up and checks that all find the same.
 */
final class FileBenchmark {
    private static final byte[] WANTED = "the needle".getBytes(StandardCharsets.US_ASCII);
    private static final long SEED = 1;
    private static final int WORDS_MAX = 24;
    private static final int WORD_BYTES_MAX = 10;
    private static final int LETTERS = 26;

    private final BenchmarkOptions options;
    private final List<FileMeans> means;
    private final List<FileContender> contenders;
    private final ObjectMapper mapper =
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    FileBenchmark(
        final BenchmarkOptions options,
        final List<FileMeans> means,
        final List<FileContender> contenders) {
        this.options = options;
        this.means = means;
        this.contenders = contenders;
    }

    /** Measures and reports. */
    void run(final PrintStream out) {
        final Machine machine = Machine.here(options);
        final String loadBefore = Machine.loadAverage();
        final double[][] gigabytesPerSecond = new double[contenders.size()][options.rounds()];
        final FileTable table;
        try (Scratch scratch = new Scratch(options.directory());
            Scratch disk = new Scratch(options.disk())) {
            table = new FileTable(options, means, disk, scratch);
            table.measure();
            final Path file = scratch.newDirectory().resolve("text");
            final long lines = write(file, (long) options.megabytes() * 1_000_000);
            final long bytes = Files.size(file);
            contenders.forEach(contender -> contender.check(file, WANTED, lines));
            for (int round = 0; round < options.rounds(); round++) {
                for (int i = 0; i < contenders.size(); i++) {
                    final long start = System.nanoTime();
                    contenders.get(i).check(file, WANTED, lines);
                    gigabytesPerSecond[i][round] = (double) bytes / (System.nanoTime() - start);
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot write a file in " + options.directory(), e);
        }
        report(machine, loadBefore, table, gigabytesPerSecond, out);
    }

    /** Writes lines of words, the wanted one in the last; returns how many. */
    private static long write(final Path file, final long bytes) throws IOException {
        final SplittableRandom random = new SplittableRandom(SEED);
        final byte[] word = new byte[WORD_BYTES_MAX];
        long written = 0;
        long lines = 1;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            while (written < bytes) {
                for (int words = random.nextInt(WORDS_MAX); words > 0; words--) {
                    final int length = 1 + random.nextInt(WORD_BYTES_MAX - 1);
                    for (int i = 0; i < length; i++) {
                        word[i] = (byte) ('a' + random.nextInt(LETTERS));
                    }
                    word[length] = ' ';
                    out.write(word, 0, length + 1);
                    written += length + 1;
                }
                out.write('\n');
                written++;
                lines++;
            }
            out.write(WANTED);
            out.write('\n');
        }
        return lines;
    }

    private void report(
        final Machine machine,
        final String loadBefore,
        final FileTable table,
        final double[][] gigabytesPerSecond,
        final PrintStream out) {
        final ObjectNode root = mapper.createObjectNode();
        final ObjectNode where = mapper.valueToTree(machine);
        where.put("loadAverageBefore", loadBefore);
        where.put("loadAverageAfter", Machine.loadAverage());
        root.set("machine", where);
        root.putObject("run")
            .put("rounds", options.rounds())
            .put("megabytes", options.megabytes())
            .set("arguments", mapper.valueToTree(options.arguments()));
        line(out, "# Files: ways to write, to read and to search them%n");
        line(out, "- CPU: %s, %d usable", machine.cpu(), machine.cpuCount());
        line(out, "- Kernel: %s", machine.kernel());
        line(out, "- JDK: %s", machine.jdk());
        line(out, "- Load average: %s before, %s after", loadBefore, Machine.loadAverage());
        line(out, "- Command: `ipc-tests/bench files %s`", String.join(" ", options.arguments()));
        table.addTo(root);
        table.print(out, machine, machine.on(options.disk()));
        line(out, "%n## Finding bytes and lines in %s%n", machine.fileSystem());
        line(out, "- %d MB of text, one match at its end; %d rounds, interleaved%n",
            options.megabytes(), options.rounds());
        line(out, "%-32s %s", "", "GB/s: median (min-max)");
        for (int i = 0; i < contenders.size(); i++) {
            final Summary summary = Summary.of(gigabytesPerSecond[i]);
            line(out, "%-32s %.2f (%.2f-%.2f)",
                contenders.get(i).name(), summary.median(), summary.min(), summary.max());
            final ObjectNode result = root.withArray("results").addObject();
            result.put("contender", contenders.get(i).name());
            result.putObject("gigabytesPerSecond")
                .put("median", summary.median())
                .put("min", summary.min())
                .put("max", summary.max());
            Arrays.stream(gigabytesPerSecond[i]).forEach(result.putArray("runs")::add);
        }
        if (options.wantsJson()) {
            try {
                mapper.writeValue(options.json().toFile(), root);
            } catch (final IOException e) {
                throw new UncheckedIOException("cannot write " + options.json(), e);
            }
        }
    }

    private static void line(
        final PrintStream out, final String format, final Object... arguments) {
        out.printf(Locale.ROOT, format + "%n", arguments);
    }
}
