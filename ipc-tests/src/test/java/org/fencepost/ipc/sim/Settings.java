package org.fencepost.ipc.sim;

import java.util.SplittableRandom;

/**
 * How one schedule is drawn.
 *
 * @param strategy how the next thread is chosen
 * @param burst the mean number of steps that a thread runs before another one may be chosen
 * @param stalePercent how often a load looks for an old value
 * @param reorderPercent how often a store or exchange goes before newer values it does not know
 * @param pauses how many long pauses of some thread there are
 * @param kills how many processes are killed at most
 * @param horizon roughly how many steps the program takes: pauses and kills fall into these
 * @param traced whether each step is recorded as text
 */
public record Settings(
    Strategy strategy, int burst, int stalePercent, int reorderPercent, int pauses, int kills,
    long horizon, boolean traced) {

    /** Who is next. */
    public enum Strategy {
        /** Any thread after any step. */
        UNIFORM,
        /** Any thread, each for a number of steps. */
        BURSTS,
        /** The thread with the highest priority; at a few random steps the running one drops. */
        PRIORITIES,
        /** The thread with the highest priority, until it finds nothing to do. */
        ALONE
    }

    private static final Strategy[] DRAWN =
        {Strategy.UNIFORM, Strategy.BURSTS, Strategy.PRIORITIES};

    private static final int[] BURSTS = {3, 10, 30, 100};
    private static final int[] PERCENT = {0, 0, 5, 20, 50};

    /** Draws settings for a program that takes about so many steps. */
    public static Settings draw(
        final SplittableRandom random, final long horizon, final int killsMax) {
        return new Settings(
            DRAWN[random.nextInt(DRAWN.length)],
            BURSTS[random.nextInt(BURSTS.length)],
            PERCENT[random.nextInt(PERCENT.length)],
            PERCENT[random.nextInt(PERCENT.length)],
            random.nextInt(3),
            random.nextInt(killsMax + 1),
            horizon,
            false);
    }

    /**
     * For a program that decides itself who dies or pauses where. Schedule 0 is the simplest: whoever
     * is preferred runs alone until it finds nothing to do, on memory without surprises; any other
     * is drawn.
     */
    public static Settings ofSchedule(final long schedule, final long horizon) {
        if (schedule == 0) {
            return new Settings(Strategy.ALONE, 1, 0, 0, 0, 0, horizon, false);
        }
        final Settings drawn =
            draw(new SplittableRandom(~schedule * 0x9E3779B97F4A7C15L), horizon, 0);
        return new Settings(drawn.strategy, drawn.burst, drawn.stalePercent, drawn.reorderPercent,
            0, 0, horizon, false);
    }

    /** The same with each step recorded. */
    public Settings withTrace() {
        return new Settings(
            strategy, burst, stalePercent, reorderPercent, pauses, kills, horizon, true);
    }
}
