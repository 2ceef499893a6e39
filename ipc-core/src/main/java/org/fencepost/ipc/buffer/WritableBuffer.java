package org.fencepost.ipc.buffer;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.agrona.AsciiEncoding;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The writing half of Agrona's buffer contract, on top of a few primitives and without a JVM flag.
 *
 * <p>Every public method checks everything it is going to write before it writes the first byte:
 * what throws has changed nothing, unless an argument of the caller itself threw halfway. The
 * capacity is fixed. Values without a byte order are written little-endian on every machine.
 */
public abstract class WritableBuffer extends ReadableBuffer implements MutableDirectBuffer {
    private static final byte[] NULL_TEXT = "null".getBytes(StandardCharsets.US_ASCII);

    private boolean readOnly;

    /** A buffer of capacity zero. */
    protected WritableBuffer() {
    }

    /** Stores at a checked index. */
    protected abstract void byteAt(int index, byte value);

    /** Stores little-endian at a checked index of any alignment. */
    protected abstract void shortAt(int index, short value);

    /** Stores little-endian at a checked index of any alignment. */
    protected abstract void intAt(int index, int value);

    /** Stores little-endian at a checked index of any alignment. */
    protected abstract void longAt(int index, long value);

    /** Copies into a checked range; the range of the source is not yet checked. */
    protected abstract void copyFrom(int index, byte[] source, int offset, int length);

    /** Copies into a checked range; the range of the source is not yet checked. */
    protected abstract void copyFrom(int index, MemorySegment source, long offset, int length);

    /** Copies into a checked range from any other buffer, whose range is checked as well. */
    protected abstract void copyFrom(
        int index, DirectBuffer source, int sourceIndex, int length);

    /** Fills a checked range. */
    protected abstract void fill(int index, int length, byte value);

    /** Says whether writes are refused, for memory that may only be read. */
    protected final void refuseWrites(final boolean refuse) {
        readOnly = refuse;
    }

    /** Whether writes are refused with {@link UnsupportedOperationException}. */
    public final boolean isReadOnly() {
        return readOnly;
    }

    private void checkWrite(final int index, final int length) {
        checkRange(index, length);
        if (readOnly) {
            throw refused(index, length);
        }
    }

    private static UnsupportedOperationException refused(final int index, final int length) {
        return new UnsupportedOperationException("write to a buffer around read-only memory: index="
            + index + " length=" + length + "; wrap writable memory instead");
    }

    private void checkWritePrefixed(final int index, final int length) {
        checkWrite(index, STR_HEADER_LEN);
        checkWrite(index + STR_HEADER_LEN, length);
    }

    static void checkRemaining(final ByteBuffer buffer, final int length) {
        if (length > buffer.remaining()) {
            throw new IllegalArgumentException("length=" + length + " is more than the "
                + buffer.remaining() + " bytes up to the limit of " + buffer);
        }
    }

    @Override
    public final boolean isExpandable() {
        return false;
    }

    @Override
    public final void setMemory(final int index, final int length, final byte value) {
        checkWrite(index, length);
        fill(index, length, value);
    }

    @Override
    public final void putByte(final int index, final byte value) {
        checkWrite(index, Byte.BYTES);
        byteAt(index, value);
    }

    @Override
    public final void putShort(final int index, final short value) {
        checkWrite(index, Short.BYTES);
        shortAt(index, value);
    }

    @Override
    public final void putShort(final int index, final short value, final ByteOrder byteOrder) {
        putShort(index, byteOrder == ByteOrder.LITTLE_ENDIAN ? value : Short.reverseBytes(value));
    }

    @Override
    public final void putChar(final int index, final char value) {
        putShort(index, (short) value);
    }

    @Override
    public final void putChar(final int index, final char value, final ByteOrder byteOrder) {
        putShort(index, (short) value, byteOrder);
    }

    @Override
    public final void putInt(final int index, final int value) {
        checkWrite(index, Integer.BYTES);
        intAt(index, value);
    }

    @Override
    public final void putInt(final int index, final int value, final ByteOrder byteOrder) {
        putInt(index, byteOrder == ByteOrder.LITTLE_ENDIAN ? value : Integer.reverseBytes(value));
    }

    @Override
    public final void putLong(final int index, final long value) {
        checkWrite(index, Long.BYTES);
        longAt(index, value);
    }

    @Override
    public final void putLong(final int index, final long value, final ByteOrder byteOrder) {
        putLong(index, byteOrder == ByteOrder.LITTLE_ENDIAN ? value : Long.reverseBytes(value));
    }

    @Override
    public final void putFloat(final int index, final float value) {
        putInt(index, Float.floatToRawIntBits(value));
    }

    @Override
    public final void putFloat(final int index, final float value, final ByteOrder byteOrder) {
        putInt(index, Float.floatToRawIntBits(value), byteOrder);
    }

    @Override
    public final void putDouble(final int index, final double value) {
        putLong(index, Double.doubleToRawLongBits(value));
    }

    @Override
    public final void putDouble(final int index, final double value, final ByteOrder byteOrder) {
        putLong(index, Double.doubleToRawLongBits(value), byteOrder);
    }

    @Override
    public final void putBytes(final int index, final byte[] src) {
        checkWrite(index, src.length);
        copyFrom(index, src, 0, src.length);
    }

    @Override
    public final void putBytes(
        final int index, final byte[] src, final int offset, final int length) {
        checkWrite(index, length);
        Objects.checkFromIndexSize(offset, length, src.length);
        copyFrom(index, src, offset, length);
    }

    @Override
    public final void putBytes(final int index, final ByteBuffer src, final int length) {
        final int position = src.position();
        checkWrite(index, length);
        Objects.checkFromIndexSize(position, length, src.capacity());
        checkRemaining(src, length);
        putBytes(index, src, position, length);
        src.position(position + length);
    }

    /** {@inheritDoc} The limit of the source is ignored, as in Agrona; its capacity counts. */
    @Override
    public final void putBytes(
        final int index, final ByteBuffer src, final int srcIndex, final int length) {
        checkWrite(index, length);
        Objects.checkFromIndexSize(srcIndex, length, src.capacity());
        if (src.hasArray()) {
            copyFrom(index, src.array(), src.arrayOffset() + srcIndex, length);
        } else {
            copyFrom(index, MemorySegment.ofBuffer(src.duplicate().clear()), srcIndex, length);
        }
    }

    @Override
    public final void putBytes(
        final int index, final DirectBuffer src, final int srcIndex, final int length) {
        checkWrite(index, length);
        src.boundsCheck(srcIndex, length);
        copyFrom(index, src, srcIndex, length);
    }

    @Override
    public final int putStringAscii(final int index, final String value) {
        return putStringAscii(index, value, ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public final int putStringAscii(final int index, final CharSequence value) {
        return putStringAscii(index, value, ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public final int putStringAscii(
        final int index, final String value, final ByteOrder byteOrder) {
        return putStringAscii(index, (CharSequence) value, byteOrder);
    }

    /** {@inheritDoc} {@code null} is written as an empty string. */
    @Override
    public final int putStringAscii(
        final int index, final CharSequence value, final ByteOrder byteOrder) {
        final int length = value == null ? 0 : value.length();
        checkWritePrefixed(index, length);
        putInt(index, length, byteOrder);
        putAscii(index + STR_HEADER_LEN, value, 0, length);
        return STR_HEADER_LEN + length;
    }

    @Override
    public final int putStringWithoutLengthAscii(final int index, final String value) {
        return putStringWithoutLengthAscii(index, (CharSequence) value);
    }

    @Override
    public final int putStringWithoutLengthAscii(final int index, final CharSequence value) {
        return putStringWithoutLengthAscii(index, value, 0, Integer.MAX_VALUE);
    }

    @Override
    public final int putStringWithoutLengthAscii(
        final int index, final String value, final int valueOffset, final int length) {
        return putStringWithoutLengthAscii(index, (CharSequence) value, valueOffset, length);
    }

    /** {@inheritDoc} {@code null} writes nothing. */
    @Override
    public final int putStringWithoutLengthAscii(
        final int index, final CharSequence value, final int valueOffset, final int length) {
        if (value == null) {
            return 0;
        }
        Objects.checkIndex(valueOffset, value.length() + 1);
        final int written = Math.min(value.length() - valueOffset, length);
        checkWrite(index, written);
        putAscii(index, value, valueOffset, written);
        return written;
    }

    private void putAscii(
        final int index, final CharSequence value, final int valueOffset, final int length) {
        for (int i = 0; i < length; i++) {
            final char c = value.charAt(valueOffset + i);
            byteAt(index + i, (byte) (c > 127 ? '?' : c));
        }
    }

    @Override
    public final int putStringUtf8(final int index, final String value) {
        return putStringUtf8(index, value, ByteOrder.LITTLE_ENDIAN, Integer.MAX_VALUE);
    }

    @Override
    public final int putStringUtf8(
        final int index, final String value, final ByteOrder byteOrder) {
        return putStringUtf8(index, value, byteOrder, Integer.MAX_VALUE);
    }

    @Override
    public final int putStringUtf8(
        final int index, final String value, final int maxEncodedLength) {
        return putStringUtf8(index, value, ByteOrder.LITTLE_ENDIAN, maxEncodedLength);
    }

    /** {@inheritDoc} {@code null} is written as the four letters "null", as in Agrona. */
    @Override
    public final int putStringUtf8(
        final int index,
        final String value,
        final ByteOrder byteOrder,
        final int maxEncodedLength) {
        final byte[] bytes = utf8(value);
        if (bytes.length > maxEncodedLength) {
            throw new IllegalArgumentException("encoded string has " + bytes.length
                + " bytes, at most " + maxEncodedLength + " are allowed");
        }
        checkWritePrefixed(index, bytes.length);
        putInt(index, bytes.length, byteOrder);
        copyFrom(index + STR_HEADER_LEN, bytes, 0, bytes.length);
        return STR_HEADER_LEN + bytes.length;
    }

    /** {@inheritDoc} {@code null} is written as the four letters "null", as in Agrona. */
    @Override
    public final int putStringWithoutLengthUtf8(final int index, final String value) {
        final byte[] bytes = utf8(value);
        putBytes(index, bytes);
        return bytes.length;
    }

    private static byte[] utf8(final String value) {
        return value == null ? NULL_TEXT : value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public final int putIntAscii(final int index, final int value) {
        return putLongAscii(index, value);
    }

    @Override
    public final int putLongAscii(final int index, final long value) {
        if (value >= 0) {
            return putNaturalLongAscii(index, value);
        }
        if (value == Long.MIN_VALUE) {
            putBytes(index, AsciiEncoding.MIN_LONG_VALUE);
            return AsciiEncoding.MIN_LONG_VALUE.length;
        }
        final int length = 1 + AsciiEncoding.digitCount(-value);
        checkWrite(index, length);
        byteAt(index, AsciiEncoding.MINUS_SIGN);
        AsciiNumbers.putDigits(this, index + 1, index + length, -value);
        return length;
    }

    @Override
    public final int putNaturalIntAscii(final int index, final int value) {
        return putNaturalLongAscii(index, value);
    }

    /** {@inheritDoc} A negative value is refused with {@link NumberFormatException}. */
    @Override
    public final int putNaturalLongAscii(final int index, final long value) {
        checkNatural(value);
        final int length = AsciiEncoding.digitCount(value);
        checkWrite(index, length);
        AsciiNumbers.putDigits(this, index, index + length, value);
        return length;
    }

    @Override
    public final void putNaturalPaddedIntAscii(
        final int index, final int length, final int value) {
        checkWrite(index, length);
        checkNatural(value);
        if (value != 0 && AsciiEncoding.digitCount(value) > length) {
            throw new NumberFormatException("value=" + value + " has more than " + length
                + " digits");
        }
        AsciiNumbers.putDigits(this, index, index + length, value);
    }

    /** {@inheritDoc} Zero writes nothing and returns {@code endExclusive}, as in Agrona. */
    @Override
    public final int putNaturalIntAsciiFromEnd(final int value, final int endExclusive) {
        checkNatural(value);
        final int length = AsciiEncoding.digitCount(value);
        checkWrite(endExclusive < length ? -1 : endExclusive - length, length);
        final int start = value == 0 ? endExclusive : endExclusive - length;
        AsciiNumbers.putDigits(this, start, endExclusive, value);
        return start;
    }

    private static void checkNatural(final long value) {
        if (value < 0) {
            throw new NumberFormatException("not a natural number: " + value);
        }
    }
}
