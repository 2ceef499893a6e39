package org.fencepost.ipc.bench;

import java.util.List;

/** What a run finds out. */
public enum Measure {
    /** Whether every byte arrives; nothing is timed. */
    CHECK("check", List.of()),
    /** Messages a second through one ring. */
    THROUGHPUT("throughput", List.of("millionMessagesPerSecond")),
    /** Time from before a message is sent until its answer has arrived through a second ring. */
    ROUND_TRIP("round-trip", List.of("p50Nanos", "p99Nanos", "p999Nanos"));

    private final String label;
    private final List<String> figures;

    Measure(final String label, final List<String> figures) {
        this.label = label;
        this.figures = figures;
    }

    /** Its name on the command line and in the report. */
    public String label() {
        return label;
    }

    /** Names of the figures that a run of it yields, the unit last. */
    public List<String> figures() {
        return figures;
    }

    static Measure ofLabel(final String label) {
        for (final Measure measure : values()) {
            if (measure.label.equals(label)) {
                return measure;
            }
        }
        throw new UsageException(
            "unknown measure '" + label + "', expected check, throughput or round-trip");
    }
}
