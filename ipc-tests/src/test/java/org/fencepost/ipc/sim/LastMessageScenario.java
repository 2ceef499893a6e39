package org.fencepost.ipc.sim;

import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.log.Sleeper;
import org.fencepost.ipc.sim.SimulatedPublisher.Wish;

/**
 * A message behind which nothing follows that would wake its subscriber in its stead: no other message, nobody who
 * leaves with a ring. No sleep ends by itself, so that whoever sleeps over it sleeps for good. The publisher's process
 * has registered for the fence of those who are about to sleep, or the kernel has refused it, and then it has to
 * pass one of its own.
 */
final class LastMessageScenario {
    private final Simulation simulation;
    private final SimulatedPublisher publisher;
    private final SimulatedSubscriber subscriber;

    LastMessageScenario(final Simulation simulation) {
        this.simulation = simulation;
        final boolean registered = simulation.random(2) == 0;
        final SimulatedChannel channel = new SimulatedChannel(simulation,
            new Geometry(true, 256, 4, FrameFormat.ALIGNMENT, false, false, 0, 0, 0, 0, 1),
            new SimulatedSleeping(simulation, simulation.memory(), registered));
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
            () -> publisher.publish(Wish.MESSAGE, Stage.LONG));
        simulation.spawn(subscriber.handle().process(), "t", () -> {
            final Sleeper sleeper = new Sleeper(subscriber.handle().log().arrivals());
            while (!subscriber.poll(1)) {
                sleeper.idle(Long.MAX_VALUE);
            }
        }).withOrderedPlainReads();
        simulation.run();
    }
}
