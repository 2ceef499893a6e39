package org.fencepost.ipc.demo.channel;

import org.agrona.DirectBuffer;

/** A copy of the payload that was shown last, in an array that is used again. */
final class Payload {
    private static final int BYTES_INITIAL = 4096;

    private byte[] bytes = new byte[BYTES_INITIAL];
    private int length;

    /** Copies a payload. */
    Payload take(final DirectBuffer buffer, final int offset, final int payloadLength) {
        if (bytes.length < payloadLength) {
            bytes = new byte[(int) Math.min(2L * payloadLength, Integer.MAX_VALUE - Long.BYTES)];
        }
        buffer.getBytes(offset, bytes, 0, payloadLength);
        length = payloadLength;
        return this;
    }

    /** It is at the beginning of this array. */
    byte[] bytes() {
        return bytes;
    }

    /** Bytes that it has. */
    int length() {
        return length;
    }
}
