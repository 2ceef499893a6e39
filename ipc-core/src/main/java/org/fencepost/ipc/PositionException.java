package org.fencepost.ipc;

import java.nio.file.Path;

/**
 * A position that cannot be read: not a frame boundary, beyond the tail, or no longer kept. The message names
 * the nearest one that can.
 */
public final class PositionException extends ChannelException {
    private static final long serialVersionUID = 1L;

    /** For the library: a path and a whole sentence. */
    public PositionException(final Path path, final String message) {
        super(path, message, null);
    }
}
