package org.fencepost.ipc.bench;

import java.util.List;
import java.util.stream.Stream;

/** Messages a second of several processes together, to one that receives them. */
final class Producers extends MessageFlow {
    static final String LABEL = "producers";

    Producers() {
        super(Payload.Content.ENDS);
    }

    @Override
    public String label() {
        return LABEL;
    }

    @Override
    public String title() {
        return "Throughput of several producers together, M msg/s";
    }

    @Override
    public List<Figure> figures() {
        return Throughput.FIGURES;
    }

    @Override
    public List<Variant> variants(final BenchmarkOptions options) {
        return Stream.of(1, 2, 4).map(count ->
            new Variant(count + " producers", options.sizes().getFirst(), count)).toList();
    }

    @Override
    int senders(final Variant variant) {
        return (int) variant.amount();
    }
}
