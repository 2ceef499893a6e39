package org.fencepost.ipc.bench;

import java.util.IntSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * Everything that a benchmark found out, for the reports.
 *
 * @param repeats  runs that were taken again, because cores were far apart or others at work.
 * @param delays   times that a run was put off because cores were far apart.
 * @param missing  samples that could not be taken between near cores.
 * @param leftOut  samples for which there was no time left.
 * @param failures what is said of runs that failed.
 * @param checked  the contenders and sizes whose every byte was checked.
 */
record Findings(
    BenchmarkOptions options,
    Machine machine,
    String loadBefore,
    String loadAfter,
    String reasonUnbracketed,
    double bestNanos,
    int repeats,
    int delays,
    int missing,
    int leftOut,
    List<String> failures,
    List<Cell> checked,
    List<Entrant> entrants,
    Map<Cell, List<Sample>> samples) {

    /** Runs in which others took more than {@link BenchmarkOptions#othersShareMax}. */
    long disturbedRuns() {
        return othersShares().filter(share -> share > options.othersShareMax()).count();
    }

    /** The largest share of a run's time that others took, or {@link Outcome#UNKNOWN}. */
    double worstOthersShare() {
        return othersShares().max().orElse(Outcome.UNKNOWN);
    }

    private DoubleStream othersShares() {
        return samples.values().stream().flatMap(List::stream)
            .mapToDouble(sample -> sample.outcome().othersShare())
            .filter(share -> !Double.isNaN(share));
    }

    /** How many rounds there are of each measure: of its least taken cell, and of all of them. */
    Map<String, IntSummaryStatistics> roundsMade() {
        return samples.entrySet().stream().collect(Collectors.groupingBy(
            entry -> entry.getKey().measure().label(), LinkedHashMap::new,
            Collectors.summarizingInt(entry -> entry.getValue().size())));
    }

    /** Whether the distance of the cores is known for every run that crosses them. */
    boolean isBracketed() {
        return reasonUnbracketed.isEmpty();
    }
}
