package org.fencepost.ipc.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Runs a contender in two JVMs, one on each core. */
final class JvmEntrant implements Entrant {
    /** Given to every measured JVM, whatever it holds. */
    static final List<String> COMMON_FLAGS = List.of("-Xms256m", "-Xmx256m", "-XX:+UseSerialGC");

    private static final long PATIENCE_MILLIS = 30_000;

    private final Contender contender;
    private final Machine machine;
    private final Scratch scratch;

    JvmEntrant(final Contender contender, final Machine machine, final Scratch scratch) {
        this.contender = contender;
        this.machine = machine;
        this.scratch = scratch;
    }

    @Override
    public String name() {
        return contender.name();
    }

    @Override
    public boolean supports(final Measure measure) {
        return contender.supports(measure);
    }

    @Override
    public List<String> jvmFlags() {
        return contender.jvmFlags();
    }

    @Override
    public Outcome run(final RunPlan plan) {
        final Path directory = scratch.newDirectory();
        try {
            return new Pair(plan, directory).run();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunFailedException(name() + ": interrupted", e);
        } finally {
            scratch.discard(directory);
        }
    }

    /** What a process said; an empty line is its end. */
    private record Event(Side from, String line) {
    }

    private record Side(String role, Process process, Path errors) {
        void tell(final String line) {
            try {
                final OutputStream input = process.getOutputStream();
                input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                input.flush();
            } catch (final IOException e) {
                // It has ended, which the queue of events tells with its reason.
            }
        }
    }

    /** The two processes of one run. */
    private final class Pair {
        private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        private final RunPlan plan;
        private final Path directory;
        private final long deadlineNanos;

        Pair(final RunPlan plan, final Path directory) {
            this.plan = plan;
            this.directory = directory;
            this.deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(
                PATIENCE_MILLIS + plan.warmUpMillis() + plan.measureMillis());
        }

        Outcome run() throws InterruptedException {
            final boolean roundTrip = plan.measure() == Measure.ROUND_TRIP;
            final Side first = start(
                0, roundTrip ? RunProcess.Role.PING : RunProcess.Role.SEND);
            final Side second = start(
                1, roundTrip ? RunProcess.Role.PONG : RunProcess.Role.RECEIVE);
            final List<String> threads =
                List.of(await(ControlLine.READY), await(ControlLine.READY));
            // The one that answers first, so that it does not miss the beginning of the time.
            second.tell(ControlLine.GO);
            first.tell(ControlLine.GO);
            await(ControlLine.MEASURING);
            final long start = System.nanoTime();
            final List<Double> waitedBefore = waitedNanos(threads);
            final String figures = await(ControlLine.RESULT);
            final List<Double> waitedAfter = waitedNanos(threads);
            final double nanos = System.nanoTime() - start;
            first.tell(ControlLine.STOP);
            second.tell(ControlLine.STOP);
            await("");
            await("");
            requireCleanEnd(first);
            requireCleanEnd(second);
            final double waitedMax = Math.max(
                waitedAfter.get(0) - waitedBefore.get(0), waitedAfter.get(1) - waitedBefore.get(1));
            return new Outcome(figuresOf(figures), waitedMax / nanos);
        }

        private static List<Double> waitedNanos(final List<String> threads) {
            return threads.stream().map(CoreShare::waitedNanos).toList();
        }

        private List<Double> figuresOf(final String words) {
            return switch (plan.measure()) {
                case CHECK -> List.of();
                case THROUGHPUT -> {
                    final List<Double> numbers = Entrant.numbers(words, 2, name());
                    yield Entrant.throughput(numbers.get(0), numbers.get(1));
                }
                case ROUND_TRIP ->
                    Entrant.numbers(words, Measure.ROUND_TRIP.figures().size(), name());
            };
        }

        private Side start(final int cpuIndex, final RunProcess.Role role) {
            final List<String> command = new ArrayList<>(machine.pinning(cpuIndex));
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(COMMON_FLAGS);
            command.addAll(contender.jvmFlags());
            command.add("-cp");
            command.add(System.getProperty("java.class.path"));
            command.add(RunProcess.class.getName());
            command.add(role.name());
            command.add(contender.name());
            command.add(directory.toString());
            command.addAll(plan.toArguments());
            final Path errors = directory.resolve(role.name() + ".err");
            final Side side = new Side(role.name(), scratch.start(command, errors), errors);
            final Thread reader = new Thread(() -> read(side), "output-of-" + role);
            reader.setDaemon(true);
            reader.start();
            return side;
        }

        private void read(final Side side) {
            try (BufferedReader lines = side.process().inputReader(StandardCharsets.UTF_8)) {
                lines.lines().filter(line -> !line.isEmpty())
                    .forEach(line -> events.add(new Event(side, line)));
            } catch (final IOException | UncheckedIOException e) {
                // A killed process takes its pipe with it; its end is reported below.
            }
            events.add(new Event(side, ""));
        }

        /** Waits for a line that begins so, and fails on everything else. */
        private String await(final String expected) throws InterruptedException {
            final long millisLeft =
                TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
            final Event event = events.poll(Math.max(0, millisLeft), TimeUnit.MILLISECONDS);
            if (event == null) {
                throw new RunFailedException(describe() + ": must say '" + expected.strip()
                    + "', but nothing was heard in time; it hangs or the machine is overloaded");
            }
            final String line = event.line();
            if (line.startsWith(ControlLine.MISMATCH)) {
                throw new MismatchException(
                    describe() + ": " + line.substring(ControlLine.MISMATCH.length()));
            }
            final boolean matches = expected.isEmpty() ? line.isEmpty() : line.startsWith(expected);
            if (!matches) {
                final String found = line.isEmpty() ? "ended" : "said '" + line + "'";
                throw new RunFailedException(describe() + ": " + event.from().role() + " must "
                    + (expected.isEmpty() ? "end" : "say '" + expected.strip() + "'")
                    + ", but " + found + errorsOf(event.from()));
            }
            return line.substring(expected.length());
        }

        private void requireCleanEnd(final Side side) throws InterruptedException {
            final int exitCode = side.process().waitFor();
            if (exitCode != 0) {
                throw new RunFailedException(describe() + ": " + side.role()
                    + " must end with exit code 0, but ended with " + exitCode + errorsOf(side));
            }
        }

        private String describe() {
            return name() + ", " + plan.measure().label() + " of " + plan.payloadBytes() + " bytes";
        }

        private String errorsOf(final Side side) {
            try {
                final String text = Files.readString(side.errors()).strip();
                return text.isEmpty() ? "" : System.lineSeparator() + text;
            } catch (final IOException e) {
                return " (its standard error cannot be read: " + e + ")";
            }
        }
    }
}
