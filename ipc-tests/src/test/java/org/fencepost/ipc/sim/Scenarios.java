package org.fencepost.ipc.sim;

import java.util.Locale;

/** The scenarios of the protocol, by the names that the command line knows. */
final class Scenarios {
    private Scenarios() {
    }

    /** The schedules of a kind of channel. */
    static Schedules of(final ChannelScenario.Kind kind) {
        final Program program = switch (kind) {
            case ENDPOINTS -> simulation -> new EndpointScenario(simulation).run();
            case DURABLE -> simulation -> new DurableScenario(simulation).run();
            case RETENTION -> simulation -> new RetentionScenario(simulation).run();
            case LAST_MESSAGE -> simulation -> new LastMessageScenario(simulation).run();
            case WAITING -> simulation -> new WaitingScenario(simulation).run();
            default -> simulation -> new ChannelScenario(simulation, kind).run();
        };
        return new Schedules(
            kind.name().toLowerCase(Locale.ROOT), kind.horizon, kind.killsMax, program);
    }
}
