package org.fencepost.ipc.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.fencepost.ipc.os.Reason;

/** What a command reads: a file, or standard input. Its exceptions name it. */
public final class Input extends InputStream {
    private final String name;
    private final InputStream stream;
    private final boolean standard;
    private long readBytes;

    private Input(final String name, final InputStream stream, final boolean standard) {
        this.name = name;
        this.stream = stream;
        this.standard = standard;
    }

    /** Opens a file; without one, and for {@code -}, it is standard input. */
    static Input open(final Optional<Path> file, final InputStream standard) {
        if (file.isEmpty() || file.get().equals(Path.of("-"))) {
            return new Input("standard input", standard, true);
        }
        try {
            return new Input(file.get().toString(), Files.newInputStream(file.get()), false);
        } catch (final IOException refusal) {
            throw cannotRead(file.get().toString(), refusal);
        }
    }

    private static UnreadableException cannotRead(final String name, final IOException reason) {
        return new UnreadableException("cannot read " + name + ": " + Reason.of(reason, Path.of(name)), reason);
    }

    /** An input cannot be read, or not to its end. */
    public static final class UnreadableException extends CommandFailedException {
        private static final long serialVersionUID = 1L;

        private UnreadableException(final String message, final IOException reason) {
            super(message, reason);
        }
    }

    /** Bytes that have been read. */
    public long readBytes() {
        return readBytes;
    }

    /** What to call it in messages. */
    public String name() {
        return name;
    }

    @Override
    public int read() {
        final byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** Reads; what goes wrong is an {@link UnreadableException}. */
    @Override
    public int read(final byte[] bytes, final int offset, final int length) {
        try {
            final int found = stream.read(bytes, offset, length);
            readBytes += Math.max(0, found);
            return found;
        } catch (final IOException refusal) {
            throw cannotRead(name, refusal);
        }
    }

    @Override
    public void close() throws IOException {
        // Who names standard input again finds its end.
        if (!standard) {
            stream.close();
        }
    }
}
