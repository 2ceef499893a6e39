package org.fencepost.ipc.tests.death;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Messages that anybody can compute from their author and index: the author is their type, the index
 * is their first word. Cheap also where Java is interpreted.
 */
final class Content {
    /** First word of what is written into claims that are aborted. */
    static final long NEVER = -1;

    private static final long STEP = 0x9E3779B97F4A7C15L;
    private static final int WORDS_MIN = 2;
    private static final int WORDS = 40;
    private static final int LENGTH_MAX = (WORDS_MIN + WORDS) * Long.BYTES;

    private final byte[] bytes = new byte[LENGTH_MAX];
    private final ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);

    private static long mix(final long author, final long index, final long number) {
        final long mixed = (author * STEP ^ index) * 0xD6E8FEB86659FD93L + number * STEP;
        return mixed ^ mixed >>> 31;
    }

    /** Bytes of a message. */
    static int length(final long author, final long index) {
        return Long.BYTES * (WORDS_MIN + (int) Long.remainderUnsigned(mix(author, index, 0), WORDS));
    }

    /** The message, at the front of an array that the next call overwrites. */
    byte[] fill(final long author, final long index) {
        final int length = length(author, index);
        words.putLong(0, index);
        for (int i = Long.BYTES; i < length; i += Long.BYTES) {
            words.putLong(i, mix(author, index, i));
        }
        return bytes;
    }

    /** What is wrong with a message of an author, or the empty string. */
    static String difference(final long author, final byte[] message, final int length) {
        final ByteBuffer found = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        final long index = length < Long.BYTES ? NEVER : found.getLong(0);
        if (index < 0) {
            return "a message that was never committed, of " + length + " bytes";
        }
        if (length != length(author, index)) {
            return "message " + index + " should have " + length(author, index)
                + " bytes, but has " + length;
        }
        for (int i = Long.BYTES; i < length; i += Long.BYTES) {
            if (found.getLong(i) != mix(author, index, i)) {
                return "message " + index + " should have " + mix(author, index, i) + " at " + i
                    + ", but has " + found.getLong(i);
            }
        }
        return "";
    }
}
