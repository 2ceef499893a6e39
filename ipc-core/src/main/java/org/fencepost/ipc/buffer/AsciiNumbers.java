package org.fencepost.ipc.buffer;

import org.agrona.AsciiEncoding;
import org.agrona.AsciiNumberFormatException;

/**
 * Decimal numbers as ASCII digits, in checked ranges of a buffer.
 *
 * <p>Accepts what Agrona accepts: digits only, a minus sign in front where the number is not a
 * natural one, leading zeros as long as the digits are no more than the largest value has.
 */
final class AsciiNumbers {
    /** Bytes of the longest number, {@link Long#MIN_VALUE} with its sign. */
    static final int LENGTH_MAX = 20;

    private AsciiNumbers() {
    }

    static int parseNaturalInt(final ReadableBuffer buffer, final int index, final int length) {
        return (int) -parse(
            buffer, index, length, false, AsciiEncoding.INT_MAX_DIGITS, -Integer.MAX_VALUE);
    }

    static long parseNaturalLong(final ReadableBuffer buffer, final int index, final int length) {
        return -parse(
            buffer, index, length, false, AsciiEncoding.LONG_MAX_DIGITS, -Long.MAX_VALUE);
    }

    static int parseInt(final ReadableBuffer buffer, final int index, final int length) {
        final boolean negative = startsNegative(buffer, index, length);
        final long value = parse(
            buffer, index, length, negative, AsciiEncoding.INT_MAX_DIGITS,
            negative ? Integer.MIN_VALUE : -Integer.MAX_VALUE);
        return (int) (negative ? value : -value);
    }

    static long parseLong(final ReadableBuffer buffer, final int index, final int length) {
        final boolean negative = startsNegative(buffer, index, length);
        final long value = parse(
            buffer, index, length, negative, AsciiEncoding.LONG_MAX_DIGITS,
            negative ? Long.MIN_VALUE : -Long.MAX_VALUE);
        return negative ? value : -value;
    }

    private static boolean startsNegative(
        final ReadableBuffer buffer, final int index, final int length) {
        return length > 0 && buffer.byteAt(index) == AsciiEncoding.MINUS_SIGN;
    }

    /** The negated number: the negative range is the larger one, so nothing overflows early. */
    private static long parse(
        final ReadableBuffer buffer,
        final int index,
        final int length,
        final boolean signed,
        final int digitsMax,
        final long lowest) {
        final int first = signed ? index + 1 : index;
        final int end = index + length;
        if (first == end) {
            throw unreadable(buffer, index, length, "no digits");
        }
        if (end - first > digitsMax) {
            throw unreadable(buffer, index, length, "more than " + digitsMax + " digits");
        }
        long value = 0;
        for (int i = first; i < end; i++) {
            final int digit = buffer.byteAt(i) - AsciiEncoding.ZERO;
            if (digit < 0 || digit > 9) {
                throw unreadable(buffer, index, length, "no digit at index " + i);
            }
            // Below this bound the multiplication would overflow.
            if (value < lowest / 10 || value * 10 < lowest + digit) {
                throw unreadable(buffer, index, length, "out of range");
            }
            value = value * 10 - digit;
        }
        return value;
    }

    private static AsciiNumberFormatException unreadable(
        final ReadableBuffer buffer, final int index, final int length, final String reason) {
        final int shown = Math.min(length, LENGTH_MAX + 1);
        return new AsciiNumberFormatException("not a number: " + reason + ": index=" + index
            + " length=" + length + " text=" + buffer.getStringWithoutLengthAscii(index, shown));
    }

    /** Writes the digits of a natural number so that they end before {@code end}. */
    static void putDigits(
        final WritableBuffer buffer, final int start, final int end, final long value) {
        long rest = value;
        for (int i = end - 1; i >= start; i--) {
            buffer.byteAt(i, (byte) (AsciiEncoding.ZERO + rest % 10));
            rest /= 10;
        }
    }
}
