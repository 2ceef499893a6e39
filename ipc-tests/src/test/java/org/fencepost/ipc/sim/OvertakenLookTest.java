package org.fencepost.ipc.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicBoolean;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.sim.SimulatedPublisher.Wish;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two publishers announce the same position. While one of them has it, and is paused, somebody looks at the channel,
 * and is held up between two reads of the other's slot, which goes on to later positions and leaves. What it has won
 * there is not the end of the claim that is open.
 */
@Tag("simulation")
class OvertakenLookTest {
    /** Of publishing, from before the position is announced until there is payload. */
    private static final int STEPS_OF_A_CLAIM = 12;
    private static final int STEPS_OF_A_LOOK = 40;

    private int heldUp;

    @Test
    void shouldNotShowWhatALoserHasWonLaterAsTheEndOfAClaim() {
        final Schedules schedules = new Schedules("overtaken-look", 300, 0, this::run);
        schedules.run(1, 20_000);
        assertTrue(heldUp > 1000, heldUp + " were held up in a look");
    }

    private void run(final Simulation simulation) {
        final SimulatedChannel channel = new SimulatedChannel(simulation, new Geometry(
            true, 1024, 4, FrameFormat.ALIGNMENT, false, false, 0, 0, 0, 0, 1));
        final SimulatedPublisher winner = publisher(simulation, channel, "winner");
        final SimulatedPublisher loser = publisher(simulation, channel, "loser");
        winner.join();
        loser.join();
        winner.publish(Wish.MESSAGE, Stage.SHORT);
        final SimulatedProcess third = simulation.process("observer");
        final SimulatedObserver observer = new SimulatedObserver(simulation, channel, channel.open(third));

        final SimulatedThread losing = simulation.spawn(loser.handle().process(), "t", () -> {
            loser.publish(Wish.MESSAGE, Stage.SHORT);
            loser.publish(Wish.MESSAGE, Stage.SHORT);
            loser.leave();
        });
        simulation.cut(losing, 1 + simulation.random(STEPS_OF_A_CLAIM), () -> simulation.hold(losing));
        simulation.prefer(losing);
        final SimulatedThread winning = simulation.spawn(
            winner.handle().process(), "t", () -> winner.publish(Wish.MESSAGE, Stage.SHORT));
        simulation.cut(winning, 1 + simulation.random(STEPS_OF_A_CLAIM), () -> {
            final AtomicBoolean looked = new AtomicBoolean();
            final SimulatedThread looking = simulation.spawn(
                third, "t", () -> observer.lookUntil(() -> looked.getAndSet(true)));
            simulation.cut(looking, 1 + simulation.random(STEPS_OF_A_LOOK), () -> {
                heldUp++;
                simulation.release(losing);
                simulation.hold(looking);
            });
            simulation.hold(winning);
        });
        simulation.run();
    }

    private static SimulatedPublisher publisher(
        final Simulation simulation, final SimulatedChannel channel, final String name) {
        return new SimulatedPublisher(
            simulation, channel, channel.open(simulation.process(name)), false);
    }
}
