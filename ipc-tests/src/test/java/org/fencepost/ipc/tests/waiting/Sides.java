package org.fencepost.ipc.tests.waiting;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.IdleStrategy;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Endpoint;
import org.fencepost.ipc.Endpoints;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.buffer.MessageBuffer;

/**
 * The two rings of a {@link WaitingRun}, as one process has them. Its sleeps end when they are woken and
 * not by themselves, so that a wake-up that is lost is seen.
 */
final class Sides implements AutoCloseable {
    static final String THERE = "there";
    static final String BACK = "back";

    private static final ChannelOptions RING = ChannelOptions.ring(64 * 1024);
    /** What a wait takes before it sleeps is drawn anew, to meet each moment of the other side. */
    private static final int SPINS_BOUND = 300;
    private static final int WAYS = 16;
    private static final long FOR_EVER_NANOS = TimeUnit.DAYS.toNanos(1);

    private final Channel out;
    private final Channel in;
    private final Publisher publisher;
    private final Subscriber subscriber;
    private final IdleStrategy[] ways = new IdleStrategy[WAYS];
    private final IdleStrategy room;
    private final MessageBuffer buffer = MessageBuffer.allocate(Long.BYTES);
    private long received = -1;
    private long waits;

    Sides(final Path directory, final String outName, final String inName) {
        out = Channel.open(directory.resolve(outName), RING);
        in = Channel.open(directory.resolve(inName), RING);
        publisher = out.addPublisher();
        subscriber = in.addSubscriber(SubscriberOptions.earliest());
        for (int i = 0; i < WAYS; i++) {
            ways[i] = endless(i * SPINS_BOUND / WAYS, subscriber);
        }
        room = endless(0, publisher);
    }

    private static IdleStrategy endless(final int spins, final Endpoint endpoint) {
        return Endpoints.parking(FOR_EVER_NANOS, spins, endpoint);
    }

    /** Waits for the next message; what it says, or -1 when all is over. */
    long receive(final int random) {
        final IdleStrategy way = ways[random & WAYS - 1];
        received = -1;
        way.reset();
        while (received < 0) {
            final int count = subscriber.poll(
                (message, offset, length, header) -> received = message.getLong(offset), 1);
            if (count < 0 || Thread.currentThread().isInterrupted()) {
                return -1;
            }
            way.idle(count);
            waits += 1 - count;
        }
        return received;
    }

    /** Publishes, and waits for room if there is none. */
    void send(final long value) {
        buffer.putLong(0, value);
        long result = publisher.offer(1, buffer, 0, Long.BYTES);
        while (result == Publisher.BACK_PRESSURED || result == Publisher.PREPARING) {
            room.idle();
            result = publisher.offer(1, buffer, 0, Long.BYTES);
        }
        room.reset();
        if (result < 0) {
            throw new IllegalStateException(Publisher.describe(result));
        }
    }

    /** How often a look found nothing. */
    long waits() {
        return waits;
    }

    @Override
    public void close() {
        out.close();
        in.close();
    }
}
