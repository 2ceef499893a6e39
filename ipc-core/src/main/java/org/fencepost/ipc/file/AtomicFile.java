package org.fencepost.ipc.file;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Objects;
import org.fencepost.ipc.durable.Surroundings;

/**
 * A file that is replaced as a whole. Whoever opens it, in any process and at any time, reads the
 * whole old or the whole new content; a crash at any time leaves one of the two; what a method that
 * returned has written survives a power loss. docs/files.md says on which file systems.
 *
 * <p>The new content is written to a temporary file beside it, made durable, and renamed. So other
 * hard links to the file keep the old content, and who has it open goes on reading the old one.
 * Permissions and owner are kept; access control lists and extended attributes are not, and the
 * group of a file with a list is given what the mask of the list allows, be it more than before.
 *
 * <p>Any number of threads and processes may write; the last to rename wins. Immutable.
 */
public final class AtomicFile {
    private static final int PIECE_BYTES = 8192;

    private final Surroundings surroundings;
    private final Path path;
    private final FileOptions options;

    private AtomicFile(
        final Surroundings surroundings, final Path path, final FileOptions options) {
        this.surroundings = surroundings;
        this.path = Objects.requireNonNull(path, "path");
        this.options = Objects.requireNonNull(options, "options");
    }

    /** The file at a path of the default file system, which need not exist. */
    public static AtomicFile of(final Path path) {
        return of(path, FileOptions.defaults());
    }

    /** The file at a path of the default file system, which need not exist. */
    public static AtomicFile of(final Path path, final FileOptions options) {
        return new AtomicFile(Surroundings.ofProcess(), path, options);
    }

    static AtomicFile of(
        final Surroundings surroundings, final Path path, final FileOptions options) {
        return new AtomicFile(surroundings, path, options);
    }

    /** Where it is, as it was given. */
    public Path path() {
        return path;
    }

    /**
     * Begins to write new content, of any size in constant memory. The caller commits and closes.
     *
     * @throws FileFailedException if there can be no temporary file beside it
     */
    public AtomicWriter writer() {
        return AtomicWriter.open(surroundings, path, options);
    }

    /**
     * Replaces the content by what the source writes. An exception of the source goes to the
     * caller, and the old content stays.
     *
     * @throws FileFailedException  says which content is there if a step failed
     * @throws UncheckedIOException if the source threw an {@link IOException}
     */
    public void write(final ContentSource source) {
        try (AtomicWriter writer = writer()) {
            source.writeTo(new Unclosed(writer));
            writer.commit();
        } catch (final IOException ofSource) {
            throw new UncheckedIOException(
                path + ": the source of the new content failed, it is as it was before: " + ofSource,
                ofSource);
        }
    }

    /**
     * Replaces the content by these bytes, with nothing added.
     *
     * @throws FileFailedException says which content is there if a step failed
     */
    public void writeBytes(final byte[] bytes) {
        try (AtomicWriter writer = writer()) {
            writer.write(bytes);
            writer.commit();
        }
    }

    /**
     * Replaces the content by a text in UTF-8, with a newline at its end unless there is one, it is
     * empty, or the options say no.
     *
     * @throws FileFailedException      says which content is there if a step failed
     * @throws IllegalArgumentException if half of a surrogate pair is missing in it
     */
    public void writeText(final CharSequence text) {
        try (AtomicWriter writer = writer()) {
            encode(CharBuffer.wrap(text), writer);
            end(writer);
        }
    }

    /**
     * Replaces the content by one value, with a newline at its end as for text.
     *
     * @throws FileFailedException  says which content is there if a step failed
     * @throws UncheckedIOException if the serializer threw an {@link IOException}
     */
    public <T> void writeJson(final T value, final Serializer<? super T> serializer) {
        try (AtomicWriter writer = writer()) {
            serialize(value, serializer, new Unclosed(writer));
            end(writer);
        }
    }

    /**
     * Replaces the content by one line for each value, in constant memory. The last line ends with
     * a newline too unless the options say no.
     *
     * @throws FileFailedException      says which content is there if a step failed
     * @throws UncheckedIOException     if the serializer threw an {@link IOException}
     * @throws IllegalArgumentException if the serializer writes line ends, or nothing
     */
    public <T> void writeJsonLines(
        final Iterator<? extends T> values, final Serializer<? super T> serializer) {
        try (AtomicWriter writer = writer()) {
            while (values.hasNext()) {
                final SingleLine line = new SingleLine(path, writer);
                serialize(values.next(), serializer, line);
                if (line.bytes() == 0) {
                    throw new IllegalArgumentException(
                        path + ": JSON Lines: expected a value, found that nothing was written");
                }
                if (values.hasNext()) {
                    writer.write('\n');
                }
            }
            end(writer);
        }
    }

    /** Like {@link #writeJsonLines(Iterator, Serializer)}. */
    public <T> void writeJsonLines(
        final Iterable<? extends T> values, final Serializer<? super T> serializer) {
        writeJsonLines(values.iterator(), serializer);
    }

    private void end(final AtomicWriter writer) {
        if (options.appendsNewline()) {
            writer.endLine();
        }
        writer.commit();
    }

    private <T> void serialize(
        final T value, final Serializer<? super T> serializer, final OutputStream out) {
        try {
            serializer.write(value, out);
        } catch (final IOException ofSerializer) {
            throw new UncheckedIOException(
                path + ": the serializer failed, it is as it was before: " + ofSerializer,
                ofSerializer);
        }
    }

    private void encode(final CharBuffer text, final AtomicWriter writer) {
        final CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder()
            .onMalformedInput(CodingErrorAction.REPORT);
        final ByteBuffer bytes = ByteBuffer.allocate(PIECE_BYTES);
        CoderResult result;
        do {
            result = encoder.encode(text, bytes, true);
            if (result.isError()) {
                throw new IllegalArgumentException(path + ": expected text, found half of a "
                    + "surrogate pair at index " + text.position(), coding(result));
            }
            writer.write(bytes.flip());
            bytes.clear();
        } while (result.isOverflow());
    }

    private static CharacterCodingException coding(final CoderResult result) {
        try {
            result.throwException();
            throw new AssertionError(result);
        } catch (final CharacterCodingException error) {
            return error;
        }
    }

    /** Serializers like to close what they wrote to; the content ends when it is committed. */
    private static final class Unclosed extends FilterOutputStream {
        Unclosed(final AtomicWriter writer) {
            super(writer);
        }

        @Override
        public void write(final byte[] bytes, final int offset, final int length)
            throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() {
            // The writer is closed by who opened it.
        }
    }
}
