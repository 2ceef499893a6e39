package org.fencepost.ipc.demo.channel;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Input;

/**
 * Rows of CSV as RFC 4180 has them, in bytes: fields between commas, in quotes if they like, rows
 * that end with a line feed with or without a carriage return. An empty line is no row. For one
 * thread.
 */
final class CsvReader {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int END = -1;

    private final Input in;
    private final long rowBytesMax;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int limit;
    private long lineFeeds;
    private long line;
    private byte[] row = new byte[1024];
    private int rowBytes;
    private int[] ends = new int[8];
    private int fieldCount;

    CsvReader(final Input in, final long fieldBytesMax) {
        this.in = in;
        this.rowBytesMax = Math.min(fieldBytesMax + BUFFER_BYTES, Integer.MAX_VALUE - Long.BYTES);
    }

    /** Goes on to the next row. False at the end of the input. */
    boolean next() {
        int c = read();
        while (c == '\n' || c == '\r') {
            c = read();
        }
        if (c == END) {
            return false;
        }
        line = lineFeeds + 1;
        rowBytes = 0;
        fieldCount = 0;
        while (true) {
            c = c == '"' ? quoted() : plain(c);
            if (fieldCount == ends.length) {
                ends = Arrays.copyOf(ends, 2 * fieldCount);
            }
            ends[fieldCount++] = rowBytes;
            if (c != ',') {
                return true;
            }
            c = read();
        }
    }

    /** Fields of the row. */
    int fieldCount() {
        return fieldCount;
    }

    /** The number of the line in which the row begins, from 1. */
    long line() {
        return line;
    }

    /** A field. */
    byte[] bytes(final int field) {
        return Arrays.copyOfRange(row, field == 0 ? 0 : ends[field - 1], ends[field]);
    }

    /** A field as text. */
    String text(final int field) {
        return new String(bytes(field), StandardCharsets.UTF_8);
    }

    /**
     * Takes a field that begins with this; returns what is behind it: a comma, or the row's end.
     */
    private int plain(final int first) {
        int c = first;
        while (c != ',' && c != '\n' && c != END) {
            if (c == '\r') {
                c = read();
                if (c == '\n' || c == END) {
                    return c;
                }
                put('\r');
                continue;
            }
            put(c);
            c = read();
        }
        return c;
    }

    private int quoted() {
        while (true) {
            int c = read();
            if (c == END) {
                throw wrong("a quote that is not closed");
            }
            if (c == '"') {
                c = read();
                if (c != '"') {
                    return behindQuotes(c);
                }
            }
            put(c);
        }
    }

    private int behindQuotes(final int found) {
        final int c = found == '\r' ? read() : found;
        if (c == ',' || c == '\n' || c == END) {
            return c;
        }
        throw wrong("something between a closing quote and the next comma");
    }

    private void put(final int value) {
        if (rowBytes == rowBytesMax) {
            throw wrong(rowBytesMax + " bytes or more, which is too long for a message here");
        }
        if (rowBytes == row.length) {
            row = Arrays.copyOf(row, (int) Math.min(2L * rowBytes, rowBytesMax));
        }
        row[rowBytes++] = (byte) value;
    }

    private int read() {
        if (at == limit) {
            at = 0;
            limit = in.read(buffer, 0, buffer.length);
            if (limit <= 0) {
                limit = 0;
                return END;
            }
        }
        final int c = buffer[at++] & 0xff;
        if (c == '\n') {
            lineFeeds++;
        }
        return c;
    }

    private CommandFailedException wrong(final String found) {
        return new CommandFailedException(in.name() + ": row that begins in line " + line
            + ": expected fields as RFC 4180 has them, found " + found
            + "; the rows before it are published");
    }
}
