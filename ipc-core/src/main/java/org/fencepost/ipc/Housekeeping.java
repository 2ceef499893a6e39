package org.fencepost.ipc;

import org.fencepost.ipc.log.Cleaner;
import org.fencepost.ipc.log.Log;

/**
 * Work that any member may do for all: making segments claimable ahead of need. A publisher that finds
 * none does it itself and is late by that much; whoever wants that time off the publishing thread
 * calls {@link #doWork} from another one.
 */
public final class Housekeeping {
    private final Log log;

    Housekeeping(final Log log) {
        this.log = log;
    }

    /**
     * Does one unit of work if there is one: zeroes the next segment of a ring, or makes the next one of
     * a journal, which waits for the disk. Any thread; never waits for another member.
     *
     * @return units done: 0 or 1.
     * @throws ChannelIOException if a segment cannot be made; the channel goes on without.
     */
    public int doWork() {
        if (log.isClosed()) {
            return 0;
        }
        try {
            return log.cleaner().tryUnit(Cleaner.NOT_WALKED, 0) == Cleaner.DONE ? 1 : 0;
        } catch (final ChannelClosedException e) {
            return 0;
        }
    }
}
