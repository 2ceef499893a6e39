package org.fencepost.ipc.sim;

import java.util.SplittableRandom;

/** The steps, drawn at the beginning, at which somebody is killed, paused or loses its priority. */
final class Incidents {
    private static final long NEVER = Long.MAX_VALUE;
    private static final int DROPS = 4;

    private final long[] kills;
    private final long[] pauses;
    private final long[] drops;

    Incidents(final Settings settings, final SplittableRandom random) {
        kills = draw(settings.kills(), settings.horizon(), random);
        pauses = draw(settings.pauses(), settings.horizon(), random);
        drops = draw(
            settings.strategy() == Settings.Strategy.PRIORITIES ? DROPS : 0, settings.horizon(),
            random);
    }

    /** Whether a kill is due that was not taken yet. */
    boolean takeKill(final long step) {
        return take(kills, step);
    }

    /** Whether a pause is due that was not taken yet. */
    boolean takePause(final long step) {
        return take(pauses, step);
    }

    /** Whether a loss of priority is due that was not taken yet. */
    boolean takeDrop(final long step) {
        return take(drops, step);
    }

    private static boolean take(final long[] steps, final long now) {
        for (int i = 0; i < steps.length; i++) {
            if (steps[i] <= now) {
                steps[i] = NEVER;
                return true;
            }
        }
        return false;
    }

    private static long[] draw(
        final int count, final long horizon, final SplittableRandom random) {
        final long[] drawn = new long[count];
        for (int i = 0; i < count; i++) {
            drawn[i] = random.nextLong(1 + horizon);
        }
        return drawn;
    }
}
