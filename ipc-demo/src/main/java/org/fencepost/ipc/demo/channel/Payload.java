package org.fencepost.ipc.demo.channel;

import java.util.Arrays;
import java.util.Base64;
import org.agrona.DirectBuffer;

/** The payload that was shown last, which is copied when it is asked for. For one thread. */
final class Payload {
    private static final int BYTES_INITIAL = 4096;

    private byte[] bytes = new byte[BYTES_INITIAL];
    private DirectBuffer buffer;
    private int offset;
    private int length;
    private boolean copied;

    /** For a {@link Reading}. */
    Payload() {
    }

    /** One that stays as it is. */
    private Payload(final byte[] bytes) {
        this.bytes = bytes;
        this.length = bytes.length;
        this.copied = true;
    }

    /** Shows a payload, as long as the buffer does. */
    Payload show(final DirectBuffer shown, final int payloadOffset, final int payloadLength) {
        buffer = shown;
        offset = payloadOffset;
        length = payloadLength;
        copied = false;
        return this;
    }

    /** A copy of it is at the beginning of this array, until the next one is shown. */
    byte[] bytes() {
        if (!copied) {
            bytes = withRoom(bytes, length);
            buffer.getBytes(offset, bytes, 0, length);
            copied = true;
        }
        return bytes;
    }

    /** Bytes that it has. */
    int length() {
        return length;
    }

    /** Whether it is a text in UTF-8. */
    boolean isText() {
        return Utf8.isText(bytes(), 0, length);
    }

    /** As RFC 4648 has it. */
    String base64() {
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes(), length));
    }

    /** Where it begins in the frame that holds it, and perhaps others behind it. */
    int offset() {
        return offset;
    }

    /** Where that frame ends, counted as {@link #offset}. */
    int frameEnd() {
        return buffer.capacity();
    }

    /** Copies it and everything behind it in its frame into an array, or a larger one. */
    byte[] copyFrame(final byte[] room) {
        final int frameBytes = frameEnd() - offset;
        final byte[] copy = withRoom(room, frameBytes);
        buffer.getBytes(offset, copy, 0, frameBytes);
        return copy;
    }

    /** A copy that stays as it is. */
    Payload kept() {
        return new Payload(Arrays.copyOf(bytes(), length));
    }

    private static byte[] withRoom(final byte[] room, final int wanted) {
        return room.length >= wanted ? room
            : new byte[(int) Math.min(2L * wanted, Integer.MAX_VALUE - Long.BYTES)];
    }
}
