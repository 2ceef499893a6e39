package org.fencepost.ipc;

import java.nio.file.Path;

/**
 * There is no channel, or none any more, or the operating system refused something: space, permissions, descriptors,
 * mappings.
 */
public final class ChannelIOException extends ChannelException {
    private static final long serialVersionUID = 1L;

    /** For the library: a path, a whole sentence, and what caused it or null. */
    public ChannelIOException(final Path path, final String message, final Throwable cause) {
        super(path, message, cause);
    }

    /** For the library: a path and a whole sentence. */
    public ChannelIOException(final Path path, final String message) {
        super(path, message, null);
    }
}
