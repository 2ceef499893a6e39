package org.fencepost.ipc.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.sim.SimulatedPublisher.Wish;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A subscriber joins at the tail and is held up on the way, while the ring goes on for more than a lap.
 * Its record's last owner had read what an exclusive publisher committed before it died, beyond the
 * tail: whoever goes by that cursor clears the segment in which the tail is.
 */
@Tag("simulation")
class JoinerTest {
    private static final int SEGMENTS = 4;
    /** Of an exclusive publisher, at its header and at the tail behind it. */
    private static final int FIRST_STEP_AT_THE_HEADER = 7;
    private static final int STEPS_AT_THE_HEADER = 3;
    /** Of a joiner, around its look at the tail. */
    private static final int FIRST_STEP_AT_THE_TAIL = 8;
    private static final int STEPS_AT_THE_TAIL = 6;
    private static final int MESSAGES_OF_A_LAP = SEGMENTS * Stage.SEGMENT_BYTES / 64;

    private int behindACursor;

    @Test
    void shouldKeepItsSegmentWhenItsRecordsLastCursorWasAheadOfTheTail() {
        final Schedules schedules = new Schedules("joiner", 300, 0, this::run);
        schedules.run(1, 1000);
        assertTrue(behindACursor > 100, behindACursor + " joined behind their record's last cursor");
    }

    private void run(final Simulation simulation) {
        final SimulatedChannel channel = new SimulatedChannel(simulation, new Geometry(
            true, Stage.SEGMENT_BYTES, SEGMENTS, FrameFormat.ALIGNMENT, false, false, 0, 0, 0, 0, 1));
        final SimulatedSubscriber before =
            subscriber(simulation, channel, "before", SubscriberOptions.earliest());
        before.join();
        final SimulatedPublisher dead = publisher(simulation, channel, "dead", true);
        dead.join();
        dead.publish(Wish.MESSAGE, Stage.LONG);
        final SimulatedProcess victim = dead.handle().process();
        final SimulatedThread dying =
            simulation.spawn(victim, "t", () -> dead.publish(Wish.MESSAGE, Stage.LONG));
        simulation.cut(dying,
            FIRST_STEP_AT_THE_HEADER + simulation.random(STEPS_AT_THE_HEADER),
            () -> simulation.kill(victim, false));
        simulation.run();
        simulation.kill(victim, false);
        simulation.run();
        before.poll(3);
        behindACursor += before.position() > channel.tail() ? 1 : 0;
        before.leave();

        final boolean[] held = new boolean[1];
        final SimulatedPublisher writer = publisher(simulation, channel, "writer", false);
        final SimulatedThread writing = simulation.spawn(writer.handle().process(), "t", () -> {
            while (!held[0]) {
                simulation.idle();
            }
            writer.join();
            for (int i = 0; i < MESSAGES_OF_A_LAP; i++) {
                writer.publish(Wish.MESSAGE, Stage.LONG);
            }
        });
        final SimulatedSubscriber joiner =
            subscriber(simulation, channel, "joiner", SubscriberOptions.latest());
        final SimulatedThread joining = simulation.spawn(joiner.handle().process(), "t", () -> {
            joiner.join();
            joiner.readUntil(writing::isFinished);
        }).withOrderedPlainReads();
        simulation.cut(joining,
            FIRST_STEP_AT_THE_TAIL + simulation.random(STEPS_AT_THE_TAIL), () -> {
            held[0] = true;
            simulation.hold(joining);
        });
        simulation.run();
    }

    private static SimulatedPublisher publisher(
        final Simulation simulation, final SimulatedChannel channel, final String name,
        final boolean exclusive) {
        return new SimulatedPublisher(
            simulation, channel, channel.open(simulation.process(name)), exclusive);
    }

    private static SimulatedSubscriber subscriber(
        final Simulation simulation, final SimulatedChannel channel, final String name,
        final SubscriberOptions options) {
        return new SimulatedSubscriber(
            simulation, channel, channel.open(simulation.process(name)), options, 1);
    }
}
