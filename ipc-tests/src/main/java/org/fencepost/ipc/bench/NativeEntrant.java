package org.fencepost.ipc.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A C program without anything that a library has to do besides: what the hardware, or the kernel,
 * gives. It runs on the first two cores.
 */
final class NativeEntrant implements Entrant {
    static final String LINE = "c-cache-line";
    static final String FUTEX = "c-futex";
    static final String RING = "c-ring";
    static final String RING_FULL = "c-ring-full";
    static final String RING_BATCH = "c-ring-batch";

    static final String RING_PROGRAM = "ring";

    private static final List<String> NAMES = List.of(LINE, FUTEX, RING, RING_FULL, RING_BATCH);
    /** Nothing is compiled meanwhile: the cores only have to come to the ring. */
    private static final long WARM_UP_MILLIS_MAX = 50;
    /** More than the fastest cores exchange in a measured millisecond. */
    private static final long ROUND_TRIPS_PER_MILLI_MAX = 25_000;

    private final String name;
    private final String how;
    private final String settings;
    private final boolean isRing;
    private final NativePrograms programs;
    private final Machine machine;

    private NativeEntrant(
        final String name,
        final String how,
        final String settings,
        final NativePrograms programs,
        final Machine machine) {
        this.name = name;
        this.how = how;
        this.settings = settings;
        this.isRing = name.startsWith(RING);
        this.programs = programs;
        this.machine = machine;
    }

    static List<String> names() {
        return NAMES;
    }

    /** The program of this name, one of {@link #names}. */
    static NativeEntrant byName(
        final String name, final NativePrograms programs, final Machine machine) {
        return switch (name) {
            case LINE -> new NativeEntrant(
                name, "spin", "one word there and one back, both sides spin", programs, machine);
            case FUTEX -> new NativeEntrant(
                name, "futex", "the same, but who waits sleeps in the kernel", programs, machine);
            case RING -> new NativeEntrant(
                name, "ends", "a header a message, its first and last word", programs, machine);
            case RING_FULL -> new NativeEntrant(
                name, "full", "a header a message, every word written and read", programs, machine);
            case RING_BATCH -> new NativeEntrant(
                name, "batch", "a position each 64 messages, their first and last words",
                programs, machine);
            default -> throw new IllegalArgumentException("no C program is called " + name);
        };
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> jvmFlags() {
        return List.of();
    }

    @Override
    public String settings() {
        return settings;
    }

    @Override
    public boolean supports(final Measure measure, final Variant variant) {
        return programs.areAvailable()
            && (isRing ? measure instanceof Throughput : measure instanceof RoundTrip);
    }

    @Override
    public Outcome run(final RunPlan plan) {
        return isRing ? runRing(plan) : runPingPong(plan);
    }

    private Outcome runRing(final RunPlan plan) {
        final List<Double> numbers = Entrant.numbers(
            run(RING_PROGRAM, Stream.of(plan.variant().payloadBytes(), Contenders.RING_BYTES,
                Math.min(plan.warmUpMillis(), WARM_UP_MILLIS_MAX), plan.measureMillis())),
            3, name);
        final double nanos = numbers.get(1);
        final double waitedNanos = numbers.get(2);
        return new Outcome(
            List.of(MessageFlow.millionsPerSecond(numbers.get(0), nanos)),
            waitedNanos < 0 ? Outcome.UNKNOWN : waitedNanos / nanos);
    }

    /** Only one line goes back and forth, however long a message is. */
    private Outcome runPingPong(final RunPlan plan) {
        final List<Figure> figures = plan.measure().figures();
        final Stream<Long> limits = Stream.of(
            plan.measureMillis() * ROUND_TRIPS_PER_MILLI_MAX, plan.measureMillis());
        final List<Double> numbers = Entrant.numbers(
            run(Bracketing.PROGRAM,
                Stream.concat(limits, figures.stream().map(Figure::percentile))),
            figures.size() + 1, name);
        return new Outcome(numbers.subList(0, figures.size()), Outcome.UNKNOWN);
    }

    private String run(final String program, final Stream<?> arguments) {
        final List<String> all = new ArrayList<>(List.of(
            how, machine.cpus().get(0).toString(), machine.cpus().get(1).toString()));
        arguments.map(Object::toString).forEach(all::add);
        return programs.run(program, all);
    }
}
