package org.fencepost.ipc.sim;

import java.util.Locale;

/**
 * Cuts one operation off in one way under one schedule: before its first access, before its second,
 * and so on until it ends before it is cut off. Until then all of these runs take the same steps,
 * so every access that the operation makes under this schedule is a point.
 */
final class Sweep {
    private final Operation operation;
    private final Cut cut;
    private final long schedule;
    private long points;
    private long runs;
    private long steps;

    Sweep(final Operation operation, final Cut cut, final long schedule) {
        this.operation = operation;
        this.cut = cut;
        this.schedule = schedule;
    }

    /** Every point; of two deaths one pair in so many. */
    void run(final int pairsPerSample) {
        for (int first = 1; cut.takesTwo()
            ? runSeconds(first, pairsPerSample) : runPoint(first, 0).cutFirst(); first++) {
            points++;
        }
    }

    /** Points at which the operation was cut off; of two deaths, of the first one. */
    long points() {
        return points;
    }

    /** Schedules that were run. */
    long runs() {
        return runs;
    }

    /** Steps that they took. */
    long steps() {
        return steps;
    }

    @Override
    public String toString() {
        return (operation + ":" + cut + ":" + schedule).toLowerCase(Locale.ROOT);
    }

    /** Whether the first death came before the operation's end. */
    private boolean runSeconds(final int first, final int pairsPerSample) {
        // Another remainder for each first point, so that the second ones differ.
        int second = 1 + Math.floorMod(first * 7 + (int) schedule, pairsPerSample);
        Point.Outcome outcome;
        do {
            outcome = runPoint(first, second);
            second += pairsPerSample;
        } while (outcome.cutSecond());
        return outcome.cutFirst();
    }

    private Point.Outcome runPoint(final int first, final int second) {
        final Point.Outcome outcome = new Point(operation, cut, schedule, first, second).run();
        runs++;
        steps += outcome.steps();
        return outcome;
    }
}
