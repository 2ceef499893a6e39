package org.fencepost.ipc.bench;

import java.util.List;

/** Messages a second when there are several who publish, or several who receive all of them. */
final class Crowd extends MessageFlow {
    static final String PRODUCERS = "producers";
    static final String SUBSCRIBERS = "subscribers";

    private final List<Integer> counts;

    private Crowd(final String label, final String title, final List<Integer> counts) {
        super(label, title, Throughput.FIGURES, Payload.Content.ENDS);
        this.counts = counts;
    }

    static Crowd producers() {
        return new Crowd(
            PRODUCERS, "Throughput of several producers together, M msg/s", List.of(2, 4));
    }

    static Crowd subscribers() {
        return new Crowd(
            SUBSCRIBERS, "Throughput to several subscribers, published M msg/s", List.of(2, 3));
    }

    @Override
    public List<Variant> variants(final BenchmarkOptions options) {
        return counts.stream().map(count ->
            new Variant(count + " " + label(), options.sizes().getFirst(), count)).toList();
    }

    @Override
    int senders(final Variant variant) {
        return label().equals(PRODUCERS) ? (int) variant.amount() : 1;
    }

    @Override
    int receivers(final Variant variant) {
        return label().equals(SUBSCRIBERS) ? (int) variant.amount() : 1;
    }
}
