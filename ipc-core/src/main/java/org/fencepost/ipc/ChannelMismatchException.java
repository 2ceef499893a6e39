package org.fencepost.ipc;

import java.nio.file.Path;

/**
 * The channel exists and is something else than the options ask for. The message shows both.
 */
public final class ChannelMismatchException extends ChannelException {
    private static final long serialVersionUID = 1L;

    /** For the library: a path, a whole sentence, and what caused it or null. */
    public ChannelMismatchException(final Path path, final String message, final Throwable cause) {
        super(path, message, cause);
    }

    /** For the library: a path and a whole sentence. */
    public ChannelMismatchException(final Path path, final String message) {
        super(path, message, null);
    }
}
