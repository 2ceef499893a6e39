package org.fencepost.ipc;

import java.nio.file.Path;

/**
 * The channel, publisher, subscriber or claim that was used had been closed before.
 */
public final class ChannelClosedException extends ChannelException {
    private static final long serialVersionUID = 1L;

    /** For the library: a path, a whole sentence, and what caused it or null. */
    public ChannelClosedException(final Path path, final String message, final Throwable cause) {
        super(path, message, cause);
    }

    /** For the library: a path and a whole sentence. */
    public ChannelClosedException(final Path path, final String message) {
        super(path, message, null);
    }
}
