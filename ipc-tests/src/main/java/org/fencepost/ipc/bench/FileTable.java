package org.fencepost.ipc.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * How fast each of the {@link FileMeans} writes and reads, on a disk and in memory, round after
 * round; what is read lies in the page cache. A round before the first warms up.
 */
final class FileTable {
    private static final long SEED = 1;
    private static final double MEGA = 1e6;

    /** Where files lie. */
    private enum Place { DISK, MEMORY }

    /** What is done with a file. */
    private enum Task {
        WRITE("write, MB/s", 0),
        WRITE_DURABLE("write, durable, MB/s", 0),
        READ("read, MB/s", 0),
        READ_AT("random reads, M/s", 3),
        SEARCH("search, MB/s", 0),
        REPLACE("replace, MB/s", 0),
        REPLACE_DURABLE("replace, durable, MB/s", 0);

        private final String head;
        private final int decimals;

        Task(final String head, final int decimals) {
            this.head = head;
            this.decimals = decimals;
        }
    }

    private record Entry(Place place, FileMeans means, Task task) {
    }

    /** Something that is timed; returns what must be right. */
    private interface Timed {
        long run() throws IOException;
    }

    private final int records;
    private final int rounds;
    private final List<FileMeans> means;
    private final Map<Place, Scratch> scratches;
    private final long sumOfAll;
    private final Map<Entry, List<Double>> rates = new LinkedHashMap<>();
    private boolean warmingUp;

    FileTable(
        final BenchmarkOptions options,
        final List<FileMeans> means,
        final Scratch disk,
        final Scratch memory) {
        this.records = (int) (options.megabytes() * MEGA / FileMeans.RECORD_BYTES);
        this.rounds = options.rounds();
        this.means = means;
        this.scratches = Map.of(Place.DISK, disk, Place.MEMORY, memory);
        this.sumOfAll = FileMeans.sumOfAll(records);
    }

    /** Measures everything. */
    void measure() {
        try {
            for (int round = 0; round <= rounds; round++) {
                warmingUp = round == 0;
                for (final Place place : Place.values()) {
                    for (final FileMeans way : means) {
                        measure(place, way, false);
                        if (place == Place.DISK || way.canSyncMemory()) {
                            measure(place, way, true);
                        }
                    }
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot use the files of the benchmark", e);
        }
    }

    private void measure(final Place place, final FileMeans way, final boolean durable)
        throws IOException {
        final Path directory = scratches.get(place).newDirectory();
        final Path file = directory.resolve("file");
        final long bytes = (long) records * FileMeans.RECORD_BYTES;
        time(new Entry(place, way, durable ? Task.WRITE_DURABLE : Task.WRITE), bytes, records,
            () -> {
                way.write(file, records, durable);
                return records;
            });
        syncAll(directory);
        if (!durable) {
            time(new Entry(place, way, Task.READ), bytes, sumOfAll,
                () -> way.read(file, records));
            final int[] numbers =
                new SplittableRandom(SEED).ints(way.randomReads(), 0, records).toArray();
            time(new Entry(place, way, Task.READ_AT), numbers.length, FileMeans.sumOf(numbers),
                () -> way.readAt(file, numbers));
            time(new Entry(place, way, Task.SEARCH), bytes, FileMeans.marked(records),
                () -> way.search(file, records));
        }
        time(new Entry(place, way, durable ? Task.REPLACE_DURABLE : Task.REPLACE), bytes,
            FileMeans.marked(records), () -> way.replace(file, records, durable));
        final Path replaced = directory.resolve("replaced");
        final long left = way.search(Files.exists(replaced) ? replaced : file, records);
        if (left != 0) {
            throw new MismatchException(way.name() + " has left " + left + " of "
                + FileMeans.marked(records) + " words that it was to replace");
        }
        scratches.get(place).discard(directory);
    }

    private void time(
        final Entry entry, final double amount, final long expected, final Timed timed)
        throws IOException {
        final long start = System.nanoTime();
        final long found = timed.run();
        final double nanos = System.nanoTime() - start;
        if (found != expected) {
            throw new MismatchException(entry.means().name() + ", " + entry.task().head
                + ": expected " + expected + ", found " + found);
        }
        if (!warmingUp) {
            rates.computeIfAbsent(entry, any -> new ArrayList<>()).add(amount * 1000 / nanos);
        }
    }

    /** So that what was written before does not go to the disk while something else is timed. */
    private static void syncAll(final Path directory) throws IOException {
        final List<Path> files;
        try (Stream<Path> tree = Files.walk(directory)) {
            files = tree.filter(Files::isRegularFile).toList();
        }
        for (final Path file : files) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }
    }

    /** Prints a table for each place. */
    void print(final PrintStream out, final Machine machine, final Machine onDisk) {
        out.printf(Locale.ROOT, "%n- %d MB in records of %d bytes, buffers of %d KiB; durable: a"
            + " sync each %d KiB written, one behind a replacement; %d rounds, interleaved; what is"
            + " read lies in the page cache; medians (min-max)%n",
            Math.round(records * FileMeans.RECORD_BYTES / MEGA), FileMeans.RECORD_BYTES,
            FileMeans.BUFFER_BYTES / 1024, FileMeans.SYNC_BYTES / 1024, rounds);
        for (final Place place : Place.values()) {
            out.printf("%n## In %s%n%n|", (place == Place.DISK ? onDisk : machine).fileSystem());
            for (final Task task : Task.values()) {
                out.printf(" | %s", task.head);
            }
            out.printf(" |%n|---%s|%n", "|--:".repeat(Task.values().length));
            for (final FileMeans way : means) {
                out.printf("| %s", way.name());
                for (final Task task : Task.values()) {
                    out.printf(" | %s", text(new Entry(place, way, task)));
                }
                out.printf(" |%n");
            }
        }
    }

    private Summary summary(final Entry entry) {
        return Summary.of(rates.getOrDefault(entry, List.of()).stream()
            .mapToDouble(Double::doubleValue).toArray());
    }

    private String text(final Entry entry) {
        final Summary summary = summary(entry);
        final String number = "%." + entry.task().decimals + "f";
        return Double.isNaN(summary.median()) ? "refused" : String.format(Locale.ROOT,
            number + " (" + number + "-" + number + ")",
            summary.median(), summary.min(), summary.max());
    }

    /** Adds every figure to a report. */
    void addTo(final ObjectNode report) {
        final ArrayNode results = report.putArray("access");
        rates.forEach((entry, values) -> {
            final ObjectNode result = results.addObject()
                .put("means", entry.means().name())
                .put("place", entry.place().name().toLowerCase(Locale.ROOT))
                .put("task", entry.task().head)
                .put("median", summary(entry).median());
            values.forEach(result.putArray("runs")::add);
        });
    }
}
