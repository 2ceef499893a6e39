package org.fencepost.ipc.file;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** A stream in which a line must not end, and that may be flushed and closed without effect. */
final class SingleLine extends OutputStream {
    private final Path file;
    private final OutputStream out;
    private long bytes;

    /** A line of this file. */
    SingleLine(final Path file, final OutputStream out) {
        this.file = file;
        this.out = out;
    }

    @Override
    public void write(final int value) throws IOException {
        check((byte) value);
        out.write(value);
        bytes++;
    }

    @Override
    public void write(final byte[] source, final int offset, final int length)
        throws IOException {
        for (int i = offset; i < offset + length; i++) {
            check(source[i]);
        }
        out.write(source, offset, length);
        bytes += length;
    }

    /** How much was written. */
    long bytes() {
        return bytes;
    }

    private void check(final byte value) {
        if (value == '\n' || value == '\r') {
            throw new IllegalArgumentException(file + ": JSON Lines: expected a value on one line, "
                + "found a line end inside; does the serializer indent?");
        }
    }

    @Override
    public void close() {
        // The lines after this one go to the same stream.
    }
}
