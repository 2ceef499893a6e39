package org.fencepost.ipc.bench;

import java.util.List;

/** Whether every byte arrives, several laps of a ring long; nothing is timed. */
final class ContentCheck extends MessageFlow {
    static final String LABEL = "check";

    /** Times that a ring is gone round, so that re-used memory is seen too. */
    private static final int LAPS = 4;

    ContentCheck() {
        super(LABEL, "Every byte checked", List.of(), Payload.Content.FULL);
    }

    @Override
    public List<Variant> variants(final BenchmarkOptions options) {
        return options.sizes().stream().map(Variant::ofSize).toList();
    }

    @Override
    public RunPlan plan(final Variant variant, final BenchmarkOptions options) {
        final long messages = (long) LAPS * Contenders.RING_BYTES / variant.payloadBytes();
        return new RunPlan(this, variant, 0, 0, messages);
    }

    @Override
    public List<Double> figuresOf(final Variant variant, final List<List<Double>> reports) {
        return List.of();
    }
}
