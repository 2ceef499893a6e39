package org.fencepost.ipc.demo.channel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Looks for some bytes in arrays, eight places at a time: a place is looked at closer only if the
 * first byte and the last one may be where they must be. Any thread.
 */
final class ByteSearch {
    private static final VarHandle LONG =
        MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGHEST_BITS = 0x8080_8080_8080_8080L;

    private final byte[] sought;
    private final long first;
    private final long last;

    /** For at least one byte. */
    ByteSearch(final byte... sought) {
        this.sought = sought.clone();
        this.first = (sought[0] & 0xff) * ONES;
        this.last = (sought[sought.length - 1] & 0xff) * ONES;
    }

    /** Number of bytes that are sought. */
    int length() {
        return sought.length;
    }

    /**
     * The first index from {@code from} on at which all of them are, before {@code to}; -1 if none.
     */
    int indexOf(final byte[] bytes, final int from, final int to) {
        final int reach = sought.length - 1;
        final int places = to - reach;
        int place = from;
        for (; place <= places - Long.BYTES; place += Long.BYTES) {
            long candidates = zeros((long) LONG.get(bytes, place) ^ first)
                & zeros((long) LONG.get(bytes, place + reach) ^ last);
            while (candidates != 0) {
                final int candidate = place + (Long.numberOfTrailingZeros(candidates) >>> 3);
                if (isAt(bytes, candidate)) {
                    return candidate;
                }
                candidates &= candidates - 1;
            }
        }
        for (; place < places; place++) {
            if (isAt(bytes, place)) {
                return place;
            }
        }
        return -1;
    }

    /** The highest bit of every byte that is zero, and perhaps of one above such a byte. */
    private static long zeros(final long word) {
        return word - ONES & ~word & HIGHEST_BITS;
    }

    private boolean isAt(final byte[] bytes, final int place) {
        return bytes[place] == sought[0]
            && Arrays.equals(bytes, place, place + sought.length, sought, 0, sought.length);
    }
}
