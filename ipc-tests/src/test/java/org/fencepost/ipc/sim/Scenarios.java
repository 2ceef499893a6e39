package org.fencepost.ipc.sim;

import java.util.Locale;

/** The scenarios of the protocol, by the names that the command line knows. */
final class Scenarios {
    private static final long HORIZON = 1_500;
    private static final int KILLS_MAX = 2;

    private Scenarios() {
    }

    /** The schedules of a kind of channel. */
    static Schedules of(final ChannelScenario.Kind kind) {
        return new Schedules(kind.name().toLowerCase(Locale.ROOT), HORIZON, KILLS_MAX,
            simulation -> new ChannelScenario(simulation, kind).run());
    }

    /** The schedules of a name. */
    static Schedules of(final String name) {
        return of(ChannelScenario.Kind.valueOf(name.toUpperCase(Locale.ROOT)));
    }
}
