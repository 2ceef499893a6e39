package org.fencepost.ipc.bench;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The content of the messages, a function of their sequence: the first word is the sequence, the
 * last word its complement. In a <em>full</em> payload every word between them depends on the
 * sequence and on its place too; otherwise these are left alone, because a timed run is to measure
 * the contender and not this class.
 */
public final class Payload {
    /** A first and a last word. */
    static final int LENGTH_BYTES_MIN = 2 * Long.BYTES;
    static final int LENGTH_BYTES_MAX = 64 * 1024;

    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private final int lengthBytes;
    private final boolean full;

    Payload(final int lengthBytes, final boolean full) {
        requireLength(lengthBytes);
        this.lengthBytes = lengthBytes;
        this.full = full;
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

    /** Writes the message of this sequence where the contender wants it. */
    public void write(final MutableDirectBuffer buffer, final int index, final long sequence) {
        final int last = lengthBytes - Long.BYTES;
        buffer.putLong(index, sequence);
        if (full) {
            for (int offset = Long.BYTES; offset < last; offset += Long.BYTES) {
                buffer.putLong(index + offset, innerWord(sequence, offset));
            }
        }
        buffer.putLong(index + last, ~sequence);
    }

    void check(
        final DirectBuffer buffer, final int index, final int length, final long sequence) {
        final int last = lengthBytes - Long.BYTES;
        if (length != lengthBytes) {
            throw mismatch(sequence, "the length", lengthBytes, length);
        }
        final long firstWord = buffer.getLong(index);
        if (firstWord != sequence) {
            throw mismatch(sequence, "the first word, its sequence,", sequence, firstWord);
        }
        if (full) {
            for (int offset = Long.BYTES; offset < last; offset += Long.BYTES) {
                final long word = buffer.getLong(index + offset);
                if (word != innerWord(sequence, offset)) {
                    throw mismatch(
                        sequence, "the word at byte " + offset, innerWord(sequence, offset), word);
                }
            }
        }
        final long lastWord = buffer.getLong(index + last);
        if (lastWord != ~sequence) {
            throw mismatch(sequence, "the last word", ~sequence, lastWord);
        }
    }

    private static long innerWord(final long sequence, final int offset) {
        return (sequence + 1) * SPREAD + offset;
    }

    private static MismatchException mismatch(
        final long sequence, final String what, final long expected, final long found) {
        return new MismatchException(
            "message " + sequence + ": " + what + " must be " + expected + ", but is " + found);
    }
}
