package org.fencepost.ipc.bench;

/**
 * One run and how far apart the cores were around it.
 *
 * @param round       from 1.
 * @param outcome     what it yielded.
 * @param beforeNanos median round trip of a cache line right before the run, or
 *                    {@link Bracketing#UNKNOWN}.
 * @param afterNanos  the same right after it.
 */
record Sample(int round, Outcome outcome, double beforeNanos, double afterNanos) {
    boolean isFar(final Bracketing bracketing) {
        return bracketing.isFar(beforeNanos) || bracketing.isFar(afterNanos);
    }
}
