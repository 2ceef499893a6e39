package org.fencepost.ipc.sim;

import org.fencepost.ipc.ChannelLimitException;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.log.Claimer;
import org.fencepost.ipc.log.Log;
import org.fencepost.ipc.sim.GhostLog.Claimed;
import org.fencepost.ipc.sim.GhostLog.State;

/** A publisher of a simulated channel; each of its claims is compared with what really happened. */
final class SimulatedPublisher {
    /** A frame of this payload fits twice into the shortest segment. */
    static final int PAYLOAD_BYTES_MAX = 40;

    private static final int PAYLOAD_ID_BYTES = Long.BYTES;
    private static final int TYPE = 7;

    private final Simulation simulation;
    private final SimulatedChannel.Handle handle;
    private final Geometry geometry;
    private final GhostLog ghost;
    private final Log log;
    private final boolean exclusive;
    private Runnable idle;
    private Claimer claimer;
    private long end = -1;

    /** What is to become of a claim. */
    enum Wish { ANY, MESSAGE, BATCH, ABORTED }

    SimulatedPublisher(
        final Simulation simulation, final SimulatedChannel channel,
        final SimulatedChannel.Handle handle, final boolean exclusive) {
        this.simulation = simulation;
        this.handle = handle;
        this.geometry = channel.geometry();
        this.ghost = channel.ghost();
        this.log = handle.log();
        this.exclusive = exclusive;
        this.idle = simulation::idle;
    }

    /** Waits for room with this between two attempts. */
    SimulatedPublisher waitingBy(final Runnable between) {
        idle = between;
        return this;
    }

    SimulatedChannel.Handle handle() {
        return handle;
    }

    /** Where the last frame ended that it committed, or -1. */
    long end() {
        return end;
    }

    /** Comes as soon as it may. */
    void join() {
        while (true) {
            try {
                claimer = exclusive
                    ? handle.membership().joinExclusive() : handle.membership().joinShared();
                simulation.progressed();
                return;
            } catch (final ChannelLimitException e) {
                simulation.note(e.getMessage());
                simulation.idle();
            }
        }
    }

    /** Claims until there is room, and publishes something or gives it up. */
    void publish() {
        final int variable = PAYLOAD_BYTES_MAX + FrameFormat.HEADER_BYTES
            - FrameFormat.headerBytes(geometry.frameFlags());
        publish(Wish.ANY, PAYLOAD_ID_BYTES + simulation.random(variable));
    }

    /** The same, and what exactly; a payload has at least {@value #PAYLOAD_ID_BYTES} bytes. */
    void publish(final Wish wish, final int payloadBytes) {
        final byte[] payload = payload(payloadBytes);
        long start = claimer.claim(payload.length);
        while (start < 0 && !log.isClosed()) {
            idle.run();
            start = claimer.claim(payload.length);
        }
        if (start < 0) {
            return;
        }
        simulation.progressed();
        if (handle.isReplaced()) {
            // Won in private memory, or before it, and will be written into private memory: the user
            // goes on and is told at the end.
            simulation.memory().copyFrom(claimer.payloadAddress(), payload, 0, payload.length);
            if (claimer.commit(FrameFormat.KIND_MESSAGE, TYPE, payload.length) != Claimer.CLOSED) {
                throw simulation.failure("a commit into a closed handle succeeded", null);
            }
            return;
        }
        final int headerBytes = FrameFormat.headerBytes(geometry.frameFlags());
        final long frame = claimer.payloadAddress() - headerBytes;
        final long frameEnd = start + geometry.span(headerBytes + payload.length);
        if (simulation.trace().isTextual()) {
            simulation.note("claimed " + start + " to " + frameEnd);
        }
        final Claimed claim =
            ghost.claimed(start, frameEnd, frame, payload, exclusive ? handle.process() : null);
        simulation.memory().copyFrom(claimer.payloadAddress(), payload, 0, payload.length);
        if (wish == Wish.ABORTED || wish == Wish.ANY && simulation.random(8) == 0) {
            ghost.resolving(claim, frame, State.ABORTING, log.isClosed());
            claimer.abort();
            return;
        }
        ghost.resolving(claim, frame, State.PUBLISHING, log.isClosed());
        commit(claim, wish == Wish.BATCH || wish == Wish.ANY && simulation.random(4) == 0
            ? FrameFormat.KIND_BATCH : FrameFormat.KIND_MESSAGE, wish);
    }

    /** Resolves what is open and goes. */
    void leave() {
        handle.membership().leave(claimer);
        simulation.systemCall();
        simulation.progressed();
    }

    private void commit(final Claimed claim, final int frameKind, final Wish wish) {
        final long answer = claimer.commit(frameKind, TYPE, claim.payload.length);
        if (answer == Claimer.CLOSED && log.isClosed()) {
            return;
        }
        if (answer != claim.end) {
            throw simulation.failure(
                "commit said " + answer + " for the claim to " + claim.end, null);
        }
        end = answer;
        if (wish != Wish.ANY || simulation.random(2) == 0) {
            // From here on somebody may count on it.
            simulation.systemCall();
            ghost.published(claim);
        }
    }

    private byte[] payload(final int length) {
        final byte[] payload = new byte[length];
        final long id = ghost.nextId();
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (i < PAYLOAD_ID_BYTES ? id >>> 8 * i | 0x80 : id + i | 1);
        }
        return payload;
    }
}
