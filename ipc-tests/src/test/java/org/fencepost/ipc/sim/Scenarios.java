package org.fencepost.ipc.sim;

import java.util.Locale;

/** The scenarios of the protocol, by the names that the command line knows. */
final class Scenarios {
    private Scenarios() {
    }

    /** The schedules of a kind of channel. */
    static Schedules of(final ChannelScenario.Kind kind) {
        return new Schedules(kind.name().toLowerCase(Locale.ROOT), kind.horizon, kind.killsMax,
            kind == ChannelScenario.Kind.ENDPOINTS
                ? simulation -> new EndpointScenario(simulation).run()
                : simulation -> new ChannelScenario(simulation, kind).run());
    }
}
