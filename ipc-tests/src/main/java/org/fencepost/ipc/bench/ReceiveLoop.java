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
    private long warmUpMessages;
    private long measuredMessages;
    private long measuredNanos;

    ReceiveLoop(final Receiver receiver, final Run run) {
        this.receiver = receiver;
        this.run = run;
    }

    /** Receives for as long as the warm-up shall be, from the first message on. */
    void warmUp() {
        final RunPlan plan = run.plan();
        warmUpMessages = receiveAtLeast(1);
        final long end =
            System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(plan.warmUpMillis());
        while (System.nanoTime() - end < 0 && warmUpMessages < plan.messagesMax() / 2) {
            warmUpMessages += receiveAtLeast(CHUNK_MESSAGES);
        }
    }

    /** Receives for as long as the plan says, and counts. */
    void receiveForMeasure() {
        final RunPlan plan = run.plan();
        final long nanos = TimeUnit.MILLISECONDS.toNanos(plan.measureMillis());
        final long messagesMax = plan.messagesMax() - warmUpMessages - CHUNK_MESSAGES - POLL_LIMIT;
        final long start = System.nanoTime();
        long now = start;
        while ((now - start < nanos || measuredMessages < plan.messagesMin())
            && measuredMessages < messagesMax) {
            measuredMessages += receiveAtLeast(CHUNK_MESSAGES);
            now = System.nanoTime();
        }
        measuredNanos = now - start;
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
