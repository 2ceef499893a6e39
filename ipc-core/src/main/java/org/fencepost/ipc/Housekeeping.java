package org.fencepost.ipc;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.fencepost.ipc.log.Cleaner;
import org.fencepost.ipc.log.Log;

/**
 * Work that any member may do for all: making segments claimable ahead of need, removing what a journal
 * need not keep, bringing what was published to the disk in a channel that has a flush interval, and, for this
 * process alone, mapping the next segment and its pages before they are needed.
 *
 * <p>One daemon thread of the process does it for all its channels, a unit now and then, and sleeps in
 * between: for each channel from its first publisher or subscriber on. {@link #byHand}, before or after that,
 * keeps the thread away; then {@link #doWork} does it, in a thread of the caller's. With neither everything
 * works: a publisher that finds no segment makes it itself and is late by that much.
 */
public final class Housekeeping {
    /** Longest time between two looks of the thread of this process. */
    static final long PAUSE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

    /**
     * Segments of a journal are made ahead for so long: in the same round there may be a sync, and a disk may be
     * slow. One that is there early will be needed, and takes room on the disk that is not written yet.
     */
    private static final long SEGMENTS_AHEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    /**
     * Pages are loaded ahead for so long, many times as long as the thread is away between two looks: these are a few
     * milliseconds apart, or some more when it makes a segment, and its processor may have others to run. Who goes on
     * over pages that are not there, because a sync takes longer, has a fault for each and does not wait. What
     * is loaded for longer costs more: it is dirty memory, and what the system writes back before it is used is
     * written twice and faults all the same.
     */
    static final long PAGES_AHEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** Pages that were written back to the disk fault again; this is how long they are taken on trust. */
    private static final long PAGES_NANOS = TimeUnit.SECONDS.toNanos(2);
    /** What failed is tried again after this. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Who does it: nobody yet, the thread, or the user. */
    private enum Keeper { LATER, THREAD, USER }

    private final Log log;
    private final Durability durability;
    private final Pace pace;
    /** Held by the thread of this process while it is at work here. */
    private final ReentrantLock rounds = new ReentrantLock();
    private final AtomicBoolean mapping = new AtomicBoolean();
    /** Guarded by this. */
    private Keeper keeper = Keeper.LATER;
    /** The channel is being closed, or is; guarded by this. */
    private boolean ended;
    /** By that thread alone. */
    private long ready = -1;
    private long tail = -1;
    private long pagesNanos;
    private long dueNanos;
    private long aheadNanos;
    private String failure = "";

    Housekeeping(final Log log, final Durability durability, final long flushIntervalNanos) {
        this.log = log;
        this.durability = durability;
        this.pace = new Pace(flushIntervalNanos == 0 ? PAUSE_NANOS_MAX
            : Math.clamp(flushIntervalNanos / 2, Pace.PAUSE_NANOS_MIN, PAUSE_NANOS_MAX));
        // A ring is as it is left, and its first round would only look: not beside what opens it.
        this.dueNanos = System.nanoTime() + (log.geometry().ring() ? PAUSE_NANOS_MAX : 0);
        this.aheadNanos = dueNanos;
        log.keptBy(new LongSupplier() {
            @Override
            public long getAsLong() {
                return Housekeeper.ofProcess().unitsIn(log.path());
            }
        }, new BooleanSupplier() {
            @Override
            public boolean getAsBoolean() {
                return Housekeeper.ofProcess().has(Housekeeping.this);
            }
        });
    }

    /** There is somebody now for whom it is worth while. */
    synchronized void begin() {
        if (keeper == Keeper.LATER) {
            start();
        }
    }

    /**
     * From now on the daemon thread of this process does it for this channel, until {@link #byHand} or the end
     * of the handle; as it does by itself once there is a publisher or a subscriber. A {@linkplain
     * Channel#view view} has nothing to be done.
     *
     * @return this.
     * @throws ChannelIOException     if the system gives this process no thread more; nothing has changed.
     * @throws ChannelClosedException if the channel is closed.
     */
    public synchronized Housekeeping inBackground() {
        if (ended) {
            throw new ChannelClosedException(log.path(), log.path() + " is closed");
        }
        start();
        return this;
    }

    private void start() {
        if (log.isWritable()) {
            try {
                Housekeeper.ofProcess().add(this);
            } catch (final OutOfMemoryError noThread) {
                throw new ChannelIOException(log.path(), "cannot start the thread that keeps house for " + log.path()
                    + ": expected one thread more for this process, found " + noThread.getMessage() + "; end others,"
                    + " allow more (ulimit -u, ulimit -v), or keep house by hand (byHand()), which needs none",
                    noThread);
            }
            keeper = Keeper.THREAD;
        }
    }

    /**
     * From now on the thread of this process leaves this channel alone: apart from what publishers and
     * subscribers need at that moment it is done by {@link #doWork}. Called before there are any, no thread is
     * started for it. Waits for the end of what the thread is at here, which may wait for the disk.
     *
     * @return this.
     */
    public Housekeeping byHand() {
        synchronized (this) {
            keeper = Keeper.USER;
            Housekeeper.ofProcess().remove(this);
        }
        rounds.lock();
        rounds.unlock();
        return this;
    }

    /** As {@link #byHand}, for good: the channel is about to be closed. */
    void end() {
        synchronized (this) {
            ended = true;
        }
        byHand();
    }

    /**
     * Does one unit of work if there is one: zeroes the next segment of a ring, or makes the next one of
     * a journal, which waits for the disk; and syncs what was published if the channel's flush interval
     * is over, which waits for the disk too. Maps ahead what this process needs. Any thread; never waits
     * for another member.
     *
     * @return units done: 0 to 2.
     * @throws ChannelIOException      if a segment cannot be made; the channel goes on without, and has flushed.
     * @throws ChannelDamagedException if a file was truncated or overwritten.
     * @throws SyncFailedException     if a flush was due and a sync has failed, this one or an earlier one.
     */
    public int doWork() {
        if (log.isClosed() || !log.isWritable()) {
            return 0;
        }
        int units = 0;
        try {
            try {
                units += makeRoom(0, 0) ? 1 : 0;
            } finally {
                // A disk may be full, and bring what it has to itself all the same.
                units += durability.flushIfDue() ? 1 : 0;
            }
            mapAhead(0);
            return units;
        } catch (final ChannelException e) {
            // Whoever is closed meanwhile may have met anything.
            if (log.isClosed()) {
                return 0;
            }
            throw e;
        } catch (final InternalError error) {
            if (log.isClosed()) {
                return 0;
            }
            throw Endpoint.truncated(log.path(), error);
        }
    }

    private boolean makeRoom(final long bytes, final long pagesBytes) {
        return log.cleaner().tryUnitAhead(bytes, pagesBytes) == Cleaner.DONE;
    }

    /** One thread at a time; nobody waits for it, so one that is torn away in here costs no more than time. */
    private void mapAhead(final long bytes) {
        if (mapping.compareAndSet(false, true)) {
            try {
                log.mapAhead(bytes);
            } finally {
                mapping.set(false);
            }
        }
    }

    /** What the thread of this process does now and then; in how many nanoseconds it is to be back. */
    long round() {
        if (log.isClosed()) {
            Housekeeper.ofProcess().remove(this);
            return PAUSE_NANOS_MAX;
        }
        rounds.lock();
        try {
            final long nowNanos = System.nanoTime();
            if (nowNanos - dueNanos >= 0 && Housekeeper.ofProcess().has(this)) {
                work(nowNanos);
            }
            return Math.max(Pace.PAUSE_NANOS_MIN, dueNanos - System.nanoTime());
        } finally {
            rounds.unlock();
        }
    }

    /** What is published is brought to the disk whatever becomes of what publishers will need, and as often. */
    private void work(final long nowNanos) {
        // Unless they fail: then they are not tried again so soon, each by itself.
        dueNanos = nowNanos + RETRY_NANOS;
        try {
            if (!log.geometry().ring()) {
                pace.look(log.words().tailAcquire(), nowNanos);
            }
            if (nowNanos - aheadNanos >= 0) {
                aheadNanos = nowNanos + RETRY_NANOS;
                workAhead(nowNanos);
                aheadNanos = nowNanos;
            }
        } finally {
            durability.flushIfDue();
            final long endNanos = System.nanoTime();
            // What is to be flushed is not looked at too early, and then a pause too late.
            dueNanos = durability.hasUnflushed() ? endNanos + pace.pauseNanos() : pace.nextLookNanos(endNanos);
        }
    }

    private void workAhead(final long nowNanos) {
        final long tailNow = log.words().tailAcquire();
        final long readyNow = log.words().readyAcquire();
        final boolean moved = tailNow != tail || readyNow != ready;
        // Before what may wait for the disk.
        if (moved || nowNanos - pagesNanos > PAGES_NANOS) {
            pagesNanos = nowNanos;
            mapAhead(pace.bytesIn(PAGES_AHEAD_NANOS));
        }
        // The segments of a ring are cleaned by who has them in its cache, or needs them. This thread would
        // be in their way: what it does is what nobody has done since its last round.
        if (!log.geometry().ring() || readyNow == ready) {
            final long bytes = pace.bytesIn(SEGMENTS_AHEAD_NANOS);
            final long pagesBytes = pace.bytesIn(PAGES_AHEAD_NANOS);
            Housekeeper.ofProcess().makeRoom(log.path(), () -> makeRoom(bytes, pagesBytes));
        }
        tail = tailNow;
        ready = readyNow;
    }

    /** Whether this has not been said already. */
    boolean isNewsworthy(final Throwable error) {
        final String message = String.valueOf(error.getMessage());
        final boolean news = !log.isClosed() && !message.equals(failure);
        failure = message;
        return news;
    }
}
