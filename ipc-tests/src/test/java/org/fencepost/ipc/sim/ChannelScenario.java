package org.fencepost.ipc.sim;

import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;

/**
 * Some publishers and subscribers of one channel, each in its own process, and afterwards an
 * auditor who has to be able to read, and a successor who has to be able to publish, whatever
 * became of them.
 */
final class ChannelScenario {
    private static final int SHORTEST_SEGMENT = 128;

    private final Simulation simulation;
    private final SimulatedChannel channel;
    private final List<SimulatedProcess> publishers = new ArrayList<>();
    private final Kind kind;
    /** Whether there is one cursor, which the subscribers have one after the other. */
    private final boolean named;
    private final boolean gatesWhileAbsent;

    /** What takes part, for about how many steps, and how many may be killed. */
    enum Kind {
        /** Publishers that share a ring. */
        SHARED(1_500, 2),
        /** Publishers that want a ring for themselves, one after the other. */
        EXCLUSIVE(1_500, 2),
        /** Both. */
        MIXED(1_500, 2),
        /** Readers that a ring does not wait for. */
        LOSSY(1_500, 2),
        /** Segments that are kept. */
        JOURNAL(1_000, 2),
        /** A cursor that outlives its owner, and perhaps holds the ring. */
        NAMED(1_500, 2),
        /** Several deaths in a short time. */
        DEATHS(300, 4),
        /** Publishers that share a ring, and somebody who only looks. */
        OBSERVED(1_500, 2),
        /** Handles that are closed under threads at work. */
        CLOSING(1_500, 1),
        /** Publishers and subscribers as users have them: {@link EndpointScenario}. */
        ENDPOINTS(1_500, 2),
        /** A journal that is brought to the disk: {@link DurableScenario}. */
        DURABLE(1_000, 2),
        /** A journal that removes its oldest segments: {@link RetentionScenario}. */
        RETENTION(1_000, 2),
        /** Those who wait sleep until they are woken: {@link WaitingScenario}. */
        WAITING(1_000, 1),
        /** One who sleeps, and a message that nothing follows: {@link LastMessageScenario}. */
        LAST_MESSAGE(100, 0);

        final long horizon;
        final int killsMax;

        Kind(final long horizon, final int killsMax) {
            this.horizon = horizon;
            this.killsMax = killsMax;
        }
    }

    ChannelScenario(final Simulation simulation, final Kind kind) {
        this.simulation = simulation;
        this.kind = kind;
        final boolean ring =
            kind != Kind.JOURNAL && (kind != Kind.CLOSING || simulation.random(4) != 0);
        final long segmentBytes = (long) SHORTEST_SEGMENT << simulation.random(2);
        final Geometry geometry = new Geometry(ring, segmentBytes,
            ring ? 2 << simulation.random(2) : 0,
            FrameFormat.ALIGNMENT << 2 * simulation.random(2), false,
            simulation.random(4) == 0, segmentBytes * simulation.random(3), 0, 0, 0, 1);
        channel = new SimulatedChannel(simulation, geometry);
        named = kind == Kind.NAMED || kind == Kind.CLOSING && simulation.random(2) == 0;
        gatesWhileAbsent = named && simulation.random(2) == 0;
    }

    void run() {
        final int publisherCount = (kind == Kind.DEATHS ? 3 : 1) + simulation.random(3);
        for (int i = 0; i < publisherCount; i++) {
            final SimulatedProcess process = simulation.process("publisher" + i);
            publishers.add(process);
            final boolean exclusive = kind == Kind.EXCLUSIVE
                || (kind == Kind.MIXED || kind == Kind.JOURNAL || kind == Kind.CLOSING)
                    && simulation.random(2) == 0;
            final int messages = kind == Kind.DEATHS ? 2 : 2 + simulation.random(8);
            final boolean heir = i > 0 && i == publisherCount - 1 && simulation.random(3) == 0;
            simulation.spawn(process, "t", () -> publish(process, exclusive, messages, heir));
        }
        final int subscriberCount = named ? 2 : 1 + simulation.random(2);
        for (int i = 0; i < subscriberCount; i++) {
            final SimulatedProcess process = simulation.process("subscriber" + i);
            if (gatesWhileAbsent && i == 1) {
                // The cursor holds the ring while nobody owns it, so somebody has to be left.
                process.immortal();
            }
            final boolean lossy = kind == Kind.LOSSY && (i == 0 || simulation.random(2) == 0)
                || kind == Kind.CLOSING && channel.geometry().ring() && !named
                    && simulation.random(4) == 0;
            final int looksPerProbe = 1 + simulation.random(3);
            final boolean earliest = simulation.random(2) == 0;
            final SimulatedThread thread = simulation.spawn(process, "t",
                () -> subscribe(process, lossy, earliest, looksPerProbe));
            if (!lossy) {
                thread.withOrderedPlainReads();
            }
        }
        if (kind == Kind.OBSERVED) {
            final SimulatedProcess process = simulation.process("observer");
            simulation.spawn(process, "t", () ->
                new SimulatedObserver(simulation, channel, channel.open(process))
                    .lookUntil(this::publishersAreDone));
        }
        simulation.run();
        new Audit(simulation, channel, options(false, true)).run();
    }

    private void publish(
        final SimulatedProcess process, final boolean exclusive, final int messages,
        final boolean heir) {
        // An heir comes when somebody has died, or nobody else is there to die.
        while (heir && simulation.killed() == 0 && !othersAreDone(process)) {
            simulation.idle();
        }
        final SimulatedChannel.Handle handle = openPerhapsToClose(process);
        try {
            final SimulatedPublisher publisher =
                new SimulatedPublisher(simulation, channel, handle, exclusive);
            publisher.join();
            for (int i = 0; i < messages && !handle.log().isClosed(); i++) {
                publisher.publish();
            }
            if (!handle.log().isClosed()) {
                publisher.leave();
            }
        } catch (final ChannelException e) {
            handle.requireClosed(simulation, e);
        }
    }

    /** A handle; where it is about closing, half of them are closed at some step. */
    private SimulatedChannel.Handle openPerhapsToClose(final SimulatedProcess process) {
        final SimulatedChannel.Handle handle = channel.open(process);
        if (kind == Kind.CLOSING && process.mortal && simulation.random(2) == 0) {
            // Soon, in the middle of joining, or some time later.
            final long step = simulation.steps()
                + simulation.random(simulation.random(2) == 0 ? 100 : (int) kind.horizon);
            simulation.spawn(process, "closer", () -> {
                while (simulation.steps() < step) {
                    simulation.idle();
                }
                channel.close(handle);
            });
        }
        return handle;
    }

    private void subscribe(
        final SimulatedProcess process, final boolean lossy, final boolean earliest,
        final int looksPerProbe) {
        final SimulatedChannel.Handle handle = openPerhapsToClose(process);
        try {
            final SimulatedSubscriber subscriber = new SimulatedSubscriber(
                simulation, channel, handle, options(lossy, earliest), looksPerProbe);
            if (subscriber.join()) {
                subscriber.readUntil(this::publishersAreDone);
            }
        } catch (final ChannelException e) {
            handle.requireClosed(simulation, e);
        }
    }

    private SubscriberOptions options(final boolean lossy, final boolean earliest) {
        SubscriberOptions options =
            earliest ? SubscriberOptions.earliest() : SubscriberOptions.latest();
        if (lossy) {
            options = options.lossy();
        }
        return named ? options.named("cursor", gatesWhileAbsent) : options;
    }

    private boolean publishersAreDone() {
        return othersAreDone(null);
    }

    private boolean othersAreDone(final SimulatedProcess self) {
        for (final SimulatedProcess process : publishers) {
            if (process != self && !process.isGone() && !process.threads.getFirst().isFinished()) {
                return false;
            }
        }
        return true;
    }
}
