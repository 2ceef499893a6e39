package org.fencepost.ipc.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a command prints: text in UTF-8, bytes as they are, and JSON, a line each. When nobody reads
 * on, as behind {@code | head}, that ends the command without a word. For one thread.
 */
public final class Output {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final Path STANDARD = Path.of("/proc/self/fd/1");

    private final OutputStream stream;
    private final boolean pipe;
    private final ObjectMapper mapper = new ObjectMapper();

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
     * @param pipe whether writing fails only when nobody reads on
     */
    Output(final OutputStream stream, final boolean pipe) {
        this.stream = new BufferedOutputStream(stream, BUFFER_BYTES);
        this.pipe = pipe;
    }

    /** The standard output of this process. */
    static Output standard() {
        boolean pipe;
        try {
            final String kind = Files.readSymbolicLink(STANDARD).toString();
            pipe = kind.startsWith("pipe:") || kind.startsWith("socket:");
        } catch (final IOException unknown) {
            pipe = false;
        }
        return new Output(new FileOutputStream(FileDescriptor.out), pipe);
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
        try {
            stream.write(bytes, 0, length);
        } catch (final IOException refusal) {
            throw failed(refusal);
        }
    }

    /** Prints a value on a line. */
    public void json(final JsonNode value) {
        try {
            line(mapper.writeValueAsString(value));
        } catch (final JsonProcessingException e) {
            throw new AssertionError("a tree can always be written", e);
        }
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
            stream.flush();
        } catch (final IOException refusal) {
            throw failed(refusal);
        }
    }

    private RuntimeException failed(final IOException refusal) {
        return pipe ? new ClosedException(refusal)
            : new CommandFailedException("cannot write to standard output: "
                + refusal.getMessage(), refusal);
    }
}
