package org.fencepost.ipc.bench;

import java.util.List;

/**
 * What one run yields.
 *
 * @param figures     a value for each of the measure's {@link Measure#figures() figures}, in their
 *                    order.
 * @param waitedShare of the measured time, from 0 to 1, that the worse of the two measured threads
 *                    was ready to run but had to leave its core to others; {@link #UNKNOWN} where
 *                    the kernel does not say.
 */
record Outcome(List<Double> figures, double waitedShare) {
    /** What stands for a share that the kernel does not tell. */
    static final double UNKNOWN = Double.NaN;
}
