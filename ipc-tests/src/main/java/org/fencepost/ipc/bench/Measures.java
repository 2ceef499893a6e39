package org.fencepost.ipc.bench;

import java.util.List;
import java.util.stream.Collectors;

/** The measures that are known by name. */
final class Measures {
    /** All, in the order of the report. */
    static final List<Measure> ALL = List.of(
        new ContentCheck(),
        new Throughput(),
        new RoundTrip(),
        new DurableAppends());

    /** What is measured when the command line does not say. */
    static final List<Measure> DEFAULT = ALL.stream()
        .filter(measure -> List.of(ContentCheck.LABEL, Throughput.LABEL, RoundTrip.LABEL)
            .contains(measure.label()))
        .toList();

    private Measures() {
    }

    static Measure byLabel(final String label) {
        for (final Measure measure : ALL) {
            if (measure.label().equals(label)) {
                return measure;
            }
        }
        throw new UsageException("unknown measure '" + label + "', expected one of "
            + ALL.stream().map(Measure::label).collect(Collectors.joining(", ")));
    }
}
