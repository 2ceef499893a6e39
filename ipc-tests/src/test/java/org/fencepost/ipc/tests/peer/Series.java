package org.fencepost.ipc.tests.peer;

import java.io.Serializable;
import org.agrona.DirectBuffer;

/**
 * Messages that anybody can compute from their index, so that processes need not tell each other
 * what they sent. Different seeds give different messages.
 *
 * <p>Payloads of 8 bytes and more begin with their index, so that a reader can tell which message
 * it sees before it knows which one to expect.
 *
 * @param seed      of all content.
 * @param lengthMin shortest payload.
 * @param lengthMax longest payload.
 */
public record Series(long seed, int lengthMin, int lengthMax) implements Serializable {
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private static long mix(final long value) {
        long mixed = value * STEP;
        mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        mixed = (mixed ^ (mixed >>> 29)) * 0xD6E8FEB86659FD93L;
        return mixed ^ (mixed >>> 32);
    }

    private long word(final long index, final int number) {
        return mix(seed + index * 0x100000001B3L + number);
    }

    /** Type of a message. */
    public int typeId(final long index) {
        return (int) word(index, -2);
    }

    /** Length of a message. */
    public int length(final long index) {
        final long choices = lengthMax - lengthMin + 1L;
        return lengthMin + (int) Long.remainderUnsigned(word(index, -1), choices);
    }

    /** Payload of a message, as a new array. */
    public byte[] payload(final long index) {
        final byte[] bytes = new byte[length(index)];
        fill(index, bytes);
        return bytes;
    }

    /** Writes the payload of a message to the front of {@code bytes}; returns its length. */
    public int fill(final long index, final byte[] bytes) {
        final int length = length(index);
        for (int i = 0; i < length; i++) {
            bytes[i] = byteAt(index, i, length);
        }
        return length;
    }

    private byte byteAt(final long index, final int i, final int length) {
        final long word = i < Long.BYTES && length >= Long.BYTES
            ? index : word(index, i / Long.BYTES);
        return (byte) (word >>> (i % Long.BYTES * Byte.SIZE));
    }

    /** What differs from the message with this index, or the empty string. */
    public String difference(
        final long index,
        final int typeId,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
        if (length != length(index)) {
            return "message " + index + " should have " + length(index) + " bytes, but has "
                + length;
        }
        if (typeId != typeId(index)) {
            return "message " + index + " should be of type " + typeId(index) + ", but is "
                + typeId;
        }
        for (int i = 0; i < length; i++) {
            final byte expected = byteAt(index, i, length);
            final byte found = buffer.getByte(offset + i);
            if (expected != found) {
                return "byte " + i + " of message " + index + " should be " + expected + ", but is "
                    + found;
            }
        }
        return "";
    }
}
