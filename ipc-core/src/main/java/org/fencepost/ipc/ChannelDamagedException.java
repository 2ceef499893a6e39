package org.fencepost.ipc;

import java.nio.file.Path;

/**
 * A file of the channel is not what its place says: foreign, truncated, of another version, or with bytes
 * that no writer of this library leaves there. Nothing in the file was changed.
 */
public final class ChannelDamagedException extends ChannelException {
    private static final long serialVersionUID = 1L;

    /** For the library: a path, a whole sentence, and what caused it or null. */
    public ChannelDamagedException(final Path path, final String message, final Throwable cause) {
        super(path, message, cause);
    }

    /** For the library: a path and a whole sentence. */
    public ChannelDamagedException(final Path path, final String message) {
        super(path, message, null);
    }
}
