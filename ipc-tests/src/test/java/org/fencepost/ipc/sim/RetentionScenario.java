package org.fencepost.ipc.sim;

import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.PositionException;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.log.Cleaner;
import org.fencepost.ipc.log.Log;
import org.fencepost.ipc.log.Timestamps;

/**
 * A journal that removes its oldest segments, by their bytes or their age, in whichever process looks first,
 * some of which are killed or closed in the middle. Gating subscribers and named cursors keep what they
 * have not read; others are told when they come too late, and no earlier; whoever looks for a time finds it.
 * In the end nothing is kept for nobody.
 */
final class RetentionScenario {
    private static final int SEGMENT_BYTES = 256;
    /** So that it is looked every some dozen steps whether there is anything to remove. */
    private static final long NANOS_PER_STEP = 200_000;
    private static final int LOOKS_AT_LAST = 300;
    private static final int TIMES_AT_LAST = 8;

    private final Simulation simulation;
    private final SimulatedChannel channel;
    private final boolean gatesWhileAbsent;
    private final boolean exclusive;
    private final List<SimulatedThread> publishing = new ArrayList<>();

    RetentionScenario(final Simulation simulation) {
        this.simulation = simulation;
        gatesWhileAbsent = simulation.random(2) == 0;
        final boolean byTime = simulation.random(2) == 0;
        exclusive = simulation.random(4) == 0;
        channel = new SimulatedChannel(simulation, new Geometry(false, SEGMENT_BYTES, 0,
            FrameFormat.ALIGNMENT, simulation.random(4) == 0, true,
            SEGMENT_BYTES * simulation.random(3), 0,
            byTime && simulation.random(2) == 0 ? 0 : 1 + simulation.random(2 * SEGMENT_BYTES),
            byTime ? (100 + simulation.random(500)) * NANOS_PER_STEP : 0, 1),
            new SimulatedSleeping(simulation, simulation.memory()), this::nanoTime);
    }

    private long nanoTime() {
        return simulation.steps() * NANOS_PER_STEP;
    }

    void run() {
        final int publishers = exclusive ? 1 : 1 + simulation.random(2);
        for (int i = 0; i < publishers; i++) {
            publisher("publisher" + i, 10 + simulation.random(16));
        }
        keeper("keeper", simulation.random(2) == 0);
        subscriber("subscriber", SubscriberOptions.earliest());
        for (int i = 0; i < 2; i++) {
            subscriber("named" + i, cursor());
        }
        late(simulation.process("member"), true);
        late(simulation.process("view"), false);
        seeker(simulation.process("seeker"));
        simulation.run();
        new Audit(simulation, channel, cursor()).run();
        requireNothingSurplus();
    }

    private SubscriberOptions cursor() {
        return SubscriberOptions.earliest().named("cursor", gatesWhileAbsent);
    }

    private void publisher(final String name, final int messages) {
        final SimulatedProcess process = simulation.process(name);
        publishing.add(simulation.spawn(process, "t", () -> {
            final SimulatedPublisher publisher =
                new SimulatedPublisher(simulation, channel, channel.open(process), exclusive);
            publisher.join();
            for (int i = 0; i < messages; i++) {
                publisher.publish();
            }
            publisher.leave();
        }));
    }

    /** Somebody who keeps house, and is perhaps closed at it. */
    private void keeper(final String name, final boolean closed) {
        final SimulatedProcess process = simulation.process(name);
        final SimulatedChannel.Handle handle = channel.open(process);
        simulation.spawn(process, "t", () -> {
            try {
                while (!publishersAreDone() && !handle.log().isClosed()) {
                    handle.log().cleaner().tryUnit(Cleaner.NOT_WALKED, 0);
                    simulation.idle();
                }
            } catch (final ChannelException e) {
                handle.requireClosed(simulation, e);
            }
        });
        if (closed) {
            final long step = simulation.random((int) ChannelScenario.Kind.RETENTION.horizon);
            simulation.spawn(process, "closer", () -> {
                while (simulation.steps() < step) {
                    simulation.idle();
                }
                channel.close(handle);
            });
        }
    }

    private void subscriber(final String name, final SubscriberOptions options) {
        final SimulatedProcess process = simulation.process(name);
        if (options.gatesWhileAbsent()) {
            // The cursor holds the segments while nobody owns it, so somebody has to be left.
            process.immortal();
        }
        final SimulatedSubscriber subscriber = new SimulatedSubscriber(
            simulation, channel, channel.open(process), options, 1 + simulation.random(3));
        simulation.spawn(process, "t", () -> {
            if (subscriber.join()) {
                subscriber.readUntil(this::publishersAreDone);
            }
        }).withOrderedPlainReads();
    }

    /** Somebody whom nobody waits for, and who begins again where the log begins when that has moved on. */
    private void late(final SimulatedProcess process, final boolean member) {
        final SimulatedChannel.Handle handle =
            member ? channel.open(process) : channel.view(process);
        simulation.spawn(process, "t", () -> {
            boolean done = false;
            while (!done) {
                final SimulatedSubscriber subscriber = new SimulatedSubscriber(simulation, channel,
                    handle, SubscriberOptions.earliest().lossy(), 1);
                subscriber.join();
                try {
                    subscriber.readUntil(this::publishersAreDone);
                    done = true;
                } catch (final PositionException e) {
                    if (channel.earliest() <= subscriber.position()) {
                        throw simulation.failure(process + " may read on, and was told: "
                            + e.getMessage(), e);
                    }
                    subscriber.giveUp();
                }
            }
        }).withOrderedPlainReads();
    }

    private void seeker(final SimulatedProcess process) {
        final Log log = channel.open(process).log();
        final Timestamps timestamps = new Timestamps(log);
        simulation.spawn(process, "t", () -> {
            while (!publishersAreDone()) {
                seek(log, timestamps, simulation.random((int) simulation.steps() + 1) * NANOS_PER_STEP);
                simulation.idle();
            }
        }).withOrderedPlainReads();
    }

    /** Where nothing is open and nobody at work, a time is found at a message that is not before it. */
    private void requireFound(final Timestamps timestamps, final long nanos) {
        for (int look = 0; look < LOOKS_AT_LAST; look++) {
            final long found = timestamps.positionAtOrAfter(nanos);
            if (found == channel.tail() || channel.timestamp(found) >= nanos) {
                return;
            }
            // It may not have seen yet that the message is there.
            simulation.idle();
        }
        throw simulation.failure("the time " + nanos + " is not found at its message", null);
    }

    private void seek(final Log log, final Timestamps timestamps, final long nanos) {
        // As it has seen it itself.
        final long earliest = log.earliestPosition();
        final long found = timestamps.positionAtOrAfter(nanos);
        // An exclusive publisher moves the tail behind the message.
        if (found < earliest || found > channel.tail() && !exclusive) {
            throw simulation.failure("the time " + nanos + " was found at " + found
                + ", in a log from " + earliest + " to " + channel.tail(), null);
        }
        for (long position = channel.geometry().segmentStart(found); position < found;
            position += channel.geometry().span(FrameFormat.length(channel.header(position)))) {
            if (channel.header(position) == 0) {
                // Its file has been removed.
                break;
            }
            if (channel.timestamp(position) >= nanos) {
                throw simulation.failure("the time " + nanos + " was found at " + found
                    + ", and at " + position + " is a message of " + channel.timestamp(position),
                    null);
            }
        }
    }

    /** Whoever comes last removes all that may go, and finds what is left. */
    private void requireNothingSurplus() {
        final SimulatedProcess process = simulation.process("last").immortal();
        final SimulatedChannel.Handle handle = channel.open(process);
        simulation.spawn(process, "t", () -> {
            for (int i = 0; i < LOOKS_AT_LAST; i++) {
                handle.log().cleaner().tryUnit(Cleaner.NOT_WALKED, 0);
                simulation.idle();
                simulation.progressed();
            }
            final Timestamps timestamps = new Timestamps(handle.log());
            for (long nanos = 0; nanos < nanoTime(); nanos += 1 + nanoTime() / TIMES_AT_LAST) {
                requireFound(timestamps, nanos);
            }
        }).withOrderedPlainReads();
        simulation.run();
        final Geometry geometry = channel.geometry();
        for (long at = geometry.startPosition(); at < channel.earliest();
            at += geometry.segmentBytes()) {
            if (channel.hasSegment(at)) {
                throw simulation.failure("the log begins at " + channel.earliest()
                    + ", and the segment at " + at + " is still there", null);
            }
        }
        if (geometry.retentionNanos() == 0
            && channel.isSurplus(channel.earliest() + geometry.segmentBytes())) {
            throw simulation.failure("the log begins at " + channel.earliest() + " and ends at "
                + channel.tail() + ", nobody holds it, and " + geometry.retentionBytes()
                + " bytes are to be kept", null);
        }
    }

    private boolean publishersAreDone() {
        return publishing.stream().allMatch(
            thread -> thread.isFinished() || thread.process.isGone());
    }
}
