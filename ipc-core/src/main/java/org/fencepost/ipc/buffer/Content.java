package org.fencepost.ipc.buffer;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Walks over the bytes of buffers in eights, the rest one by one.
 *
 * <p>Our side is read through the primitives, the foreign side through its interface only, which
 * works for every implementation and allocates nothing.
 */
final class Content {
    private Content() {
    }

    /** Agrona's order: words as signed little-endian numbers, then bytes, then the capacity. */
    static int compare(final ReadableBuffer buffer, final DirectBuffer that) {
        final int length = Math.min(buffer.capacity(), that.capacity());
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            final int order =
                Long.compare(buffer.longAt(i), that.getLong(i, ByteOrder.LITTLE_ENDIAN));
            if (order != 0) {
                return order;
            }
        }
        for (; i < length; i++) {
            final int order = Byte.compare(buffer.byteAt(i), that.getByte(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(buffer.capacity(), that.capacity());
    }

    /** Agrona's hash of the same bytes. */
    static int hash(final ReadableBuffer buffer) {
        final int length = buffer.capacity();
        int hash = 19;
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            hash = 31 * hash + Long.hashCode(buffer.longAt(i));
        }
        for (; i < length; i++) {
            hash = 31 * hash + buffer.byteAt(i);
        }
        return hash;
    }

    /** Puts a checked range of ours into a foreign buffer, which checks and may grow. */
    static void put(
        final ReadableBuffer source,
        final int index,
        final MutableDirectBuffer target,
        final int targetIndex,
        final int length) {
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            target.putLong(targetIndex + i, source.longAt(index + i), ByteOrder.LITTLE_ENDIAN);
        }
        for (; i < length; i++) {
            target.putByte(targetIndex + i, source.byteAt(index + i));
        }
    }

    /** Puts a range of a foreign buffer into a checked range of ours. */
    static void get(
        final WritableBuffer target,
        final int index,
        final DirectBuffer source,
        final int sourceIndex,
        final int length) {
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            target.longAt(index + i, source.getLong(sourceIndex + i, ByteOrder.LITTLE_ENDIAN));
        }
        for (; i < length; i++) {
            target.byteAt(index + i, source.getByte(sourceIndex + i));
        }
    }
}
