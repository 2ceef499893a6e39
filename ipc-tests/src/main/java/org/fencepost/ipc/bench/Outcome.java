package org.fencepost.ipc.bench;

import java.util.List;

/**
 * What one run yields.
 *
 * @param figures     a value for each of the measure's {@link Measure#figures() figures}, in their
 *                    order.
 * @param othersShare of the time of the cores, from 0 to 1, that others have taken while it was
 *                    measured; {@link #UNKNOWN} where the kernel does not say.
 */
record Outcome(List<Double> figures, double othersShare) {
    /** What stands for a share that the kernel does not tell. */
    static final double UNKNOWN = Double.NaN;
}
