package org.fencepost.ipc.sim;

import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelLimitException;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.log.Claimer;
import org.fencepost.ipc.log.InPlaceReader;
import org.fencepost.ipc.log.Log;
import org.fencepost.ipc.log.LogReader;
import org.fencepost.ipc.log.LossyReader;
import org.fencepost.ipc.log.Patience;
import org.fencepost.ipc.log.Subscription;
import org.fencepost.ipc.sim.GhostLog.Claimed;
import org.fencepost.ipc.sim.GhostLog.Delivery;
import org.fencepost.ipc.sim.GhostLog.State;

/**
 * Some publishers and subscribers of one channel, each in its own process, and afterwards an
 * auditor who has to be able to read, and a successor who has to be able to publish, whatever
 * became of them.
 */
final class ChannelScenario {
    private static final int SHORTEST_SEGMENT = 128;
    private static final int PAYLOAD_ID_BYTES = Long.BYTES;

    private final Simulation simulation;
    private final SimulatedChannel channel;
    private final GhostLog ghost;
    private final List<SimulatedProcess> publishers = new ArrayList<>();
    private final Kind kind;
    private long nextId = 1;
    /** Whether there is one cursor, which the subscribers have one after the other. */
    private final boolean named;
    private final boolean gatesWhileAbsent;
    private Delivery earlierDelivery;

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
        /** Handles that are closed under threads at work. */
        CLOSING(1_500, 1);

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
            ring ? 2 << simulation.random(2) : 0, FrameFormat.ALIGNMENT, false,
            simulation.random(4) == 0, segmentBytes * simulation.random(3), 1);
        channel = new SimulatedChannel(simulation, geometry);
        ghost = new GhostLog(simulation);
        named = kind == Kind.NAMED || kind == Kind.CLOSING && simulation.random(2) == 0;
        gatesWhileAbsent = named && simulation.random(2) == 0;
    }

    void run() {
        final int publisherCount = (kind == Kind.DEATHS ? 3 : 1) + simulation.random(3);
        for (int i = 0; i < publisherCount; i++) {
            final SimulatedProcess process = simulation.process("publisher" + i);
            publishers.add(process);
            final boolean exclusive = kind == Kind.EXCLUSIVE
                || (kind == Kind.MIXED || kind == Kind.JOURNAL || kind == Kind.CLOSING) && simulation.random(2) == 0;
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
                || kind == Kind.CLOSING && channel.geometry().ring() && !named && simulation.random(4) == 0;
            final int looksPerProbe = 1 + simulation.random(3);
            final boolean earliest = simulation.random(2) == 0;
            final SimulatedThread thread = simulation.spawn(process, "t",
                () -> subscribe(process, lossy, earliest, looksPerProbe, this::publishersAreDone));
            if (!lossy) {
                thread.withOrderedPlainReads();
            }
        }
        simulation.run();
        audit();
    }

    /** Whatever has happened: the log can be read up to its tail, and goes on. */
    private void audit() {
        simulation.calm();
        final SimulatedProcess reader = simulation.process("auditor").immortal();
        simulation.spawn(reader, "t", () -> subscribe(reader, false, true, 1, () -> true))
            .withOrderedPlainReads();
        simulation.run();
        final SimulatedProcess writer = simulation.process("successor").immortal();
        publishers.add(writer);
        final int before = ghost.resolved();
        final int messages = (int) (channel.geometry().capacityBytes() / 40) + 4;
        final boolean exclusive = simulation.random(2) == 0;
        simulation.spawn(writer, "t", () -> publish(writer, exclusive, messages, false));
        simulation.spawn(reader, "u",
            () -> subscribe(reader, false, true, 1, this::publishersAreDone))
            .withOrderedPlainReads();
        simulation.run();
        if (ghost.resolved() != before + messages) {
            throw simulation.failure("not everything could be published in the end", null);
        }
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
            final Claimer claimer = join(handle, exclusive);
            for (int i = 0; i < messages && !handle.log().isClosed(); i++) {
                publishOne(handle.log(), claimer, exclusive ? process : null);
            }
            if (!handle.log().isClosed()) {
                handle.membership().leave(claimer);
                simulation.systemCall();
            }
        } catch (final ChannelException e) {
            requireClosed(handle, e);
        }
    }

    /** Whoever meets private zeros in the place of a channel's words may take them for anything. */
    private void requireClosed(final SimulatedChannel.Handle handle, final ChannelException e) {
        if (!handle.log().isClosed()) {
            throw e;
        }
        simulation.note(e.getMessage());
    }

    private Claimer join(final SimulatedChannel.Handle handle, final boolean exclusive) {
        while (true) {
            try {
                return exclusive
                    ? handle.membership().joinExclusive() : handle.membership().joinShared();
            } catch (final ChannelLimitException e) {
                simulation.note(e.getMessage());
                simulation.idle();
            }
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

    private void publishOne(
        final Log log, final Claimer claimer, final SimulatedProcess exclusive) {
        final byte[] payload = payload();
        long start = claimer.claim(payload.length);
        while (start < 0 && !log.isClosed()) {
            simulation.idle();
            start = claimer.claim(payload.length);
        }
        if (start < 0) {
            return;
        }
        if (channel.isReplaced(simulation.current().process)) {
            // Won in private memory, or before it, and will be written into private memory: the user
            // goes on and is told at the end.
            simulation.memory().copyFrom(claimer.payloadAddress(), payload, 0, payload.length);
            if (claimer.commit(FrameFormat.KIND_MESSAGE, 7, payload.length) != Claimer.CLOSED) {
                throw simulation.failure("a commit into a closed handle succeeded", null);
            }
            return;
        }
        final int headerBytes = FrameFormat.headerBytes(channel.geometry().frameFlags());
        final long frame = claimer.payloadAddress() - headerBytes;
        final long end = start + channel.geometry().span(headerBytes + payload.length);
        if (simulation.trace().isTextual()) {
            simulation.note("claimed " + start + " to " + end);
        }
        final Claimed claim = ghost.claimed(start, end, frame, payload, exclusive);
        simulation.memory().copyFrom(claimer.payloadAddress(), payload, 0, payload.length);
        if (simulation.random(8) == 0) {
            ghost.resolving(claim, frame, State.ABORTING, log.isClosed());
            claimer.abort();
            return;
        }
        ghost.resolving(claim, frame, State.PUBLISHING, log.isClosed());
        final int frameKind =
            simulation.random(4) == 0 ? FrameFormat.KIND_BATCH : FrameFormat.KIND_MESSAGE;
        final long answer = claimer.commit(frameKind, 7, payload.length);
        if (answer == Claimer.CLOSED && log.isClosed()) {
            return;
        }
        if (answer != end) {
            throw simulation.failure("commit said " + answer + " for the claim to " + end, null);
        }
        if (simulation.random(2) == 0) {
            // From here on somebody may count on it.
            simulation.systemCall();
            ghost.published(claim);
        }
    }

    private byte[] payload() {
        final int header = FrameFormat.headerBytes(channel.geometry().frameFlags());
        final int variable = SHORTEST_SEGMENT / 2 - header - PAYLOAD_ID_BYTES;
        final byte[] payload = new byte[PAYLOAD_ID_BYTES + simulation.random(variable)];
        final long id = nextId++;
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (i < PAYLOAD_ID_BYTES ? id >>> 8 * i | 0x80 : id + i | 1);
        }
        return payload;
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds();
    }

    private void subscribe(
        final SimulatedProcess process, final boolean lossy, final boolean earliest,
        final int looksPerProbe, final Condition ends) {
        final SimulatedChannel.Handle handle = openPerhapsToClose(process);
        try {
            subscribe(handle, lossy, earliest, looksPerProbe, ends);
        } catch (final ChannelException e) {
            requireClosed(handle, e);
        }
    }

    private void subscribe(
        final SimulatedChannel.Handle handle, final boolean lossy, final boolean earliest,
        final int looksPerProbe, final Condition ends) {
        final SimulatedProcess process = handle.process();
        SubscriberOptions options =
            earliest ? SubscriberOptions.earliest() : SubscriberOptions.latest();
        if (lossy) {
            options = options.lossy();
        }
        if (named) {
            options = options.named("cursor", gatesWhileAbsent);
        }
        final Subscription subscription = join(handle, options);
        if (handle.log().isClosed()) {
            return;
        }
        if (named && earlierDelivery != null && subscription.lostBytes() == 0) {
            // Whoever had the cursor before has seen all that this one will not.
            earlierDelivery.reached(subscription.position());
        }
        final LogReader reader = lossy
            ? new LossyReader(handle.log(), subscription.position(), new Patience(looksPerProbe))
            : new InPlaceReader(handle.log(), subscription, new Patience(looksPerProbe));
        final Delivery delivery = ghost.delivery(process.toString(), subscription.position());
        earlierDelivery = delivery;
        final int batch = 1 + simulation.random(4);
        while (true) {
            // In this order: what is done now was published before the last look at the log.
            final boolean last = ends.holds();
            if (!poll(handle.log(), reader, delivery, batch) && last
                && reader.position() >= channel.tail()) {
                break;
            }
            if (handle.log().isClosed()) {
                reader.publishPosition(0);
                return;
            }
            reader.publishPosition(0);
            if (simulation.random(3) == 0) {
                simulation.idle();
            }
        }
        if (reader.lostBytes() == 0) {
            delivery.reached(reader.position());
        } else if (!lossy && (!named || gatesWhileAbsent)) {
            throw simulation.failure(process + " lost bytes that it held", null);
        }
        reader.close();
        handle.subscriptions().leave(subscription.record());
    }

    private Subscription join(
        final SimulatedChannel.Handle handle, final SubscriberOptions options) {
        while (true) {
            try {
                return handle.subscriptions().join(options);
            } catch (final ChannelLimitException e) {
                // The cursor has an owner.
                simulation.note(e.getMessage());
                simulation.idle();
            }
        }
    }

    /** Whether anything was delivered. */
    private boolean poll(
        final Log log, final LogReader reader, final Delivery delivery, final int limit) {
        int count = 0;
        while (count < limit) {
            final long before = reader.position();
            final long lost = reader.lostBytes();
            final long word = reader.peek();
            if (log.isClosed()) {
                return false;
            }
            if (reader.lostBytes() == lost) {
                delivery.passedOver(before, reader.position());
            } else if (reader.lostBytes() - lost > reader.position() - before) {
                throw simulation.failure("more bytes were lost than passed over", null);
            }
            if (word == LogReader.NOTHING) {
                break;
            }
            final byte[] payload = new byte[FrameFormat.length(word) - reader.payloadOffset()];
            reader.buffer().getBytes(reader.payloadOffset(), payload);
            if (log.isClosed()) {
                // What a handler may see that is running when its channel is closed.
                return false;
            }
            if (simulation.trace().isTextual()) {
                simulation.note("delivered " + reader.position());
            }
            delivery.delivered(reader.position(), payload);
            reader.advance();
            count++;
        }
        if (count == 0) {
            simulation.idle();
        }
        return count != 0;
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
