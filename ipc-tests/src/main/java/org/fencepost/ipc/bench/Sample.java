package org.fencepost.ipc.bench;

import java.util.List;

/**
 * The figures of one run and how far apart the cores were around it.
 *
 * @param round       from 1.
 * @param figures     in the order of the measure's.
 * @param beforeNanos median round trip of a cache line right before the run, or
 *                    {@link Bracketing#UNKNOWN}.
 * @param afterNanos  the same right after it.
 */
record Sample(int round, List<Double> figures, double beforeNanos, double afterNanos) {
    double worseNanos() {
        return Math.max(beforeNanos, afterNanos);
    }
}
