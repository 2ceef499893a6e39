package org.fencepost.ipc.bench;

import java.util.List;
import java.util.stream.Stream;

/** Messages a second of one process to several, each of which receives all of them. */
final class Subscribers extends MessageFlow {
    static final String LABEL = "subscribers";

    Subscribers() {
        super(Payload.Content.ENDS);
    }

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public String title() {
        return "Throughput to several subscribers, published M msg/s";
    }

    @Override
    public List<Figure> figures() {
        return Throughput.FIGURES;
    }

    @Override
    public List<Variant> variants(final BenchmarkOptions options) {
        return Stream.of(1, 2, 3).map(count ->
            new Variant(count + " subscribers", options.sizes().getFirst(), count)).toList();
    }

    @Override
    int receivers(final Variant variant) {
        return (int) variant.amount();
    }
}
