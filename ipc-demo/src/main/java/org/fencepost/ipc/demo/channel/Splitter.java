package org.fencepost.ipc.demo.channel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Input;

/** Makes messages of an input, one after the other, in constant memory. For one thread. */
abstract class Splitter {
    private static final int BUFFER_BYTES_INITIAL = 1 << 16;

    private final Input in;
    private final int lengthMax;
    private byte[] buffer = new byte[BUFFER_BYTES_INITIAL];
    /** What has been read and not yet handed out: from start to limit. */
    private int start;
    private int limit;
    private int offset;
    private int length;
    private long count;

    private Splitter(final Input in, final int lengthMax) {
        this.in = in;
        this.lengthMax = lengthMax;
    }

    /** What is between bytes of this value, without them; also what is behind the last one. */
    static Splitter atDelimiter(final Input in, final byte delimiter, final int lengthMax) {
        return new Splitter(in, lengthMax) {
            @Override
            boolean next() {
                int scanned = 0;
                while (true) {
                    for (; scanned < available(); scanned++) {
                        if (at(scanned) == delimiter) {
                            return message(0, scanned, 1);
                        }
                    }
                    if (!read(scanned + 1)) {
                        return scanned > 0 && message(0, scanned, 0);
                    }
                }
            }
        };
    }

    /** So many bytes each, and the rest. */
    static Splitter ofChunks(final Input in, final int chunkBytes, final int lengthMax) {
        return new Splitter(in, lengthMax) {
            @Override
            boolean next() {
                read(chunkBytes);
                final int found = Math.min(chunkBytes, available());
                return found > 0 && message(0, found, 0);
            }
        };
    }

    /** Each behind its length in 4 bytes, little-endian. */
    static Splitter atLengths(final Input in, final int lengthMax) {
        return new Splitter(in, lengthMax) {
            @Override
            boolean next() {
                if (!read(Integer.BYTES)) {
                    requireWhole(0);
                    return false;
                }
                final int found = leadingInt();
                requireFit(found);
                if (!read(Integer.BYTES + found)) {
                    requireWhole(Integer.BYTES + found);
                }
                return message(Integer.BYTES, found, 0);
            }
        };
    }

    /** Goes to the next message. False at the end of the input. */
    abstract boolean next();

    /** Array that holds the message. */
    final byte[] bytes() {
        return buffer;
    }

    /** Index of the message's first byte in {@link #bytes()}. */
    final int offset() {
        return offset;
    }

    /** Length of the message, in bytes. */
    final int length() {
        return length;
    }

    /** Messages so far. */
    final long count() {
        return count;
    }

    final int available() {
        return limit - start;
    }

    final byte at(final int index) {
        return buffer[start + index];
    }

    final int leadingInt() {
        return ByteBuffer.wrap(buffer, start, Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    /** Hands out the next bytes, but those before them and behind them. */
    final boolean message(final int before, final int messageLength, final int behind) {
        requireFit(messageLength);
        offset = start + before;
        length = messageLength;
        start += before + messageLength + behind;
        count++;
        return true;
    }

    /** Whether so many bytes are there, after reading what is missing. */
    final boolean read(final int wanted) {
        while (available() < wanted) {
            if (start > 0) {
                System.arraycopy(buffer, start, buffer, 0, available());
                limit -= start;
                start = 0;
            }
            if (limit == buffer.length) {
                requireFit(limit - Integer.BYTES);
                buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, wanted));
            }
            final int found = in.read(buffer, limit, buffer.length - limit);
            if (found < 0) {
                return false;
            }
            limit += found;
        }
        return true;
    }

    final void requireFit(final int messageLength) {
        if (messageLength < 0 || messageLength > lengthMax) {
            throw new CommandFailedException(in.name() + ": message " + (count + 1)
                + " is too long: expected 0 to " + lengthMax + " bytes, found "
                + (messageLength < 0 ? "a negative length" : messageLength + " or more")
                + "; those before it are published");
        }
    }

    final void requireWhole(final int wanted) {
        if (available() > 0) {
            throw new CommandFailedException(in.name() + ": message " + (count + 1)
                + " is not whole: expected " + Math.max(wanted, Integer.BYTES) + " bytes, found "
                + available() + "; those before it are published");
        }
    }
}
