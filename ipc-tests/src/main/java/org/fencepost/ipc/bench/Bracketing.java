package org.fencepost.ipc.bench;

import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * Tells runs on cores that were near each other from runs on cores that were far apart. A virtual
 * machine's CPUs may be moved, and everything that crosses between them slows down with the
 * distance for as long as that lasts; a bare round trip of a cache line before and after a run
 * shows it. Unless it is given, what near means is taken from the best one seen, so a machine whose
 * cores are far apart the whole time looks near: the report names that best one, to be compared
 * with other reports.
 */
final class Bracketing {
    static final String PROGRAM = "pingpong";
    /** A median of more than this times the best one seen means far. */
    static final double FAR_RATIO = 2.0;
    /** What stands for a round trip that could not be measured. */
    static final double UNKNOWN = Double.NaN;

    private static final String ROUND_TRIPS = "50000";
    private static final String MILLIS_MAX = "100";
    private static final int CALIBRATION_PROBES = 5;

    private final DoubleSupplier probe;
    private final double nearNanos;
    private double bestNanos = UNKNOWN;

    /**
     * Probes a few times, so that the first run is judged by more than its own bracket.
     *
     * @param probe     measures the median round trip in nanoseconds, or returns {@link #UNKNOWN}.
     * @param nearNanos what near is, or {@link #UNKNOWN} for the best that is seen.
     */
    Bracketing(final DoubleSupplier probe, final double nearNanos) {
        this.probe = probe;
        this.nearNanos = nearNanos;
        for (int i = 0; i < CALIBRATION_PROBES; i++) {
            probeNanos();
        }
    }

    /** What measures the round trip between the two cores of this machine. */
    static DoubleSupplier probeOf(final NativePrograms programs, final Machine machine) {
        if (!programs.areAvailable()) {
            return () -> UNKNOWN;
        }
        final List<String> arguments = List.of(
            "spin",
            machine.cpus().get(0).toString(),
            machine.cpus().get(1).toString(),
            ROUND_TRIPS,
            MILLIS_MAX,
            "50");
        return () -> Entrant.numbers(programs.run(PROGRAM, arguments), 2, PROGRAM).getFirst();
    }

    /** The median round trip right now, or {@link #UNKNOWN}. */
    double probeNanos() {
        final double median = probe.getAsDouble();
        if (Double.isNaN(bestNanos) || median < bestNanos) {
            bestNanos = median;
        }
        return median;
    }

    /** The best median so far, or {@link #UNKNOWN}. */
    double bestNanos() {
        return bestNanos;
    }

    /**
     * Whether a round trip is far, by what is known of this machine now; an unknown one is not.
     * Where near was given, much nearer is another place too: two threads of one core, for one.
     */
    boolean isFar(final double nanos) {
        final double near = Double.isNaN(nearNanos) ? bestNanos : nearNanos;
        return nanos > FAR_RATIO * near || nanos < near / FAR_RATIO;
    }
}
