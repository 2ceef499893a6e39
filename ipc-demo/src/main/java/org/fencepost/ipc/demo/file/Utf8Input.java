package org.fencepost.ipc.demo.file;

import java.io.IOException;
import java.io.InputStream;

/**
 * Passes on what may be JSON in UTF-8 and refuses other bytes, some of which Jackson takes for other characters, and a
 * zero for a sign of UTF-16 or UTF-32. For one thread.
 */
final class Utf8Input extends InputStream {
    private static final int BYTE = 0xff;
    private static final int NEXT_MIN = 0x80;
    private static final int NEXT_MAX = 0xbf;

    private final InputStream in;
    private long line = 1;
    private long column;
    /** How many bytes the character still has, and what the first of them may be. */
    private int left;
    private int min;
    private int max;

    Utf8Input(final InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        final byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & BYTE;
    }

    @Override
    public int read(final byte[] bytes, final int offset, final int length) throws IOException {
        final int found = in.read(bytes, offset, length);
        for (int i = offset; i < offset + found; i++) {
            check(bytes[i] & BYTE);
        }
        if (found < 0 && left > 0) {
            throw wrong("the end");
        }
        return found;
    }

    private void check(final int value) throws IOException {
        column++;
        requireRight(value != 0, value);
        if (left > 0) {
            requireRight(value >= min && value <= max, value);
            left--;
            min = NEXT_MIN;
            max = NEXT_MAX;
        } else if (value >= NEXT_MIN) {
            begin(value);
        } else if (value == '\n') {
            line++;
            column = 0;
        }
    }

    /** No character has more bytes than it needs, is half of a pair, or is above 0x10ffff. */
    private void begin(final int value) throws IOException {
        requireRight(value >= 0xc2 && value <= 0xf4, value);
        left = value >= 0xf0 ? 3 : value >= 0xe0 ? 2 : 1;
        min = value == 0xe0 ? 0xa0 : value == 0xf0 ? 0x90 : NEXT_MIN;
        max = value == 0xed ? 0x9f : value == 0xf4 ? 0x8f : NEXT_MAX;
    }

    private void requireRight(final boolean right, final int value) throws IOException {
        if (!right) {
            throw wrong("the byte 0x" + Integer.toHexString(value));
        }
    }

    private IOException wrong(final String found) {
        return new IOException("line " + line + ", column " + column + ": expected UTF-8, found " + found);
    }
}
