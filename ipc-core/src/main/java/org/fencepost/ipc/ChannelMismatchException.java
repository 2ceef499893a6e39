package org.fencepost.ipc;

import java.nio.file.Path;

/**
 * The channel is there and not what is asked for: made with other options, a ring or a view where that cannot be
 * done, in use by others, on a file system without a disk. The message shows both.
 */
public final class ChannelMismatchException extends ChannelException {
    private static final long serialVersionUID = 1L;

    /** For the library: a path and a whole sentence. */
    public ChannelMismatchException(final Path path, final String message) {
        super(path, message, null);
    }
}
