package org.fencepost.ipc.bench;

import java.util.List;

/** Messages a second, from one process to another. */
final class Throughput extends MessageFlow {
    static final String LABEL = "throughput";
    static final List<Figure> FIGURES =
        List.of(Figure.of("millionMessagesPerSecond", "M msg/s", 2));

    Throughput() {
        super(LABEL, "Throughput, M msg/s", FIGURES, Payload.Content.ENDS);
    }

    @Override
    public List<Variant> variants(final BenchmarkOptions options) {
        return options.sizes().stream().map(Variant::ofSize).toList();
    }
}
