package org.fencepost.ipc.stress;

import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.buffer.MessageBuffer;

/** Publishes numbered messages whose every word follows from the number. One thread. */
final class Sender {
    /** Nothing was published: there was no room. */
    static final int TURNED_AWAY = 0;
    /** A message, or several, went out. */
    static final int PUBLISHED = 1;

    private final Publisher publisher;
    private final int number;
    private final int wordsMax;
    private final MessageBuffer bytes;
    private final Claim claim = new Claim();
    private final Batch batch = new Batch();
    private long next;

    /**
     * A sender of messages of up to {@code wordsMax} words.
     *
     * @param number of the sender; stands in its messages.
     */
    Sender(final Publisher publisher, final int number, final int wordsMax) {
        this.publisher = publisher;
        this.number = number;
        this.wordsMax = wordsMax;
        this.bytes = MessageBuffer.allocate(wordsMax * Long.BYTES);
    }

    static Sender shared(final Channel channel, final int number, final int wordsMax) {
        return new Sender(channel.addPublisher(), number, wordsMax);
    }

    /** Words of a message, at least one. */
    static int words(final long index, final int wordsMax) {
        return 1 + (int) (index * 7 % wordsMax);
    }

    /** A word of a message; the first one holds the sender and the index. */
    static long word(final int number, final long index, final int i) {
        return i == 0 ? (long) number << 56 | index : (index * 31 + number) * 1_000_003L + i;
    }

    int offer() {
        final int words = words(next, wordsMax);
        for (int i = 0; i < words; i++) {
            bytes.putLong(i * Long.BYTES, word(number, next, i));
        }
        return done(publisher.offer((int) next, bytes, 0, words * Long.BYTES), 1);
    }

    /** In place; every eighth claim is aborted, after something was written. */
    int claim() {
        final int words = words(next, wordsMax);
        final long result = publisher.tryClaim((int) next, words * Long.BYTES, claim);
        if (result < 0) {
            return done(result, 0);
        }
        for (int i = 0; i < words; i++) {
            claim.buffer().putLong(i * Long.BYTES, word(number, next, i));
        }
        if (result % 128 == 0) {
            claim.abort();
            return PUBLISHED;
        }
        return done(claim.commit(), 1);
    }

    /** Three messages in one frame. */
    int batch() {
        int capacity = 0;
        for (int k = 0; k < 3; k++) {
            capacity += Batch.recordBytes(words(next + k, wordsMax) * Long.BYTES);
        }
        final long result = publisher.tryClaimBatch(capacity, batch);
        if (result < 0) {
            return done(result, 0);
        }
        for (int k = 0; k < 3; k++) {
            final long index = next + k;
            final int words = words(index, wordsMax);
            if (!batch.tryAppend((int) index, words * Long.BYTES)) {
                throw new AssertionError("message " + k + " should fit");
            }
            for (int i = 0; i < words; i++) {
                batch.buffer().putLong(i * Long.BYTES, word(number, index, i));
            }
        }
        return done(batch.commit(), 3);
    }

    private int done(final long result, final int messages) {
        if (result >= 0) {
            next += messages;
            return PUBLISHED;
        }
        if (result < Publisher.PREPARING) {
            throw new AssertionError(Publisher.describe(result));
        }
        return TURNED_AWAY;
    }
}
