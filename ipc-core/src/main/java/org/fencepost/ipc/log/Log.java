package org.fencepost.ipc.log;

import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.agrona.concurrent.EpochNanoClock;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.PositionException;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.Sleeping;

/**
 * What the publishers and subscribers of one handle share: the words, the members, the segments.
 *
 * <p>{@link #close} only sets a flag. The mappings below it are replaced by private memory after the
 * flag was set and every thread has passed a fence: first the segments, then the cursors, the control
 * file last. So whoever finds the flag clear has made all accesses before that to the channel itself.
 * Two rules follow. An operation reads the flag after its last access and before it reports success.
 * And whoever is about to move a word of the control file or the cursors because of what it has found
 * or stored in a segment reads the flag in between: otherwise it would announce to all what was only
 * ever true of its private memory.
 */
public final class Log {
    /** Where the log of a handle ends that may read whatever is there. */
    public static final long NO_END = Long.MAX_VALUE;

    private static final LongSupplier NOBODY = new LongSupplier() {
        @Override
        public long getAsLong() {
            return 0;
        }
    };
    private static final BooleanSupplier ALWAYS = new BooleanSupplier() {
        @Override
        public boolean getAsBoolean() {
            return true;
        }
    };

    /** With each sync a larger one before it fades by one part of so many. */
    private static final int SYNCS_REMEMBERED = 16;
    private static final long SMALL_SYNC_BYTES = 64 << 10;

    private final Path path;
    private final Geometry geometry;
    private final SharedMemory memory;
    private final ControlWords words;
    private final CursorTable cursors;
    private final Members members;
    private final SegmentStore store;
    private final EpochNanoClock clock;
    private final Bell arrivals;
    private final Bell progress;
    private final Bell turns;
    private final HoleRepair repair;
    private final Cleaner cleaner;
    private final boolean writable;
    private final long end;
    private volatile boolean closed;
    /** What syncs of this handle reach, the largest of the last ones; as good as those who sync at once leave it. */
    private volatile long syncBytes;
    private volatile LongSupplier keeper = NOBODY;
    private volatile BooleanSupplier keeperStays = ALWAYS;

    /**
     * The log of a mapped channel.
     *
     * @param path     for messages.
     * @param writable whether this handle may store; otherwise it only looks, and nobody sees it.
     * @param end      where reading ends although there may be more in the files, or {@link #NO_END}.
     */
    public Log(
        final Path path,
        final Geometry geometry,
        final SharedMemory memory,
        final ControlWords words,
        final CursorTable cursors,
        final Members members,
        final SegmentStore store,
        final EpochNanoClock clock,
        final Sleeping sleeping,
        final boolean writable,
        final long end) {
        this.path = path;
        this.geometry = geometry;
        this.memory = memory;
        this.words = words;
        this.cursors = cursors;
        this.members = members;
        this.store = store;
        this.clock = clock;
        this.arrivals = words.bell(ControlFormat.ARRIVALS_OFFSET, sleeping, writable);
        this.progress = words.bell(ControlFormat.PROGRESS_OFFSET, sleeping, writable);
        this.turns = words.bell(ControlFormat.SYNC_TURN_OFFSET, sleeping, writable);
        this.writable = writable;
        this.end = end;
        this.repair = new HoleRepair(this);
        this.cleaner = new Cleaner(this);
    }

    /** The channel's directory. */
    public Path path() {
        return path;
    }

    /** Kind, sizes and options. */
    public Geometry geometry() {
        return geometry;
    }

    /** Tail, ready, clearing and the publishers' slots. */
    public ControlWords words() {
        return words;
    }

    /** The subscribers' records. */
    public CursorTable cursors() {
        return cursors;
    }

    /** Who is alive. */
    public Members members() {
        return members;
    }

    /** Makes used segments claimable again, or new ones. */
    public Cleaner cleaner() {
        return cleaner;
    }

    /** Rung behind each message. */
    public Bell arrivals() {
        return arrivals;
    }

    /** Rung when there is more room, when the watermark has moved, and when somebody leaves. */
    public Bell progress() {
        return progress;
    }

    /** Rung when a sync has ended, however it did. */
    Bell turns() {
        return turns;
    }

    /**
     * Maps the segments ahead that this handle's endpoints will need, and loads pages for so many bytes behind
     * the tail, unless small syncs follow it at its heels: these load pages ahead themselves. Any thread, one at
     * a time.
     */
    public void mapAhead(final long bytes) {
        final long tail = words.tailAcquire();
        final long ready = words.readyAcquire();
        if (!closed) {
            mapAhead(tail, ready, bytes, !isSyncedBehind(tail) ? SegmentStore.Pages.MANY
                : areSyncsSmall() ? SegmentStore.Pages.SINGLE_ANEW : SegmentStore.Pages.SINGLE);
        }
    }

    /**
     * Also where nobody has published since it was opened: until what comes without syncs is a stretch long. Not
     * where retention alone has moved the watermark.
     */
    boolean isSyncedBehind(final long tail) {
        final long durable = words.durableAcquire();
        return durable > words.earliestAcquire() && tail - durable < GroupCommit.AHEAD_BYTES;
    }

    /** A sync of this handle has reached so many bytes; for whoever has a sync slot. */
    void synced(final long bytes) {
        final long before = syncBytes;
        syncBytes = Math.max(bytes, before - before / SYNCS_REMEMBERED);
    }

    /** Whether those of this handle are, and have been for a while. */
    private boolean areSyncsSmall() {
        final long bytes = syncBytes;
        return bytes > 0 && bytes <= SMALL_SYNC_BYTES;
    }

    private void mapAhead(
        final long tail, final long ready, final long bytes, final SegmentStore.Pages pages) {
        boolean done = false;
        try {
            store.mapAhead(tail, ready, bytes, pages, keeperStays);
            done = true;
        } finally {
            if (!done) {
                store.letGo();
            }
        }
    }

    /**
     * Says how to find out whether this process itself makes room at this moment, in another thread: by a
     * number that is odd while it does, and another one behind it.
     *
     * @param stays whether that thread is still to have it all done: otherwise somebody waits for it, and it leaves
     *              pages that are only there sooner by it.
     */
    public void keptBy(final LongSupplier units, final BooleanSupplier stays) {
        keeper = units;
        keeperStays = stays;
    }

    /** Whether this process goes on to have pages loaded ahead in another thread. */
    public boolean keeperStays() {
        return keeperStays.getAsBoolean();
    }

    /** That number, before something is tried that it may be in the way of. */
    long keeperUnits() {
        return keeper.getAsLong();
    }

    /**
     * Returns when this process does not make room any more in another thread, which takes as long as it
     * would take here.
     *
     * @param before {@link #keeperUnits} at that time.
     * @return whether it has made room since then.
     */
    boolean awaitKeeper(final long before) {
        long units = keeper.getAsLong();
        boolean waited = false;
        while ((units & 1) != 0 && !closed) {
            waited = true;
            Thread.yield();
            units = keeper.getAsLong();
        }
        return waited || units != before;
    }

    /** Wakes everybody, so that who was closed meanwhile finds it out. */
    public void ringAll() {
        arrivals.ring();
        progress.ring();
    }

    /**
     * Whether this handle may store into the channel. One that may not only looks: it has no member, its
     * subscribers have no cursor, and it passes over holes for itself alone.
     */
    public boolean isWritable() {
        return writable;
    }

    /** Where reading ends, whatever is behind it; a frame boundary, or {@link #NO_END}. */
    long end() {
        return end;
    }

    /** Marks the handle closed. */
    public void close() {
        closed = true;
    }

    /** Whether the handle has been closed. False: all accesses before this were to the channel. */
    public boolean isClosed() {
        return closed;
    }

    /**
     * Oldest position that has not been given away. In a ring everything from {@code clearing} minus
     * the capacity on is intact; more may go as soon as this has returned, unless a cursor or the
     * housekeeping lock holds it.
     */
    public long earliestPosition() {
        return geometry.ring()
            ? Math.max(geometry.startPosition(), words.clearingAcquire() - geometry.capacityBytes())
            : words.earliestAcquire();
    }

    SharedMemory memory() {
        return memory;
    }

    SegmentStore store() {
        return store;
    }

    EpochNanoClock clock() {
        return clock;
    }

    HoleRepair repair() {
        return repair;
    }

    /** What is wrong with a frame whose checksum ought to be {@code checksum}. */
    ChannelDamagedException damagedContent(
        final long position, final long address, final int checksum) {
        return new ChannelDamagedException(path,
            "damaged frame in " + path + " at position " + position + ": expected the checksum 0x"
                + Integer.toHexString(checksum) + " for what is in it, found 0x"
                + Integer.toHexString(memory.getInt(address + FrameFormat.CHECKSUM_OFFSET))
                + ", flags " + FrameFormat.flags(memory.getLong(address))
                + "; nothing was changed, begin behind it or restore the file");
    }

    /** What to say of a position before the earliest. */
    PositionException removed(final long position) {
        return new PositionException(path,
            "position " + position + " of " + path + " was removed: expected one from "
                + earliestPosition() + " (earliest) on; begin there, or keep what a subscriber needs by"
                + " one that gates");
    }

    ChannelDamagedException damagedFrame(final long position, final long headerWord) {
        return new ChannelDamagedException(path,
            "damaged frame in " + path + " at position " + position + ": expected a header of a"
                + " message, batch or padding that ends within its segment of "
                + geometry.segmentBytes() + " bytes, found length " + FrameFormat.length(headerWord)
                + ", kind " + FrameFormat.kind(headerWord) + ", flags "
                + FrameFormat.flags(headerWord) + " (0x" + Long.toHexString(headerWord)
                + "); nothing was changed, read from another position or restore the file");
    }
}
