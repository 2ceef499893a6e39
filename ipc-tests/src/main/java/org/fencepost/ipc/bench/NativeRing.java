package org.fencepost.ipc.bench;

import java.util.List;

/** A ring in C without anything that a library has to do besides: what the hardware gives. */
final class NativeRing implements Entrant {
    static final String NAME = "c-ring";
    static final String PROGRAM = "ring";

    private final NativePrograms programs;
    private final Machine machine;

    NativeRing(final NativePrograms programs, final Machine machine) {
        this.programs = programs;
        this.machine = machine;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean supports(final Measure measure, final Variant variant) {
        return measure.label().equals(Throughput.LABEL) && programs.areAvailable();
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
        final String output = programs.run(PROGRAM, List.of(
            machine.cpus().get(0).toString(),
            machine.cpus().get(1).toString(),
            Integer.toString(plan.variant().payloadBytes()),
            Integer.toString(Contenders.RING_BYTES),
            Long.toString(plan.warmUpMillis()),
            Long.toString(plan.measureMillis())));
        final List<Double> numbers = Entrant.numbers(output, 3, NAME);
        final double nanos = numbers.get(1);
        final double waitedNanos = numbers.get(2);
        return new Outcome(
            List.of(MessageFlow.millionsPerSecond(numbers.get(0), nanos)),
            waitedNanos < 0 ? Outcome.UNKNOWN : waitedNanos / nanos);
    }
}
