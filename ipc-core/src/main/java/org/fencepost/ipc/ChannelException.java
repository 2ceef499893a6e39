package org.fencepost.ipc;

import java.nio.file.Path;

/**
 * Something about a channel's files, its limits or its use is wrong. The message says where, what
 * was expected, what was found and what to do; {@link #path()} is the file or directory.
 *
 * <p>Expected outcomes are return values, not exceptions.
 */
public sealed class ChannelException extends RuntimeException
    permits ChannelClosedException, ChannelDamagedException, ChannelIOException,
        ChannelLimitException, ChannelMismatchException, PositionException,
        SyncFailedException {
    private static final long serialVersionUID = 1L;

    private final transient Path path;

    ChannelException(final Path path, final String message, final Throwable cause) {
        super(message, cause);
        this.path = path;
    }

    /** The file or directory that this is about. */
    public Path path() {
        return path;
    }
}
