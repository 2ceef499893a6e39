package org.fencepost.ipc.bench;

import java.util.function.LongConsumer;
import org.agrona.DirectBuffer;

/**
 * Sees every message of a run, those of each publisher in order, and stops the run at the first
 * that is not as sent.
 */
public final class Checker {
    private static final LongConsumer NOBODY = nanos -> { };

    private final Payload payload;
    private final long[] nextSequence;
    private final LongConsumer stamps;

    Checker(final Payload payload, final int senders) {
        this(payload, senders, NOBODY);
    }

    /**
     * A checker of messages that hold a time.
     *
     * @param stamps is shown it.
     */
    Checker(final Payload payload, final int senders, final LongConsumer stamps) {
        this.payload = payload;
        this.nextSequence = new long[senders];
        this.stamps = stamps;
    }

    /** Bytes of every message. */
    int lengthBytes() {
        return payload.lengthBytes();
    }

    /**
     * Requires that so many messages of a publisher, or more, have arrived.
     *
     * @throws MismatchException if some have not.
     */
    void requireSeen(final int sender, final long count) {
        if (nextSequence[sender] < count) {
            throw new MismatchException("publisher " + sender + " has published " + count
                + " messages, but " + nextSequence[sender] + " have arrived");
        }
    }

    /**
     * One message has arrived.
     *
     * @throws MismatchException if it is not the next one, or not as it was sent.
     */
    public void onMessage(final DirectBuffer buffer, final int offset, final int length) {
        if (length != payload.lengthBytes()) {
            throw new MismatchException("a message of " + payload.lengthBytes()
                + " bytes must arrive, but " + length + " bytes have arrived");
        }
        final long firstWord = buffer.getLong(offset);
        final int sender = Payload.senderOf(firstWord);
        if (sender < 0 || sender >= nextSequence.length) {
            throw new MismatchException("a message's first word is " + firstWord
                + ", which is of publisher " + sender + " of " + nextSequence.length);
        }
        final long sequence = nextSequence[sender];
        if (Payload.sequenceOf(firstWord) != sequence) {
            throw new MismatchException("publisher " + sender + ": the next message must be "
                + sequence + ", but is " + Payload.sequenceOf(firstWord));
        }
        payload.checkRest(buffer, offset, firstWord);
        if (payload.isStamped()) {
            stamps.accept(buffer.getLong(offset + Long.BYTES));
        }
        nextSequence[sender] = sequence + 1;
    }
}
