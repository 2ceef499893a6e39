package org.fencepost.ipc.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.log.Cleaner;
import org.fencepost.ipc.sim.SimulatedPublisher.Wish;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A cleaner dies while it zeroes a segment, and an heir zeroes it again, while a lossy reader is held
 * up in that segment between its look at a frame and its look at {@code clearing}.
 */
@Tag("simulation")
class CleanersHeirTest {
    private static final int SEGMENTS = 4;
    /** Of a cleaner, up to the last word of a segment. */
    private static final int STEPS_OF_A_UNIT = 40;
    /** Of a lossy reader, up to its last look at clearing. */
    private static final int STEPS_OF_A_LOOK = 16;

    private int inherited;

    @Test
    void shouldDeliverNothingOfWhatIsZeroedWhenItsCleanerHasDied() {
        final Schedules schedules = new Schedules("cleaners-heir", 300, 0, this::run);
        schedules.run(1, 3000);
        assertTrue(inherited > 1000, inherited + " segments were half zeroed");
    }

    private void run(final Simulation simulation) {
        final SimulatedChannel channel = new SimulatedChannel(simulation, new Geometry(
            true, Stage.SEGMENT_BYTES, SEGMENTS, FrameFormat.ALIGNMENT, false, false, 0, 0, 0, 0, 1));
        final SimulatedPublisher writer = new SimulatedPublisher(
            simulation, channel, channel.open(simulation.process("writer")), false);
        writer.join();
        while (channel.tail() <= (SEGMENTS - 1) * Stage.SEGMENT_BYTES) {
            writer.publish(Wish.MESSAGE, Stage.LONG);
        }
        final SimulatedSubscriber reader = new SimulatedSubscriber(simulation, channel,
            channel.open(simulation.process("reader")), SubscriberOptions.earliest().lossy(), 1);
        reader.join();

        final boolean[] held = new boolean[1];
        final SimulatedThread looking = simulation.spawn(
            reader.handle().process(), "t", () -> reader.readUntil(() -> true));
        simulation.cut(looking, 1 + simulation.random(STEPS_OF_A_LOOK), () -> {
            held[0] = true;
            simulation.hold(looking);
        });
        final SimulatedChannel.Handle dying = channel.open(simulation.process("dying"));
        final SimulatedThread zeroing =
            simulation.spawn(dying.process(), "t", () -> clean(simulation, dying, held));
        simulation.cut(zeroing, 1 + simulation.random(STEPS_OF_A_UNIT), () -> {
            inherited += channel.isBeingCleared() ? 1 : 0;
            simulation.kill(dying.process(), false);
        });
        final SimulatedChannel.Handle heir = channel.open(simulation.process("heir"));
        simulation.spawn(heir.process(), "t", () -> {
            while (!dying.process().isGone()) {
                simulation.idle();
            }
            clean(simulation, heir, held);
        });
        simulation.run();
    }

    private static void clean(
        final Simulation simulation, final SimulatedChannel.Handle handle, final boolean[] held) {
        while (!held[0]) {
            simulation.idle();
        }
        handle.log().cleaner().tryUnit(Cleaner.NOT_WALKED, 0);
    }
}
