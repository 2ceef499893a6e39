package org.fencepost.ipc.sim;

import java.util.function.BooleanSupplier;
import org.fencepost.ipc.ChannelLimitException;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.log.InPlaceReader;
import org.fencepost.ipc.log.Log;
import org.fencepost.ipc.log.LogReader;
import org.fencepost.ipc.log.LossyReader;
import org.fencepost.ipc.log.Patience;
import org.fencepost.ipc.log.Subscription;
import org.fencepost.ipc.sim.GhostLog.Delivery;

/** A subscriber of a simulated channel, whose deliveries are compared with what was published. */
final class SimulatedSubscriber {
    private final Simulation simulation;
    private final SimulatedChannel channel;
    private final SimulatedChannel.Handle handle;
    private final Log log;
    private final SubscriberOptions options;
    private final int looksPerProbe;
    private Subscription subscription;
    private LogReader reader;
    private Delivery delivery;

    SimulatedSubscriber(
        final Simulation simulation, final SimulatedChannel channel,
        final SimulatedChannel.Handle handle, final SubscriberOptions options,
        final int looksPerProbe) {
        this.simulation = simulation;
        this.channel = channel;
        this.handle = handle;
        this.log = handle.log();
        this.options = options;
        this.looksPerProbe = looksPerProbe;
    }

    SimulatedChannel.Handle handle() {
        return handle;
    }

    /** Position of the next frame. */
    long position() {
        return reader.position();
    }

    @Override
    public String toString() {
        return handle.process() + " at " + reader.position();
    }

    /** Whether the log waits for it, so that what it reads stays. */
    boolean gates() {
        return !options.isLossy();
    }

    /** Comes as soon as it may; whether it did, and was not closed meanwhile. */
    boolean join() {
        subscription = subscription();
        if (log.isClosed()) {
            return false;
        }
        reader = options.isLossy() && log.geometry().ring()
            ? new LossyReader(log, subscription.position(), new Patience(looksPerProbe))
            : new InPlaceReader(log, subscription, new Patience(looksPerProbe));
        delivery = channel.ghost().delivery(handle.process().toString(), subscription.position(),
            options.isNamed(), subscription.lostBytes() != 0);
        if (gates()) {
            channel.isHeldBy(this);
        }
        simulation.progressed();
        return true;
    }

    /** Reads until there is nothing left after the end, then goes; or until the handle is closed. */
    void readUntil(final BooleanSupplier ends) {
        final int batch = 1 + simulation.random(4);
        while (true) {
            // In this order: what is done now was published before the last look at the log.
            final boolean last = ends.getAsBoolean();
            if (!poll(batch) && last && reader.position() >= channel.tail()) {
                break;
            }
            if (log.isClosed()) {
                return;
            }
            if (simulation.random(3) == 0) {
                simulation.idle();
            }
        }
        leave();
    }

    /** Takes up to so many messages and says so to all; whether there were any. */
    boolean poll(final int limit) {
        final boolean any = deliver(limit);
        reader.publishPosition(0);
        return any;
    }

    /** Goes on at another frame boundary. */
    void seek(final long position) {
        handle.subscriptions().seek(reader, position);
        if (!log.isClosed()) {
            delivery = channel.ghost().delivery(
                handle.process().toString(), position, options.isNamed(), true);
        }
    }

    /** Compares what it has seen with all that was there, and goes. */
    void leave() {
        if (reader.lostBytes() == 0) {
            delivery.reached(reader.position());
        } else if (gates() && (!options.isNamed() || options.gatesWhileAbsent())) {
            throw simulation.failure(handle.process() + " lost bytes that it held", null);
        }
        channel.isNotHeldBy(this);
        reader.close();
        handle.subscriptions().leave(subscription.record());
        simulation.progressed();
    }

    /** Goes without having seen everything. */
    void giveUp() {
        reader.close();
        handle.subscriptions().leave(subscription.record());
    }

    private Subscription subscription() {
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

    private boolean deliver(final int limit) {
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
            simulation.progressed();
            count++;
        }
        if (count == 0) {
            simulation.idle();
        }
        return count != 0;
    }
}
