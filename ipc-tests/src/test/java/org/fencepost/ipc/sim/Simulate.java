package org.fencepost.ipc.sim;

import java.util.Arrays;
import java.util.Locale;

/**
 * Runs schedules of the protocol from the command line, for as long as one likes. Arguments: the
 * scenario or {@code all}, the first seed, the number of schedules of each; {@code trace} as a
 * fourth prints the steps of the first seed. A failure ends its scenario, is printed with the seed
 * that repeats it, and makes the status 1.
 */
public final class Simulate {
    private static final int REPORT_EVERY = 10_000;

    private Simulate() {
    }

    /** See above. */
    public static void main(final String[] arguments) {
        if (arguments.length < 3) {
            System.err.println("usage: Simulate all|"
                + String.join("|", Arrays.stream(ChannelScenario.Kind.values())
                    .map(kind -> kind.name().toLowerCase(Locale.ROOT)).toList())
                + " <first seed> <schedules> [trace]");
            System.exit(2);
        }
        final long firstSeed = Long.parseLong(arguments[1]);
        final long count = Long.parseLong(arguments[2]);
        boolean failed = false;
        for (final ChannelScenario.Kind kind : ChannelScenario.Kind.values()) {
            if (arguments[0].equals("all") || arguments[0].equalsIgnoreCase(kind.name())) {
                final Schedules schedules = Scenarios.of(kind);
                if (arguments.length > 3) {
                    schedules.trace(firstSeed).forEach(System.out::println);
                } else {
                    failed |= fails(schedules, firstSeed, count);
                }
            }
        }
        System.exit(failed ? 1 : 0);
    }

    private static boolean fails(
        final Schedules schedules, final long firstSeed, final long count) {
        final long start = System.nanoTime();
        for (long done = 0; done < count; done += REPORT_EVERY) {
            try {
                schedules.run(firstSeed + done, Math.min(REPORT_EVERY, count - done));
            } catch (final SimulationFailure e) {
                System.out.println(schedules.summary());
                System.out.println(e.getMessage());
                if (e.getCause() != null) {
                    e.getCause().printStackTrace(System.out);
                }
                return true;
            }
        }
        System.out.printf(Locale.ROOT, "%s, %.1f s%n",
            schedules.summary(), (System.nanoTime() - start) / 1e9);
        return false;
    }
}
