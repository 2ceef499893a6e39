package org.fencepost.ipc.bench;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import org.HdrHistogram.Histogram;

/** A distribution of times as the figures of a measure: some for tables, all for a curve. */
final class Latencies {
    private static final double[] PERCENTILES = {
        0, 10, 25, 50, 75, 90, 95, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.98, 99.99, 99.999, 100};
    private static final List<Double> IN_TABLES = List.of(50.0, 99.0, 99.9);
    private static final long NANOS_MAX = TimeUnit.SECONDS.toNanos(10);
    private static final int DIGITS = 3;
    private static final double HALF = 50;

    /** A figure for each percentile, of nanoseconds. */
    static final List<Figure> FIGURES =
        DoubleStream.of(PERCENTILES).mapToObj(Latencies::figure).toList();

    private final Histogram histogram = new Histogram(NANOS_MAX, DIGITS);

    private static Figure figure(final double percentile) {
        final String number = String.format(Locale.ROOT, "%s", percentile).replaceAll("\\.0$", "");
        return new Figure(
            "p" + number.replace(".", "") + "Nanos",
            IN_TABLES.contains(percentile) ? "p" + number : "", 0, percentile);
    }

    /** Counts one; what is longer than 10 s counts as 10 s. */
    void record(final long nanos) {
        histogram.recordValue(Math.clamp(nanos, 0, NANOS_MAX));
    }

    /** Forgets what was counted so far. */
    void reset() {
        histogram.reset();
    }

    /** The one in the middle. */
    double median() {
        return histogram.getValueAtPercentile(HALF);
    }

    /** A number for each of the {@link #FIGURES}. */
    double[] numbers() {
        return DoubleStream.of(PERCENTILES).map(percentile ->
            (double) histogram.getValueAtPercentile(percentile)).toArray();
    }
}
