package org.fencepost.ipc.sim;

import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.log.Sleeper;
import org.fencepost.ipc.sim.SimulatedPublisher.Wish;

/**
 * A message behind which nothing follows that would wake its subscriber in its stead: no other message, nobody who
 * leaves with a ring. Only the first sleep behind an enlistment ends by itself, so that whoever sleeps over it behind
 * that sleeps for good.
 */
final class LastMessageScenario {
    private final Simulation simulation;
    private final SimulatedPublisher publisher;
    private final SimulatedSubscriber subscriber;
    private final int messages;

    LastMessageScenario(final Simulation simulation) {
        this.simulation = simulation;
        this.messages = 1 + simulation.random(3);
        final SimulatedChannel channel = new SimulatedChannel(simulation,
            new Geometry(true, 256, 4, FrameFormat.ALIGNMENT, false, false, 0, 0, 0, 0, 1));
        final boolean exclusive = simulation.random(2) == 0;
        publisher = new SimulatedPublisher(
            simulation, channel, channel.open(simulation.process("publisher")), exclusive);
        subscriber = new SimulatedSubscriber(simulation, channel,
            channel.open(simulation.process("subscriber")), SubscriberOptions.earliest(), 1);
    }

    void run() {
        publisher.join();
        subscriber.join();
        simulation.spawn(publisher.handle().process(), "t",
            () -> {
                for (int i = 0; i < messages; i++) {
                    publisher.publish(Wish.MESSAGE, Stage.LONG);
                }
            });
        simulation.spawn(subscriber.handle().process(), "t", () -> {
            final Sleeper sleeper = new Sleeper(subscriber.handle().log().arrivals());
            for (int received = 0; received < messages;) {
                if (subscriber.poll(1)) {
                    received++;
                } else {
                    sleeper.idle(Long.MAX_VALUE);
                }
            }
        }).withOrderedPlainReads();
        simulation.run();
    }
}
