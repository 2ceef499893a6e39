package org.fencepost.ipc.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Whether a publisher is ever held up: a message of 256 bytes each microsecond, the time from when it was
 * due until it was published, and what the kernel has counted of the publishing thread meanwhile: page
 * faults, switches, and, where {@code perf} may, system calls. Of Fencepost with the thread that keeps house
 * and without, and of its peers, in one run.
 */
final class TailBenchmark {
    private static final long RATE = 1_000_000;
    private static final long WARM_UP_SECONDS = 5;
    private static final List<Double> IN_TABLE = List.of(50.0, 99.0, 99.9, 99.99, 100.0);
    private static final String PICTURE = "tail." + Curves.FORMAT;

    private final BenchmarkOptions options;
    private final Machine machine;
    private final Scratch memory;
    private final Scratch disk;
    private final PrintStream out;

    private TailBenchmark(
        final BenchmarkOptions options, final Scratch memory, final Scratch disk,
        final PrintStream out) {
        this.options = options;
        this.machine = Machine.here(options);
        this.memory = memory;
        this.disk = disk;
        this.out = out;
    }

    /**
     * Measures, prints a table, and draws the curves if there is to be a report.
     *
     * @throws UsageException if it is to measure for less than a second, in which nothing is counted.
     */
    static void run(final BenchmarkOptions options, final PrintStream out) {
        if (options.measureMillis() < TimeUnit.SECONDS.toMillis(1)) {
            throw new UsageException("tail measures whole seconds: expected --measure-millis of 1000 or more,"
                + " found " + options.measureMillis());
        }
        try (Scratch memory = new Scratch(options.directory());
            Scratch disk = new Scratch(options.disk())) {
            new TailBenchmark(options, memory, disk, out).run();
        } catch (final IOException e) {
            throw new RunFailedException("a process could not be started or asked", e);
        }
    }

    private void run() throws IOException {
        final long seconds = TimeUnit.MILLISECONDS.toSeconds(options.measureMillis());
        final String title = RATE + " messages of " + TailPart.MESSAGE_BYTES + " bytes a second for "
            + seconds + " s: from due to published";
        out.println(machine.summary());
        out.println();
        out.println("## " + title + ", us");
        out.println();
        final String percentiles = IN_TABLE.stream()
            .map(percentile -> "p" + (percentile % 1 == 0 ? percentile.intValue() : percentile))
            .collect(Collectors.joining(" | "));
        out.println("| | " + percentiles
            + " | minor faults | major | switches | preempted | system calls |");
        out.println("|---" + "|--:".repeat(IN_TABLE.size() + 5) + "|");
        final Curves curves = new Curves(title + ", ns");
        for (int round = 1; round <= options.rounds(); round++) {
            for (final String name : options.contenders(Contenders.TAIL_NAMES)) {
                final double[] numbers = measure(name, seconds);
                curves.add(options.rounds() == 1 ? name : name + " " + round, Latencies.FIGURES,
                    index -> numbers[index]);
            }
        }
        if (options.wantsReport()) {
            Curves.save(curves.chart(), options.report().resolve(PICTURE));
            out.println();
            out.println("The curves are in " + options.report().resolve(PICTURE));
        }
    }

    private double[] measure(final String name, final long seconds) throws IOException {
        final Contender contender = Contenders.byName(name);
        // A journal lies where journals do; who keeps nothing needs no disk.
        final boolean kept = contender instanceof final MessageContender messages && messages.keepsAll();
        final Scratch scratch = kept ? disk : memory;
        final Path directory = scratch.newDirectory();
        final List<String> flags = contender.jvmFlags();
        final WaitingBenchmark.Child publishing = start(directory, 0, flags, List.of(
            TailPart.PUBLISH, name, Long.toString(RATE), Long.toString(WARM_UP_SECONDS),
            Long.toString(seconds)));
        final String thread = publishing.await(TailPart.THREAD_NUMBER);
        final WaitingBenchmark.Child reading =
            start(directory, 1, flags, List.of(TailPart.READ, name));
        reading.await(TailPart.READY);
        if (machine.taskset()) {
            // The publishing thread has a core for itself; all other threads share the other one.
            pin("-acp", 1, Long.toString(publishing.pid()), directory);
            pin("-cp", 0, thread, directory);
        }
        publishing.go();
        publishing.await(TailPart.MEASURING);
        final String calls = systemCalls(directory, thread, Math.max(1, seconds - 2));
        final double[] numbers = Arrays.stream(
            publishing.await(TailPart.RESULT).strip().split(" "))
            .mapToDouble(Double::parseDouble).toArray();
        final StringBuilder line = new StringBuilder("| ").append(name);
        for (int i = 0; i < Latencies.FIGURES.size(); i++) {
            if (IN_TABLE.contains(Latencies.FIGURES.get(i).percentile())) {
                line.append(String.format(Locale.ROOT, " | %.1f", numbers[i] / 1000));
            }
        }
        for (int i = Latencies.FIGURES.size(); i < numbers.length; i++) {
            line.append(" | ").append((long) numbers[i]);
        }
        out.println(line.append(" | ").append(calls).append(" |"));
        publishing.end();
        reading.end();
        scratch.discard(directory);
        return numbers;
    }

    private void pin(
        final String what, final int cpuIndex, final String number, final Path directory) {
        memory.start(List.of("taskset", what, Integer.toString(machine.cpus().get(cpuIndex)), number),
            directory.resolve("taskset.txt")).onExit().join();
    }

    /** System calls of a thread, as the kernel's own counter of them has it, or why not. */
    private String systemCalls(final Path directory, final String thread, final long seconds)
        throws IOException {
        final Path counts = directory.resolve("perf.txt");
        try {
            // A second later: what is written and read before the measurement is over by then.
            TimeUnit.MILLISECONDS.sleep(1_500);
            final Process perf = memory.start(List.of("perf", "stat", "-x,", "-e",
                "raw_syscalls:sys_enter", "-t", thread, "sleep", Long.toString(seconds)), counts);
            if (perf.waitFor() != 0) {
                return "perf: " + Files.readString(counts).strip().split("\n")[0];
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunFailedException("interrupted", e);
        }
        return Files.readString(counts).strip().split(",")[0];
    }

    private WaitingBenchmark.Child start(
        final Path directory, final int cpuIndex, final List<String> flags,
        final List<String> arguments) {
        final List<String> all = new ArrayList<>();
        all.add(directory.toString());
        all.addAll(arguments);
        return WaitingBenchmark.start(
            machine, memory, cpuIndex, directory.resolve(arguments.getFirst() + ".err"), flags,
            TailPart.class, all);
    }
}
