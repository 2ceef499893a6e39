package org.fencepost.ipc.bench;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;

/** An entrant that runs nothing: its outcomes are given. */
record GivenEntrant(String name, Supplier<Outcome> outcomes) implements Entrant {
    @Override
    public boolean supports(final Measure measure, final Variant variant) {
        return true;
    }

    @Override
    public List<String> jvmFlags() {
        return List.of();
    }

    @Override
    public String settings() {
        return "";
    }

    @Override
    public Outcome run(final RunPlan plan) {
        return outcomes.get();
    }

    /** An outcome of such figures. */
    static Outcome outcome(final double... figures) {
        return new Outcome(
            DoubleStream.of(figures).boxed().toList(), Outcome.UNKNOWN);
    }
}
