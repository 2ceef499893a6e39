package org.fencepost.ipc.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each operation cut off at each of its accesses and lock calls: by death, by a long pause, by the
 * closing of its handle, and by a death whose repairer dies as well. Under the simplest schedule and
 * one that nobody has seen before, whose number is printed. {@code -Dsim.point} repeats one point,
 * {@code -Dsim.schedule} chooses the other schedule; {@link Simulate} runs more.
 */
@Tag("simulation")
class SweepTest {
    /** Of two deaths, one pair in so many. */
    private static final int PAIRS_PER_SAMPLE = 211;

    @ParameterizedTest
    @EnumSource
    void shouldGoOnWhereverAnOperationIsCutOff(final Operation operation) {
        final String only = System.getProperty("sim.point");
        if (only != null) {
            final Point point = Point.parse(only);
            if (point.operation() == operation) {
                point.run();
            }
            return;
        }
        final long drawn = Long.getLong("sim.schedule", System.nanoTime());
        final StringBuilder summary = new StringBuilder();
        long runs = 0;
        long steps = 0;
        for (final Cut cut : Cut.values()) {
            summary.append(summary.isEmpty() ? " " : ", ")
                .append(cut.name().toLowerCase(Locale.ROOT));
            for (final long schedule : new long[] {0, drawn}) {
                final Sweep sweep = new Sweep(operation, cut, schedule);
                sweep.run(PAIRS_PER_SAMPLE);
                assertTrue(sweep.points() > 0, () -> sweep + " cut nothing off");
                summary.append(schedule == 0 ? " " : "+").append(sweep.points());
                runs += sweep.runs();
                steps += sweep.steps();
            }
        }
        System.out.println("sweep " + operation.name().toLowerCase(Locale.ROOT) + ", schedules 0 and "
            + drawn + ", points:" + summary + "; " + runs + " runs, " + steps + " steps");
    }
}
