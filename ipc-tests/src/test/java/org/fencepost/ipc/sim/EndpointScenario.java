package org.fencepost.ipc.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelLimitException;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.ControlledMessageHandler.Action;
import org.fencepost.ipc.Endpoints;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.log.Patience;
import org.fencepost.ipc.sim.Ledger.Message;
import org.fencepost.ipc.sim.Ledger.State;

/**
 * What users call: publishers that offer, claim and batch, subscribers that poll and control, some of
 * them killed, some closed by another thread, alone or with their channel.
 *
 * <p>That a thread has ended cannot be simulated, because all have one carrier: healing its claim is
 * not shown. Nor are the marks by which a closer finds a thread inside, which are the JVM's memory.
 */
final class EndpointScenario {
    private static final int SEGMENT_BYTES = 256;
    private static final int MORE_BYTES_MAX = 24;
    private static final int BATCH_MAX = 3;

    private final Simulation simulation;
    private final SimulatedChannel channel;
    private final Ledger ledger;
    private final List<SimulatedThread> publishing = new ArrayList<>();
    private int published;

    EndpointScenario(final Simulation simulation) {
        this.simulation = simulation;
        final boolean ring = simulation.random(4) != 0;
        channel = new SimulatedChannel(simulation, new Geometry(ring, SEGMENT_BYTES,
            ring ? 2 << simulation.random(2) : 0, FrameFormat.ALIGNMENT, simulation.random(4) == 0,
            simulation.random(4) == 0, SEGMENT_BYTES * simulation.random(3), 0, 0, 0, 1));
        ledger = new Ledger(simulation);
    }

    void run() {
        final boolean exclusive = simulation.random(3) == 0;
        final int publishers = 1 + simulation.random(3);
        for (int i = 0; i < publishers; i++) {
            publisher("publisher" + i, exclusive, 2 + simulation.random(5), true);
        }
        final int subscribers = 1 + simulation.random(2);
        for (int i = 0; i < subscribers; i++) {
            final SubscriberOptions start = simulation.random(2) == 0
                ? SubscriberOptions.earliest() : SubscriberOptions.latest();
            subscriber("subscriber" + i, simulation.random(4) == 0 ? start.lossy() : start, true,
                this::publishersAreDone);
        }
        simulation.run();
        audit();
    }

    private void audit() {
        simulation.calm();
        subscriber("auditor", SubscriberOptions.earliest(), false, () -> true);
        simulation.run();
        final int before = published;
        final int operations = (int) (channel.geometry().capacityBytes() / 32) + 4;
        publisher("successor", simulation.random(2) == 0, operations, false);
        subscriber("reader", SubscriberOptions.earliest(), false, this::publishersAreDone);
        simulation.run();
        if (published != before + operations) {
            throw simulation.failure("not everything could be published in the end", null);
        }
    }

    private void publisher(
        final String name, final boolean exclusive, final int operations, final boolean mortal) {
        final SimulatedChannel.Handle handle = handle(name, mortal);
        publishing.add(simulation.spawn(handle.process(), "t", () -> {
            try {
                final Publisher publisher = joinPublisher(handle, exclusive);
                perhapsClose(handle, publisher, mortal);
                int done = 0;
                while (done < operations && publish(publisher)) {
                    done++;
                    published++;
                }
                if (!publisher.isClosed()) {
                    publisher.close();
                    simulation.systemCall();
                } else if (!mortal) {
                    throw simulation.failure(name + " was closed by nobody", null);
                }
            } catch (final ChannelException e) {
                handle.requireClosed(simulation, e);
            }
        }));
    }

    private SimulatedChannel.Handle handle(final String name, final boolean mortal) {
        final SimulatedProcess process = simulation.process(name);
        return channel.open(mortal ? process : process.immortal());
    }

    private Publisher joinPublisher(
        final SimulatedChannel.Handle handle, final boolean exclusive) {
        while (true) {
            try {
                return Endpoints.publisher(handle.log(), barrier(handle), simulation.memory(),
                    handle.membership(), handle.subscriptions(), exclusive);
            } catch (final ChannelLimitException e) {
                simulation.note(e.getMessage());
                simulation.idle();
            }
        }
    }

    private Runnable barrier(final SimulatedChannel.Handle handle) {
        return () -> {
            simulation.systemCall();
            simulation.fenceAll(handle.process());
        };
    }

    /** Some are closed by another thread at some step, half of these with their channel. */
    private void perhapsClose(
        final SimulatedChannel.Handle handle, final AutoCloseable endpoint, final boolean mortal) {
        if (mortal && simulation.random(4) == 0) {
            final long step = simulation.steps() + simulation.random(600);
            final boolean all = simulation.random(2) == 0;
            simulation.spawn(handle.process(), "closer", () -> {
                while (simulation.steps() < step) {
                    simulation.idle();
                }
                Endpoints.close(endpoint);
                if (all) {
                    channel.close(handle);
                }
            });
        }
    }

    /** One operation of some kind; whether the publisher is still open. */
    private boolean publish(final Publisher publisher) {
        return switch (simulation.random(3)) {
            case 0 -> offer(publisher);
            case 1 -> claim(publisher);
            default -> batch(publisher);
        };
    }

    private boolean offer(final Publisher publisher) {
        final Message message = message(publisher);
        message.state = State.PUBLISHING;
        return published(List.of(message), admitted(
            () -> publisher.offer(message.typeId, message.payload, 0, message.payload.length)));
    }

    private boolean claim(final Publisher publisher) {
        final Message message = message(publisher);
        final Claim claim = new Claim();
        if (admitted(() -> publisher.tryClaim(message.typeId, message.payload.length, claim)) < 0) {
            return false;
        }
        claim.buffer().putBytes(0, message.payload);
        if (simulation.random(4) == 0) {
            message.state = State.GIVEN_UP;
            claim.abort();
            return !publisher.isClosed();
        }
        message.state = State.PUBLISHING;
        return published(List.of(message), claim.commit());
    }

    private boolean batch(final Publisher publisher) {
        final List<Message> messages = new ArrayList<>();
        int bytes = simulation.random(2) * Long.BYTES;
        final int count = simulation.random(BATCH_MAX + 1);
        for (int i = 0; i < count; i++) {
            messages.add(message(publisher));
            bytes += Batch.recordBytes(messages.get(i).payload.length);
        }
        final int capacity = bytes;
        final Batch batch = new Batch();
        if (admitted(() -> publisher.tryClaimBatch(capacity, batch)) < 0) {
            return false;
        }
        for (final Message message : messages) {
            message.batchIndex = batch.count();
            message.batchCount = count;
            if (!batch.add(message.typeId, message.payload, 0, message.payload.length)
                && !publisher.isClosed()) {
                throw simulation.failure("a message did not fit into its batch", null);
            }
        }
        final boolean givenUp = simulation.random(4) == 0;
        messages.forEach(
            message -> message.state = givenUp ? State.GIVEN_UP : State.PUBLISHING);
        if (givenUp) {
            batch.abort();
            return !publisher.isClosed();
        }
        return published(messages, batch.commit());
    }

    private Message message(final Publisher publisher) {
        return ledger.message(publisher.id(), simulation.random(MORE_BYTES_MAX));
    }

    /** What is answered when there is room, or the publisher is closed. */
    private long admitted(final LongSupplier attempt) {
        while (true) {
            final long answer = attempt.getAsLong();
            if (answer != Publisher.BACK_PRESSURED && answer != Publisher.PREPARING) {
                simulation.progressed();
                return answer;
            }
            simulation.idle();
        }
    }

    private boolean published(final List<Message> messages, final long answer) {
        if (answer == Publisher.CLOSED) {
            return false;
        }
        if (answer < 0) {
            throw simulation.failure("publishing said " + Publisher.describe(answer), null);
        }
        // From here on somebody may count on it.
        simulation.systemCall();
        for (final Message message : messages) {
            message.position = answer;
            message.state = State.PUBLISHED;
        }
        return true;
    }

    private void subscriber(
        final String name, final SubscriberOptions options, final boolean mortal,
        final BooleanSupplier ends) {
        final SimulatedChannel.Handle handle = handle(name, mortal);
        final SimulatedThread thread = simulation.spawn(handle.process(), "t", () -> {
            try {
                final boolean lossy = options.isLossy() && channel.geometry().ring();
                final Subscriber subscriber = Endpoints.subscriber(handle.log(), barrier(handle),
                    handle.subscriptions(), lossy ? options : gating(options), new Patience(1));
                perhapsClose(handle, subscriber, mortal);
                read(handle, subscriber, ledger.new Reading(name, subscriber.position()), ends);
            } catch (final ChannelException e) {
                handle.requireClosed(simulation, e);
            }
        });
        if (!options.isLossy() || !channel.geometry().ring()) {
            thread.withOrderedPlainReads();
        }
    }

    /** A journal has no lossy ones. */
    private static SubscriberOptions gating(final SubscriberOptions options) {
        return options.start() == SubscriberOptions.Start.LATEST
            ? SubscriberOptions.latest() : SubscriberOptions.earliest();
    }

    private void read(
        final SimulatedChannel.Handle handle, final Subscriber subscriber,
        final Ledger.Reading reading, final BooleanSupplier ends) {
        while (true) {
            final boolean last = ends.getAsBoolean();
            final int limit = 1 + simulation.random(4);
            final int count = simulation.random(2) == 0
                ? subscriber.poll((buffer, offset, length, header) -> {
                    final byte[] payload = new byte[length];
                    buffer.getBytes(offset, payload);
                    consumed(handle, reading, payload, header);
                }, limit)
                : subscriber.controlledPoll((buffer, offset, length, header) -> {
                    final byte[] payload = new byte[length];
                    buffer.getBytes(offset, payload);
                    final Action action = Action.values()[simulation.random(4)];
                    if (action != Action.ABORT) {
                        consumed(handle, reading, payload, header);
                    }
                    return action;
                }, limit);
            if (count == Subscriber.CLOSED) {
                return;
            }
            if (count > 0) {
                simulation.progressed();
            } else if (last && subscriber.position() >= channel.tail()) {
                break;
            } else {
                simulation.idle();
            }
        }
        if (subscriber.lostBytes() == 0) {
            reading.reached(subscriber.position());
        }
        subscriber.close();
    }

    private void consumed(
        final SimulatedChannel.Handle handle, final Ledger.Reading reading, final byte[] payload,
        final Header header) {
        // What a handler sees that runs when its channel is closed may be zeros; the type too, which
        // is read where it is.
        final int typeId = header.typeId();
        if (!handle.log().isClosed()) {
            reading.delivered(payload, typeId, header);
        }
    }

    private boolean publishersAreDone() {
        for (final SimulatedThread thread : publishing) {
            if (!thread.isFinished() && !thread.process.isGone()) {
                return false;
            }
        }
        return true;
    }
}
