package org.fencepost.ipc.demo.channel;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.demo.CommandFailedException;

/** Publishes messages, and waits for room. For one thread. */
final class Sender implements AutoCloseable {
    private static final long SPINS = 100;
    private static final long YIELDS = 50;
    private static final long PARK_NANOS_MIN = TimeUnit.MICROSECONDS.toNanos(1);
    private static final long PARK_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(1);
    /**
     * Of a batch at most, and the part of a segment that one may be: the end of each is left empty.
     */
    private static final int BATCH_BYTES_MAX = 1 << 14;
    private static final int BATCHES_PER_SEGMENT_MIN = 16;
    private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    private final Channel channel;
    private final Publisher publisher;
    private final boolean dropping;
    private final IdleStrategy idle = idleStrategy();
    private final Batch batch = new Batch();
    private final Splitter.Limits limits;
    private Runnable progress = () -> { };
    private long messages;
    private long bytes;
    private long dropped;
    private volatile boolean over;
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
        this.limits = new Splitter.Limits(publisher.maxMessageLength(), (int) Math.min(
            BATCH_BYTES_MAX, channel.options().segmentBytes() / BATCHES_PER_SEGMENT_MIN));
    }

    /** What to do after each message, or batch of them. */
    void onProgress(final Runnable doing) {
        progress = doing;
    }

    /** For those who wait for another process: short waits at first, a millisecond at last. */
    static IdleStrategy idleStrategy() {
        return new BackoffIdleStrategy(SPINS, YIELDS, PARK_NANOS_MIN, PARK_NANOS_MAX);
    }

    /** Publishes a message, or counts it as dropped. */
    void send(final int typeId, final byte[] source, final int offset, final int length) {
        long result = publisher.offer(typeId, source, offset, length);
        while (result < 0) {
            if (isDropped(result)) {
                dropped++;
                return;
            }
            idle.idle();
            result = publisher.offer(typeId, source, offset, length);
        }
        published(1, length, result);
    }

    /** Publishes one of the messages that are there. */
    void send(final Splitter messages, final int index) {
        send(messages.type(index),
            messages.bytes(), messages.offset(index), messages.length(index));
    }

    /**
     * Publishes the messages that are there together as a batch: that is a frame, a time and a
     * checksum for all of them. Where some may be dropped each goes alone.
     */
    void sendTogether(final Splitter messages) {
        if (!dropping && messages.count() > 1) {
            sendBatch(messages);
            return;
        }
        for (int i = 0; i < messages.count(); i++) {
            send(messages, i);
        }
    }

    private void sendBatch(final Splitter messages) {
        while (true) {
            final long result = publisher.tryClaimBatch(messages.batchBytes(), batch);
            if (result >= 0) {
                break;
            }
            isDropped(result);
            idle.idle();
        }
        messages.addTo(batch);
        final long result = batch.commit();
        isDropped(result);
        published(messages.count(), messages.payloadBytes(), result);
    }

    /** Whether what was not published is to be dropped; if not, it is to be tried again. */
    private boolean isDropped(final long result) {
        if (result < 0 && result != Publisher.BACK_PRESSURED && result != Publisher.PREPARING) {
            throw new CommandFailedException(channel.path() + " takes no more messages: "
                + Publisher.describe(result) + "; " + messages + " are published");
        }
        return result == Publisher.BACK_PRESSURED && dropping;
    }

    private void published(final int count, final long payloadBytes, final long end) {
        idle.reset();
        progress.run();
        messages += count;
        bytes += payloadBytes;
        position = end;
    }

    /**
     * Has what is sent brought to the disk by a thread of its own meanwhile, so that there is little left to wait
     * for in the end. Refuses a channel in which nothing becomes durable.
     */
    void syncMeanwhile() {
        channel.awaitDurable(channel.startPosition(), Duration.ZERO);
        Thread.ofPlatform().daemon().name("ipc-sync").start(this::sync);
    }

    private void sync() {
        try {
            long synced = channel.startPosition();
            while (!over && channel.awaitDurable(synced, FOREVER)) {
                LockSupport.parkNanos(PARK_NANOS_MAX);
                synced = channel.tailPosition();
            }
        } catch (final ChannelException failed) {
            // Or closed. Who waits in the end is told the same.
        }
    }

    /** Waits until all that was sent is on the disk. */
    void awaitDurable() {
        if (!channel.awaitDurable(position, FOREVER)) {
            throw new CommandFailedException(
                "interrupted before everything in " + channel.path() + " was on the disk");
        }
    }

    /**
     * Returns a payload that a message may have here.
     *
     * @throws IllegalArgumentException if it is too long.
     */
    byte[] requireFits(final byte[] payload) {
        if (payload.length > limits.lengthMax()) {
            throw new IllegalArgumentException(
                "expected 0 to " + limits.lengthMax() + " bytes, found " + payload.length);
        }
        return payload;
    }

    /** What messages may be here. */
    Splitter.Limits limits() {
        return limits;
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
        over = true;
        publisher.close();
    }
}
