package org.fencepost.ipc.bench;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Takes the samples, round by round, and keeps those whose cores were near. A run between far
 * cores, or on cores that others worked on, is repeated a bounded number of times. If the cores
 * never become near, the sample is missing, since a figure from another distance is worse than
 * none; if the others never leave, the least disturbed run is kept, and counts as disturbed.
 */
final class Sampler {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final int PAUSES_MAX = 120;

    private final BenchmarkOptions options;
    private final TimeLimit limit;
    private final Bracketing bracketing;
    private final PrintStream progress;
    private final Map<Cell, List<Sample>> samples = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();
    /** Of the round: what needs no near cores, and is taken while they are far. */
    private final Deque<Cell> alone = new ArrayDeque<>();
    /** The round trip behind the last run if nothing has run since, or {@link Bracketing#UNKNOWN}. */
    private double lastNanos = Bracketing.UNKNOWN;
    private int repeats;
    private int delays;
    private int missing;
    private int leftOut;

    Sampler(
        final BenchmarkOptions options,
        final TimeLimit limit,
        final Bracketing bracketing,
        final PrintStream progress) {
        this.options = options;
        this.limit = limit;
        this.bracketing = bracketing;
        this.progress = progress;
    }

    /** Runs every cell once a round, so that whatever drifts meets all of them alike. */
    void takeAll(final List<Cell> cells) {
        cells.forEach(cell -> samples.put(cell, new ArrayList<>()));
        for (int round = 1; round <= options.rounds(); round++) {
            final int now = round;
            final List<Cell> wanted = cells.stream().filter(cell -> now <= options.rounds(
                cell.measure(), cell.variant(), cell.entrant().name())).toList();
            wanted.stream().filter(cell -> !cell.crossesCores()).forEach(alone::add);
            for (final Cell cell : wanted) {
                if (cell.crossesCores() || alone.remove(cell)) {
                    take(cell, round);
                }
            }
        }
        retakeFar();
    }

    /**
     * The best round trip is known only at the end: runs that looked near by an earlier standard
     * are judged again, and taken again.
     */
    private void retakeFar() {
        for (final Map.Entry<Cell, List<Sample>> entry : samples.entrySet()) {
            final List<Sample> far = entry.getValue().stream()
                .filter(sample -> sample.isFar(bracketing)).toList();
            entry.getValue().removeAll(far);
            for (final Sample sample : far) {
                repeats++;
                take(entry.getKey(), sample.round());
            }
        }
        // Taking them again may have found a still better round trip; those left have no sample.
        for (final List<Sample> taken : samples.values()) {
            final int before = taken.size();
            taken.removeIf(sample -> sample.isFar(bracketing));
            missing += before - taken.size();
        }
    }

    private void take(final Cell cell, final int round) {
        if (limit.isReached()) {
            leftOut++;
            return;
        }
        try {
            takeNear(cell, round);
        } catch (final RunFailedException e) {
            failures.add("round " + round + ", " + cell + ": " + e.getMessage());
            progress.println("bench: RUN FAILED: " + e.getMessage());
        }
    }

    private void takeNear(final Cell cell, final int round) {
        Sample best = null;
        for (int attempt = 1; attempt <= options.attempts(); attempt++) {
            if (attempt > 1) {
                repeats++;
            }
            final Sample sample = run(cell, round);
            if (!sample.isFar(bracketing) && (best == null || sample.isLessDisturbedThan(best))) {
                best = sample;
            }
            if (limit.isReached() || best != null && !best.isDisturbed(options.othersShareMax())) {
                break;
            }
        }
        if (best == null) {
            missing++;
        } else {
            samples.get(cell).add(best);
        }
    }

    Map<Cell, List<Sample>> samples() {
        return samples;
    }

    /** Runs that were taken again, because cores were far apart or others worked on them. */
    int repeats() {
        return repeats;
    }

    /** Times that a run was put off because the cores were far apart. */
    int delays() {
        return delays;
    }

    /** Samples that could not be taken between near cores. */
    int missing() {
        return missing;
    }

    /** Samples for which there was no time left. */
    int leftOut() {
        return leftOut;
    }

    /** What is said of runs that failed. */
    List<String> failures() {
        return failures;
    }

    /**
     * Runs once, bracketed if it crosses cores: what was measured behind the run before this one stands
     * before this one, as they are neighbours.
     */
    private Sample run(final Cell cell, final int round) {
        final double before = cell.crossesCores() ? nearNanos(round) : Bracketing.UNKNOWN;
        // A run that fails, or that is not bracketed, leaves nothing to its neighbour.
        lastNanos = Bracketing.UNKNOWN;
        final Outcome outcome =
            cell.entrant().run(cell.measure().plan(cell.variant(), options));
        if (cell.crossesCores()) {
            lastNanos = bracketing.probeNanos();
        }
        final Sample sample = new Sample(round, outcome, before, lastNanos);
        progress.printf(
            Locale.ROOT,
            "round %d  %-60s %s  cache line %.0f, %.0f ns, others %.0f %%%n",
            round, cell, inTables(cell.measure(), outcome),
            sample.beforeNanos(), sample.afterNanos(), 100 * outcome.othersShare());
        return sample;
    }

    private static String inTables(final Measure measure, final Outcome outcome) {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < measure.figures().size(); i++) {
            final Figure figure = measure.figures().get(i);
            if (figure.isInTables()) {
                text.append(String.format(
                    Locale.ROOT, " %s %.2f", figure.head(), outcome.figures().get(i)));
            }
        }
        return text.substring(1);
    }

    /** The round trip right now, or as soon as it is near, if that does not take too long. */
    private double nearNanos(final int round) {
        double nanos = Double.isNaN(lastNanos) ? bracketing.probeNanos() : lastNanos;
        if (bracketing.isFar(nanos)) {
            delays++;
        }
        for (int i = 0; i < PAUSES_MAX && bracketing.isFar(nanos) && !limit.isReached(); i++) {
            if (alone.isEmpty()) {
                LockSupport.parkNanos(PAUSE_NANOS);
            } else {
                take(alone.remove(), round);
            }
            nanos = bracketing.probeNanos();
        }
        return nanos;
    }
}
