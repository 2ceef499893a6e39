package org.fencepost.ipc;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.fencepost.ipc.log.Cleaner;
import org.fencepost.ipc.log.Log;

/**
 * Work that any member may do for all: making segments claimable ahead of need, bringing what was
 * published to the disk in a channel that has a flush interval, and, for this process alone, mapping the
 * next segment and its pages before they are needed.
 *
 * <p>A daemon thread does it for all channels of a process, a unit now and then, and sleeps in
 * between. Who has threads of its own for such work takes a channel away from it with {@link #byHand}
 * and calls {@link #doWork}. Where nobody does it everything still works: a publisher that finds no
 * segment makes it itself and is late by that much.
 */
public final class Housekeeping {
    /** What failed is tried again after this. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Pages that were written back to the disk fault again; this is how long they are taken on trust. */
    private static final long PAGES_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Log log;
    private final Durability durability;
    /** Held by the thread of this process while it is at work here. */
    private final ReentrantLock rounds = new ReentrantLock();
    /** By that thread alone. */
    private long ready = -1;
    private long tail = -1;
    private long pagesNanos;
    private long failedNanos;
    private String failure = "";

    Housekeeping(final Log log, final Durability durability) {
        this.log = log;
        this.durability = durability;
        log.keptBy(() -> Housekeeper.ofProcess().isMakingRoomIn(log.path()));
    }

    /**
     * From now on this process does no housekeeping for this channel by itself, apart from what its
     * publishers and subscribers need at that moment: the caller does, with {@link #doWork}. Waits for the
     * end of what the thread is at here, which may wait for the disk.
     *
     * @return this.
     */
    public Housekeeping byHand() {
        Housekeeper.ofProcess().remove(this);
        rounds.lock();
        rounds.unlock();
        return this;
    }

    /**
     * Does one unit of work if there is one: zeroes the next segment of a ring, or makes the next one of
     * a journal, which waits for the disk; and syncs what was published if the channel's flush interval
     * is over, which waits for the disk too. Maps ahead what this process needs. Any thread; never waits
     * for another member.
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
            final int units =
                (makeRoom() ? 1 : 0) + (durability.flushIfDue() ? 1 : 0);
            log.mapAhead();
            return units;
        } catch (final ChannelClosedException e) {
            return 0;
        }
    }

    private boolean makeRoom() {
        return log.cleaner().tryUnit(Cleaner.NOT_WALKED, 0) == Cleaner.DONE;
    }

    /** What the thread of this process does now and then; whether anything moves here. */
    boolean round() {
        rounds.lock();
        try {
            return Housekeeper.ofProcess().has(this) && !log.isClosed() && workAhead();
        } finally {
            rounds.unlock();
        }
    }

    private boolean workAhead() {
        final long nowNanos = System.nanoTime();
        if (failedNanos != 0 && nowNanos - failedNanos < RETRY_NANOS) {
            return false;
        }
        final long tailNow = log.words().tailAcquire();
        final long readyNow = log.words().readyAcquire();
        final boolean moved = tailNow != tail || readyNow != ready;
        boolean done = false;
        failedNanos = nowNanos;
        // The segments of a ring are cleaned by who has them in its cache, or needs them. This thread would
        // be in their way: what it does is what nobody has done since its last round.
        if (!log.geometry().ring() || readyNow == ready) {
            done = Housekeeper.ofProcess().makeRoom(log.path(), this::makeRoom);
        }
        done |= durability.flushIfDue();
        if (moved || nowNanos - pagesNanos > PAGES_NANOS) {
            pagesNanos = nowNanos;
            log.mapAhead();
        }
        tail = tailNow;
        ready = readyNow;
        failedNanos = 0;
        return done || moved;
    }

    /** Whether this has not been said already. */
    boolean isNewsworthy(final Throwable error) {
        final String message = String.valueOf(error.getMessage());
        final boolean news = !log.isClosed() && !message.equals(failure);
        failure = message;
        return news;
    }
}
