package org.fencepost.ipc.sim;

import java.util.List;
import java.util.SplittableRandom;

/** Chooses whose step is next. */
final class Scheduler {
    /** Who has so often found nothing to do while nobody got on is stuck. */
    private static final int IDLES_OF_THE_STUCK = 40;

    private final Settings settings;
    private final SplittableRandom random;
    private final List<SimulatedThread> threads;
    private final boolean byPriority;

    Scheduler(
        final Settings settings, final SplittableRandom random,
        final List<SimulatedThread> threads) {
        this.settings = settings;
        this.random = random;
        this.threads = threads;
        byPriority = settings.strategy() == Settings.Strategy.PRIORITIES
            || settings.strategy() == Settings.Strategy.ALONE;
    }

    /** Whether the thread that has just made a step goes on without a new choice. */
    boolean keeps(final SimulatedThread thread, final long steps, final boolean fair) {
        if (thread.pausedUntil > steps && !fair || !thread.isRunnable()) {
            return false;
        }
        if (fair || settings.strategy() == Settings.Strategy.UNIFORM) {
            return false;
        }
        return settings.strategy() == Settings.Strategy.BURSTS
            && random.nextInt(settings.burst()) != 0;
    }

    /** Who is next, or null if nobody can run; {@code except} only if there is no other. */
    SimulatedThread pick(
        final SimulatedThread except, final long steps, final boolean fair) {
        SimulatedThread best = null;
        SimulatedThread soonest = null;
        int candidates = 0;
        for (final SimulatedThread thread : threads) {
            if (!thread.isRunnable()) {
                continue;
            }
            if (soonest == null || thread.pausedUntil < soonest.pausedUntil) {
                soonest = thread;
            }
            if (thread == except || thread.pausedUntil > steps && !fair) {
                continue;
            }
            candidates++;
            if (byPriority && !fair) {
                if (best == null || thread.priority > best.priority) {
                    best = thread;
                }
            } else if (random.nextInt(candidates) == 0) {
                best = thread;
            }
        }
        if (best != null) {
            return best;
        }
        if (except != null && except.isRunnable() && except.pausedUntil <= steps) {
            return except;
        }
        // All that could run are paused: time passes until the first of them wakes.
        return soonest;
    }

    /** Whether everybody who could run has found nothing to do for long. */
    boolean isStuck() {
        for (final SimulatedThread thread : threads) {
            if (thread.isRunnable() && thread.idles < IDLES_OF_THE_STUCK) {
                return false;
            }
        }
        return true;
    }

    /** Puts a thread behind all others. */
    void drop(final SimulatedThread thread) {
        long lowest = Long.MAX_VALUE;
        for (final SimulatedThread other : threads) {
            lowest = Math.min(lowest, other.priority);
        }
        thread.priority = lowest - 1;
    }
}
