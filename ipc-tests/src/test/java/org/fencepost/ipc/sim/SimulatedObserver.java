package org.fencepost.ipc.sim;

import java.util.function.BooleanSupplier;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.ChannelStatus;
import org.fencepost.ipc.OpenClaim;
import org.fencepost.ipc.log.Observation;

/** Somebody who only looks; the claims that are shown are compared with those that were made. */
final class SimulatedObserver {
    /** What it is told that the channel is; nothing depends on it. */
    private static final ChannelOptions OPTIONS = ChannelOptions.journal(4096);

    private final Simulation simulation;
    private final GhostLog ghost;
    private final Observation observation;

    SimulatedObserver(
        final Simulation simulation, final SimulatedChannel channel,
        final SimulatedChannel.Handle handle) {
        this.simulation = simulation;
        this.ghost = channel.ghost();
        this.observation = new Observation(handle.log());
    }

    /** Looks again and again; words that do not fit together are reported as damage. */
    void lookUntil(final BooleanSupplier ends) {
        while (!ends.getAsBoolean()) {
            final ChannelStatus status = observation.look(OPTIONS);
            for (final OpenClaim claim : status.openClaims()) {
                ghost.shown(claim.position(), claim.endPosition().orElse(claim.position()));
            }
            simulation.idle();
        }
    }
}
