package org.fencepost.ipc.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.log.Sleeper;
import org.fencepost.ipc.sim.SimulatedPublisher.Wish;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A message behind which nothing follows that would wake its subscriber in its stead: no other message, nobody who
 * leaves with a ring. No sleep ends by itself. The publisher's process has registered for the fence of those who are
 * about to sleep, or the kernel has refused it, and then it has to pass one of its own.
 */
@Tag("simulation")
class LastMessageTest {
    private static final int SCHEDULES = 3000;

    private int slept;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldWakeWhoSleepsOverTheLastMessage(final boolean registered) {
        final Schedules schedules = new Schedules(
            "last-message", 100, 0, simulation -> run(simulation, registered));
        schedules.run(1, SCHEDULES);
        assertTrue(slept > SCHEDULES / 10, slept + " of " + SCHEDULES + " went to sleep");
    }

    private void run(final Simulation simulation, final boolean registered) {
        final SimulatedChannel channel = new SimulatedChannel(simulation,
            new Geometry(true, 256, 4, FrameFormat.ALIGNMENT, false, false, 0, 0, 0, 0, 1),
            new SimulatedSleeping(simulation, simulation.memory(), registered));
        final boolean exclusive = simulation.random(2) == 0;
        final SimulatedPublisher publisher = new SimulatedPublisher(
            simulation, channel, channel.open(simulation.process("publisher")), exclusive);
        publisher.join();
        final SimulatedSubscriber subscriber = new SimulatedSubscriber(simulation, channel,
            channel.open(simulation.process("subscriber")), SubscriberOptions.earliest(), 1);
        subscriber.join();

        simulation.spawn(publisher.handle().process(), "t",
            () -> publisher.publish(Wish.MESSAGE, Stage.LONG));
        simulation.spawn(subscriber.handle().process(), "t", () -> {
            final Sleeper sleeper = new Sleeper(subscriber.handle().log().arrivals());
            boolean enlisted = false;
            while (!subscriber.poll(1)) {
                slept += enlisted ? 1 : 0;
                enlisted = sleeper.idle(Long.MAX_VALUE);
            }
        }).withOrderedPlainReads();
        simulation.run();
    }
}
