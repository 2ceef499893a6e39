package org.fencepost.ipc.bench;

import java.util.Arrays;
import java.util.List;

/** What a report says of a figure over the rounds. All three are NaN if there is no sample. */
record Summary(double median, double min, double max) {
    static Summary of(final List<Sample> samples, final int figure) {
        return of(samples.stream()
            .mapToDouble(sample -> sample.outcome().figures().get(figure)).toArray());
    }

    static Summary of(final double... unsorted) {
        final double[] values = Arrays.stream(unsorted).sorted().toArray();
        if (values.length == 0) {
            return new Summary(Double.NaN, Double.NaN, Double.NaN);
        }
        final int middle = values.length / 2;
        final double median = values.length % 2 == 1
            ? values[middle] : (values[middle - 1] + values[middle]) / 2;
        return new Summary(median, values[0], values[values.length - 1]);
    }
}
