package org.fencepost.ipc.sim;

import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.log.Sleeper;

/**
 * Subscribers that sleep until there are messages, and publishers that sleep until there is room, some
 * of them killed. As long as no publisher dies nobody sleeps over anything, although no sleep but the first one
 * behind an enlistment ends by itself; behind a death a sleep may, as the real ones do.
 */
final class WaitingScenario {
    private static final int SEGMENT_BYTES = 256;

    private final Simulation simulation;
    private final SimulatedChannel channel;
    private final List<SimulatedThread> publishing = new ArrayList<>();
    private final List<SimulatedProcess> left = new ArrayList<>();

    WaitingScenario(final Simulation simulation) {
        this.simulation = simulation;
        channel = new SimulatedChannel(simulation, new Geometry(true, SEGMENT_BYTES,
            2 << simulation.random(2), FrameFormat.ALIGNMENT, false, false, 0, 0, 0, 0, 1));
    }

    void run() {
        final boolean exclusive = simulation.random(3) == 0;
        final int publishers = exclusive ? 1 : 1 + simulation.random(2);
        for (int i = 0; i < publishers; i++) {
            final SimulatedProcess process = simulation.process("publisher" + i);
            final int messages = 1 + simulation.random(16);
            publishing.add(simulation.spawn(process, "t", () -> publish(process, exclusive, messages)));
        }
        final int subscribers = 1 + simulation.random(2);
        for (int i = 0; i < subscribers; i++) {
            final SimulatedProcess process = simulation.process("subscriber" + i);
            simulation.spawn(process, "t", () -> read(process)).withOrderedPlainReads();
        }
        simulation.run();
        new Audit(simulation, channel, SubscriberOptions.earliest()).run();
    }

    private void publish(
        final SimulatedProcess process, final boolean exclusive, final int messages) {
        final SimulatedChannel.Handle handle = channel.open(process);
        final Sleeper sleeper = new Sleeper(handle.log().progress());
        final SimulatedPublisher publisher =
            new SimulatedPublisher(simulation, channel, handle, exclusive)
                .waitingBy(() -> sleeper.idle(Long.MAX_VALUE));
        publisher.join();
        for (int i = 0; i < messages; i++) {
            publisher.publish();
            sleeper.reset();
        }
        publisher.leave();
        left.add(process);
        // Whoever reads to the end has to be told that this was it.
        handle.log().arrivals().ring();
    }

    private void read(final SimulatedProcess process) {
        final SimulatedChannel.Handle handle = channel.open(process);
        final Sleeper sleeper = new Sleeper(handle.log().arrivals());
        final SimulatedSubscriber subscriber = new SimulatedSubscriber(
            simulation, channel, handle, SubscriberOptions.earliest(), 1);
        subscriber.join();
        final int batch = 1 + simulation.random(4);
        while (true) {
            final boolean last = publishersAreDone();
            if (subscriber.poll(batch)) {
                sleeper.reset();
            } else if (last && subscriber.position() >= channel.tail()) {
                break;
            } else {
                sleeper.idle(Long.MAX_VALUE);
            }
        }
        subscriber.leave();
    }

    private boolean publishersAreDone() {
        return publishing.stream().allMatch(
            thread -> left.contains(thread.process) || thread.process.isGone());
    }
}
