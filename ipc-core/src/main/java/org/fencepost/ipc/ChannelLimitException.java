package org.fencepost.ipc;

import java.nio.file.Path;

/**
 * A documented limit would be passed: publishers, subscribers, lengths, names, sizes. The message has the
 * number.
 */
public final class ChannelLimitException extends ChannelException {
    private static final long serialVersionUID = 1L;

    /** For the library: a path and a whole sentence. */
    public ChannelLimitException(final Path path, final String message) {
        super(path, message, null);
    }
}
