package org.fencepost.ipc.log;

import org.fencepost.ipc.ChannelLimitException;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * Claims space in the log for one publisher and commits what is written there. At most one claim is
 * open at a time; the payload belongs at {@link #payloadAddress()}.
 *
 * <p>One thread. Nothing here waits, allocates or enters the kernel, except when a claim enters another
 * segment (which may have to be mapped) and when there is no room (a unit of cleaning is tried).
 */
public abstract class Claimer {
    /** No room: a gating subscriber has not read far enough. */
    public static final long GATED = -1;
    /** No room: somebody else prepares it at this moment. */
    public static final long PREPARING = -2;
    /** The handle is closed. */
    public static final long CLOSED = -3;

    private static final long NO_CLAIM = -1;

    final Log log;
    final SharedMemory memory;
    final ControlWords words;
    final long segmentBytes;
    final int slot;

    private final SegmentMap segments;
    private final FrameChecksum checksum;
    private final int frameFlags;
    private final int headerBytes;

    /** Everything below is claimable; a copy of {@code ready} that may be too small. */
    long ready;
    private long segmentStart = NO_CLAIM;
    private long segmentAddress;
    private long claimStart = NO_CLAIM;
    private long claimEnd;
    private long frameAddress;

    Claimer(final Log log, final int slot) {
        final Geometry geometry = log.geometry();
        this.log = log;
        this.memory = log.memory();
        this.words = log.words();
        this.segmentBytes = geometry.segmentBytes();
        this.slot = slot;
        this.segments = log.store().newMap();
        this.frameFlags = geometry.frameFlags();
        this.headerBytes = FrameFormat.headerBytes(frameFlags);
        this.checksum = geometry.checksums() ? new FrameChecksum(log) : null;
    }

    /** The publisher slot that this claims for. */
    public final int slot() {
        return slot;
    }

    /** Whether a claim is neither committed nor aborted. */
    public final boolean isClaimOpen() {
        return claimStart != NO_CLAIM;
    }

    /** Bytes of a frame before its payload. */
    final int headerBytes() {
        return headerBytes;
    }

    /** Where the payload of the open claim begins. */
    public final long payloadAddress() {
        return frameAddress + headerBytes;
    }

    /**
     * Claims room for one frame.
     *
     * @param payloadBytes 0 to {@link Geometry#payloadBytesMax()}; the caller has checked it.
     * @return the position at which the frame begins, or {@link #GATED}, {@link #PREPARING} or
     *     {@link #CLOSED}.
     */
    public abstract long claim(int payloadBytes);

    /** Whether a frame may be committed shorter than it was claimed. */
    public abstract boolean canShrink();

    /** Makes the tail pass {@code end}, if the claim did not do so. */
    abstract void committed(long end);

    /**
     * Publishes the claimed frame: everything written into it becomes visible to whoever reads its
     * header, at once and as a whole.
     *
     * @param kind         {@link FrameFormat#KIND_MESSAGE} or {@link FrameFormat#KIND_BATCH}.
     * @param typeId       the user's type.
     * @param payloadBytes as claimed, or less if {@link #canShrink()}.
     * @return the position at which the frame ends, or {@link #CLOSED}: then it may or may not be
     *     published.
     */
    public final long commit(final int kind, final int typeId, final int payloadBytes) {
        final int length = headerBytes + payloadBytes;
        final long end = claimStart + FrameFormat.span(length);
        final long headerWord = FrameFormat.headerWord(length, kind, frameFlags, slot);
        memory.putInt(frameAddress + FrameFormat.TYPE_OFFSET, typeId);
        if (frameFlags != 0) {
            putExtras(headerWord, length);
        }
        // Pairs with the reader's acquire of the header; without it a reader sees a committed frame
        // whose payload is not there yet.
        memory.putLongRelease(frameAddress, headerWord);
        committed(end);
        claimStart = NO_CLAIM;
        return log.isClosed() ? CLOSED : end;
    }

    /** Gives the open claim up: its bytes become padding. Does nothing without one. */
    public final void abort() {
        if (claimStart != NO_CLAIM) {
            pad(frameAddress, claimStart, claimEnd);
            claimStart = NO_CLAIM;
        }
    }

    /** Gives up a claim that an error has left open before its commit; false when that came too late. */
    final boolean resolveLeftover() {
        abort();
        return !log.isClosed();
    }

    /** Leaves the open claim as it is, when its memory is gone. */
    public final void forget() {
        claimStart = NO_CLAIM;
    }

    /** Resolves the open claim and gives the mappings up. Not while another thread is in here. */
    public final void close() {
        abort();
        segments.close();
    }

    /** Remembers a claim that has been won. */
    final long open(final long start, final long end) {
        claimStart = start;
        claimEnd = end;
        frameAddress = segmentAddress + (start - segmentStart);
        return start;
    }

    /** Bytes from {@code position} to the end of its segment, in which a frame has to fit. */
    final long roomInSegment(final long position) {
        return segmentBytes - (position & (segmentBytes - 1));
    }

    /** Whether the segment of {@code position} is the one that is mapped. */
    final boolean isInSegmentOf(final long position) {
        return (position & -segmentBytes) == segmentStart;
    }

    /** Has the segment of {@code position} mapped; may throw. */
    final void enterSegmentOf(final long position) {
        final long start = position & -segmentBytes;
        if (start > ControlFormat.POSITION_MAX - segmentBytes) {
            throw new ChannelLimitException(log.path(),
                "positions of " + log.path() + " end at 2^62 = " + ControlFormat.POSITION_MAX
                    + " and the tail is " + position + "; open a new channel");
        }
        segmentAddress = segments.addressOf(start);
        segmentStart = start;
    }

    /** Makes the rest of the segment, which is claimed or exclusive, padding. */
    final void padSegment(final long start, final long end) {
        pad(segmentAddress + (start - segmentStart), start, end);
    }

    /** What to answer when there is no room; {@link Cleaner#DONE} means: try again. */
    final long turnedAway() {
        if (log.isClosed()) {
            return CLOSED;
        }
        return switch (log.cleaner().tryUnit(Cleaner.NOT_WALKED, 0)) {
            case Cleaner.DONE -> Cleaner.DONE;
            case Cleaner.GATED -> GATED;
            // Idle: somebody else was faster; ready is read again.
            case Cleaner.IDLE -> words.readyAcquire() != ready ? Cleaner.DONE : PREPARING;
            default -> PREPARING;
        };
    }

    private void pad(final long address, final long start, final long end) {
        memory.putLongRelease(address, FrameFormat.paddingWord(end - start));
        committed(end);
    }

    private void putExtras(final long headerWord, final int length) {
        if ((frameFlags & FrameFormat.FLAG_TIMESTAMP) != 0) {
            memory.putLong(
                frameAddress + FrameFormat.TIMESTAMP_OFFSET, log.clock().nanoTime());
        }
        if (checksum != null) {
            memory.putInt(
                frameAddress + FrameFormat.CHECKSUM_OFFSET,
                checksum.of(frameAddress, claimStart, headerWord, length));
        }
    }
}
