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
    /** Whether others took more than this share of the cores; not if that is unknown. */
    boolean isDisturbed(final double shareMax) {
        return outcome.othersShare() > shareMax;
    }

    boolean isLessDisturbedThan(final Sample other) {
        return outcome.othersShare() < other.outcome.othersShare();
    }

    boolean isFar(final Bracketing bracketing) {
        return bracketing.isFar(beforeNanos) || bracketing.isFar(afterNanos);
    }
}
