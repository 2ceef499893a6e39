package org.fencepost.ipc.file;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.fencepost.ipc.durable.Leftovers;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.file.FileFailedException.Content;
import org.fencepost.ipc.os.FileStatus;

/**
 * The new content of a file, which takes its place in {@link #commit()} and never before. Closing
 * it without a commit, as try-with-resources does after an exception, leaves the old content byte
 * for byte and removes what was written.
 *
 * <pre>{@code
 * try (AtomicWriter writer = AtomicFile.of(path).writer()) {
 *     writer.write(bytes);
 *     writer.commit();
 * }
 * }</pre>
 *
 * <p>For one thread at a time. Where the process dies, or a call never returns, the file has its
 * old content or, if that happened inside {@link #commit()}, maybe the new one; the next writer in
 * that directory removes the temporary file. A writer that is never closed keeps two descriptors.
 */
public final class AtomicWriter extends OutputStream {
    private static final int BUFFER_BYTES = 64 * 1024;

    private enum State { OPEN, FAILED, COMMITTED, CLOSED }

    private final Surroundings surroundings;
    private final Path file;
    private final Successor successor;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private long lengthBytes;
    private boolean lineOpen;
    private State state = State.OPEN;

    private AtomicWriter(
        final Surroundings surroundings, final Path file, final Successor successor) {
        this.surroundings = surroundings;
        this.file = file;
        this.successor = successor;
    }

    static AtomicWriter open(
        final Surroundings surroundings, final Path path, final FileOptions options) {
        try {
            final Path file = Target.resolve(surroundings.calls(), path, options.followsLinks());
            final Path directory = Target.directoryOf(file);
            Target.requireLasting(file);
            Target.prepareDirectory(surroundings.calls(), directory, options.parents());
            Leftovers.beforeWrite(surroundings, directory);
            return new AtomicWriter(
                surroundings, file, Successor.create(surroundings, file, options));
        } catch (final IOException refusal) {
            throw new FileFailedException(
                path, Content.OLD, "making a temporary file beside it", refusal);
        }
    }

    /** Which file the new content is, before and after it has its place. */
    FileStatus status() {
        return successor.status();
    }

    /** How many bytes the new content has so far. */
    public long lengthBytes() {
        return lengthBytes;
    }

    /** Appends a byte. */
    @Override
    public void write(final int value) {
        write(new byte[] {(byte) value}, 0, 1);
    }

    /** Appends bytes. */
    @Override
    public void write(final byte[] bytes) {
        write(bytes, 0, bytes.length);
    }

    /**
     * Appends bytes.
     *
     * @throws FileFailedException   if there is no room or another error; the old content stays
     * @throws IllegalStateException if it failed before, was committed or closed
     */
    @Override
    public void write(final byte[] bytes, final int offset, final int length) {
        append(ByteBuffer.wrap(bytes, offset, length));
    }

    /**
     * Appends what remains in a buffer, with the same exceptions. Where the buffer's memory cannot
     * be read, because its arena is closed or its file was cut, that is an exception too, behind
     * which nothing more can be written or committed.
     */
    public void write(final ByteBuffer bytes) {
        append(bytes);
    }

    private void append(final ByteBuffer bytes) {
        requireOpen();
        if (!bytes.hasRemaining()) {
            return;
        }
        try {
            put(bytes);
        } catch (final RuntimeException | Error failure) {
            fail(failure);
            throw failure;
        }
    }

    /** Something may be missing: memory to read that was not there any more, or to copy into. */
    private void fail(final Throwable cause) {
        state = State.FAILED;
        successor.closeAfter(cause);
    }

    private void put(final ByteBuffer bytes) {
        final int length = bytes.remaining();
        lineOpen = bytes.get(bytes.limit() - 1) != '\n';
        if (length > buffer.remaining()) {
            writeBuffer();
        }
        if (length > buffer.remaining()) {
            writeOut(bytes);
        } else {
            buffer.put(bytes);
        }
        lengthBytes += length;
    }

    private void writeBuffer() {
        writeOut(buffer.flip());
        buffer.clear();
    }

    private void writeOut(final ByteBuffer bytes) {
        try {
            successor.write(bytes);
        } catch (final IOException refusal) {
            throw failed(Content.OLD, "writing", refusal);
        } catch (final RuntimeException | Error failure) {
            fail(failure);
            throw failure;
        }
    }

    /** Appends a newline unless the content ends with one. Empty content stays empty. */
    void endLine() {
        if (lineOpen) {
            write('\n');
        }
    }

    /** Does nothing: content is written when there is enough of it, and at the latest by commit. */
    @Override
    public void flush() {
        requireOpen();
    }

    /**
     * Puts the new content in the place of the old. When this returns, it is there for every reader
     * and survives a power loss.
     *
     * @throws FileFailedException   says which content is there if a step failed
     * @throws IllegalStateException if writing failed before, or it was committed or closed
     */
    public void commit() {
        requireOpen();
        writeBuffer();
        try {
            successor.sync();
        } catch (final IOException refusal) {
            throw failed(Content.OLD, "making the new content durable", refusal);
        }
        try {
            successor.place();
        } catch (final IOException refusal) {
            throw failed(contentAfter(refusal), "renaming the temporary file over it", refusal);
        }
        try {
            surroundings.calls().syncDirectory(Target.directoryOf(file));
        } catch (final IOException refusal) {
            throw failed(Content.NEW, "making the new name durable", refusal);
        }
        state = State.COMMITTED;
        close();
    }

    /** A rename that failed may have happened all the same. */
    private Content contentAfter(final IOException failure) {
        try {
            return successor.isInPlace() ? Content.NEW : Content.OLD;
        } catch (final IOException second) {
            failure.addSuppressed(second);
            return Content.OLD_OR_NEW;
        }
    }

    private FileFailedException failed(
        final Content content, final String step, final IOException cause) {
        fail(cause);
        return new FileFailedException(file, content, step, cause);
    }

    /** Ends it; without a commit the old content stays, and the new is gone. Idempotent. */
    @Override
    public void close() {
        final boolean abandoned = state == State.OPEN;
        state = State.CLOSED;
        try {
            successor.close();
        } catch (final IOException refusal) {
            if (abandoned) {
                throw new FileFailedException(
                    file, Content.OLD, "removing the temporary file", refusal);
            }
        }
    }

    private void requireOpen() {
        if (state != State.OPEN) {
            throw new IllegalStateException(
                file + ": expected an open writer, found one that is " + state);
        }
    }
}
