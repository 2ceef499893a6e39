package org.fencepost.ipc.bench;

import java.util.concurrent.TimeUnit;

/** Polls, the same way for every contender. */
final class ReceiveLoop {
    /** Most messages of one poll. */
    static final int POLL_LIMIT = 256;
    /** Messages between two looks at the clock. */
    private static final int CHUNK_MESSAGES = 4096;

    private final Receiver receiver;
    private final Run run;
    private long measuredMessages;
    private long measuredNanos;

    ReceiveLoop(final Receiver receiver, final Run run) {
        this.receiver = receiver;
        this.run = run;
    }

    /** Receives for as long as the plan says, warm-up included. */
    void measure() {
        receiveAtLeast(1);
        final RunPlan plan = run.plan();
        final long warmUpEnd = end(System.nanoTime(), plan.warmUpMillis());
        while (System.nanoTime() - warmUpEnd < 0) {
            receiveAtLeast(CHUNK_MESSAGES);
        }
        run.measuring();
        final long start = System.nanoTime();
        final long end = end(start, plan.measureMillis());
        long now = start;
        while (now - end < 0 || measuredMessages < plan.messagesMin()) {
            measuredMessages += receiveAtLeast(CHUNK_MESSAGES);
            now = System.nanoTime();
        }
        measuredNanos = now - start;
    }

    private static long end(final long start, final long millis) {
        return start + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** At least so many messages; returns how many. */
    private int receiveAtLeast(final int messages) {
        int received = 0;
        while (received < messages) {
            final int count = receiver.poll(POLL_LIMIT);
            if (count == 0) {
                run.pause();
            }
            received += count;
        }
        return received;
    }

    /** Whether one was received before the run was stopped. */
    boolean receiveOne() {
        while (receiver.poll(1) == 0) {
            if (run.isStopped()) {
                return false;
            }
            run.pause();
        }
        return true;
    }

    /** Goes on polling: a sender that is let down might never come to its end. */
    void receiveUntilStopped() {
        while (!run.isStopped()) {
            if (receiver.poll(POLL_LIMIT) == 0) {
                run.pause();
            }
        }
    }

    long measuredMessages() {
        return measuredMessages;
    }

    long measuredNanos() {
        return measuredNanos;
    }
}
