package org.fencepost.ipc.log;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelLimitException;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * Makes the next segment claimable: in a ring it zeroes the oldest one, in a journal it has a new one
 * made. A unit is done under the housekeeping lock; the lock is given back after each, so that whoever
 * dies in one is succeeded by the next who needs it. A unit is one new segment of a journal or, in a
 * ring, half as many as are kept ahead, and two at least: each unit costs system calls and holds its thread
 * up, few of them meet few messages, and a ring that has fallen behind catches up.
 *
 * <p>The cleaner's steps in docs/protocol.md. Any thread of any member may run a unit; a publisher
 * that was turned away does, a subscriber that has left a segment does, and nobody has to.
 */
public final class Cleaner {
    /** At least one segment was made claimable. */
    public static final int DONE = 1;
    /** There is nothing to do: publishers have a segment ahead. */
    public static final int IDLE = 0;
    /** A gating cursor is still in the segment. */
    public static final int GATED = -1;
    /** Somebody else cleans, or a live publisher has an unresolved claim in the segment. */
    public static final int BUSY = -2;
    /** A sync of the journal has failed: it gets no more segments. */
    public static final int FAILED = -3;

    /**
     * One segment in so many of a ring is kept zeroed ahead of the publishers: what is zeroed early is
     * still in the cache of the reader that has just left it, what stays is there for late and lossy ones.
     */
    private static final int SEGMENTS_PER_AHEAD = 4;

    /** Segments of a journal that are ahead of the one of the tail at most. */
    static final int SEGMENTS_AHEAD_MAX = 4;

    /** Pages of a segment are made for so long, which is several times what they take. */
    private static final long PAGES_NANOS_MAX = 100_000_000;

    /** For callers that have walked nothing. */
    public static final long NOT_WALKED = Long.MAX_VALUE;

    /** The kernel is asked about a cursor's owner on one fruitless look out of this many. */
    private static final int LOOKS_PER_PROBE = 16;

    private final Log log;
    private final Path path;
    private final SharedMemory memory;
    private final ControlWords words;
    private final CursorTable cursors;
    private final Geometry geometry;
    private SegmentMap segments;
    private final long aheadBytes;
    /** Segments of a ring that a unit cleans at most. */
    private final int unitSegments;
    /** When no more than this is ahead, a unit begins: for all its segments, where as much is to be ahead. */
    private final long aheadBytesMin;
    private final Retention retention;
    private int looks;

    Cleaner(final Log log) {
        this.log = log;
        this.path = log.path();
        this.memory = log.memory();
        this.words = log.words();
        this.cursors = log.cursors();
        this.geometry = log.geometry();
        final int aheadSegments = Math.max(1, geometry.segmentCount() / SEGMENTS_PER_AHEAD);
        this.aheadBytes = geometry.segmentBytes() * aheadSegments;
        this.unitSegments = Math.max(2, aheadSegments / 2);
        this.retention = new Retention(log, this);
        this.aheadBytesMin = Math.max(
            geometry.segmentBytes(), aheadBytes - geometry.segmentBytes() * (unitSegments - 1));
    }

    /**
     * Does one unit if there is one to do, without waiting for anybody.
     *
     * @param walkedFrom position from which on the caller has itself seen a header at every frame, or
     *                   has repaired it, up to {@code walkedTo}; {@link #NOT_WALKED} if it has not. A
     *                   segment inside need not be walked again.
     * @param walkedTo   end of what the caller has walked.
     * @return {@link #DONE}, {@link #IDLE}, {@link #GATED}, {@link #BUSY} or {@link #FAILED}.
     */
    public int tryUnit(final long walkedFrom, final long walkedTo) {
        return tryUnit(walkedFrom, walkedTo, geometry.segmentBytes(), 0);
    }

    /**
     * The same for who keeps house for fast publishers, and has walked nothing: in a journal so many bytes are to
     * be ahead of them, and not only one segment.
     *
     * @param pagesBytes they publish in the time for which pages are made ahead.
     */
    public int tryUnitAhead(final long bytes, final long pagesBytes) {
        final long segmentBytes = geometry.segmentBytes();
        return tryUnit(NOT_WALKED, 0,
            Math.clamp(bytes, segmentBytes, SEGMENTS_AHEAD_MAX * segmentBytes), pagesBytes);
    }

    private int tryUnit(
        final long walkedFrom, final long walkedTo, final long bytes, final long pagesBytes) {
        if (geometry.ring()) {
            final int state = look(false);
            if (state != DONE) {
                return state;
            }
        } else if (hasAhead(bytes) && !retention.isDue()) {
            return IDLE;
        }
        if (!log.members().tryEnterHousekeeping()) {
            return BUSY;
        }
        try {
            return geometry.ring() ? cleanUnit(walkedFrom, walkedTo)
                : prepareAndRemove(bytes, pagesBytes);
        } finally {
            log.members().leaveHousekeeping();
        }
    }

    /** {@link #DONE} if a unit can be done. Under the housekeeping lock the answer is final. */
    private int look(final boolean underLock) {
        final long ready = words.readyAcquire();
        if (words.clearingAcquire() > ready) {
            return DONE;
        }
        final long end = ready - geometry.capacityBytes() + geometry.segmentBytes();
        final long tail = words.tailAcquire();
        // Not earlier than needed: until then lossy subscribers and late joiners can read it. But not later
        // either, for whoever keeps pace with its publisher leaves a segment when the next one is still whole.
        if (underLock ? ready - tail >= aheadBytes : ready - tail > aheadBytesMin) {
            return IDLE;
        }
        // Step 2: the tail before the cursors. A joiner publishes a cursor of zero before it reads the
        // tail; whoever is not seen here has read a tail at or behind this one.
        if (tail < end) {
            return IDLE;
        }
        // Pairs with the joiner's full fence: on memory that may show a store to some before others,
        // the order of the two reads here is not enough to make the joiner see this tail.
        memory.fullFence();
        return isGatedBelow(end, underLock) ? GATED : DONE;
    }

    /** Whether a gating cursor stands below a position. Housekeeping lock. */
    boolean isGatedBelow(final long end) {
        return isGatedBelow(end, true);
    }

    private boolean isGatedBelow(final long end, final boolean underLock) {
        final int used = cursors.usedAcquire();
        for (int i = 0; i < used; i++) {
            final long state = cursors.stateAcquire(i);
            if ((state & CursorsFormat.STATE_GATES) != 0
                && cursors.positionAcquire(i) < end
                && ((state & CursorsFormat.STATE_GATES_WHILE_ABSENT) != 0 || isLive(i, underLock))) {
                return true;
            }
        }
        return false;
    }

    private boolean isLive(final int record, final boolean underLock) {
        // Counted and not timed; a lost update of the counter does no harm.
        if (!underLock && looks++ % LOOKS_PER_PROBE != 0 || log.members().isSubscriberLive(record)) {
            return true;
        }
        retire(record);
        return false;
    }

    /** Remembers that a record's owner is dead, so that nobody has to ask for it again. */
    private void retire(final int record) {
        if (log.members().tryTakeSubscriber(record)) {
            cursors.release(record);
            log.members().releaseSubscriber(record);
        }
    }

    private int cleanUnit(final long walkedFrom, final long walkedTo) {
        final int first = clean(walkedFrom, walkedTo);
        int last = first;
        for (int cleaned = 1; cleaned < unitSegments && last == DONE; cleaned++) {
            last = clean(walkedFrom, walkedTo);
        }
        return first;
    }

    private int clean(final long walkedFrom, final long walkedTo) {
        final long ready = words.readyAcquire();
        final long start = ready - geometry.capacityBytes();
        final long end = start + geometry.segmentBytes();
        final long address = segments().addressOf(geometry.segmentStart(ready));
        if (words.clearingAcquire() == ready) {
            final int state = look(true);
            if (state != DONE) {
                return state;
            }
            // Step 3. Cursors do not prove that every claim is resolved: a joiner begins at the tail,
            // beyond a claim whose owner is paused.
            if (!(walkedFrom <= start && walkedTo >= end) && !walk(start, end, address)) {
                return BUSY;
            }
        }
        if (log.isClosed()) {
            return BUSY;
        }
        words.clearingOpaque(ready + geometry.segmentBytes());
        // A lossy reader that has copied a zero finds clearing moved. A successor stores it again: only
        // a store of its own is ordered before its zeros.
        memory.storeStoreFence();
        memory.fill(address, geometry.segmentBytes(), (byte) 0);
        if (log.isClosed()) {
            // The zeros may have gone elsewhere. As after a death in here, the next one does it again.
            return BUSY;
        }
        words.readyRelease(ready + geometry.segmentBytes());
        log.progress().ring();
        return DONE;
    }

    /** Whether every frame of the segment is committed, padded, or could be repaired now. */
    private boolean walk(final long start, final long end, final long address) {
        return log.repair().walk(start, end, address) == end;
    }

    private boolean hasAhead(final long bytes) {
        return words.tailAcquire() + bytes <= words.readyAcquire();
    }

    /** One unit for publishers, one for the disk; the second one never keeps publishers from theirs. */
    private int prepareAndRemove(final long bytes, final long pagesBytes) {
        final int state = prepareOrMakeRoom(bytes, pagesBytes);
        if (state != DONE) {
            return retention.run() ? DONE : state;
        }
        try {
            retention.run();
        } catch (final ChannelException e) {
            // An error of the disk, or a damaged message that is looked at for its time. Tried again without a
            // publisher that waits for this, and then it is said.
            return DONE;
        }
        return DONE;
    }

    /** Where there is no room for a segment, there is once surplus ones have gone. */
    private int prepareOrMakeRoom(final long bytes, final long pagesBytes) {
        try {
            return prepare(bytes, pagesBytes);
        } catch (final ChannelIOException noRoom) {
            if (!hasRemoved(noRoom)) {
                throw noRoom;
            }
            return prepare(bytes, pagesBytes);
        }
    }

    private boolean hasRemoved(final ChannelIOException noRoom) {
        try {
            return retention.run();
        } catch (final ChannelException e) {
            noRoom.addSuppressed(e);
            return false;
        }
    }

    private int prepare(final long bytes, final long pagesBytes) {
        if (hasAhead(bytes) || words.isDamaged()) {
            return IDLE;
        }
        if (words.syncs().hasFailed()) {
            return FAILED;
        }
        final long ready = words.readyAcquire();
        // What was read counts only if the words were not taken away: here it becomes a file's name.
        if (log.isClosed()) {
            return BUSY;
        }
        if (ready > ControlFormat.POSITION_MAX - geometry.segmentBytes()) {
            throw new ChannelLimitException(path,
                "positions of " + path + " end at 2^62 = " + ControlFormat.POSITION_MAX
                    + " and the log is prepared up to " + ready + "; open a new channel");
        }
        // Small syncs want small pages, and load them.
        final boolean soon =
            pagesBytes >= geometry.segmentBytes() && !log.isSyncedBehind(words.tailAcquire());
        log.store().prepare(ready, soon ? untilSomebodyWaits(ready) : () -> false);
        words.clearingOpaque(ready + geometry.segmentBytes());
        words.readyRelease(ready + geometry.segmentBytes());
        log.progress().ring();
        return DONE;
    }

    /**
     * Pages come while publishers have something left: once they have not, they wait for this segment, with pages
     * or without. Whoever joins or leaves waits for the lock; where the system slows writers down, not for all pages.
     * Nor does who closes this handle, and waits for its keeper.
     */
    private BooleanSupplier untilSomebodyWaits(final long ready) {
        final long endNanos = log.clock().nanoTime() + PAGES_NANOS_MAX;
        return () -> words.tailAcquire() < ready && log.clock().nanoTime() < endNanos
            && log.keeperStays() && !log.isClosed();
    }

    private SegmentMap segments() {
        if (segments == null) {
            segments = log.store().newMap();
        }
        return segments;
    }
}
