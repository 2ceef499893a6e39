package org.fencepost.ipc.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * What a command prints: text in UTF-8, bytes as they are, and JSON, a line each. When nobody reads
 * on, as behind {@code | head}, that ends the command without a word. For one thread.
 */
public final class Output {
    private static final int BUFFER_BYTES = 1 << 16;

    private static final String ESCAPE = "\u001b[";

    private final OutputStream standard;
    private final boolean pipe;
    private final boolean coloured;
    private OutputStream stream;
    private String done = "";

    /** How a terminal shows what matters. */
    public enum Colour {
        /** What was sought, or is wrong. */
        RED("1;31m"),
        /** What may be wrong. */
        YELLOW("33m"),
        /** What is right. */
        GREEN("32m");

        private final String sequence;

        Colour(final String sequence) {
            this.sequence = sequence;
        }
    }

    /** Nobody reads on. */
    static final class ClosedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ClosedException(final IOException cause) {
            super(cause);
        }
    }

    /**
     * Prints into a stream.
     *
     * @param pipe     whether writing fails only when nobody reads on
     * @param coloured whether it is shown by a terminal to somebody who wants colours
     */
    Output(final OutputStream stream, final boolean pipe, final boolean coloured) {
        this.standard = stream;
        this.stream = new BufferedOutputStream(stream, BUFFER_BYTES);
        this.pipe = pipe;
        this.coloured = coloured;
    }

    /** The standard output of this process. */
    static Output standard() {
        return new Output(new FileOutputStream(FileDescriptor.out), OpenFiles.isPipe(OpenFiles.STANDARD_OUTPUT),
            OpenFiles.isTerminal(OpenFiles.STANDARD_OUTPUT) && System.getenv("NO_COLOR") == null
                && !"dumb".equals(System.getenv("TERM")));
    }

    /** Holds back all that is printed until it is flushed: nothing fails here before what is asked for is done. */
    public void holdBack() {
        stream = new ByteArrayOutputStream();
    }

    /** What has been done, and stays so if it cannot be printed: the error says that too. */
    public void done(final String what) {
        done = "; " + what;
    }

    /** Whether colours are wanted. */
    public boolean isColoured() {
        return coloured;
    }

    /** The text in a colour, if colours are wanted. */
    public String coloured(final Colour colour, final String text) {
        return coloured ? ESCAPE + colour.sequence + text + ESCAPE + "0m" : text;
    }

    /** Prints a line of text. */
    public void line(final String text) {
        text(text);
        endLine();
    }

    /** Prints text. */
    public void text(final String text) {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Prints bytes and a newline. */
    public void line(final MemorySegment bytes) {
        for (long offset = 0; offset < bytes.byteSize(); offset += BUFFER_BYTES) {
            final long length = Math.min(BUFFER_BYTES, bytes.byteSize() - offset);
            write(bytes.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
        }
        endLine();
    }

    /** Prints bytes and a newline. */
    public void line(final byte[] bytes, final int length) {
        bytes(bytes, length);
        endLine();
    }

    /** Prints bytes as they are, the first ones of an array. */
    public void bytes(final byte[] bytes, final int length) {
        bytes(bytes, 0, length);
    }

    private void bytes(final byte[] bytes, final int offset, final int length) {
        try {
            stream.write(bytes, offset, length);
        } catch (final IOException refusal) {
            throw failed(refusal);
        }
    }

    /**
     * Into what is printed here, for writers of formats. Flushing and closing it do nothing, and what
     * goes wrong is what goes wrong here.
     */
    public OutputStream stream() {
        return new OutputStream() {
            @Override
            public void write(final int value) {
                Output.this.write(new byte[] {(byte) value});
            }

            @Override
            public void write(final byte[] bytes, final int offset, final int length) {
                bytes(bytes, offset, length);
            }
        };
    }

    /** Prints a value on a line. */
    public void json(final JsonNode value) {
        line(value.toString());
    }

    private void endLine() {
        write(new byte[] {'\n'});
    }

    private void write(final byte[] bytes) {
        bytes(bytes, bytes.length);
    }

    /** Prints what has been held back. */
    public void flush() {
        try {
            if (stream instanceof final ByteArrayOutputStream held) {
                stream = new BufferedOutputStream(standard, BUFFER_BYTES);
                held.writeTo(stream);
            }
            stream.flush();
        } catch (final IOException refusal) {
            throw failed(refusal);
        }
    }

    private RuntimeException failed(final IOException refusal) {
        return pipe ? new ClosedException(refusal)
            : new CommandFailedException("cannot write to standard output: "
                + refusal.getMessage() + done, refusal);
    }
}
