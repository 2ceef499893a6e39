package org.fencepost.ipc.sim;

import org.fencepost.ipc.SubscriberOptions;

/**
 * Whatever has happened to a channel: what it keeps can be read up to its tail by a newcomer, and a
 * successor can publish more than its capacity.
 */
final class Audit {
    private static final int BYTES_PER_MESSAGE = 40;
    private static final int MESSAGES_MORE = 4;

    private final Simulation simulation;
    private final SimulatedChannel channel;
    private final SubscriberOptions options;

    /** Of a channel that a subscriber with these options has to be able to read. */
    Audit(
        final Simulation simulation, final SimulatedChannel channel,
        final SubscriberOptions options) {
        this.simulation = simulation;
        this.channel = channel;
        this.options = options;
    }

    void run() {
        simulation.calm();
        final SimulatedProcess auditor = simulation.process("auditor").immortal();
        final SimulatedChannel.Handle handle = channel.open(auditor);
        read(handle, "t", null);
        simulation.run();
        final SimulatedProcess successor = simulation.process("successor").immortal();
        final int before = channel.ghost().resolved();
        final int messages =
            (int) (channel.geometry().capacityBytes() / BYTES_PER_MESSAGE) + MESSAGES_MORE;
        final SimulatedPublisher publisher = new SimulatedPublisher(
            simulation, channel, channel.open(successor), simulation.random(2) == 0);
        final SimulatedThread writing = simulation.spawn(successor, "t", () -> {
            publisher.join();
            for (int i = 0; i < messages; i++) {
                publisher.publish();
            }
            publisher.leave();
        });
        read(handle, "u", writing);
        simulation.run();
        if (channel.ghost().resolved() != before + messages) {
            throw simulation.failure("not everything could be published in the end", null);
        }
    }

    private void read(
        final SimulatedChannel.Handle handle, final String name, final SimulatedThread writing) {
        final SimulatedSubscriber subscriber =
            new SimulatedSubscriber(simulation, channel, handle, options, 1);
        simulation.spawn(handle.process(), name, () -> {
            subscriber.join();
            subscriber.readUntil(() -> writing == null || writing.isFinished());
        }).withOrderedPlainReads();
    }
}
