package org.fencepost.ipc.bench;

import java.util.List;
import java.util.stream.Stream;

/** A contender as the benchmark sees it: something that can be run and yields figures. */
interface Entrant {
    /** What it is called on the command line and in the report. */
    String name();

    /** Whether the measure means something for it. */
    boolean supports(Measure measure);

    /** JVM options that only this one gets. */
    List<String> jvmFlags();

    /**
     * Runs once, from starting the processes to ending them.
     *
     * @throws MismatchException  if a message was wrong.
     * @throws RunFailedException if there is no figure for another reason.
     */
    Outcome run(RunPlan plan);

    /** Messages and nanoseconds, as the one figure of throughput. */
    static List<Double> throughput(final double messages, final double nanos) {
        return List.of(messages * 1000 / nanos);
    }

    /** The numbers in a line that a process has printed. */
    static List<Double> numbers(final String words, final int count, final String source) {
        final String[] parts = words.strip().split(" ");
        if (parts.length == count) {
            try {
                return Stream.of(parts).map(Double::valueOf).toList();
            } catch (final NumberFormatException e) {
                // Reported below, as a wrong count is.
            }
        }
        throw new RunFailedException(
            source + " must print " + count + " numbers, but printed '" + words.strip() + "'");
    }
}
