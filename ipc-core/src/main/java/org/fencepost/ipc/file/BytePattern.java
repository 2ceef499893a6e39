package org.fencepost.ipc.file;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Looks for some bytes, eight places at a time: a place is looked at closer only if the pattern's
 * first byte and its last one are where they must be. By ordinary loads, because those that copy or
 * compare at once stop the JVM at a page that was cut off.
 */
final class BytePattern {
    private static final ValueLayout.OfLong WORD =
        ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long LOW_BITS = 0x7f7f_7f7f_7f7f_7f7fL;
    private static final long ONES = 0x0101_0101_0101_0101L;

    private final byte[] pattern;
    private final long first;
    private final long last;

    BytePattern(final byte[] pattern) {
        if (pattern.length == 0) {
            throw new IllegalArgumentException("pattern: expected at least one byte, found none");
        }
        this.pattern = pattern.clone();
        this.first = (pattern[0] & 0xff) * ONES;
        this.last = (pattern[pattern.length - 1] & 0xff) * ONES;
    }

    int length() {
        return pattern.length;
    }

    /** The first place from {@code from} on at which all of it is; -1 if there is none. */
    long indexIn(final MemorySegment bytes, final long from) {
        final int reach = pattern.length - 1;
        final long places = bytes.byteSize() - reach;
        long place = from;
        for (; place + Long.BYTES <= places; place += Long.BYTES) {
            long candidates = zeros(bytes.get(WORD, place) ^ first)
                & zeros(bytes.get(WORD, place + reach) ^ last);
            while (candidates != 0) {
                final long candidate = place + (Long.numberOfTrailingZeros(candidates) >>> 3);
                if (isAt(bytes, candidate)) {
                    return candidate;
                }
                candidates &= candidates - 1;
            }
        }
        for (; place < places; place++) {
            if (bytes.get(ValueLayout.JAVA_BYTE, place) == pattern[0] && isAt(bytes, place)) {
                return place;
            }
        }
        return -1;
    }

    /** The last place from {@code from} on and before {@code to} of a single byte; -1 if none. */
    long lastIndexIn(final MemorySegment bytes, final long from, final long to) {
        long place = to - 1;
        while (place >= from && bytes.get(ValueLayout.JAVA_BYTE, place) != pattern[0]) {
            place--;
        }
        return place >= from ? place : -1;
    }

    /** The highest bit of every byte that is zero, and no other bit. */
    private static long zeros(final long word) {
        return ~((word & LOW_BITS) + LOW_BITS | word | LOW_BITS);
    }

    private boolean isAt(final MemorySegment bytes, final long place) {
        for (int i = 0; i < pattern.length; i++) {
            if (bytes.get(ValueLayout.JAVA_BYTE, place + i) != pattern[i]) {
                return false;
            }
        }
        return true;
    }
}
