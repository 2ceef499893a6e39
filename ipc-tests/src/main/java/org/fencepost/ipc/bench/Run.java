package org.fencepost.ipc.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A run as one of its processes sees it: what to do, with whom, and how to speak to the benchmark.
 * Used by the thread that plays the part.
 */
final class Run {
    private final RunPlan plan;
    private final Contender contender;
    private final Path directory;
    private final Part part;
    private final ControlLine control;
    private final long startNanos;

    /**
     * A run.
     *
     * @param startNanos when the first of its processes was started, by CLOCK_MONOTONIC, which is
     *                   what {@link System#nanoTime} shows in every process of a Linux host.
     */
    Run(
        final RunPlan plan,
        final Contender contender,
        final Path directory,
        final Part part,
        final ControlLine control,
        final long startNanos) {
        this.plan = plan;
        this.contender = contender;
        this.directory = directory;
        this.part = part;
        this.control = control;
        this.startNanos = startNanos;
    }

    RunPlan plan() {
        return plan;
    }

    Variant variant() {
        return plan.variant();
    }

    /** The contender as one that carries messages between processes. */
    MessageContender messages() {
        return as(MessageContender.class);
    }

    /** The contender as what its measure has asked for in {@link Measure#isPossible}. */
    <T extends Contender> T as(final Class<T> kind) {
        return kind.cast(contender);
    }

    /** A path that all processes of the run share, of a file or directory that nobody has made. */
    Path path(final String name) {
        return directory.resolve(name);
    }

    /** What a process of this index, among those that publish, writes. */
    Payload payload(final Payload.Content content) {
        return new Payload(variant().payloadBytes(), content, part.index());
    }

    /** Says that everything is open, and waits until all are. */
    void ready() throws InterruptedException {
        ControlLine.say(ControlLine.READY);
        control.awaitGo();
    }

    /** Says that the warm-up is over. */
    void measuring() {
        ControlLine.say(ControlLine.MEASURING);
    }

    /** Says what was found. */
    void report(final double... numbers) {
        ControlLine.say(ControlLine.RESULT + Arrays.stream(numbers)
            .mapToObj(Double::toString).collect(Collectors.joining(" ")));
    }

    /** Whether all has been measured and the process shall end. */
    boolean isStopped() {
        return control.isStopped();
    }

    /** Waits until the process shall end. */
    void awaitStop() throws InterruptedException {
        while (!isStopped()) {
            Thread.sleep(1);
        }
    }

    /** Nanoseconds since the first process of the run was started. */
    long nanosSinceStart() {
        return System.nanoTime() - startNanos;
    }

    /** Between two fruitless attempts: spins, or lets others run where cores are shared. */
    void pause() {
        if (plan.sharesCores()) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }
}
