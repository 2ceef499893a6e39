package org.fencepost.ipc.bench;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The measures that are known by name. */
final class Measures {
    /** All, in the order of the report. */
    static final List<Measure> ALL = List.of(
        new ContentCheck(),
        new Throughput(),
        new Producers(),
        new Subscribers(),
        new RoundTrip(),
        new PacedLatency(),
        new Allocation(),
        new StartUp(),
        new History(),
        new DurableAppends(),
        new DurableStream(),
        new JournalAppend(),
        new JournalReplay(),
        new Recovering());

    /** What is measured when the command line does not say. */
    static final List<Measure> DEFAULT =
        of(ContentCheck.LABEL, Throughput.LABEL, RoundTrip.LABEL);

    /** What takes little time. */
    static final List<Measure> QUICK = of(
        ContentCheck.LABEL, Throughput.LABEL, RoundTrip.LABEL, Allocation.LABEL, StartUp.LABEL);

    private Measures() {
    }

    private static List<Measure> of(final String... labels) {
        return Stream.of(labels).map(Measures::byLabel).toList();
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
