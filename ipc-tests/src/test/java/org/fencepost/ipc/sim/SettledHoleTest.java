package org.fencepost.ipc.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.sim.SimulatedPublisher.Wish;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A lossy reader comes to a dead publisher's claim, in which there is payload already, and is held up
 * between two of its reads while an heir settles the claim and empties the slot. It finds the mark or
 * the padding, or it would take the payload for what comes next.
 */
@Tag("simulation")
class SettledHoleTest {
    /** Of publishing, from the mark on. */
    private static final int FIRST_STEP_OF_PAYLOAD = 8;
    private static final int STEPS_OF_PAYLOAD = 6;
    /** Of a reader, from the header to the mark and the header again. */
    private static final int STEPS_OF_A_LOOK = 10;

    private int settledInside;

    @Test
    void shouldPassOverAHoleAsAWholeWhenItIsSettledUnderALossyReader() {
        final Schedules schedules = new Schedules("settled-hole", 200, 0, this::run);
        schedules.run(1, 20_000);
        assertTrue(settledInside > 1000, settledInside + " readers were held up in a look");
    }

    private void run(final Simulation simulation) {
        final SimulatedChannel channel = new SimulatedChannel(simulation, new Geometry(
            true, 256, 4, FrameFormat.ALIGNMENT, false, false, 0, 0, 0, 0, 1));
        final SimulatedPublisher dead = publisher(simulation, channel, "dead");
        dead.join();
        final SimulatedSubscriber reader = new SimulatedSubscriber(simulation, channel,
            channel.open(simulation.process("reader")), SubscriberOptions.earliest().lossy(), 1);
        reader.join();
        final SimulatedProcess victim = dead.handle().process();
        final SimulatedThread dying =
            simulation.spawn(victim, "t", () -> dead.publish(Wish.MESSAGE, Stage.LONG));
        simulation.cut(dying, FIRST_STEP_OF_PAYLOAD + simulation.random(STEPS_OF_PAYLOAD),
            () -> simulation.kill(victim, false));
        simulation.run();
        simulation.kill(victim, false);
        simulation.run();

        final SimulatedPublisher writer = publisher(simulation, channel, "writer");
        final SimulatedThread looking = simulation.spawn(reader.handle().process(), "t",
            () -> reader.readUntil(() -> writer.end() >= 0));
        simulation.cut(looking, 1 + simulation.random(STEPS_OF_A_LOOK), () -> {
            settledInside++;
            simulation.hold(looking);
        });
        simulation.prefer(looking);
        simulation.spawn(writer.handle().process(), "t", () -> {
            writer.join();
            writer.publish(Wish.MESSAGE, Stage.SHORT);
        });
        simulation.run();
    }

    private static SimulatedPublisher publisher(
        final Simulation simulation, final SimulatedChannel channel, final String name) {
        return new SimulatedPublisher(
            simulation, channel, channel.open(simulation.process(name)), false);
    }
}
