package org.fencepost.ipc.demo.channel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Input;

/**
 * Makes messages of an input, in constant memory. Messages that have been read together are handed
 * out together, as many as suit in a batch, and nothing is read while one is there. For one thread.
 */
abstract class Splitter {
    /** Most messages that are handed out together. */
    private static final int COUNT_MAX = 2048;
    private static final int BUFFER_BYTES_INITIAL = 1 << 18;
    /** What is read of a message besides: its length and its type, or its end. */
    private static final long BESIDE_BYTES_MAX = 2L * Integer.BYTES;
    private static final VarHandle INT =
        MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final Input in;
    private final Limits limits;
    private final int[] offsets = new int[COUNT_MAX];
    private final int[] lengths = new int[COUNT_MAX];
    private byte[] buffer = new byte[BUFFER_BYTES_INITIAL];
    /** What has been read and not yet handed out: from start to limit. */
    private int start;
    private int limit;
    private int count;
    private int batchBytes;
    private int payloadBytes;
    private long countBefore;
    private int type;

    /**
     * What the messages of an input may be.
     *
     * @param lengthMax     longest message, in bytes.
     * @param batchBytesMax what messages that are handed out together take of a batch at most,
     *                      unless it is one alone.
     */
    record Limits(int lengthMax, int batchBytesMax) {
    }

    /** Looks at a message that has been read in part. */
    @FunctionalInterface
    interface Beginning {
        /**
         * Throws if nothing behind it could make it right.
         *
         * @param bytes  begin with it.
         * @param length of what has been read of it.
         * @param number of the message.
         */
        void look(byte[] bytes, int length, long number);
    }

    private Splitter(final Input in, final Limits limits) {
        this.in = in;
        this.limits = limits;
    }

    /** What is between bytes of this value, without them; also what is behind the last one. */
    static Splitter atDelimiter(final Input in, final byte delimiter, final Limits limits) {
        return new Delimited(in, delimiter, limits);
    }

    /** The same, with a look at a long one before more of it is read. */
    static Splitter atDelimiter(
        final Input in, final byte delimiter, final Limits limits, final Beginning beginning) {
        return new Delimited(in, delimiter, limits) {
            @Override
            void lookAtBeginning() {
                beginning.look(bytes(), available(), number(0));
            }
        };
    }

    /** So many bytes each, and the rest. */
    static Splitter ofChunks(final Input in, final int chunkBytes, final Limits limits) {
        return new Splitter(in, limits) {
            @Override
            boolean find() {
                return available() >= chunkBytes && message(0, chunkBytes, 0);
            }
        };
    }

    /** Each behind its length in 4 bytes, little-endian. */
    static Splitter atLengths(final Input in, final Limits limits) {
        return new Prefixed(in, limits, Integer.BYTES);
    }

    /** Each behind its length and its type, in 4 bytes each, little-endian. */
    static Splitter atLengthsWithTypes(final Input in, final Limits limits) {
        return new Prefixed(in, limits, 2 * Integer.BYTES);
    }

    /** What is between bytes of one value, which are sought in 64 places at a time, many at a time. */
    private static class Delimited extends Splitter {
        private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
        private static final long ONES = 0x0101_0101_0101_0101L;
        private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
        private static final int STEP_BYTES = 8 * Long.BYTES;

        private final byte delimiter;
        private final long eightDelimiters;
        /** Where the next messages end, from index {@link #next} on. None is left when more is read. */
        private final int[] ends = new int[COUNT_MAX];
        private int next;
        private int found;
        /** Places from the start on of which is known that no message ends there, if none is found. */
        private int searched;

        Delimited(final Input in, final byte delimiter, final Limits limits) {
            super(in, limits);
            this.delimiter = delimiter;
            this.eightDelimiters = (delimiter & 0xff) * ONES;
        }

        @Override
        final boolean find() {
            if (next == found) {
                final int limit = super.start + available();
                next = 0;
                found = places(bytes(), super.start + searched, limit, delimiter, eightDelimiters, ends);
                searched = found == 0 ? available() : 0;
            }
            while (next < found && message(0, ends[next] - super.start, 1)) {
                next++;
            }
            return next == found && found > 0;
        }

        /**
         * Fills in where the delimiter is, as far as there is room; returns how often. Where the next one is cannot be
         * foretold, so a step does the same with one and with none. Such a small loop is soon compiled.
         */
        private static int places(final byte[] bytes, final int from, final int limit, final byte delimiter,
            final long eightDelimiters, final int[] places) {
            int count = 0;
            int at = from;
            for (; at <= limit - STEP_BYTES; at += STEP_BYTES) {
                final long first = (long) LONG.get(bytes, at) ^ eightDelimiters;
                final long second = (long) LONG.get(bytes, at + Long.BYTES) ^ eightDelimiters;
                final long third = (long) LONG.get(bytes, at + 2 * Long.BYTES) ^ eightDelimiters;
                final long fourth = (long) LONG.get(bytes, at + 3 * Long.BYTES) ^ eightDelimiters;
                final long fifth = (long) LONG.get(bytes, at + 4 * Long.BYTES) ^ eightDelimiters;
                final long sixth = (long) LONG.get(bytes, at + 5 * Long.BYTES) ^ eightDelimiters;
                final long seventh = (long) LONG.get(bytes, at + 6 * Long.BYTES) ^ eightDelimiters;
                final long eighth = (long) LONG.get(bytes, at + 7 * Long.BYTES) ^ eightDelimiters;
                // The highest bit of each byte that is the delimiter, and perhaps of others behind the first such one
                // of a word (Warren, Hacker's Delight, "Find First 0-Byte"): bit 8 * j + k for byte j of word k.
                final long hits = (first - ONES & ~first & HIGH_BITS) >>> 7
                    | (second - ONES & ~second & HIGH_BITS) >>> 6
                    | (third - ONES & ~third & HIGH_BITS) >>> 5
                    | (fourth - ONES & ~fourth & HIGH_BITS) >>> 4
                    | (fifth - ONES & ~fifth & HIGH_BITS) >>> 3
                    | (sixth - ONES & ~sixth & HIGH_BITS) >>> 2
                    | (seventh - ONES & ~seventh & HIGH_BITS) >>> 1
                    | (eighth - ONES & ~eighth & HIGH_BITS);
                if (count > places.length - STEP_BYTES) {
                    return count;
                }
                if ((hits & hits - 1) == 0) {
                    final int bit = Long.numberOfTrailingZeros(hits);
                    places[count] = at + (bit & 7) * Long.BYTES + (bit >>> 3);
                    count += hits == 0 ? 0 : 1;
                } else {
                    count = several(bytes, at, delimiter, hits, places, count);
                }
            }
            for (; at < limit && count < places.length; at++) {
                if (bytes[at] == delimiter) {
                    places[count++] = at;
                }
            }
            return count;
        }

        /** Adds where the delimiter is of the places that are hit, in their order. */
        private static int several(final byte[] bytes, final int at, final byte delimiter, final long hits,
            final int[] places, final int before) {
            // Rows for columns (Warren, Hacker's Delight, "Transposing a Bit Matrix"): now bit n is for byte n.
            long ordered = swapped(hits, 0x00aa_00aa_00aa_00aaL, 7);
            ordered = swapped(ordered, 0x0000_cccc_0000_ccccL, 14);
            ordered = swapped(ordered, 0x0000_0000_f0f0_f0f0L, 28);
            int count = before;
            for (; ordered != 0; ordered &= ordered - 1) {
                final int place = at + Long.numberOfTrailingZeros(ordered);
                places[count] = place;
                count += bytes[place] == delimiter ? 1 : 0;
            }
            return count;
        }

        /** Swaps the bits of a mask with those that are so many places above them. */
        private static long swapped(final long bits, final long mask, final int distance) {
            final long different = (bits ^ bits >>> distance) & mask;
            return bits ^ different ^ different << distance;
        }

        @Override
        final boolean findLast() {
            searched = 0;
            return super.findLast();
        }
    }

    /** Each behind some bytes of which the first 4 say how long it is without them. */
    private static final class Prefixed extends Splitter {
        private final int prefixBytes;

        Prefixed(final Input in, final Limits limits, final int prefixBytes) {
            super(in, limits);
            this.prefixBytes = prefixBytes;
        }

        @Override
        int type(final int index) {
            return prefixBytes == Integer.BYTES ? super.type(index)
                : (int) INT.get(bytes(), offset(index) - Integer.BYTES);
        }

        @Override
        void addTo(final Batch batch) {
            if (prefixBytes == Integer.BYTES) {
                super.addTo(batch);
                return;
            }
            for (int i = 0; i < count(); i++) {
                batch.add(type(i), bytes(), offset(i), length(i));
            }
        }

        @Override
        boolean find() {
            if (available() < prefixBytes) {
                return false;
            }
            final int length = leadingInt();
            return (available() - prefixBytes >= length || !fits(length))
                && message(prefixBytes, length, 0);
        }

        @Override
        boolean findLast() {
            final long expected = available() < prefixBytes ? prefixBytes
                : (long) prefixBytes + leadingInt();
            if (available() > 0) {
                throw wrong("is not whole: expected " + expected + " bytes, found " + available());
            }
            return false;
        }
    }

    /** Gives all messages this type instead of 0. */
    final Splitter ofType(final int typeOfAll) {
        type = typeOfAll;
        return this;
    }

    /** Goes on to the next messages. False at the end of the input. */
    final boolean next() {
        countBefore += count;
        count = 0;
        batchBytes = 0;
        payloadBytes = 0;
        while (true) {
            boolean more = true;
            while (more) {
                more = find();
            }
            if (count > 0) {
                return true;
            }
            if (!read()) {
                return findLast();
            }
        }
    }

    /** How many messages there are now. */
    final int count() {
        return count;
    }

    /** What they take of a batch, in bytes. */
    final int batchBytes() {
        return batchBytes;
    }

    /** What they have together, in bytes. */
    final int payloadBytes() {
        return payloadBytes;
    }

    /** Adds them to a batch that has room for them. */
    void addTo(final Batch batch) {
        batch.addAll(type, buffer, offsets, lengths, 0, count);
    }

    /** Array that holds them. */
    final byte[] bytes() {
        return buffer;
    }

    /** Index of a message's first byte in {@link #bytes()}. */
    final int offset(final int index) {
        return offsets[index];
    }

    /** Length of a message, in bytes. */
    final int length(final int index) {
        return lengths[index];
    }

    /** Type of a message: that of all of them, unless each has its own. */
    int type(final int index) {
        return type;
    }

    /** Messages of the input up to this one, which counts. */
    final long number(final int index) {
        return countBefore + index + 1;
    }

    /**
     * Hands out the next message, or several of them, if all of it has been read and there is room.
     *
     * @return whether there may be another one.
     */
    abstract boolean find();

    /** At the end of the input: hands out what is left. */
    boolean findLast() {
        return available() > 0 && message(0, available(), 0);
    }

    /** Throws if the message of which all there is room for has been read cannot be right. */
    void lookAtBeginning() {
    }

    final int available() {
        return limit - start;
    }

    final int leadingInt() {
        return (int) INT.get(buffer, start);
    }

    final boolean fits(final int length) {
        return length >= 0 && length <= limits.lengthMax();
    }

    /**
     * Hands out the next bytes, but those before them and behind them.
     *
     * @return whether it did; those that are there already come first.
     */
    final boolean message(final int before, final int length, final int behind) {
        if (!fits(length)) {
            if (count > 0) {
                return false;
            }
            throw tooLong(length);
        }
        final int recordBytes = Batch.recordBytes(length);
        if (count > 0
            && (count == COUNT_MAX || batchBytes + recordBytes > limits.batchBytesMax())) {
            return false;
        }
        offsets[count] = start + before;
        lengths[count] = length;
        count++;
        batchBytes += recordBytes;
        payloadBytes += length;
        start += before + length + behind;
        return true;
    }

    /** Reads more; false at the end of the input. */
    private boolean read() {
        if (start > 0) {
            System.arraycopy(buffer, start, buffer, 0, available());
            limit -= start;
            start = 0;
        }
        if (limit == buffer.length) {
            final long lengthMax = limits.lengthMax() + BESIDE_BYTES_MAX;
            lookAtBeginning();
            if (limit > lengthMax) {
                throw tooLong(limit);
            }
            buffer = Arrays.copyOf(buffer,
                (int) Math.min(Math.min(2L * buffer.length, lengthMax + 1), Integer.MAX_VALUE - Long.BYTES));
        }
        final int found = in.read(buffer, limit, buffer.length - limit);
        limit += Math.max(0, found);
        return found >= 0;
    }

    private CommandFailedException tooLong(final int length) {
        return wrong("is too long: expected 0 to " + limits.lengthMax() + " bytes, found "
            + (length < 0 ? "a negative length" : length + " or more"));
    }

    /** What is wrong with the next message. */
    final CommandFailedException wrong(final String problem) {
        return new CommandFailedException(in.name() + ": message " + number(count) + " " + problem
            + "; those before it are published");
    }
}
