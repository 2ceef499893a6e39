package org.fencepost.ipc.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The processes of one run, steered line by line: all are ready, all begin, some report, all end.
 * Whatever else one of them says or does fails the run.
 */
final class ProcessGroup {
    private static final long PATIENCE_MILLIS = 60_000;
    /** Stands for the end of a process among its lines. */
    private static final String END = "";

    private final String description;
    private final Path directory;
    private final Scratch scratch;
    private final List<Integer> cpus;
    private final long deadlineNanos;
    private final List<Member> members = new ArrayList<>();
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private boolean stopping;

    /**
     * What a run has yielded.
     *
     * @param numbers     of each process that reports.
     * @param othersShare of the cores' time, that others have used.
     */
    record Reports(List<List<Double>> numbers, double othersShare) {
    }

    private record Event(Member from, String line) {
    }

    private record Member(Part part, Process process, Path errors, Queue<String> unread) {
        void tell(final String line) {
            try {
                final OutputStream input = process.getOutputStream();
                input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                input.flush();
            } catch (final IOException e) {
                throw new RunFailedException(part.name() + " cannot be reached", e);
            }
        }
    }

    /**
     * A group without processes.
     *
     * @param runMillis that its run takes, beside what starting and ending take.
     * @param cpus      that it runs on.
     */
    ProcessGroup(
        final String description,
        final long runMillis,
        final Path directory,
        final Scratch scratch,
        final List<Integer> cpus) {
        this.description = description;
        this.directory = directory;
        this.scratch = scratch;
        this.cpus = cpus;
        this.deadlineNanos =
            System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS + runMillis);
    }

    void start(final Part part, final List<String> command) {
        final Path errors = directory.resolve(part.name() + ".err");
        final Member member =
            new Member(part, scratch.start(command, errors), errors, new ArrayDeque<>());
        members.add(member);
        final Thread reader = new Thread(() -> read(member), "output-of-" + part.name());
        reader.setDaemon(true);
        reader.start();
    }

    Reports run() throws InterruptedException {
        final List<Member> reporting =
            members.stream().filter(member -> member.part().reports()).toList();
        for (final Member member : members) {
            await(member, ControlLine.READY);
        }
        members.reversed().forEach(member -> member.tell(ControlLine.GO));
        for (final Member member : reporting) {
            await(member, ControlLine.MEASURING);
        }
        final long start = System.nanoTime();
        final double othersBefore = othersNanos();
        final List<List<Double>> numbers = new ArrayList<>();
        for (final Member member : reporting) {
            numbers.add(Entrant.numbers(
                await(member, ControlLine.RESULT), description + ", " + member.part().name()));
        }
        final double others = othersNanos() - othersBefore;
        final double nanos = System.nanoTime() - start;
        stopping = true;
        members.forEach(member -> member.tell(ControlLine.STOP));
        for (final Member member : members) {
            await(member, END);
            requireCleanEnd(member);
        }
        return new Reports(numbers, CoreUse.share(others, nanos, cpus.size()));
    }

    /** What has been worked on the cores so far by others, as far as it is known. */
    private double othersNanos() {
        return CoreUse.workedNanos(cpus) - members.stream()
            .mapToDouble(member -> CoreUse.usedNanos(member.process().pid())).sum();
    }

    private void read(final Member member) {
        try (BufferedReader lines = member.process().inputReader(StandardCharsets.UTF_8)) {
            lines.lines().filter(line -> !line.isEmpty())
                .forEach(line -> events.add(new Event(member, line)));
        } catch (final IOException | UncheckedIOException e) {
            // A killed process takes its pipe with it; its end is reported below.
        }
        events.add(new Event(member, END));
    }

    /** Waits for the next line of a process, which must begin so; returns the rest of it. */
    private String await(final Member member, final String expected) throws InterruptedException {
        while (member.unread().isEmpty()) {
            final long millisLeft =
                TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
            final Event event = events.poll(Math.max(0, millisLeft), TimeUnit.MILLISECONDS);
            if (event == null) {
                throw new RunFailedException(description + ": " + member.part().name()
                    + " must say '" + expected.strip() + "', but was not heard in time; it hangs"
                    + " or the machine is overloaded" + errorsOf(member));
            }
            requireSound(event);
            event.from().unread().add(event.line());
        }
        final String line = member.unread().remove();
        if (expected.equals(END) ? line.equals(END) : line.startsWith(expected)) {
            return line.substring(expected.length());
        }
        throw new RunFailedException(description + ": " + member.part().name() + " must "
            + (expected.equals(END) ? "end" : "say '" + expected.strip() + "'")
            + ", but said '" + line + "'" + errorsOf(member));
    }

    private void requireSound(final Event event) {
        final String line = event.line();
        if (line.startsWith(ControlLine.MISMATCH)) {
            throw new MismatchException(
                description + ": " + line.substring(ControlLine.MISMATCH.length()));
        }
        if (line.startsWith(ControlLine.FAILED)) {
            throw new RunFailedException(description + ": " + event.from().part().name() + " "
                + line + errorsOf(event.from()));
        }
        if (line.equals(END) && !stopping) {
            throw new RunFailedException(description + ": " + event.from().part().name()
                + " has ended too early" + errorsOf(event.from()));
        }
    }

    private void requireCleanEnd(final Member member) throws InterruptedException {
        final int exitCode = member.process().waitFor();
        if (exitCode != 0) {
            throw new RunFailedException(description + ": " + member.part().name()
                + " must end with exit code 0, but ended with " + exitCode + errorsOf(member));
        }
    }

    private static String errorsOf(final Member member) {
        try {
            final String text = Files.readString(member.errors()).strip();
            return text.isEmpty() ? "" : System.lineSeparator() + text;
        } catch (final IOException e) {
            return " (its standard error cannot be read: " + e + ")";
        }
    }
}
