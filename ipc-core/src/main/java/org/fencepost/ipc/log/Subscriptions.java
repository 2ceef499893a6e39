package org.fencepost.ipc.log;

import org.fencepost.ipc.ChannelClosedException;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelLimitException;
import org.fencepost.ipc.PositionException;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.Platform;

/**
 * How subscribers come, move and go.
 *
 * <p>Who begins at the tail needs no lock: it publishes a cursor of zero, which stops every cleaner that
 * reads it, and then reads the tail. Who begins behind the tail, or moves, does so under the
 * housekeeping lock, because a cleaner may already have read the cursors.
 */
public final class Subscriptions {
    private final Log log;
    private final SharedMemory memory;
    private final ControlWords words;
    private final CursorTable cursors;
    private final Members members;
    private final Membership membership;
    private final Geometry geometry;

    /** Of this handle's log. */
    public Subscriptions(final Log log, final Membership membership) {
        this.log = log;
        this.memory = log.memory();
        this.words = log.words();
        this.cursors = log.cursors();
        this.members = log.members();
        this.membership = membership;
        this.geometry = log.geometry();
    }

    /**
     * Takes a record and a position.
     *
     * @throws ChannelLimitException if all records are taken, or the named cursor has an owner.
     * @throws PositionException     if the wanted position cannot be read.
     */
    public Subscription join(final SubscriberOptions options) {
        if (!log.isWritable()) {
            return new Subscription(Subscription.NO_RECORD, start(options), 0, 0);
        }
        if (options.start() == SubscriberOptions.Start.LATEST && !options.isNamed()) {
            final int record = takeRecord();
            return new Subscription(record, beginAtTail(record, state(options)), 0, 0);
        }
        membership.enterHousekeeping();
        try {
            final int named = options.isNamed() ? find(options.name()) : -1;
            return named < 0 ? begin(options) : resume(named, options);
        } finally {
            membership.leaveHousekeeping();
        }
    }

    /** Gives the record up; a named one keeps its position. */
    public void leave(final int record) {
        if (record == Subscription.NO_RECORD) {
            return;
        }
        try {
            cursors.release(record);
        } finally {
            members.releaseSubscriber(record);
        }
        // Publishers may have waited for it.
        log.progress().ring();
    }

    /**
     * Takes a named record away, as its owner would that had no name; whether there was one.
     *
     * @throws ChannelLimitException if it has an owner.
     */
    public boolean remove(final String name) {
        membership.enterHousekeeping();
        try {
            final int record = find(name);
            if (record < 0) {
                return false;
            }
            takeNamed(record, name);
            try {
                cursors.stateRelease(record, 0);
            } finally {
                members.releaseSubscriber(record);
            }
        } finally {
            membership.leaveHousekeeping();
        }
        // Publishers may have waited for it.
        log.progress().ring();
        return true;
    }

    /**
     * Moves a reader to another frame boundary.
     *
     * @throws PositionException if nothing can be read there.
     */
    public void seek(final LogReader reader, final long position) {
        if (!log.isWritable()) {
            reader.moveTo(requireReadableNow(position));
            return;
        }
        membership.enterHousekeeping();
        try {
            requireReadable(position, false);
            reader.moveTo(position);
            reader.publishPosition(0);
        } finally {
            membership.leaveHousekeeping();
        }
    }

    /** Whether any subscriber is alive, in this handle or another. */
    public boolean hasSubscribers() {
        final int used = cursors.usedAcquire();
        try {
            for (int i = 0; i < used; i++) {
                if ((cursors.stateAcquire(i) & CursorsFormat.STATE_USED) != 0
                    && members.isSubscriberLive(i)) {
                    return true;
                }
            }
        } catch (final ChannelClosedException meanwhile) {
            return false;
        }
        return false;
    }

    private long beginAtTail(final int record, final long state) {
        cursors.positionRelease(record, 0);
        cursors.batchIndexRelease(record, 0);
        cursors.stateRelease(record, state);
        // Pairs with the cleaner, which reads the tail and then the cursors: it sees the zero, or this
        // sees a tail behind the segment that it cleans.
        memory.fullFence();
        final long tail = words.tailAcquire();
        cursors.positionRelease(record, tail);
        return tail;
    }

    private Subscription begin(final SubscriberOptions options) {
        final long position = start(options);
        final int record = takeRecord();
        cursors.positionRelease(record, position);
        cursors.batchIndexRelease(record, 0);
        if (options.isNamed()) {
            cursors.name(record, options.name());
        }
        cursors.stateRelease(record, state(options));
        return new Subscription(record, position, 0, 0);
    }

    private long start(final SubscriberOptions options) {
        return switch (options.start()) {
            case EARLIEST -> log.earliestPosition();
            case LATEST -> words.tailAcquire();
            case POSITION -> log.isWritable() ? requireReadable(options.position(), false)
                : requireReadableNow(options.position());
        };
    }

    /** Without the housekeeping lock: a segment may be taken away while it is walked. */
    private synchronized long requireReadableNow(final long position) {
        try {
            requireReadable(position, false);
        } catch (final ChannelException e) {
            requireKept(position);
            throw e;
        }
        // What was read counts if nobody had begun to clear it.
        memory.acquireFence();
        requireKept(position);
        return position;
    }

    private void takeNamed(final int record, final String name) {
        if (!members.tryTakeSubscriber(record)) {
            throw new ChannelLimitException(log.path(),
                "the cursor '" + name + "' of " + log.path() + " belongs to a subscriber of process "
                    + cursors.pid(record) + "; one at a time can have it: close that one first");
        }
    }

    private Subscription resume(final int record, final SubscriberOptions options) {
        takeNamed(record, options.name());
        boolean done = false;
        try {
            final Subscription subscription = resumed(record);
            cursors.pid(record, Platform.processId());
            cursors.stateRelease(record, state(options));
            done = true;
            return subscription;
        } finally {
            if (!done) {
                members.releaseSubscriber(record);
            }
        }
    }

    private Subscription resumed(final int record) {
        final long earliest = log.earliestPosition();
        final long position = cursors.positionAcquire(record);
        final long batchIndex = cursors.batchIndexAcquire(record);
        if (position < 0 || batchIndex < 0 || batchIndex > Integer.MAX_VALUE) {
            throw new ChannelDamagedException(log.path(),
                "damaged cursors file in " + log.path() + ": cursor '" + cursors.name(record)
                    + "' is at position " + position + ", message " + batchIndex
                    + " of a batch; nothing was changed");
        }
        if (position >= earliest) {
            return new Subscription(record, resumable(position), batchIndex, 0);
        }
        // It did not gate while it was absent, and the ring went on. The position stays until the first
        // poll: if this owner dies before, the next one is told of the loss. It holds the same segment.
        cursors.batchIndexRelease(record, 0);
        return new Subscription(record, earliest, 0, earliest - position);
    }

    /** The last owner has read up to there: damage before it is no reason to lose the place. */
    private long resumable(final long position) {
        try {
            return requireReadable(position, true);
        } catch (final ChannelDamagedException before) {
            return position;
        }
    }

    private int takeRecord() {
        for (int record = 0; record < CursorsFormat.SUBSCRIBERS_MAX; record++) {
            if (tryTakeUnnamed(record)) {
                cursors.pid(record, Platform.processId());
                cursors.raiseUsed(record + 1);
                return record;
            }
        }
        throw new ChannelLimitException(log.path(),
            "a channel has at most " + CursorsFormat.SUBSCRIBERS_MAX + " subscribers and named"
                + " cursors together, and all are taken in " + log.path()
                + "; close a subscriber, or remove a named cursor that nobody needs any more, first");
    }

    private boolean tryTakeUnnamed(final int record) {
        if (isNamed(record) || !members.tryTakeSubscriber(record)) {
            return false;
        }
        if (isNamed(record)) {
            members.releaseSubscriber(record);
            return false;
        }
        return true;
    }

    private boolean isNamed(final int record) {
        return (cursors.stateAcquire(record) & CursorsFormat.STATE_NAMED) != 0;
    }

    private int find(final String name) {
        final int used = cursors.usedAcquire();
        for (int i = 0; i < used; i++) {
            if (isNamed(i) && cursors.name(i).equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private static long state(final SubscriberOptions options) {
        return CursorsFormat.STATE_USED
            | (options.isLossy() ? 0 : CursorsFormat.STATE_GATES)
            | (options.isNamed() ? CursorsFormat.STATE_NAMED : 0)
            | (options.gatesWhileAbsent() ? CursorsFormat.STATE_GATES_WHILE_ABSENT : 0);
    }

    /**
     * The position, if frames begin there. That is found out by walking from a boundary before it: its
     * segment's start, or the tail, beyond which an exclusive publisher may have committed.
     */
    private long requireReadable(final long position, final boolean stored) {
        final long tail = requireKept(position);
        long boundary = position > tail ? tail : geometry.segmentStart(position);
        if (position == tail) {
            return position;
        }
        try (SegmentMap segments = log.store().newTemporaryMap()) {
            while (boundary < position) {
                final long segmentStart = geometry.segmentStart(boundary);
                // From ready on there is no file yet, or in a ring there are frames of the last lap.
                final long next = boundary < words.readyAcquire()
                    ? nextBoundary(boundary, segments.addressOf(segmentStart), tail) : -1;
                if (next < 0 && stored) {
                    // Who began at the tail began behind claims that were open, and some still are.
                    return position;
                }
                if (next < 0 || next > position) {
                    throw new PositionException(log.path(),
                        "position " + position + " of " + log.path() + " is "
                            + (next >= 0 ? "in the middle of a frame" : boundary < tail
                                ? "behind a claim that is not committed yet" : "beyond the tail")
                            + "; the nearest before it is " + boundary
                            + (next < 0 ? "" : ", behind it " + next));
                }
                boundary = next;
            }
        }
        return position;
    }

    /** Throws if the position is outside of the log; the tail. */
    private long requireKept(final long position) {
        final long earliest = log.earliestPosition();
        final long tail = words.tailAcquire();
        if (position < earliest || position > Math.min(tail + geometry.segmentBytes(), log.end())) {
            throw new PositionException(log.path(),
                "position " + position + " of " + log.path() + " cannot be read: expected "
                    + earliest + " (earliest) to " + tail + " (tail)");
        }
        return tail;
    }

    private long nextBoundary(final long boundary, final long segmentAddress, final long tail) {
        final long segmentStart = geometry.segmentStart(boundary);
        final long word = memory.getLongAcquire(segmentAddress + boundary - segmentStart);
        if (word == 0) {
            return log.repair().holeEnd(boundary, segmentAddress, tail);
        }
        if (!geometry.isValid(word, segmentStart + geometry.segmentBytes() - boundary)) {
            throw log.damagedFrame(boundary, word);
        }
        return boundary + geometry.span(FrameFormat.length(word));
    }
}
