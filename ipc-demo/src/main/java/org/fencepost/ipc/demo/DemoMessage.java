package org.fencepost.ipc.demo;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Bytes of a message of the demo, little-endian.
 *
 * <pre>
 *   0        8          16         20
 *   +--------+----------+----------+----------------
 *   | time   | sequence | producer | text ...
 *   +--------+----------+----------+----------------
 * </pre>
 *
 * {@code time} is {@link System#nanoTime()} when the message was to be sent, {@code sequence}
 * counts the producer's messages from 0, {@code producer} is its index, the text is the line
 * without its line feed, or a piece of it.
 */
final class DemoMessage {
    /** Type of every message. */
    static final int TYPE_ID = 1;

    private static final int TIME_OFFSET = 0;
    private static final int SEQUENCE_OFFSET = TIME_OFFSET + Long.BYTES;
    private static final int PRODUCER_OFFSET = SEQUENCE_OFFSET + Long.BYTES;
    /** Where the text begins; the length of a message without text. */
    static final int TEXT_OFFSET = PRODUCER_OFFSET + Integer.BYTES;

    private DemoMessage() {
    }

    /** Writes a whole message from index 0 on. */
    static void write(
        final MutableDirectBuffer buffer,
        final long timeNanos,
        final long sequence,
        final int producer,
        final byte[] text,
        final int textOffset,
        final int textLength) {
        buffer.putLong(TIME_OFFSET, timeNanos, LITTLE_ENDIAN);
        buffer.putLong(SEQUENCE_OFFSET, sequence, LITTLE_ENDIAN);
        buffer.putInt(PRODUCER_OFFSET, producer, LITTLE_ENDIAN);
        buffer.putBytes(TEXT_OFFSET, text, textOffset, textLength);
    }

    static long timeNanos(final DirectBuffer buffer, final int offset) {
        return buffer.getLong(offset + TIME_OFFSET, LITTLE_ENDIAN);
    }

    static long sequence(final DirectBuffer buffer, final int offset) {
        return buffer.getLong(offset + SEQUENCE_OFFSET, LITTLE_ENDIAN);
    }

    static int producer(final DirectBuffer buffer, final int offset) {
        return buffer.getInt(offset + PRODUCER_OFFSET, LITTLE_ENDIAN);
    }
}
