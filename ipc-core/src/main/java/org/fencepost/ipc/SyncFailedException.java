package org.fencepost.ipc;

import java.nio.file.Path;

/**
 * The operating system could not bring a part of the channel to the disk. That is final: nothing
 * behind {@link #durablePosition()} is reported as durable any more, in any process, because
 * after a failed sync the next one may succeed with the data lost. Reading goes on.
 */
public final class SyncFailedException extends ChannelException {
    private static final long serialVersionUID = 1L;

    private final int errno;
    private final long fromPosition;
    private final long toPosition;
    private final long durablePosition;

    /** For the library. */
    public SyncFailedException(
        final Path path, final String message, final int errno, final long fromPosition,
        final long toPosition, final long durablePosition) {
        super(path, message, null);
        this.errno = errno;
        this.fromPosition = fromPosition;
        this.toPosition = toPosition;
        this.durablePosition = durablePosition;
    }

    /** The system's error number. */
    public int errno() {
        return errno;
    }

    /** Where what could not be synced begins. */
    public long fromPosition() {
        return fromPosition;
    }

    /** Where it ends. */
    public long toPosition() {
        return toPosition;
    }

    /** Everything below had been synced before. */
    public long durablePosition() {
        return durablePosition;
    }
}
