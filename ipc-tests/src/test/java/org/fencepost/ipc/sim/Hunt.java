package org.fencepost.ipc.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * Looks for a schedule that fails, in every scenario at once: the same number of seeds of each, from 1
 * on, in rounds that grow. So a fault that any scenario is good at is found early. Argument: the
 * number of schedules of each scenario. The status is 1 if one failed; the last line names it.
 */
public final class Hunt {
    private static final long ROUND_MIN = 25;
    private static final long ROUND_MAX = 400;

    private Hunt() {
    }

    /** See above. */
    public static void main(final String[] arguments) {
        final long count = Long.parseLong(arguments[0]);
        final List<Schedules> scenarios = new ArrayList<>();
        for (final ChannelScenario.Kind kind : ChannelScenario.Kind.values()) {
            scenarios.add(Scenarios.of(kind));
        }
        long round = ROUND_MIN;
        for (long done = 0; done < count; done += round, round = Math.min(ROUND_MAX, round * 2)) {
            for (final Schedules scenario : scenarios) {
                System.out.println("AT schedule " + (done + 1) + " of " + scenario.summary());
                try {
                    scenario.run(done + 1, Math.min(round, count - done));
                } catch (final SimulationFailure e) {
                    final String[] lines = e.getMessage().split("\n");
                    System.out.println(e.getMessage());
                    System.out.println("FAILED " + lines[0]);
                    System.exit(1);
                }
            }
        }
    }
}
