package org.fencepost.ipc.buffer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The reading half of Agrona's buffer contract, on top of a few primitives and without a JVM flag.
 *
 * <p>Every public method checks its whole range once, against {@link #capacity()}, and then uses
 * the unchecked primitives that a subclass supplies. Where Agrona's own implementation is lenient
 * about arguments that make no sense (a negative limit, a negative length next to a length prefix)
 * this one refuses them with the same exception as any other range. Bounds are always checked;
 * Agrona's property that disables the checks has no effect here.
 *
 * <p>Methods without a byte order are little-endian on every machine, so that the bytes of a
 * message do not depend on who wrote it.
 *
 * <p>Not thread-safe where the buffer can move to other memory, as the flyweights of the library
 * do between two messages. Two buffers of this library are equal when their bytes are; the
 * natural ordering is Agrona's, which compares eight bytes at a time as signed numbers.
 */
public abstract class ReadableBuffer implements DirectBuffer {
    /** Less than any access needs, so that hiding a buffer is a single store. */
    private static final int HIDDEN = -1;

    private int capacity;

    /** A buffer of capacity zero. */
    protected ReadableBuffer() {
    }

    /** The byte at a checked index. */
    protected abstract byte byteAt(int index);

    /** The little-endian value at a checked index of any alignment. */
    protected abstract short shortAt(int index);

    /** The little-endian value at a checked index of any alignment. */
    protected abstract int intAt(int index);

    /** The little-endian value at a checked index of any alignment. */
    protected abstract long longAt(int index);

    /** Copies out of a checked range; the range of the target is not yet checked. */
    protected abstract void copyTo(int index, byte[] target, int offset, int length);

    /** Copies out of a checked range; the range of the target is not yet checked. */
    protected abstract void copyTo(int index, MemorySegment target, long offset, int length);

    /** Sets the capacity, which every later access is checked against. */
    protected final void resize(final int newCapacity) {
        if (newCapacity < 0) {
            throw new IllegalArgumentException("capacity must not be negative: " + newCapacity);
        }
        capacity = newCapacity;
    }

    /** Takes everything out of reach: there is no capacity, and each access throws. */
    protected final void hideAll() {
        capacity = HIDDEN;
    }

    /** Whether everything is out of reach. */
    protected final boolean isHidden() {
        return capacity == HIDDEN;
    }

    /** Throws unless {@code length} bytes from {@code index} on lie inside the capacity. */
    protected final void checkRange(final int index, final int length) {
        if ((index | length) < 0 || length > capacity - index) {
            throw outOfBounds(index, length, capacity());
        }
    }

    private static IndexOutOfBoundsException outOfBounds(
        final long index, final long length, final int capacity) {
        return new IndexOutOfBoundsException(
            "index=" + index + " length=" + length + " capacity=" + capacity);
    }

    private void checkPrefixed(final int index, final int length) {
        if ((index | length) < 0 || (long) index + STR_HEADER_LEN + length > capacity) {
            throw outOfBounds((long) index + STR_HEADER_LEN, length, capacity());
        }
    }

    @Override
    public final int capacity() {
        return capacity == HIDDEN ? 0 : capacity;
    }

    @Override
    public final void checkLimit(final int limit) {
        if (limit < 0 || limit > capacity) {
            throw new IndexOutOfBoundsException("limit=" + limit + " capacity=" + capacity());
        }
    }

    @Override
    public final void boundsCheck(final int index, final int length) {
        checkRange(index, length);
    }

    @Override
    public byte[] byteArray() {
        return null;
    }

    @Override
    public ByteBuffer byteBuffer() {
        return null;
    }

    @Override
    public int wrapAdjustment() {
        return 0;
    }

    @Override
    public void wrap(final byte[] buffer) {
        throw notWrappable();
    }

    @Override
    public void wrap(final byte[] buffer, final int offset, final int length) {
        throw notWrappable();
    }

    @Override
    public void wrap(final ByteBuffer buffer) {
        throw notWrappable();
    }

    @Override
    public void wrap(final ByteBuffer buffer, final int offset, final int length) {
        throw notWrappable();
    }

    @Override
    public void wrap(final DirectBuffer buffer) {
        throw notWrappable();
    }

    @Override
    public void wrap(final DirectBuffer buffer, final int offset, final int length) {
        throw notWrappable();
    }

    @Override
    public void wrap(final long address, final int length) {
        throw notWrappable();
    }

    private UnsupportedOperationException notWrappable() {
        return new UnsupportedOperationException(getClass().getSimpleName()
            + " shows the memory of a channel and cannot be wrapped around other memory;"
            + " use a MessageBuffer for that");
    }

    @Override
    public final byte getByte(final int index) {
        checkRange(index, Byte.BYTES);
        return byteAt(index);
    }

    @Override
    public final short getShort(final int index) {
        checkRange(index, Short.BYTES);
        return shortAt(index);
    }

    @Override
    public final short getShort(final int index, final ByteOrder byteOrder) {
        final short value = getShort(index);
        return byteOrder == ByteOrder.LITTLE_ENDIAN ? value : Short.reverseBytes(value);
    }

    @Override
    public final char getChar(final int index) {
        return (char) getShort(index);
    }

    @Override
    public final char getChar(final int index, final ByteOrder byteOrder) {
        return (char) getShort(index, byteOrder);
    }

    @Override
    public final int getInt(final int index) {
        checkRange(index, Integer.BYTES);
        return intAt(index);
    }

    @Override
    public final int getInt(final int index, final ByteOrder byteOrder) {
        final int value = getInt(index);
        return byteOrder == ByteOrder.LITTLE_ENDIAN ? value : Integer.reverseBytes(value);
    }

    @Override
    public final long getLong(final int index) {
        checkRange(index, Long.BYTES);
        return longAt(index);
    }

    @Override
    public final long getLong(final int index, final ByteOrder byteOrder) {
        final long value = getLong(index);
        return byteOrder == ByteOrder.LITTLE_ENDIAN ? value : Long.reverseBytes(value);
    }

    @Override
    public final float getFloat(final int index) {
        return Float.intBitsToFloat(getInt(index));
    }

    @Override
    public final float getFloat(final int index, final ByteOrder byteOrder) {
        return Float.intBitsToFloat(getInt(index, byteOrder));
    }

    @Override
    public final double getDouble(final int index) {
        return Double.longBitsToDouble(getLong(index));
    }

    @Override
    public final double getDouble(final int index, final ByteOrder byteOrder) {
        return Double.longBitsToDouble(getLong(index, byteOrder));
    }

    @Override
    public final void getBytes(final int index, final byte[] dst) {
        checkRange(index, dst.length);
        copyTo(index, dst, 0, dst.length);
    }

    @Override
    public final void getBytes(
        final int index, final byte[] dst, final int offset, final int length) {
        checkRange(index, length);
        Objects.checkFromIndexSize(offset, length, dst.length);
        copyTo(index, dst, offset, length);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Never hands the work to the target's {@code putBytes}, which in a foreign implementation
     * may hand it back. An expandable target is filled through its own puts, so that it can grow.
     */
    @Override
    public final void getBytes(
        final int index, final MutableDirectBuffer dst, final int dstIndex, final int length) {
        checkRange(index, length);
        if (dst instanceof final WritableBuffer target) {
            target.putBytes(dstIndex, this, index, length);
            return;
        }
        if (!dst.isExpandable()) {
            dst.boundsCheck(dstIndex, length);
            final byte[] array = dst.byteArray();
            if (array != null) {
                final int offset = dst.wrapAdjustment() + dstIndex;
                Objects.checkFromIndexSize(offset, length, array.length);
                copyTo(index, array, offset, length);
                return;
            }
        }
        Content.put(this, index, dst, dstIndex, length);
    }

    @Override
    public final void getBytes(final int index, final ByteBuffer dst, final int length) {
        final int position = dst.position();
        checkRange(index, length);
        Objects.checkFromIndexSize(position, length, dst.capacity());
        WritableBuffer.checkRemaining(dst, length);
        getBytes(index, dst, position, length);
        dst.position(position + length);
    }

    /** {@inheritDoc} The limit of the target is ignored, as in Agrona; its capacity counts. */
    @Override
    public final void getBytes(
        final int index, final ByteBuffer dst, final int dstOffset, final int length) {
        checkRange(index, length);
        Objects.checkFromIndexSize(dstOffset, length, dst.capacity());
        if (dst.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
        if (dst.hasArray()) {
            copyTo(index, dst.array(), dst.arrayOffset() + dstOffset, length);
        } else {
            copyTo(index, MemorySegment.ofBuffer(dst.duplicate().clear()), dstOffset, length);
        }
    }

    @Override
    public final String getStringAscii(final int index) {
        return getStringAscii(index, getInt(index));
    }

    @Override
    public final String getStringAscii(final int index, final ByteOrder byteOrder) {
        return getStringAscii(index, getInt(index, byteOrder));
    }

    @Override
    public final String getStringAscii(final int index, final int length) {
        checkPrefixed(index, length);
        return new String(bytesAt(index + STR_HEADER_LEN, length), StandardCharsets.US_ASCII);
    }

    @Override
    public final int getStringAscii(final int index, final Appendable appendable) {
        return getStringAscii(index, getInt(index), appendable);
    }

    @Override
    public final int getStringAscii(
        final int index, final Appendable appendable, final ByteOrder byteOrder) {
        return getStringAscii(index, getInt(index, byteOrder), appendable);
    }

    @Override
    public final int getStringAscii(
        final int index, final int length, final Appendable appendable) {
        checkPrefixed(index, length);
        return appendAscii(index + STR_HEADER_LEN, length, appendable);
    }

    @Override
    public final String getStringWithoutLengthAscii(final int index, final int length) {
        checkRange(index, length);
        return new String(bytesAt(index, length), StandardCharsets.US_ASCII);
    }

    @Override
    public final int getStringWithoutLengthAscii(
        final int index, final int length, final Appendable appendable) {
        checkRange(index, length);
        return appendAscii(index, length, appendable);
    }

    private int appendAscii(final int index, final int length, final Appendable appendable) {
        try {
            for (int i = index; i < index + length; i++) {
                final byte value = byteAt(i);
                appendable.append(value < 0 ? '?' : (char) value);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot append " + length + " characters", e);
        }
        return length;
    }

    @Override
    public final String getStringUtf8(final int index) {
        return getStringUtf8(index, getInt(index));
    }

    @Override
    public final String getStringUtf8(final int index, final ByteOrder byteOrder) {
        return getStringUtf8(index, getInt(index, byteOrder));
    }

    @Override
    public final String getStringUtf8(final int index, final int length) {
        checkPrefixed(index, length);
        return new String(bytesAt(index + STR_HEADER_LEN, length), StandardCharsets.UTF_8);
    }

    @Override
    public final String getStringWithoutLengthUtf8(final int index, final int length) {
        checkRange(index, length);
        return new String(bytesAt(index, length), StandardCharsets.UTF_8);
    }

    private byte[] bytesAt(final int index, final int length) {
        final byte[] bytes = new byte[length];
        copyTo(index, bytes, 0, length);
        return bytes;
    }

    @Override
    public final int parseNaturalIntAscii(final int index, final int length) {
        checkRange(index, length);
        return AsciiNumbers.parseNaturalInt(this, index, length);
    }

    @Override
    public final long parseNaturalLongAscii(final int index, final int length) {
        checkRange(index, length);
        return AsciiNumbers.parseNaturalLong(this, index, length);
    }

    @Override
    public final int parseIntAscii(final int index, final int length) {
        checkRange(index, length);
        return AsciiNumbers.parseInt(this, index, length);
    }

    @Override
    public final long parseLongAscii(final int index, final int length) {
        checkRange(index, length);
        return AsciiNumbers.parseLong(this, index, length);
    }

    @Override
    public final int compareTo(final DirectBuffer that) {
        return Content.compare(this, that);
    }

    /** Whether the other one is a buffer of this library with the same bytes. */
    @Override
    public final boolean equals(final Object other) {
        return this == other
            || other instanceof final ReadableBuffer that
            && capacity() == that.capacity()
            && Content.compare(this, that) == 0;
    }

    /** A hash of the bytes, the same as Agrona's. It follows the bytes when they change. */
    @Override
    public final int hashCode() {
        return Content.hash(this);
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "{capacity=" + capacity() + "}";
    }
}
