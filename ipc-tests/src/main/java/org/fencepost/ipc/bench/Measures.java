package org.fencepost.ipc.bench;

import java.util.List;

/** The measures that are known by name. */
final class Measures {
    /** Of all, in the order of the report. */
    static final List<String> LABELS = List.of(
        ContentCheck.LABEL,
        Throughput.LABEL,
        Crowd.PRODUCERS,
        Crowd.SUBSCRIBERS,
        RoundTrip.LABEL,
        PacedLatency.LABEL,
        Allocation.LABEL,
        StartUp.LABEL,
        History.LABEL,
        DurableAppends.LABEL,
        DurableStream.LABEL,
        JournalAppend.LABEL,
        JournalReplay.LABEL,
        Recovering.LABEL);

    /** What is measured when the command line does not say. */
    static final List<String> DEFAULT_LABELS =
        List.of(ContentCheck.LABEL, Throughput.LABEL, RoundTrip.LABEL);

    private Measures() {
    }

    static Measure byLabel(final String label) {
        return switch (label) {
            // A switch and no list, so that a process of a run starts with one measure's classes.
            case ContentCheck.LABEL -> new ContentCheck();
            case Throughput.LABEL -> new Throughput();
            case Crowd.PRODUCERS -> Crowd.producers();
            case Crowd.SUBSCRIBERS -> Crowd.subscribers();
            case RoundTrip.LABEL -> new RoundTrip();
            case PacedLatency.LABEL -> new PacedLatency();
            case Allocation.LABEL -> new Allocation();
            case StartUp.LABEL -> new StartUp();
            case History.LABEL -> new History();
            case DurableAppends.LABEL -> new DurableAppends();
            case DurableStream.LABEL -> new DurableStream();
            case JournalAppend.LABEL -> new JournalAppend();
            case JournalReplay.LABEL -> new JournalReplay();
            case Recovering.LABEL -> new Recovering();
            default -> throw new UsageException(
                "unknown measure '" + label + "', expected one of " + String.join(", ", LABELS));
        };
    }

    /** New ones, in this order. */
    static List<Measure> of(final List<String> labels) {
        return labels.stream().map(Measures::byLabel).toList();
    }
}
