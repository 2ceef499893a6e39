package org.fencepost.ipc.sim;

import java.util.List;
import java.util.Locale;

/**
 * One place at which one operation is cut off, under one schedule.
 *
 * @param operation what is cut off
 * @param cut       how
 * @param schedule  0 for the simplest one, otherwise drawn from this number
 * @param first     before which of the operation's accesses and lock calls, from 1
 * @param second    for two deaths: before which step of the second victim, from the first death on
 */
record Point(Operation operation, Cut cut, long schedule, int first, int second) {
    private static final long HORIZON = 500;
    private static final int LINES_SHOWN = 120;

    /** What became of a run: whether the cuts came before the end, and how long it was. */
    record Outcome(boolean cutFirst, boolean cutSecond, long steps) {
    }

    /** The point that {@link #toString} has named. */
    static Point parse(final String text) {
        final String[] parts = text.toUpperCase(Locale.ROOT).split(":");
        if (parts.length != 5) {
            throw new IllegalArgumentException(
                text + " is no point: expected operation:cut:schedule:first:second");
        }
        return new Point(Operation.valueOf(parts[0]), Cut.valueOf(parts[1]),
            Long.parseLong(parts[2]), Integer.parseInt(parts[3]), Integer.parseInt(parts[4]));
    }

    /** Runs it; a failure names the point and shows the last steps. */
    Outcome run() {
        final Simulation simulation = simulation(false);
        final Stage stage = new Stage(simulation, this);
        try {
            stage.run();
        } catch (final RuntimeException | Error e) {
            throw failed(simulation, e);
        }
        return new Outcome(stage.isCut(), stage.isCutAgain(), simulation.steps());
    }

    /** Its steps as text, whether it fails or not. */
    List<String> trace() {
        final Simulation simulation = simulation(true);
        try {
            new Stage(simulation, this).run();
        } catch (final RuntimeException | Error e) {
            simulation.note("failed: " + e);
        }
        return simulation.traceLines();
    }

    @Override
    public String toString() {
        return (operation + ":" + cut + ":" + schedule + ":" + first + ":" + second)
            .toLowerCase(Locale.ROOT);
    }

    private Simulation simulation(final boolean traced) {
        final Settings settings = Settings.ofSchedule(schedule, HORIZON);
        return new Simulation(schedule, traced ? settings.withTrace() : settings);
    }

    private SimulationFailure failed(final Simulation simulation, final Throwable cause) {
        final List<String> lines = trace();
        final int shown = Math.min(lines.size(), LINES_SHOWN);
        return new SimulationFailure("point " + this + ", "
            + Settings.ofSchedule(schedule, HORIZON) + ": " + cause.getMessage()
            + "\nrepeat with -Dsim.point=" + this + "; its last " + shown + " lines, of "
            + simulation.steps() + " steps:\n"
            + String.join("\n", lines.subList(lines.size() - shown, lines.size())), cause);
    }
}
