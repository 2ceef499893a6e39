package org.fencepost.ipc.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Whether a publisher of a journal is ever held up: a message of 256 bytes each microsecond, the time
 * from when it was due until it was published, and what the kernel has counted of the publishing thread
 * meanwhile: page faults, switches, and, where {@code perf} may, system calls. Once with the thread that
 * keeps house and once without.
 */
final class TailBenchmark {
    private static final long RATE = 1_000_000;
    private static final long WARM_UP_SECONDS = 5;
    private static final List<String> PERCENTILES = List.of("p50", "p99", "p99.9", "p99.99", "max");
    private static final int[] INDEXES = {3, 8, 11, 14, 16};

    private final BenchmarkOptions options;
    private final Machine machine;
    private final Scratch scratch;
    private final PrintStream out;

    private TailBenchmark(
        final BenchmarkOptions options, final Scratch scratch, final PrintStream out) {
        this.options = options;
        this.machine = Machine.here(options);
        this.scratch = scratch;
        this.out = out;
    }

    /** Measures and prints a table. */
    static void run(final BenchmarkOptions options, final PrintStream out) {
        try (Scratch scratch = new Scratch(options.directory())) {
            new TailBenchmark(options, scratch, out).run();
        } catch (final IOException e) {
            throw new RunFailedException("a process could not be started or asked", e);
        }
    }

    private void run() throws IOException {
        final long seconds = TimeUnit.MILLISECONDS.toSeconds(options.measureMillis());
        out.println(machine.summary());
        out.println();
        out.println("## " + RATE + " messages of " + TailPart.MESSAGE_BYTES + " bytes a second for "
            + seconds + " s into a journal: from due to published, us");
        out.println();
        out.println("| housekeeping | " + String.join(" | ", PERCENTILES)
            + " | minor faults | major | switches | preempted | system calls |");
        out.println("|---" + "|--:".repeat(PERCENTILES.size() + 5) + "|");
        for (int round = 0; round < options.rounds(); round++) {
            measure(true, seconds);
            measure(false, seconds);
        }
    }

    private void measure(final boolean kept, final long seconds) throws IOException {
        final Path directory = scratch.newDirectory();
        final WaitingBenchmark.Child reading =
            start(directory, 1, List.of(TailPart.READ));
        reading.await("READY");
        final WaitingBenchmark.Child publishing = start(directory, 0, List.of(TailPart.PUBLISH,
            Long.toString(RATE), Long.toString(WARM_UP_SECONDS), Long.toString(seconds),
            Boolean.toString(kept)));
        final String thread = publishing.await(TailPart.THREAD_NUMBER);
        if (machine.taskset()) {
            // The publishing thread has a core for itself; all other threads share the other one.
            pin("-acp", 1, Long.toString(publishing.pid()), directory);
            pin("-cp", 0, thread, directory);
        }
        publishing.await(TailPart.MEASURING);
        final String calls = systemCalls(directory, thread, Math.max(1, seconds - 2));
        final String[] numbers = publishing.await(TailPart.RESULT).strip().split(" ");
        final StringBuilder line = new StringBuilder("| ").append(kept ? "a thread" : "none");
        for (final int index : INDEXES) {
            line.append(String.format(
                Locale.ROOT, " | %.1f", Double.parseDouble(numbers[index]) / 1000));
        }
        for (int i = Latencies.FIGURES.size(); i < numbers.length; i++) {
            line.append(" | ").append(numbers[i]);
        }
        out.println(line.append(" | ").append(calls).append(" |"));
        publishing.end();
        reading.end();
        scratch.discard(directory);
    }

    private void pin(
        final String what, final int cpuIndex, final String number, final Path directory) {
        scratch.start(List.of("taskset", what, Integer.toString(machine.cpus().get(cpuIndex)), number),
            directory.resolve("taskset.txt")).onExit().join();
    }

    /** System calls of a thread, as the kernel's own counter of them has it, or why not. */
    private String systemCalls(final Path directory, final String thread, final long seconds)
        throws IOException {
        final Path counts = directory.resolve("perf.txt");
        try {
            // A second later: what is written and read before the measurement is over by then.
            TimeUnit.MILLISECONDS.sleep(1_500);
            final Process perf = scratch.start(List.of("perf", "stat", "-x,", "-e",
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
        final Path directory, final int cpuIndex, final List<String> arguments) {
        final List<String> all = new ArrayList<>();
        all.add(directory.toString());
        all.addAll(arguments);
        return WaitingBenchmark.start(
            machine, scratch, cpuIndex, directory.resolve(arguments.getFirst() + ".err"),
            TailPart.class, all);
    }
}
