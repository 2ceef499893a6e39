package org.fencepost.ipc.stress;

import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.MessageHandler;
import org.fencepost.ipc.Subscriber;

/** Polls and judges what it gets. One thread. */
final class Receiver {
    /** There was nothing to read. */
    static final int NOTHING = 0;
    /** Every message was the next one of its sender, and whole. */
    static final int SOUND = 1;
    /** A message had other bytes than were published, or there was no frame where one should be. */
    static final int TORN = 2;
    /** A message came twice, too early, or one before it was missing. */
    static final int OUT_OF_ORDER = 3;

    private static final int SENDERS = 2;
    private static final long UNKNOWN = -1;

    private final Subscriber subscriber;
    private final int wordsMax;
    private final boolean mayMiss;
    private final long[] next = new long[SENDERS];
    private final MessageHandler handler = this::onMessage;
    private long missedFrom;
    private int verdict;

    /**
     * A receiver of messages of up to {@code wordsMax} words.
     *
     * @param mayMiss whether messages may be missing, because it is lossy or came late.
     */
    Receiver(final Subscriber subscriber, final int wordsMax, final boolean mayMiss) {
        this.subscriber = subscriber;
        this.wordsMax = wordsMax;
        this.mayMiss = mayMiss;
        Arrays.fill(next, mayMiss ? UNKNOWN : 0);
    }

    /** Polls once; the worst that was seen. */
    int poll(final int limit) {
        verdict = NOTHING;
        try {
            if (subscriber.poll(handler, limit) < 0) {
                throw new AssertionError("the subscriber is open");
            }
        } catch (final ChannelDamagedException noFrame) {
            return TORN;
        }
        return verdict;
    }

    private void onMessage(
        final DirectBuffer buffer, final int offset, final int length, final Header header) {
        verdict = Math.max(verdict, judge(buffer, offset, length, header));
    }

    private int judge(
        final DirectBuffer buffer, final int offset, final int length, final Header header) {
        if (length < Long.BYTES || length % Long.BYTES != 0) {
            return TORN;
        }
        final long first = buffer.getLong(offset);
        final int number = (int) (first >>> 56);
        final long index = first << 8 >>> 8;
        if (number >= SENDERS
            || header.typeId() != (int) index
            || length != Sender.words(index, wordsMax) * Long.BYTES) {
            return TORN;
        }
        for (int i = 1; i < length / Long.BYTES; i++) {
            if (buffer.getLong(offset + i * Long.BYTES) != Sender.word(number, index, i)) {
                return TORN;
            }
        }
        // One that may miss some is told so by the count, and otherwise sees each one too.
        final long lost = subscriber.lostBytes();
        final boolean missed = next[number] == UNKNOWN || lost != missedFrom;
        missedFrom = lost;
        final long expected = next[number];
        next[number] = index + 1;
        return index == expected || mayMiss && missed && index > expected ? SOUND : OUT_OF_ORDER;
    }
}
