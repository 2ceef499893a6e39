package org.fencepost.ipc.demo;

import java.util.concurrent.locks.LockSupport;

/**
 * When each message of a producer is due: at once, or at a fixed rate. A paced producer that falls
 * behind sends its messages late with the time at which they were due, so that what held it up
 * shows in the latency of every message it held up.
 */
public final class Pace {
    /** Lowest rate, in messages a second: one in 11 days. */
    static final double RATE_MIN = 1e-6;
    /** Highest rate, in messages a second: the clock's unit. */
    static final double RATE_MAX = 1e9;

    /** A parked thread is late by about so much; the rest of a wait is spent yielding. */
    private static final long PARK_SLACK_NANOS = 100_000;
    private static final double NANOS_PER_SECOND = 1e9;

    private final boolean paced;
    private final double messagesPerSecond;
    private final int producer;
    private final int producers;
    private long beginNanos;

    private Pace(
        final boolean paced,
        final double messagesPerSecond,
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
     * @param messagesPerSecond of all producers together, as {@link MessageRate} takes them.
     */
    public static Pace of(final double messagesPerSecond, final int producer, final int producers) {
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
        // Each from the beginning, so that what is rounded does not add up: in a year it is less than 20 ns.
        return (long) (number / messagesPerSecond * NANOS_PER_SECOND);
    }
}
