package org.fencepost.ipc.bench;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The content of the messages. The first word is the publisher and the message's sequence, the last
 * word its complement. What is between them depends on the {@link Content}.
 */
public final class Payload {
    /** What stands between the first and the last word. */
    enum Content {
        /** Whatever was there: a timed run is to measure the contender and not this class. */
        ENDS,
        /** In every word something that depends on the message and on the place. */
        FULL,
        /** In the second word a time. */
        STAMPED
    }

    /** A first, a second and a last word. */
    static final int LENGTH_BYTES_MIN = 3 * Long.BYTES;
    static final int LENGTH_BYTES_MAX = 64 * 1024;

    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;
    /** Bits of a first word that hold the sequence. */
    private static final int SEQUENCE_BITS = 48;
    private static final long SEQUENCE_MASK = (1L << SEQUENCE_BITS) - 1;

    private final int lengthBytes;
    private final Content content;
    private final long firstWordBase;
    private long stamp;

    Payload(final int lengthBytes, final Content content, final int sender) {
        requireLength(lengthBytes);
        this.lengthBytes = lengthBytes;
        this.content = content;
        this.firstWordBase = (long) sender << SEQUENCE_BITS;
    }

    static void requireLength(final int lengthBytes) {
        if (lengthBytes < LENGTH_BYTES_MIN || lengthBytes > LENGTH_BYTES_MAX
            || lengthBytes % Long.BYTES != 0) {
            throw new UsageException(
                "a message's size must be a multiple of " + Long.BYTES + " from " + LENGTH_BYTES_MIN
                    + " to " + LENGTH_BYTES_MAX + " bytes, but is " + lengthBytes);
        }
    }

    /** Bytes of every message. */
    public int lengthBytes() {
        return lengthBytes;
    }

    /** Whether messages hold a time. */
    boolean isStamped() {
        return content == Content.STAMPED;
    }

    /** The time in messages that are written from now on. */
    void stamp(final long nanos) {
        stamp = nanos;
    }

    /** Writes the message of this sequence where the contender wants it. */
    public void write(final MutableDirectBuffer buffer, final int index, final long sequence) {
        final int last = lengthBytes - Long.BYTES;
        final long firstWord = firstWordBase | sequence;
        buffer.putLong(index, firstWord);
        if (content == Content.FULL) {
            for (int offset = Long.BYTES; offset < last; offset += Long.BYTES) {
                buffer.putLong(index + offset, innerWord(firstWord, offset));
            }
        } else if (content == Content.STAMPED) {
            buffer.putLong(index + Long.BYTES, stamp);
        }
        buffer.putLong(index + last, ~firstWord);
    }

    /** Who has published a message, by its first word. */
    static int senderOf(final long firstWord) {
        return (int) (firstWord >>> SEQUENCE_BITS);
    }

    /** The sequence of a message, by its first word. */
    static long sequenceOf(final long firstWord) {
        return firstWord & SEQUENCE_MASK;
    }

    /** Checks all but the first word and the length. */
    void checkRest(final DirectBuffer buffer, final int index, final long firstWord) {
        final int last = lengthBytes - Long.BYTES;
        if (content == Content.FULL) {
            for (int offset = Long.BYTES; offset < last; offset += Long.BYTES) {
                final long word = buffer.getLong(index + offset);
                final long expected = innerWord(firstWord, offset);
                if (word != expected) {
                    throw mismatch(firstWord, "the word at byte " + offset, expected, word);
                }
            }
        }
        final long lastWord = buffer.getLong(index + last);
        if (lastWord != ~firstWord) {
            throw mismatch(firstWord, "the last word", ~firstWord, lastWord);
        }
    }

    private static long innerWord(final long firstWord, final int offset) {
        return (firstWord + 1) * SPREAD + offset;
    }

    private static MismatchException mismatch(
        final long firstWord, final String what, final long expected, final long found) {
        return new MismatchException("message " + sequenceOf(firstWord) + " of publisher "
            + senderOf(firstWord) + ": " + what + " must be " + expected + ", but is " + found);
    }
}
