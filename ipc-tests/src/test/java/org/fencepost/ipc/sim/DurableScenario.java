package org.fencepost.ipc.sim;

import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.log.GroupCommit;

/**
 * Publishers of a journal, and processes that bring it to a disk, some of which are killed in the
 * middle. The disk has of each word what was in memory when a sync came to it. Below the watermark it
 * has every frame as it is in the end, and whoever is left can bring everything to it. Who finds others syncing
 * sleeps until one of them has ended, and nobody sleeps over that.
 */
final class DurableScenario {
    private static final int SEGMENT_BYTES = 256;

    private final Simulation simulation;
    private final SimulatedChannel channel;
    private final List<SimulatedThread> publishing = new ArrayList<>();

    DurableScenario(final Simulation simulation) {
        this.simulation = simulation;
        channel = new SimulatedChannel(simulation, new Geometry(false, SEGMENT_BYTES, 0,
            FrameFormat.ALIGNMENT, true, simulation.random(4) == 0,
            SEGMENT_BYTES * simulation.random(3), 0, 0, 0, 1));
    }

    void run() {
        final boolean exclusive = simulation.random(4) == 0;
        final int publishers = exclusive ? 1 : 1 + simulation.random(2);
        for (int i = 0; i < publishers; i++) {
            final SimulatedProcess process = simulation.process("publisher" + i);
            final int messages = 2 + simulation.random(5);
            publishing.add(simulation.spawn(process, "t", () -> {
                final SimulatedPublisher publisher = new SimulatedPublisher(
                    simulation, channel, channel.open(process), exclusive);
                publisher.join();
                for (int j = 0; j < messages; j++) {
                    publisher.publish();
                }
                publisher.leave();
            }));
        }
        for (int i = 0; i < 2; i++) {
            final SimulatedProcess process = simulation.process("syncer" + i);
            simulation.spawn(process, "t", () -> sync(new GroupCommit(channel.open(process).log()),
                false)).withOrderedPlainReads();
        }
        simulation.run();
        channel.requireOnDisk();
        simulation.calm();
        final SimulatedProcess last = simulation.process("last").immortal();
        simulation.spawn(last, "t", () -> sync(new GroupCommit(channel.open(last).log()), true))
            .withOrderedPlainReads();
        simulation.run();
        channel.requireOnDisk();
        new Audit(simulation, channel, SubscriberOptions.earliest()).run();
    }

    private void sync(final GroupCommit commit, final boolean toTheEnd) {
        long seen = commit.durablePosition();
        while (toTheEnd ? seen < channel.tail() : !publishersAreDone()) {
            if (simulation.random(8) == 0) {
                commit.tryRecord();
            }
            final int turn = commit.turn();
            final int result = commit.trySync(1 + simulation.random(3));
            final long durable = commit.durablePosition();
            if (durable < seen || result == GroupCommit.FAILED) {
                throw simulation.failure("durable was " + seen + " and is " + durable
                    + " after a sync that gave " + result, null);
            }
            if (result == GroupCommit.BUSY) {
                // Before somebody is killed it ends only when somebody's turn does.
                commit.awaitTurn(turn, Long.MAX_VALUE);
            } else if (durable == seen) {
                simulation.idle();
            } else {
                simulation.progressed();
            }
            seen = durable;
        }
    }

    private boolean publishersAreDone() {
        return publishing.stream().allMatch(
            thread -> thread.isFinished() || thread.process.isGone());
    }
}
