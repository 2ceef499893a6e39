package org.fencepost.ipc.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.log.Claimer;
import org.fencepost.ipc.log.InPlaceReader;
import org.fencepost.ipc.log.Patience;
import org.fencepost.ipc.log.Subscription;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A named cursor inside a batch is two words, a position and an index. Wherever its owner dies, its
 * heir goes on at or before the message behind the last one that was consumed, and nowhere before what
 * was published; while that changes, at the batch's first message at the earliest.
 */
@Tag("simulation")
class NamedCursorDeathTest {
    private static final int MESSAGES_PER_BATCH = 3;
    /** What is consumed when the cursor is published: within a batch, at its end, across its end. */
    private static final int[] CONSUMED = {1, 2, 4, 6, 8, 9};
    private static final int STEPS_MAX = 60;
    private static final SubscriberOptions NAMED =
        SubscriberOptions.earliest().named("cursor", true);

    private int deathsInside;

    @Test
    void shouldSkipNoMessageOfABatchWhenItsReaderDies() {
        final Schedules schedules = new Schedules("cursor-in-batch", 400, 0, this::run);
        schedules.run(1, 4000);
        assertTrue(deathsInside > 500, deathsInside + " deaths between the first and the last");
    }

    private void run(final Simulation simulation) {
        final SimulatedChannel channel = new SimulatedChannel(
            simulation, new Geometry(true, 256, 4, 16, false, false, 0, 0, 0, 0, 1));
        final List<Long> boundaries = new ArrayList<>();
        final SimulatedProcess writer = simulation.process("writer").immortal();
        simulation.spawn(writer, "t", () -> {
            final Claimer claimer = channel.open(writer).membership().joinShared();
            for (int i = 0; i < CONSUMED[CONSUMED.length - 1] / MESSAGES_PER_BATCH; i++) {
                boundaries.add(claimer.claim(8));
                claimer.commit(FrameFormat.KIND_BATCH, 0, 8);
            }
            boundaries.add(channel.tail());
        });
        simulation.run();

        final int[] consumed = new int[1];
        final int[] kept = new int[1];
        final SimulatedProcess owner = simulation.process("owner");
        simulation.spawn(owner, "t",
            () -> consume(simulation, channel.open(owner), consumed, kept))
            .withOrderedPlainReads();
        simulation.spawn(simulation.process("killer").immortal(), "t", () -> {
            while (consumed[0] == 0) {
                simulation.idle();
            }
            final long death = simulation.steps() + simulation.random(STEPS_MAX);
            while (simulation.steps() < death) {
                simulation.idle();
            }
            simulation.kill(owner);
        });
        simulation.run();
        if (consumed[0] > 0 && consumed[0] < CONSUMED[CONSUMED.length - 1]) {
            deathsInside++;
        }

        simulation.calm();
        final SimulatedProcess heir = simulation.process("heir").immortal();
        simulation.spawn(heir, "t", () -> {
            final Subscription resumed = channel.open(heir).subscriptions().join(NAMED);
            final long next = boundaries.indexOf(resumed.position()) * (long) MESSAGES_PER_BATCH
                + resumed.batchIndex();
            if (next < kept[0] || next > consumed[0]) {
                throw simulation.failure("the heir goes on at message " + next + " when "
                    + consumed[0] + " were consumed and " + kept[0] + " published", null);
            }
        });
        simulation.run();
    }

    private static void consume(
        final Simulation simulation, final SimulatedChannel.Handle handle, final int[] consumed,
        final int[] kept) {
        final InPlaceReader reader = new InPlaceReader(
            handle.log(), handle.subscriptions().join(NAMED), new Patience(1));
        int batch = 0;
        for (final int count : CONSUMED) {
            while (batch < count / MESSAGES_PER_BATCH) {
                reader.peek();
                reader.advance();
                batch++;
            }
            consumed[0] = count;
            kept[0] -= kept[0] % MESSAGES_PER_BATCH;
            reader.publishPosition(count % MESSAGES_PER_BATCH);
            simulation.systemCall();
            kept[0] = count;
        }
    }
}
