package org.fencepost.ipc.bench;

import java.util.List;

/**
 * A question that is put to contenders, and what the processes of a run do to answer it. To add
 * one, implement this in a class of its own and list it in {@link Measures}. Stateless: the
 * benchmark holds one, and so does each process of a run.
 */
interface Measure {
    /** Its name on the command line and in the report. */
    String label();

    /** Heads its table: what is measured, and in which unit. */
    String title();

    /** What a run of it yields, in order; the first is what plots of bars show. */
    List<Figure> figures();

    /** What it is taken at, a column each. */
    List<Variant> variants(BenchmarkOptions options);

    /** Whether the question means something for a contender. */
    boolean isPossible(Contender contender, Variant variant);

    /** What a run does, once the command line is known. */
    default RunPlan plan(final Variant variant, final BenchmarkOptions options) {
        return new RunPlan(this, variant, options.warmUpMillis(), options.measureMillis(), 1);
    }

    /** Whether its runs need a disk, and not memory, below their directory. */
    default boolean isOnDisk() {
        return false;
    }

    /**
     * The processes of a run, in the order in which they are started. They are told to begin in the
     * opposite order, so that who receives does not miss the beginning.
     */
    List<Part> parts(Variant variant);

    /** Whether each process of a run has a core, or as little of one as there are. */
    default boolean isPinned() {
        return true;
    }

    /**
     * Plays a part, in a process of its own: opens what it needs, calls {@link Run#ready}; if it
     * reports, {@link Run#measuring} behind its warm-up and {@link Run#report} at the end; then
     * goes on until {@link Run#isStopped}, if others need it, and closes.
     */
    void play(Part part, Run run) throws Exception;

    /**
     * The figures of a run.
     *
     * @param reports what each part that reports has reported, in the order of {@link #parts}.
     */
    List<Double> figuresOf(Variant variant, List<List<Double>> reports);
}
