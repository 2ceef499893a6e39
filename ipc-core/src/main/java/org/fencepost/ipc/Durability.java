package org.fencepost.ipc;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.fencepost.ipc.log.GroupCommit;
import org.fencepost.ipc.log.Log;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.store.DiskLevel;

/**
 * Waits for the disk. Of the threads of a handle one at a time tends to it: syncs, or waits for
 * whoever does so in another process. The others wait for that thread, which wakes each when the watermark
 * has reached its position; whoever comes meanwhile is served by the next sync.
 *
 * <p>Whoever waits long for a sync of others asks for another sync slot, later for a third, and so on: it
 * costs time, and judges nobody. Any thread.
 */
final class Durability {
    /** How long the end of somebody's sync is waited for before another sync slot is asked for. */
    static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    /** A slot whose owner died is found free after this: nobody says so. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /** What is not committed is looked for again after this, at first and at last. */
    private static final long PARK_NANOS_MIN = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long PARK_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(1);

    /** A watermark that has not moved for so long is left a receipt of. */
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Log log;
    private final Platform platform;
    private final GroupCommit commit;
    private final long flushIntervalNanos;
    private final long patienceNanos;
    private final AtomicBoolean tended = new AtomicBoolean();
    private final DiskWaiters waiters = new DiskWaiters(new LongSupplier() {
        @Override
        public long getAsLong() {
            return reached();
        }
    });
    /** Whether the place was found to have a disk, with the channel's name on it. */
    private volatile boolean placed;
    /** The end of a sync that was seen last, and when: by all who wait or flush. A race has one ask for a slot more. */
    private volatile int turn;
    private volatile long turnNanos = System.nanoTime();
    /** What a flush is put off from; guarded by this. */
    private long unflushedFrom = -1;
    private long unflushedNanos;
    /** Where the watermark has stood since when, and up to where a receipt was left; guarded by this. */
    private long idleAt = -1;
    private long idleNanos;
    private long recorded = -1;

    Durability(
        final Log log, final Platform platform, final long flushIntervalNanos, final long patienceNanos) {
        this.log = log;
        this.platform = platform;
        this.flushIntervalNanos = flushIntervalNanos;
        this.patienceNanos = patienceNanos;
        this.commit = new GroupCommit(log);
    }

    /** The watermark. */
    long position() {
        return commit.durablePosition();
    }

    /** Refuses channels that nothing can make durable. */
    void require() {
        if (placed) {
            return;
        }
        if (log.geometry().ring()) {
            throw new ChannelMismatchException(log.path(),
                log.path() + " cannot be made durable: expected a journal, found a ring, which uses"
                    + " its segments again; publish to a journal");
        }
        DiskLevel.require(log.path(), platform);
        DiskLevel.settle(log.path(), platform);
        placed = true;
    }

    /** As {@link Channel#awaitDurable}. */
    boolean await(final long position, final long timeoutNanos) {
        require();
        commit.requireUndamaged();
        final long startNanos = System.nanoTime();
        DiskWaiters.Waiter self = null;
        // Between a call and the attempt to follow it.
        boolean called = false;
        try {
            long leftNanos = timeoutNanos;
            while (!isDurable(position)) {
                if (leftNanos <= 0 || Thread.currentThread().isInterrupted()) {
                    return false;
                }
                called = false;
                if (tended.compareAndSet(false, true)) {
                    try {
                        tend(position, startNanos, timeoutNanos);
                    } finally {
                        tended.set(false);
                        waiters.serve(true);
                    }
                } else if (self == null) {
                    self = waiters.enter(position);
                } else if (self.takeCall()) {
                    called = true;
                } else {
                    LockSupport.parkNanos(this, Math.min(leftNanos, patienceNanos));
                    final int slots = slots(startNanos, System.nanoTime());
                    if (slots > 1) {
                        // The thread that tends is stuck in the disk, or paused.
                        sync(slots);
                    }
                }
                leftNanos = timeoutNanos - (System.nanoTime() - startNanos);
            }
            return true;
        } finally {
            if (self != null) {
                waiters.leave(self, called);
            }
        }
    }

    /**
     * What whoever keeps house does for the disk: syncs if the channel's flush interval is over, and leaves a
     * receipt when it is idle; whether it has done any of it.
     */
    synchronized boolean flushIfDue() {
        return flushInterval() || recordIfIdle();
    }

    /** Whether there is something that is to be brought to the disk when the channel's flush interval is over. */
    boolean hasUnflushed() {
        return flushIntervalNanos != 0 && log.words().tailAcquire() > commit.durablePosition();
    }

    /**
     * Whether it has said on the disk how much is there. The last sync could not, and the watermark itself gets
     * there when the system writes its pages back. Only in a handle that has waited for the disk, or
     * flushed.
     */
    private boolean recordIfIdle() {
        if (!placed || !log.isWritable()) {
            return false;
        }
        final long durable = commit.durablePosition();
        final long nowNanos = System.nanoTime();
        if (durable != idleAt) {
            idleAt = durable;
            idleNanos = nowNanos;
            return false;
        }
        if (durable == recorded || nowNanos - idleNanos < IDLE_NANOS) {
            return false;
        }
        idleNanos = nowNanos;
        final int result = tried(commit::tryRecord);
        if (result != GroupCommit.BUSY) {
            recorded = durable;
        }
        return result == GroupCommit.DONE;
    }

    private boolean flushInterval() {
        if (flushIntervalNanos == 0) {
            return false;
        }
        final long durable = commit.durablePosition();
        final long nowNanos = System.nanoTime();
        if (durable != unflushedFrom || !hasUnflushed()) {
            unflushedFrom = durable;
            unflushedNanos = nowNanos;
            return false;
        }
        if (nowNanos - unflushedNanos < flushIntervalNanos) {
            return false;
        }
        final long sinceNanos = unflushedNanos;
        unflushedNanos = nowNanos;
        require();
        final int result = sync(slots(sinceNanos, nowNanos));
        if (result == GroupCommit.BUSY) {
            // Still due: others are at it, who may be paused.
            unflushedNanos = sinceNanos;
        }
        if (!log.isClosed()) {
            commit.requireHealthy();
        }
        return result == GroupCommit.DONE;
    }

    /** Whether the position counts as durable; throws if it never will. */
    private boolean isDurable(final long position) {
        final boolean durable = commit.durablePosition() >= position;
        if (log.isClosed()) {
            throw new ChannelClosedException(
                log.path(), "the channel " + log.path() + " was closed meanwhile");
        }
        if (!durable) {
            commit.requireHealthy();
        }
        return durable;
    }

    /** The watermark, as those who wait are to take it: whatever comes, it wakes them. */
    private long reached() {
        return log.isClosed() || commit.hasFailed() ? Long.MAX_VALUE : commit.durablePosition();
    }

    /** Returns when the position is durable, or there is no point in waiting for it. */
    private void tend(final long position, final long startNanos, final long timeoutNanos) {
        long durable = commit.durablePosition();
        long parkNanos = PARK_NANOS_MIN;
        while (!Thread.currentThread().isInterrupted()) {
            final int seen = commit.turn();
            // Before anything else: whoever others have served is not to wait for the next sync.
            final long reached = reached();
            if (reached >= position) {
                return;
            }
            if (reached != durable) {
                durable = reached;
                parkNanos = PARK_NANOS_MIN;
                waiters.serve(false);
            }
            final long nowNanos = System.nanoTime();
            final long leftNanos = timeoutNanos - (nowNanos - startNanos);
            if (leftNanos <= 0) {
                return;
            }
            final int result = sync(slots(startNanos, nowNanos));
            if (result == GroupCommit.BUSY) {
                commit.awaitTurn(seen, Math.min(leftNanos, LOOK_NANOS));
            } else if (result == GroupCommit.IDLE) {
                // Somebody's claim is open, or nothing was published yet. Nobody says when that ends.
                LockSupport.parkNanos(this, Math.min(leftNanos, parkNanos));
                parkNanos = Math.min(parkNanos * 2, PARK_NANOS_MAX);
            }
        }
    }

    private int sync(final int slots) {
        if (!log.isWritable()) {
            // Others do it, or nobody does.
            return GroupCommit.BUSY;
        }
        return tried(() -> commit.trySync(slots));
    }

    /** What an attempt gives; who waits for what is durable is woken. */
    private int tried(final IntSupplier attempt) {
        boolean tried = true;
        try {
            final int result = attempt.getAsInt();
            tried = result != GroupCommit.BUSY;
            return result;
        } finally {
            if (tried) {
                log.progress().ring();
            }
        }
    }

    /**
     * How many slots may be asked for by who waits since then, while no sync has ended: one, and one more
     * each time that the wait has doubled.
     */
    private int slots(final long startNanos, final long nowNanos) {
        final int seen = commit.turn();
        if (seen != turn) {
            turn = seen;
            turnNanos = nowNanos;
        }
        final long patiences =
            Math.min(nowNanos - turnNanos, nowNanos - startNanos) / patienceNanos;
        return patiences <= 0 ? 1 : Math.min(GroupCommit.SLOTS_MAX,
            Long.SIZE + 1 - Long.numberOfLeadingZeros(patiences));
    }
}
