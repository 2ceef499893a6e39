package org.fencepost.ipc.bench;

import org.agrona.DirectBuffer;

/** Sees every message of a run, in order, and stops the run at the first that is not as sent. */
public final class Checker {
    private final Payload payload;
    private long nextSequence;

    Checker(final Payload payload) {
        this.payload = payload;
    }

    /** Bytes of every message. */
    int lengthBytes() {
        return payload.lengthBytes();
    }

    /**
     * One message has arrived.
     *
     * @throws MismatchException if it is not the next one, or not as it was sent.
     */
    public void onMessage(final DirectBuffer buffer, final int offset, final int length) {
        final long sequence = nextSequence;
        payload.check(buffer, offset, length, sequence);
        nextSequence = sequence + 1;
    }
}
