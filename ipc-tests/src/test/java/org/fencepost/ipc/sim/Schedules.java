package org.fencepost.ipc.sim;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;

/**
 * Runs a program under one schedule after the other, each determined by a seed. Threads may share
 * it: a run needs nothing of another.
 */
public final class Schedules {
    private static final int LINES_SHOWN = 120;

    private final String name;
    private final long horizon;
    private final int killsMax;
    private final Program program;
    private final LongAdder run = new LongAdder();
    private final LongAdder killed = new LongAdder();
    private final LongAdder steps = new LongAdder();

    /**
     * Schedules of a program.
     *
     * @param name     what to call it on the command line
     * @param horizon  roughly how many steps it takes
     * @param killsMax how many processes a schedule may kill
     */
    public Schedules(
        final String name, final long horizon, final int killsMax, final Program program) {
        this.name = name;
        this.horizon = horizon;
        this.killsMax = killsMax;
        this.program = program;
    }

    /** Runs the schedule of one seed and returns the hash of its trace. */
    public long run(final long seed) {
        final Simulation simulation = new Simulation(seed, settings(seed));
        try {
            program.run(simulation);
        } catch (final RuntimeException | Error e) {
            throw failed(seed, simulation, e);
        }
        run.increment();
        killed.add(simulation.killed());
        steps.add(simulation.steps());
        return simulation.traceHash();
    }

    /** Runs this many schedules, of consecutive seeds. */
    public void run(final long firstSeed, final long count) {
        for (long i = 0; i < count; i++) {
            run(firstSeed + i);
        }
    }

    /** Runs schedules of consecutive seeds until the time is over, and returns how many. */
    public long runFor(final long firstSeed, final long nanos) {
        final long end = System.nanoTime() + nanos;
        long count = 0;
        while (System.nanoTime() < end) {
            run(firstSeed + count);
            count++;
        }
        return count;
    }

    /** The number of the first of so many schedules that fails, from 1, or 0 if none does. */
    public long firstFailure(final long firstSeed, final long count) {
        for (long i = 0; i < count; i++) {
            try {
                run(firstSeed + i);
            } catch (final SimulationFailure e) {
                return i + 1;
            }
        }
        return 0;
    }

    /** The steps of one schedule as text, whether it fails or not. */
    public List<String> trace(final long seed) {
        final Simulation simulation = new Simulation(seed, settings(seed).withTrace());
        try {
            program.run(simulation);
        } catch (final RuntimeException | Error e) {
            simulation.note("failed: " + e);
        }
        return simulation.traceLines();
    }

    /** What has been run so far, for people. */
    public String summary() {
        return name + ": " + run + " schedules, " + steps + " steps, " + killed + " kills";
    }

    private Settings settings(final long seed) {
        // Not the simulation's own generator: settings and choices are independent of each other.
        return Settings.draw(new SplittableRandom(~seed * 0x9E3779B97F4A7C15L), horizon, killsMax);
    }

    private SimulationFailure failed(
        final long seed, final Simulation simulation, final Throwable cause) {
        final List<String> lines = trace(seed);
        final int shown = Math.min(lines.size(), LINES_SHOWN);
        return new SimulationFailure(
            "scenario " + name + ", seed " + seed + ", " + settings(seed) + ": "
                + cause.getMessage() + "\nrepeat with -Dsim.scenario=" + name
                + " -Dsim.seed=" + seed + " -Dsim.schedules=1; its last " + shown + " lines, of "
                + simulation.steps() + " steps:\n"
                + String.join("\n", lines.subList(lines.size() - shown, lines.size())),
            cause);
    }
}
