package org.fencepost.ipc.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The real publishers, subscribers, repair and cleaner under schedules that nobody has seen before:
 * for a few seconds each, from a first seed that is printed. {@code -Dsim.scenario},
 * {@code -Dsim.seed} and {@code -Dsim.schedules} repeat some of them; {@link Simulate} runs more.
 */
@Tag("simulation")
class ProtocolSimulationTest {
    private static final long SECONDS_PER_SCENARIO = 2;

    @ParameterizedTest
    @EnumSource
    void shouldKeepItsPromisesUnderEachSchedule(final ChannelScenario.Kind kind) {
        final String only = System.getProperty("sim.scenario");
        if (only != null && !only.equalsIgnoreCase(kind.name())) {
            return;
        }
        final Schedules schedules = Scenarios.of(kind);
        final long firstSeed = Long.getLong("sim.seed", System.nanoTime());
        final Long count = Long.getLong("sim.schedules");
        if (count == null) {
            schedules.runFor(firstSeed, TimeUnit.SECONDS.toNanos(SECONDS_PER_SCENARIO));
        } else {
            schedules.run(firstSeed, count);
        }
        System.out.println("simulation, first seed " + firstSeed + ", " + schedules.summary());
    }

    @Test
    void shouldRepeatARealScheduleStepByStep() {
        for (final ChannelScenario.Kind kind : ChannelScenario.Kind.values()) {
            final Schedules schedules = Scenarios.of(kind);
            for (int seed = 1; seed <= 20; seed++) {
                final long hash = schedules.run(seed);
                final int repeated = seed;
                assertTrue(hash == schedules.run(seed), () -> kind + ", seed " + repeated);
            }
        }
    }
}
