package org.fencepost.ipc.bench;

import java.util.List;
import java.util.stream.Stream;

/** A contender as the benchmark sees it: something that can be run and yields figures. */
interface Entrant {
    /** What it is called on the command line and in the report. */
    String name();

    /** Whether the measure means something for it. */
    boolean supports(Measure measure, Variant variant);

    /** JVM options that only this one gets. */
    List<String> jvmFlags();

    /** How it was set up, for the report; empty if its name says it all. */
    String settings();

    /**
     * Runs once, from starting the processes to ending them.
     *
     * @throws MismatchException  if a message was wrong.
     * @throws RunFailedException if there is no figure for another reason.
     */
    Outcome run(RunPlan plan);

    /** The numbers in a line that a process has printed. */
    static List<Double> numbers(final String words, final String source) {
        try {
            return Stream.of(words.strip().split(" ")).map(Double::valueOf).toList();
        } catch (final NumberFormatException e) {
            throw new RunFailedException(
                source + " must print numbers, but printed '" + words.strip() + "'");
        }
    }

    /** So many numbers in a line that a process has printed. */
    static List<Double> numbers(final String words, final int count, final String source) {
        final List<Double> numbers = numbers(words, source);
        if (numbers.size() != count) {
            throw new RunFailedException(
                source + " must print " + count + " numbers, but printed '" + words.strip() + "'");
        }
        return numbers;
    }
}
