package org.fencepost.ipc;

import org.fencepost.ipc.log.Cleaner;
import org.fencepost.ipc.log.Log;

/**
 * Work that any member may do for all: making segments claimable ahead of need, and flushing a channel
 * that has a flush interval. A publisher that finds no segment makes it itself and is late by that much;
 * whoever wants that time off the publishing thread calls {@link #doWork} from another one.
 */
public final class Housekeeping {
    private final Log log;
    private final Durability durability;

    Housekeeping(final Log log, final Durability durability) {
        this.log = log;
        this.durability = durability;
    }

    /**
     * Does one unit of work if there is one: zeroes the next segment of a ring, or makes the next one of
     * a journal, which waits for the disk; and syncs what was published if the channel's flush interval
     * is over, which waits for the disk too. Any thread; never waits for another member.
     *
     * @return units done: 0 to 2.
     * @throws ChannelIOException  if a segment cannot be made; the channel goes on without.
     * @throws SyncFailedException if a flush was due and a sync has failed, this one or an earlier one.
     */
    public int doWork() {
        if (log.isClosed() || !log.isWritable()) {
            return 0;
        }
        try {
            return (log.cleaner().tryUnit(Cleaner.NOT_WALKED, 0) == Cleaner.DONE ? 1 : 0)
                + (durability.flushIfDue() ? 1 : 0);
        } catch (final ChannelClosedException e) {
            return 0;
        }
    }
}
