package org.fencepost.ipc.demo.channel;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Input;

/**
 * Makes messages of an input, in constant memory. Messages that have been read together are handed
 * out together, and nothing is read while one is there. For one thread.
 */
abstract class Splitter {
    /** Most messages that are handed out together. */
    private static final int COUNT_MAX = 1024;
    /** So many bytes are not added to. */
    private static final int BYTES_ENOUGH = 1 << 14;
    private static final int BUFFER_BYTES_INITIAL = 1 << 18;
    private static final VarHandle INT =
        MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final Input in;
    private final int lengthMax;
    private final int[] offsets = new int[COUNT_MAX];
    private final int[] lengths = new int[COUNT_MAX];
    private byte[] buffer = new byte[BUFFER_BYTES_INITIAL];
    /** What has been read and not yet handed out: from start to limit. */
    private int start;
    private int limit;
    private int count;
    private long countBefore;
    private int type;

    private Splitter(final Input in, final int lengthMax) {
        this.in = in;
        this.lengthMax = lengthMax;
    }

    /** What is between bytes of this value, without them; also what is behind the last one. */
    static Splitter atDelimiter(final Input in, final byte delimiter, final int lengthMax) {
        return new Splitter(in, lengthMax) {
            private final ByteSearch sought = new ByteSearch(delimiter);
            private int searched;

            @Override
            boolean find() {
                final int found = indexOf(sought, searched);
                searched = found < 0 ? available() : 0;
                return found >= 0 && message(0, found, 1);
            }
        };
    }

    /** So many bytes each, and the rest. */
    static Splitter ofChunks(final Input in, final int chunkBytes, final int lengthMax) {
        return new Splitter(in, lengthMax) {
            @Override
            boolean find() {
                return available() >= chunkBytes && message(0, chunkBytes, 0);
            }
        };
    }

    /** Each behind its length in 4 bytes, little-endian. */
    static Splitter atLengths(final Input in, final int lengthMax) {
        return new Prefixed(in, lengthMax, Integer.BYTES);
    }

    /** Each behind its length and its type, in 4 bytes each, little-endian. */
    static Splitter atLengthsWithTypes(final Input in, final int lengthMax) {
        return new Prefixed(in, lengthMax, 2 * Integer.BYTES);
    }

    /** Each behind some bytes of which the first 4 say how long it is without them. */
    private static final class Prefixed extends Splitter {
        private final int prefixBytes;

        Prefixed(final Input in, final int lengthMax, final int prefixBytes) {
            super(in, lengthMax);
            this.prefixBytes = prefixBytes;
        }

        @Override
        int type(final int index) {
            return prefixBytes == Integer.BYTES ? super.type(index)
                : (int) INT.get(bytes(), offset(index) - Integer.BYTES);
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
        while (!find()) {
            if (!read()) {
                return findLast();
            }
        }
        final int begin = start;
        boolean more = true;
        while (more && count < COUNT_MAX && start - begin < BYTES_ENOUGH) {
            more = find();
        }
        return true;
    }

    /** How many messages there are now. */
    final int count() {
        return count;
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

    /** Hands the next message out if all of it has been read, or says that it has not. */
    abstract boolean find();

    /** At the end of the input: hands out what is left. */
    boolean findLast() {
        return available() > 0 && message(0, available(), 0);
    }

    final int available() {
        return limit - start;
    }

    /** How far on what is sought is, from so far on; or -1. */
    final int indexOf(final ByteSearch sought, final int from) {
        final int index = sought.indexOf(buffer, start + from, limit);
        return index < 0 ? index : index - start;
    }

    final int leadingInt() {
        return (int) INT.get(buffer, start);
    }

    final boolean fits(final int length) {
        return length >= 0 && length <= lengthMax;
    }

    /** Hands out the next bytes, but those before them and behind them. */
    final boolean message(final int before, final int length, final int behind) {
        if (!fits(length)) {
            if (count > 0) {
                // Those before it come first.
                return false;
            }
            throw tooLong(length);
        }
        offsets[count] = start + before;
        lengths[count] = length;
        count++;
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
            if (limit > lengthMax + 2L * Integer.BYTES) {
                throw tooLong(limit);
            }
            buffer = Arrays.copyOf(
                buffer, (int) Math.min(2L * buffer.length, Integer.MAX_VALUE - Long.BYTES));
        }
        final int found = in.read(buffer, limit, buffer.length - limit);
        limit += Math.max(0, found);
        return found >= 0;
    }

    private CommandFailedException tooLong(final int length) {
        return wrong("is too long: expected 0 to " + lengthMax + " bytes, found "
            + (length < 0 ? "a negative length" : length + " or more"));
    }

    /** What is wrong with the next message. */
    final CommandFailedException wrong(final String problem) {
        return new CommandFailedException(in.name() + ": message " + number(count) + " " + problem
            + "; those before it are published");
    }
}
