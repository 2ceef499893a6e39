package org.fencepost.ipc.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.fencepost.ipc.os.Reason;

/**
 * The operating system refused a step. Says which content the file has: a whole one, except after
 * replacing bytes in place.
 */
public final class FileFailedException extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    /** What a file holds after a failure. */
    public enum Content {
        /** What it held before, or nothing if it was not there. */
        OLD("it is as it was before"),
        /** What was to be written; whether it survives a power loss from now on is not known. */
        NEW("its new content is in place, but after a power loss it may be as it was before"),
        /** One of the two; even looking which failed. */
        OLD_OR_NEW("it is as it was before or has its new content, and looking which failed too"),
        /**
         * Bytes were to be replaced in place, and some were. The record of how to undo that is
         * kept, and the next guarded change undoes it.
         */
        MIXED("some bytes were replaced in place and others not, which the next change undoes"),
        /**
         * What was read back is not what was written, and it was not possible to return, or another
         * who does not use the guard has written.
         */
        DAMAGED("what is in place is not what was written");

        private final String sentence;

        Content(final String sentence) {
            this.sentence = sentence;
        }
    }

    /** The file; null if this was serialized, as a path cannot be. */
    private final transient Path file;
    /** The same, unless its name is no text. */
    private final String path;
    private final Content content;

    FileFailedException(
        final Path path, final Content content, final String step, final IOException cause) {
        this(content, path, step + " failed, " + content.sentence, cause);
    }

    /** For a step that only reads. */
    FileFailedException(final Path path, final String step, final IOException cause) {
        this(Content.OLD, path, step + " failed", cause);
    }

    private FileFailedException(
        final Content content, final Path path, final String what, final IOException cause) {
        super(path + ": " + what + ": " + Reason.of(cause, path), cause);
        this.file = path;
        this.path = path.toString();
        this.content = content;
    }

    /** The file that was to be written or read. */
    public Path path() {
        return file == null ? Path.of(path) : file;
    }

    /** Which content it has now. */
    public Content content() {
        return content;
    }
}
