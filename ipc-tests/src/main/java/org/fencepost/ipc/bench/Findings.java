package org.fencepost.ipc.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * Everything that a benchmark found out, for the two reports.
 *
 * @param checked the contenders and sizes whose every byte was checked.
 */
record Findings(
    BenchmarkOptions options,
    Machine machine,
    String loadBefore,
    String loadAfter,
    String reasonUnbracketed,
    double bestNanos,
    int repeats,
    int pauses,
    int missing,
    List<Cell> checked,
    List<Entrant> entrants,
    Map<Cell, List<Sample>> samples) {

    private static final List<List<String>> COMPARED = List.of(
        List.of(FencepostContender.SHARED, AgronaContender.MANY_TO_ONE),
        List.of(
            FencepostContender.SHARED,
            AgronaContender.MANY_TO_ONE + AgronaContender.UNCHECKED_SUFFIX),
        List.of(FencepostContender.EXCLUSIVE, AgronaContender.ONE_TO_ONE),
        List.of(
            FencepostContender.EXCLUSIVE,
            AgronaContender.ONE_TO_ONE + AgronaContender.UNCHECKED_SUFFIX));

    /** Medians of throughput, one divided by the other. */
    record Ratio(String contender, String peer, int payloadBytes, double ratio) {
    }

    /** A run is disturbed if a measured thread waited for its core for more than this share. */
    static final double DISTURBED_SHARE = 0.01;

    /** Runs in which others took a core away. */
    long disturbedRuns() {
        return waitedShares().filter(share -> share > DISTURBED_SHARE).count();
    }

    /** The largest share of a run's time that others took, or {@link Outcome#UNKNOWN}. */
    double worstWaitedShare() {
        return waitedShares().max().orElse(Outcome.UNKNOWN);
    }

    private DoubleStream waitedShares() {
        return samples.values().stream().flatMap(List::stream)
            .mapToDouble(sample -> sample.outcome().waitedShare())
            .filter(share -> !Double.isNaN(share));
    }

    boolean isBracketed() {
        return reasonUnbracketed.isEmpty();
    }

    /** What Fencepost is compared with, as far as both were measured. */
    List<Ratio> ratios() {
        final List<Ratio> ratios = new ArrayList<>();
        for (final List<String> pair : COMPARED) {
            for (final int payloadBytes : options.sizes()) {
                final double ratio = median(pair.get(0), payloadBytes)
                    / median(pair.get(1), payloadBytes);
                if (!Double.isNaN(ratio)) {
                    ratios.add(new Ratio(pair.get(0), pair.get(1), payloadBytes, ratio));
                }
            }
        }
        return ratios;
    }

    private double median(final String name, final int payloadBytes) {
        for (final Map.Entry<Cell, List<Sample>> entry : samples.entrySet()) {
            final Cell cell = entry.getKey();
            if (cell.measure().label().equals(Throughput.LABEL)
                && cell.variant().payloadBytes() == payloadBytes
                && cell.entrant().name().equals(name)) {
                return Summary.of(entry.getValue(), 0).median();
            }
        }
        return Double.NaN;
    }
}
