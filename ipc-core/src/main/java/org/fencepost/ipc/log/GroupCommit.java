package org.fencepost.ipc.log;

import org.fencepost.ipc.PositionException;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.Sleeping;

/**
 * Brings a journal to the disk for everybody who waits, in any process: one of them syncs what is
 * committed, and the durable watermark tells the others. The steps of "Durability" in
 * docs/protocol.md.
 *
 * <p>Invariants: the watermark is raised only to the end of frames that were all committed before the
 * sync that returned 0 began, and by {@link Retention} to where the log begins on the disk; it never falls,
 * and not even this one moves it behind a failure. Of the {@link ControlFormat#SYNCS_MAX} sync slots one is
 * enough; the others are for those who have waited long for a slot's owner, who may be paused. Nobody is judged
 * for it: several may sync the same range.
 *
 * <p>An error is reported to each mapping once, and to one that was made behind it perhaps never. So a
 * slot says what its owner syncs until it has ended well, and whoever maps a segment and then finds
 * that another's sync of it has not ended takes nothing on trust: it makes the pages dirty again, so
 * that they are written again, and verifies the frames in them, before it syncs.
 *
 * <p>Progress: blocks on the disk and on nothing else. Any thread.
 */
public final class GroupCommit {
    /** Sync slots of a channel. */
    public static final int SLOTS_MAX = ControlFormat.SYNCS_MAX;

    /** The watermark has moved to the end of what was committed. */
    public static final int DONE = 1;
    /** Nothing is committed behind the watermark. */
    public static final int IDLE = 0;
    /** Others sync at this moment. */
    public static final int BUSY = -1;
    /** A sync has failed, this one or an earlier one; for good. */
    public static final int FAILED = -2;
    /** The handle is closed. */
    public static final int CLOSED = -3;

    /** The error of frames that do not read back as they were written: EBADMSG. */
    static final int ERRNO_DAMAGED = 74;
    /** A sync that a signal has ended says nothing about what it met: EINTR. */
    private static final int ERRNO_INTERRUPTED = 4;
    private static final int NO_FAILURE = 0;
    /**
     * As much is written ahead at a time where syncs are small. Blocks that are used for the first time cost a
     * sync a commit of the file system's journal, one for all of them.
     */
    static final long AHEAD_BYTES = 1 << 20;
    private static final int FIRST_SLOT = 0;
    private static final long NO_TURN = -1;
    /** How often a sync leaves a receipt; it decides nothing but how old the newest one may be. */
    private static final long NANOS_PER_RECEIPT = 10_000_000;

    private final Log log;
    private final SharedMemory memory;
    private final ControlWords controlWords;
    private final SyncWords words;
    private final Members members;
    private final Geometry geometry;
    private final Bell turns;
    private final Syncer[] syncers = new Syncer[ControlFormat.SYNCS_MAX];

    /** The number of the turn that a sync of this handle has ended last, or {@link #NO_TURN}. */
    private volatile long ownTurn = NO_TURN;
    /** Of whoever awaits a turn. */
    private final int[] seenTurn = new int[1];
    private Sleeping.Sleep sleep;

    /** Of this handle's log. */
    public GroupCommit(final Log log) {
        this.log = log;
        this.memory = log.memory();
        this.controlWords = log.words();
        this.words = log.words().syncs();
        this.members = log.members();
        this.geometry = log.geometry();
        this.turns = log.turns();
    }

    /** Everything below is on the disk. */
    public long durablePosition() {
        return controlWords.durableAcquire();
    }

    /** How many syncs have ended, in 32 bits; to be read before {@link #trySync} by who may {@link #awaitTurn}. */
    public int turn() {
        return turns.rings();
    }

    /**
     * Sleeps until somebody's sync has ended, or for a shorter time. Not if one has ended since {@code seen} was
     * read. One thread at a time, which has found the others {@link #BUSY} in between.
     */
    public void awaitTurn(final int seen, final long timeoutNanos) {
        final boolean wakeable = turns.canWake();
        if (wakeable) {
            // Whoever was at it when this thread asked for a slot ends its turn behind this, and finds it.
            turns.enlist();
        }
        if (sleep == null) {
            sleep = turns.sleeping().on(turns.address());
        }
        seenTurn[0] = seen;
        sleep.awaitChange(seenTurn, wakeable ? timeoutNanos : Math.min(timeoutNanos, Sleeping.SHORT_NANOS));
    }

    /** Throws if the log is damaged below the watermark. */
    public void requireUndamaged() {
        controlWords.requireUndamaged();
    }

    /** Whether a sync has failed, for good. */
    public boolean hasFailed() {
        return words.hasFailed();
    }

    /** Throws the error of the sync that failed, if one did. */
    public void requireHealthy() {
        words.requireHealthy(words.durableAcquire());
    }

    /**
     * Syncs what is committed, unless others do.
     *
     * @param slots how many of the sync slots may be asked for: 1, or more for whoever has waited.
     * @return {@link #DONE}, {@link #IDLE}, {@link #BUSY}, {@link #FAILED} or {@link #CLOSED}.
     */
    public int trySync(final int slots) {
        return trySync(slots, false);
    }

    /**
     * Brings to the disk, of a channel in which nothing more is committed, that everything below the watermark
     * is there: the last sync left a receipt of what was there before it. For whoever has nothing else to do.
     *
     * @return as {@link #trySync}; {@link #IDLE} if the newest receipt says so already.
     */
    public int tryRecord() {
        return trySync(1, true);
    }

    private int trySync(final int slots, final boolean receiptOnly) {
        if (members.tryTakeSync(FIRST_SLOT)) {
            return syncHolding(FIRST_SLOT, receiptOnly);
        }
        // Who rests in the first slot is in nobody's way.
        final int end = words.isResting(FIRST_SLOT) ? Math.min(slots + 1, SLOTS_MAX) : slots;
        for (int slot = FIRST_SLOT + 1; slot < end; slot++) {
            if (members.tryTakeSync(slot)) {
                return syncHolding(slot, receiptOnly);
            }
        }
        return BUSY;
    }

    private int syncHolding(final int slot, final boolean receiptOnly) {
        final boolean alone = Integer.toUnsignedLong(turns.rings()) == ownTurn;
        final long before = durablePosition();
        int result = BUSY;
        try {
            result = sync(slot, receiptOnly);
        } catch (final PositionException e) {
            if (durablePosition() == before) {
                throw e;
            }
            // Retention was faster, and has raised the watermark to what is left: begin again there.
        } finally {
            giveUp(slot, alone && result == DONE && !receiptOnly);
            ownTurn = Integer.toUnsignedLong(turns.count());
        }
        return result;
    }

    /** Gives a slot up, or keeps the first one for the next sync: two calls of the system less for each. */
    private void giveUp(final int slot, final boolean alone) {
        if (alone && slot == FIRST_SLOT && !turns.hasSleepers()) {
            words.keep(slot, true);
            members.keepSync(slot);
        } else {
            words.keep(slot, false);
            members.releaseSync(slot);
        }
    }

    private int sync(final int slot, final boolean receiptOnly) {
        // Read with the slot's byte held: whoever failed in this slot had said so before it was free.
        final long durable = words.durableAcquire();
        if (SyncWords.failedSlot(durable) >= 0) {
            return FAILED;
        }
        if (!inherit(slot)) {
            return log.isClosed() ? CLOSED : FAILED;
        }
        final Syncer syncer = syncerOf(slot);
        final long from = words.position(durable);
        final long to = receiptOnly ? from : syncer.committedFrom(from);
        if (log.isClosed()) {
            return CLOSED;
        }
        if (receiptOnly ? !syncer.lacksReceipt(from) : to <= from) {
            return IDLE;
        }
        words.intend(slot, from, to);
        memory.fullFence();
        final int errno = receiptOnly ? syncer.syncReceipt(from) : syncer.sync(slot, from, to);
        if (log.isClosed()) {
            // It may have synced private memory. The intent stays: what this one met is not known.
            return CLOSED;
        }
        if (receiptOnly && errno == ERRNO_INTERRUPTED) {
            // The intent stays here too, and the next sync verifies what it writes.
            return BUSY;
        }
        if (errno != NO_FAILURE) {
            words.errno(slot, errno);
            words.fail(slot);
            return FAILED;
        }
        if (!words.raise(to)) {
            return FAILED;
        }
        words.settle(slot);
        log.synced(to - from);
        syncer.writeAhead(from, to);
        return DONE;
    }

    /**
     * Settles what the slot's last owner left when it died, was closed or threw in the middle of a sync.
     * False if that one had met an error, or if nothing read here counts.
     */
    private boolean inherit(final int slot) {
        final long to = words.toAcquire(slot);
        if (to == 0) {
            return true;
        }
        if (log.isClosed()) {
            return false;
        }
        if (words.errnoAcquire(slot) != NO_FAILURE) {
            words.fail(slot);
            return false;
        }
        // An error is of the whole file: whatever it holds may be affected.
        words.raiseSuspect(segmentEnd(to));
        return true;
    }

    /** Whether an error of the segment that ends here can have been reported to somebody else. */
    private boolean isInDoubt(final int slot, final long from, final long segmentStart) {
        // Pairs with the fence behind the intent: the segment was mapped before this. Who has taken an
        // error from it before it was mapped is found; an error behind that is reported here too.
        memory.fullFence();
        if (words.suspectAcquire() > from) {
            return true;
        }
        for (int other = 0; other < ControlFormat.SYNCS_MAX; other++) {
            if (other != slot) {
                final long to = words.toAcquire(other);
                if (to != 0 && segmentEnd(to) > segmentStart) {
                    return true;
                }
            }
        }
        return false;
    }

    /** End of the segment whose last frame ends at {@code position} or behind. */
    private long segmentEnd(final long position) {
        return geometry.segmentStart(position - 1) + geometry.segmentBytes();
    }

    private Syncer syncerOf(final int slot) {
        if (syncers[slot] == null) {
            syncers[slot] = new Syncer();
        }
        return syncers[slot];
    }

    /** What one sync slot of this handle works with; for whoever holds the slot. */
    private final class Syncer {
        private final SegmentMap segments = log.store().newMap();
        private final FrameChecksum checksum = new FrameChecksum(memory, geometry);
        /** Everything below was seen committed. */
        private long committed;
        /** When a receipt was left last. */
        private long receiptNanos = -NANOS_PER_RECEIPT;

        /** End of the frames from {@code from} on that are all committed or padding. */
        long committedFrom(final long from) {
            long position = Math.max(from, committed);
            while (controlWords.readyAcquire() > position && !log.isClosed()) {
                final long segmentStart = geometry.segmentStart(position);
                final long segmentEnd = segmentStart + geometry.segmentBytes();
                position = log.repair().walk(
                    position, segmentEnd, segments.addressOf(segmentStart));
                if (position < segmentEnd) {
                    break;
                }
            }
            committed = position;
            return position;
        }

        /**
         * Syncs segment by segment; 0 or an error number, if the handle is still open. Mappings are closed one
         * after the other: what says in a later segment that an earlier one was synced may still be the channel's.
         */
        int sync(final int slot, final long from, final long to) {
            int errno = NO_FAILURE;
            long position = from;
            while (position < to && errno == NO_FAILURE && !log.isClosed()) {
                final long segmentStart = geometry.segmentStart(position);
                final long address = segments.addressOf(segmentStart);
                final long end = Math.min(to, segmentStart + geometry.segmentBytes());
                errno = sync(slot, address, position, end);
                position = end;
            }
            return errno;
        }

        private int sync(final int slot, final long address, final long from, final long end) {
            final long segmentStart = geometry.segmentStart(from);
            boolean doubt = isInDoubt(slot, from, segmentStart);
            // The first page of the file comes before the data: one sync reaches both.
            final long offset = leaveReceipt(address, segmentStart, from)
                ? -SegmentFormat.DATA_OFFSET : from - segmentStart & -FileHeader.PAGE_BYTES;
            int errno;
            do {
                if (doubt && !prove(address, from, end)) {
                    return ERRNO_DAMAGED;
                }
                errno = log.store().sync(address + offset, end - segmentStart - offset);
                doubt = true;
            } while (errno == ERRNO_INTERRUPTED);
            return errno;
        }

        /** One of the syncs that come to a new stretch has the next one written; whose it is needs no word. */
        void writeAhead(final long from, final long to) {
            final long segmentEnd = segmentEnd(to);
            final long page = to + FileHeader.PAGE_BYTES - 1 & -FileHeader.PAGE_BYTES;
            final long end = Math.min(segmentEnd, (to & -AHEAD_BYTES) + 2 * AHEAD_BYTES);
            final boolean comes = ((from ^ to) & -AHEAD_BYTES) != 0
                || from <= segmentEnd - geometry.segmentBytes();
            if (comes && to - from < AHEAD_BYTES && page < end) {
                segments.writeAhead(page, end);
            }
        }

        /**
         * Says in the segment that everything below a position is on the disk, for who recovers and cannot
         * believe the words of control; whether it is to reach the disk with this sync. Now and then only: a
         * page more makes a sync slower.
         */
        private boolean leaveReceipt(
            final long address, final long segmentStart, final long durable) {
            final long nowNanos = log.clock().nanoTime();
            if (nowNanos - receiptNanos >= 0 && nowNanos - receiptNanos < NANOS_PER_RECEIPT) {
                return false;
            }
            receiptNanos = nowNanos;
            storeReceipt(address, segmentStart, durable);
            return true;
        }

        private void storeReceipt(
            final long address, final long segmentStart, final long durable) {
            final long wordAddress = receiptAddress(address);
            final long receipt =
                SegmentFormat.receipt(geometry.channelId(), segmentStart, durable - segmentStart);
            long seen = memory.getLongAcquire(wordAddress);
            while (receiptBytes(segmentStart, seen) < durable - segmentStart) {
                final long witness = memory.compareAndExchangeWord(wordAddress, seen, receipt);
                if (witness == seen) {
                    return;
                }
                seen = witness;
            }
        }

        /** Whether the segment that ends at the watermark, or holds it, says less than that. */
        boolean lacksReceipt(final long durable) {
            if (durable <= controlWords.earliestAcquire() || log.isClosed()) {
                return false;
            }
            final long segmentStart = geometry.segmentStart(durable - 1);
            final long word =
                memory.getLongAcquire(receiptAddress(segments.addressOf(segmentStart)));
            return receiptBytes(segmentStart, word) < durable - segmentStart && !log.isClosed();
        }

        /** The page of the receipt alone; 0 or an error number, which is of the whole file. */
        int syncReceipt(final long durable) {
            final long segmentStart = geometry.segmentStart(durable - 1);
            final long address = segments.addressOf(segmentStart);
            storeReceipt(address, segmentStart, durable);
            return log.store().sync(address - SegmentFormat.DATA_OFFSET, FileHeader.PAGE_BYTES);
        }

        private static long receiptAddress(final long address) {
            return address - SegmentFormat.DATA_OFFSET + SegmentFormat.RECEIPT_OFFSET;
        }

        private long receiptBytes(final long segmentStart, final long word) {
            return SegmentFormat.receiptBytes(
                geometry.channelId(), segmentStart, geometry.segmentBytes(), word);
        }

        /**
         * Makes every page of the range dirty, so that the next sync writes it whatever became of an
         * earlier one, and then checks that what will be written is what was published. In this order:
         * a dirty page is not thrown away.
         */
        private boolean prove(final long address, final long from, final long end) {
            final long segmentStart = geometry.segmentStart(from);
            final long base = address - segmentStart;
            for (long page = segmentStart + (from - segmentStart & -FileHeader.PAGE_BYTES);
                page < end; page += FileHeader.PAGE_BYTES) {
                memory.makeDirty(base + page);
            }
            long position = from;
            while (position < end) {
                final long word = memory.getLongAcquire(base + position);
                if (!checksum.isRight(base + position, position, word, end - position)) {
                    return false;
                }
                position += geometry.span(FrameFormat.length(word));
            }
            return true;
        }
    }
}
