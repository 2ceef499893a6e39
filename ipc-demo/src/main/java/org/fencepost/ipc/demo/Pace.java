package org.fencepost.ipc.demo;

import java.util.concurrent.locks.LockSupport;

/**
 * When each message of a producer is due: at once, or at a fixed rate. A paced producer that falls
 * behind sends its messages late with the time at which they were due, so that what held it up
 * shows in the latency of every message it held up.
 */
public final class Pace {
    /** Highest rate, in messages a second: the clock's unit. */
    public static final long RATE_MAX = 1_000_000_000;

    /** A parked thread is late by about so much; the rest of a wait is spent yielding. */
    private static final long PARK_SLACK_NANOS = 100_000;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final boolean paced;
    private final long messagesPerSecond;
    private final int producer;
    private final int producers;
    private long beginNanos;

    private Pace(
        final boolean paced,
        final long messagesPerSecond,
        final int producer,
        final int producers) {
        this.paced = paced;
        this.messagesPerSecond = messagesPerSecond;
        this.producer = producer;
        this.producers = producers;
    }

    /** Every message is due at once. */
    public static Pace fullSpeed() {
        return new Pace(false, 1, 0, 1);
    }

    /**
     * Messages at a fixed rate, taken in turns by some producers.
     *
     * @param messagesPerSecond of all producers together, up to {@link #RATE_MAX}.
     */
    public static Pace of(final long messagesPerSecond, final int producer, final int producers) {
        return new Pace(true, messagesPerSecond, producer, producers);
    }

    /** The time from which on messages are due. */
    public void begin(final long nowNanos) {
        beginNanos = nowNanos;
    }

    /** Waits until the message is due; returns the time that it is to carry. */
    public long await(final long sequence) {
        long now = System.nanoTime();
        if (!paced) {
            return now;
        }
        final long dueNanos = beginNanos + delayNanos(sequence);
        while (now - dueNanos < 0) {
            if (dueNanos - now > PARK_SLACK_NANOS) {
                LockSupport.parkNanos(dueNanos - now - PARK_SLACK_NANOS);
            } else {
                Thread.yield();
            }
            now = System.nanoTime();
        }
        return dueNanos;
    }

    /** Time from the beginning to a message, in nanoseconds. */
    long delayNanos(final long sequence) {
        final long number = sequence * producers + producer;
        // Divided in two steps: the product of number and nanoseconds would overflow within a day.
        return number / messagesPerSecond * NANOS_PER_SECOND
            + number % messagesPerSecond * NANOS_PER_SECOND / messagesPerSecond;
    }
}
