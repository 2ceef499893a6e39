package org.fencepost.ipc.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What waiting costs: the round trip of two processes that both wait, beside one of two C programs that sleep
 * on a futex; and the processor time of a subscriber to which nothing comes and of a publisher that has
 * nothing to say.
 */
final class WaitingBenchmark {
    private static final int ROUND_TRIPS = 5_000;
    private static final String MILLIS_MAX = "20000";
    private static final int FIGURES = 3;
    private static final int GAP_MICROS = 500;
    private static final long IDLE_SETTLE_MILLIS = 3_000;
    private static final long IDLE_MILLIS = 30_000;
    private static final List<String> IDLE_WAYS = List.of(WaitingPart.PARK, WaitingPart.BACK_OFF);
    private static final List<String> WAYS = List.of(
        WaitingPart.PARK, WaitingPart.BACK_OFF, WaitingPart.YIELD, WaitingPart.SPIN);

    private final BenchmarkOptions options;
    private final Machine machine;
    private final Scratch scratch;
    private final PrintStream out;

    private WaitingBenchmark(
        final BenchmarkOptions options, final Scratch scratch, final PrintStream out) {
        this.options = options;
        this.machine = Machine.here(options);
        this.scratch = scratch;
        this.out = out;
    }

    /** Measures and prints tables. */
    static void run(final BenchmarkOptions options, final PrintStream out) {
        try (Scratch scratch = new Scratch(options.directory())) {
            new WaitingBenchmark(options, scratch, out).run();
        } catch (final IOException e) {
            throw new RunFailedException("a process could not be started or asked", e);
        }
    }

    private void run() throws IOException {
        out.println(machine.summary());
        out.println();
        out.println("## Round trip of two processes that wait, us; " + GAP_MICROS
            + " us between two");
        out.println();
        out.println("| | p50 | p99 | p99.9 |");
        out.println("|---|--:|--:|--:|");
        final NativePrograms programs = NativePrograms.compile(options.compiler(), scratch);
        for (int round = 0; round < options.rounds(); round++) {
            if (programs.areAvailable()) {
                row("futex, C", programs.run(Bracketing.PROGRAM, List.of("gap", cpu(0), cpu(1),
                    Integer.toString(ROUND_TRIPS), MILLIS_MAX, "50", "99", "99.9")));
            } else {
                out.println("| futex, C | " + programs.reasonMissing() + " | | |");
            }
            for (final String way : WAYS) {
                row(way, roundTrips(way));
            }
        }
        out.println();
        out.println("## Nothing to do, % of a core over " + IDLE_MILLIS / 1000 + " s");
        out.println();
        out.println("| subscriber waits by | subscriber's process | idle publisher's process"
            + " | switches a second of both |");
        out.println("|---|--:|--:|--:|");
        for (final String way : IDLE_WAYS) {
            idle(way);
        }
    }

    private String cpu(final int index) {
        return Integer.toString(machine.cpus().get(index));
    }

    private void row(final String name, final String numbers) {
        final StringBuilder line = new StringBuilder("| ").append(name);
        final String[] words = numbers.strip().split(" ");
        for (final String number : Arrays.copyOf(words, FIGURES)) {
            line.append(" | ").append(
                String.format(Locale.ROOT, "%.1f", Double.parseDouble(number) / 1000));
        }
        out.println(line.append(" |"));
    }

    private String roundTrips(final String way) throws IOException {
        final Path directory = scratch.newDirectory();
        final Child answering = start(directory, WaitingPart.ANSWER, way, 1);
        final Child asking = start(directory, WaitingPart.ASK, way, 0);
        answering.await("READY");
        asking.await("READY");
        asking.go();
        final String result = asking.await("RESULT ");
        answering.end();
        asking.end();
        scratch.discard(directory);
        return result;
    }

    private void idle(final String way) throws IOException {
        final Path directory = scratch.newDirectory();
        final Child publishing = start(directory, WaitingPart.PUBLISH_NOTHING, way, 0);
        final Child sleeping = start(directory, WaitingPart.SLEEP, way, 1);
        publishing.await("READY");
        sleeping.await("READY");
        try {
            TimeUnit.MILLISECONDS.sleep(IDLE_SETTLE_MILLIS);
            final long publisherBefore = publishing.processorNanos();
            final long subscriberBefore = sleeping.processorNanos();
            final long switchesBefore = publishing.switches() + sleeping.switches();
            TimeUnit.MILLISECONDS.sleep(IDLE_MILLIS);
            final long switches = publishing.switches() + sleeping.switches() - switchesBefore;
            out.println(String.format(Locale.ROOT, "| %s | %.2f | %.2f | %d |", way,
                percent(sleeping.processorNanos() - subscriberBefore),
                percent(publishing.processorNanos() - publisherBefore),
                switches * 1000 / IDLE_MILLIS));
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunFailedException("interrupted", e);
        }
        sleeping.end();
        publishing.end();
        scratch.discard(directory);
    }

    private static double percent(final long nanos) {
        return 100.0 * nanos / TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
    }

    private Child start(
        final Path directory, final String role, final String way, final int cpuIndex) {
        return start(machine, scratch, cpuIndex, directory.resolve(role + ".err"),
            List.of(), WaitingPart.class, List.of(directory.toString(), role, way,
                Integer.toString(ROUND_TRIPS), Integer.toString(GAP_MICROS)));
    }

    /** Starts a JVM on one of the machine's CPUs. */
    static Child start(
        final Machine machine, final Scratch scratch, final int cpuIndex, final Path errors,
        final List<String> flags, final Class<?> main, final List<String> arguments) {
        final List<String> command = new ArrayList<>();
        if (machine.taskset()) {
            command.addAll(List.of(
                "taskset", "-c", Integer.toString(machine.cpus().get(cpuIndex))));
        }
        command.addAll(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-XX:+UseSerialGC"));
        command.addAll(flags);
        command.addAll(
            List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        return new Child(scratch.start(command, errors), errors);
    }

    /** A process that says lines and takes them. */
    static final class Child {
        private final Process process;
        private final Path errors;
        private final BufferedReader lines;

        Child(final Process process, final Path errors) {
            this.process = process;
            this.errors = errors;
            this.lines = process.inputReader();
        }

        String await(final String prefix) throws IOException {
            String line = lines.readLine();
            while (line != null && !line.startsWith(prefix)) {
                line = lines.readLine();
            }
            if (line == null) {
                throw new RunFailedException("a process ended before it said " + prefix + ": "
                    + Files.readString(errors).strip());
            }
            return line.substring(prefix.length());
        }

        void go() throws IOException {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        }

        long pid() {
            return process.pid();
        }

        long processorNanos() throws IOException {
            return WaitingPart.processorNanos(process.pid());
        }

        /** Of all its threads, voluntary ones. */
        long switches() throws IOException {
            return WaitingPart.switches(process.pid());
        }

        void end() {
            process.destroyForcibly();
            process.onExit().join();
        }
    }
}
