package org.fencepost.ipc.bench;

import java.util.concurrent.TimeUnit;

/** Publishes in order, the same way for every contender. */
final class SendLoop {
    /** Messages between two looks at whether to stop. */
    private static final int CHUNK_MESSAGES = 4096;

    private final Sender sender;
    private final Run run;
    private long sequence;

    SendLoop(final Sender sender, final Run run) {
        this.sender = sender;
        this.run = run;
    }

    /** Publishes until the run is stopped, or all there is to send; then waits for the stop. */
    void sendUntilStopped() {
        while (!run.isStopped()) {
            if (sequence < run.plan().messagesMax()) {
                sendChunk();
            } else {
                Thread.yield();
            }
        }
    }

    /** Publishes for so long, or all there is to send. */
    void sendFor(final long millis) {
        final long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() - end < 0 && sequence < run.plan().messagesMax()
            && !run.isStopped()) {
            sendChunk();
        }
    }

    /** A method of its own, so that it is compiled as one and not inside an endless loop. */
    private void sendChunk() {
        for (int i = 0; i < CHUNK_MESSAGES; i++) {
            if (!send()) {
                return;
            }
        }
    }

    /** Whether the next message was taken before the run was stopped. */
    boolean send() {
        while (!sender.trySend(sequence)) {
            if (run.isStopped()) {
                return false;
            }
            run.pause();
        }
        sequence++;
        return true;
    }

    /** Messages that were taken. */
    long sent() {
        return sequence;
    }
}
