package org.fencepost.ipc.demo.channel;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.demo.CommandFailedException;

/** Publishes messages, and waits for room. For one thread. */
final class Sender implements AutoCloseable {
    private static final long SPINS = 100;
    private static final long YIELDS = 50;
    private static final long PARK_NANOS_MIN = TimeUnit.MICROSECONDS.toNanos(1);
    private static final long PARK_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(1);
    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    private final Channel channel;
    private final Publisher publisher;
    private final boolean dropping;
    private final IdleStrategy idle = idleStrategy();
    private final boolean journal;
    private final long startPosition;
    private Optional<Housekeeper> housekeeper = Optional.empty();
    private long messages;
    private long bytes;
    private long dropped;
    private long position;

    /**
     * Joins as a publisher.
     *
     * @param exclusive whether to have the channel alone.
     * @param dropping  whether messages that find no room are dropped.
     */
    Sender(final Channel channel, final boolean exclusive, final boolean dropping) {
        this.channel = channel;
        this.dropping = dropping;
        this.position = channel.startPosition();
        this.publisher = exclusive ? channel.addExclusivePublisher() : channel.addPublisher();
        this.journal = channel.options().kind() == ChannelOptions.Kind.JOURNAL;
        this.startPosition = channel.tailPosition();
        if (!channel.options().flushInterval().isZero()) {
            housekeeper = Optional.of(new Housekeeper(channel));
        }
    }

    /** For those who wait for another process: short waits at first, a millisecond at last. */
    static IdleStrategy idleStrategy() {
        return new BackoffIdleStrategy(SPINS, YIELDS, PARK_NANOS_MIN, PARK_NANOS_MAX);
    }

    /** Publishes a message, or counts it as dropped. */
    void send(final int typeId, final byte[] source, final int offset, final int length) {
        long result = publisher.offer(typeId, source, offset, length);
        while (result < 0) {
            if (result != Publisher.BACK_PRESSURED && result != Publisher.PREPARING) {
                throw new CommandFailedException(channel.path() + " takes no more messages: "
                    + Publisher.describe(result) + "; " + messages + " are published");
            }
            if (result == Publisher.BACK_PRESSURED && dropping) {
                dropped++;
                return;
            }
            idle.idle();
            result = publisher.offer(typeId, source, offset, length);
        }
        idle.reset();
        messages++;
        bytes += length;
        position = result;
        if (journal && housekeeper.isEmpty()
            && result - startPosition > channel.options().segmentBytes()) {
            // A few messages are not worth a segment ahead. A ring keeps more without.
            housekeeper = Optional.of(new Housekeeper(channel));
        }
    }

    /** Refuses a channel in which nothing becomes durable. */
    void requireDurability() {
        channel.awaitDurable(channel.startPosition(), Duration.ZERO);
    }

    /** Waits until all that was sent is on the disk. */
    void awaitDurable() {
        if (!channel.awaitDurable(position, FOREVER)) {
            throw new CommandFailedException(
                "interrupted before everything in " + channel.path() + " was on the disk");
        }
    }

    /** Longest message. */
    int lengthMax() {
        return publisher.maxMessageLength();
    }

    long messages() {
        return messages;
    }

    long bytes() {
        return bytes;
    }

    long dropped() {
        return dropped;
    }

    /** The end of the last message. */
    long position() {
        return position;
    }

    @Override
    public void close() {
        housekeeper.ifPresent(Housekeeper::close);
        publisher.close();
    }
}
