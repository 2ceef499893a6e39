package org.fencepost.ipc;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.fencepost.ipc.log.Cleaner;
import org.fencepost.ipc.log.Log;

/**
 * Work that any member may do for all: making segments claimable ahead of need, bringing what was
 * published to the disk in a channel that has a flush interval, and, for this process alone, mapping the
 * next segment and its pages before they are needed.
 *
 * <p>Until somebody asks for it nobody works ahead, and everything works: a publisher that finds no
 * segment makes it itself and is late by that much. {@link #inBackground} has a daemon thread do it, for
 * all channels of a process that ask for it, a unit now and then, and sleeping in between. Who has threads
 * of its own for such work calls {@link #doWork}.
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
    private final AtomicBoolean mapping = new AtomicBoolean();
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
     * From now on a daemon thread of this process does it for this channel, as for all others that it was
     * told of, until {@link #byHand} or the end of the handle. It sleeps while there is nothing to do.
     *
     * @return this.
     * @throws ChannelClosedException if the channel is closed.
     */
    public Housekeeping inBackground() {
        if (log.isClosed()) {
            throw new ChannelClosedException(log.path(), log.path() + " is closed");
        }
        if (log.isWritable()) {
            Housekeeper.ofProcess().add(this);
        }
        return this;
    }

    /**
     * From now on the thread of this process leaves this channel alone, as it does unless it was told of it:
     * apart from what publishers and subscribers need at that moment it is done by {@link #doWork}. Waits
     * for the end of what the thread is at here, which may wait for the disk.
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
            mapAhead();
            return units;
        } catch (final ChannelClosedException e) {
            return 0;
        }
    }

    private boolean makeRoom() {
        return log.cleaner().tryUnit(Cleaner.NOT_WALKED, 0) == Cleaner.DONE;
    }

    /** One thread at a time; nobody waits for it, so one that is torn away in here costs no more than time. */
    private void mapAhead() {
        if (mapping.compareAndSet(false, true)) {
            try {
                log.mapAhead();
            } finally {
                mapping.set(false);
            }
        }
    }

    /** What the thread of this process does now and then; whether anything moves here. */
    boolean round() {
        if (log.isClosed()) {
            Housekeeper.ofProcess().remove(this);
            return false;
        }
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
            mapAhead();
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
