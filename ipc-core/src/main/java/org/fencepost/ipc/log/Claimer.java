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
 * <p>What changes from message to message is two words, the tail and the address of the open claim:
 * every store counts, for while the line of the next frame is on its way from a reader's core, a
 * publisher goes on until the processor has no room for another store.
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
    /** No room, and never more: a sync of the journal has failed. */
    public static final long FAILED = -4;

    private static final long NO_CLAIM = 0;
    private static final long NOWHERE = -1;

    final Log log;
    final SharedMemory memory;
    final ControlWords words;
    final int slot;

    /** End of the open claim; without one, where the next is to begin. */
    long tail;
    /** A claim that ends here or before lies in the mapped segment and below {@code ready}. */
    long limit;

    private final SegmentMap segments;
    private final FrameChecksum checksum;
    private final Bell arrivals;
    private final long arrivalsAddress;
    private final long segmentBytes;
    private final int frameFlags;
    /** What all header words of this publisher have in common. */
    private final long frameBits;
    private final int headerBytes;
    private final int frameAlignment;
    private long ready;
    private long segmentStart = NOWHERE;
    /** What is added to a position in the mapped segment to get its address. */
    private long segmentBase;
    private long claimAddress = NO_CLAIM;

    Claimer(final Log log, final int slot) {
        final Geometry geometry = log.geometry();
        this.log = log;
        this.memory = log.memory();
        this.words = log.words();
        this.slot = slot;
        this.segments = log.store().newEndpointMap(true);
        this.checksum = geometry.checksums() ? new FrameChecksum(memory, geometry) : null;
        this.arrivals = log.arrivals();
        this.arrivalsAddress = arrivals.address();
        this.segmentBytes = geometry.segmentBytes();
        this.frameFlags = geometry.frameFlags();
        this.frameBits = FrameFormat.headerWord(0, 0, frameFlags, slot);
        this.headerBytes = FrameFormat.headerBytes(frameFlags);
        this.frameAlignment = geometry.frameAlignment();
        this.tail = words.tailAcquire();
    }

    /** The publisher slot that this claims for. */
    public final int slot() {
        return slot;
    }

    /** Whether a claim is neither committed nor aborted. */
    public final boolean isClaimOpen() {
        return claimAddress != NO_CLAIM;
    }

    /** Where the payload of the open claim begins. */
    public final long payloadAddress() {
        return claimAddress + headerBytes;
    }

    /**
     * Claims room for one frame. No claim is open.
     *
     * @param payloadBytes 0 to {@link Geometry#payloadBytesMax()}; the caller has checked it.
     * @return the position at which the frame begins, or {@link #GATED}, {@link #PREPARING},
     *     {@link #CLOSED} or {@link #FAILED}.
     */
    public abstract long claim(int payloadBytes);

    /** What follows a header that ends at {@code end} and is in the channel. */
    abstract void committed(long end);

    /** What to do when a claim from {@link #tail} on would end beyond {@code ready}; as {@link #makeRoom}. */
    abstract long withoutRoom();

    /** Makes the rest of the mapped segment padding, unless another was faster; as {@link #makeRoom}. */
    abstract long padSegment(long start, long end);

    /**
     * Publishes the claimed frame: everything written into it becomes visible to whoever reads its
     * header, at once and as a whole.
     *
     * @param kind         {@link FrameFormat#KIND_MESSAGE} or {@link FrameFormat#KIND_BATCH}.
     * @param typeId       the user's type.
     * @param payloadBytes as claimed, or less by an exclusive publisher.
     * @return the position at which the frame ends, or {@link #CLOSED}: then it may or may not be
     *     published.
     * @throws IllegalStateException if no claim is open: something that was called while it was, such as the
     *                               buffer that was copied from, has published through the same publisher.
     */
    public final long commit(final int kind, final int typeId, final int payloadBytes) {
        final long address = claimAddress;
        if (address == NO_CLAIM) {
            throw new IllegalStateException("the claim was given up before its commit: another message of the"
                + " same publisher of " + log.path() + " began meanwhile");
        }
        final long start = address - segmentBase;
        final int length = headerBytes + payloadBytes;
        final long headerWord = FrameFormat.headerWord(frameBits, length, kind);
        memory.putInt(address + FrameFormat.TYPE_OFFSET, typeId);
        if (frameFlags != 0) {
            putExtras(address, start, headerWord, length);
        }
        return resolve(address, headerWord, start + FrameFormat.span(length, frameAlignment));
    }

    /**
     * Gives the open claim up: its bytes become padding. Does nothing without one. When even its header cannot be
     * stored it stays open: nothing is claimed before it is resolved, and the slot says whose it is.
     */
    public final void abort() {
        if (claimAddress != NO_CLAIM) {
            final long start = claimAddress - segmentBase;
            resolve(claimAddress, FrameFormat.paddingWord(tail - start), tail);
        }
    }

    /**
     * Takes back the announcement of a position below the tail, for a thread that has ended in the middle
     * of claiming: it has lost the position, or won it and written nothing. Any thread.
     *
     * @return whether that was announced.
     */
    public abstract boolean retract(long position);

    /** Resolves the open claim and gives the mappings up. Not while another thread is in here. */
    public final void close() {
        try {
            abort();
        } finally {
            segments.close();
        }
    }

    /** Bytes that a frame with this payload takes in the log. */
    final long span(final int payloadBytes) {
        return FrameFormat.span(headerBytes + payloadBytes, frameAlignment);
    }

    /** Remembers a claim that has been won; without a call between, for a stack that may end. */
    final long open(final long start, final long end) {
        tail = end;
        claimAddress = segmentBase + start;
        return start;
    }

    /**
     * When a claim of {@code span} bytes from {@link #tail} on would end beyond {@link #limit}: looks at
     * {@code ready} again, maps the segment, pads the rest of one that is too short.
     *
     * @return a negative answer for the user, or any other number when another attempt is worth it.
     */
    final long makeRoom(final long span) {
        final long start = tail;
        final long newSegmentStart = start & -segmentBytes;
        final long segmentEnd = newSegmentStart + segmentBytes;
        final long end = Math.min(start + span, segmentEnd);
        if (end > ready) {
            ready = words.readyAcquire();
            if (end > ready) {
                return withoutRoom();
            }
        }
        if (newSegmentStart != segmentStart) {
            enterSegment(newSegmentStart);
            if (tail != start) {
                return tail;
            }
        }
        limit = Math.min(ready, segmentEnd);
        return end < start + span ? padSegment(start, end) : start;
    }

    /**
     * Whether the next claim has a chance, which makes room if it can: 0, or what the claim would answer.
     * Nothing is claimed, and no claim is open.
     */
    public final long room(final int payloadBytes) {
        while (true) {
            final long start = words.tailAcquire();
            final long segmentEnd = (start & -segmentBytes) + segmentBytes;
            ready = words.readyAcquire();
            if (Math.min(start + span(payloadBytes), segmentEnd) <= ready) {
                return log.isClosed() ? CLOSED : 0;
            }
            final long answer = turnedAway();
            if (answer != Cleaner.DONE) {
                return answer;
            }
        }
    }

    /** Has the segment mapped, unless the tail turns out to have left it; may throw. */
    void enterSegment(final long start) {
        if (start > ControlFormat.POSITION_MAX - segmentBytes) {
            throw new ChannelLimitException(log.path(),
                "positions of " + log.path() + " end at 2^62 = " + ControlFormat.POSITION_MAX
                    + " and the tail is " + tail + "; open a new channel");
        }
        limit = 0;
        segmentStart = NOWHERE;
        segmentBase = segments.addressOf(start) - start;
        segmentStart = start;
    }

    /**
     * Stores a zero where the next frame will begin, which nobody else may claim: its line is on its way from
     * the core that has zeroed it while this thread does something else.
     */
    final void touch(final long position) {
        memory.putInt(segmentBase + position + FrameFormat.TYPE_OFFSET, 0);
    }

    /** Makes a part of the mapped segment, which is claimed or exclusive, padding. */
    final long pad(final long start, final long end) {
        return resolve(segmentBase + start, FrameFormat.paddingWord(end - start), end);
    }

    /** What to answer when there is no room; {@link Cleaner#DONE} means: try again. */
    final long turnedAway() {
        if (log.isClosed()) {
            return CLOSED;
        }
        final long units = log.keeperUnits();
        return switch (log.cleaner().tryUnit(Cleaner.NOT_WALKED, 0)) {
            case Cleaner.DONE -> Cleaner.DONE;
            case Cleaner.GATED -> GATED;
            case Cleaner.FAILED -> FAILED;
            // Idle: somebody else was faster; ready is read again.
            case Cleaner.IDLE -> words.readyAcquire() != ready ? Cleaner.DONE : PREPARING;
            // Our own process is as good a reason as this thread itself.
            default -> log.awaitKeeper(units) ? Cleaner.DONE : PREPARING;
        };
    }

    private long resolve(final long address, final long headerWord, final long end) {
        // Pairs with the reader's acquire of the header; without it a reader sees a committed frame
        // whose payload is not there yet.
        memory.putLongRelease(address, headerWord);
        claimAddress = NO_CLAIM;
        // A header that went into private memory may have left its payload in the channel: nothing
        // that says more than the slot does may follow it.
        if (log.isClosed()) {
            return CLOSED;
        }
        committed(end);
        // Opaque keeps the compiler from moving it before the header. The processor may still do so: then who has
        // just enlisted finds the header at its look behind its first, short, sleep.
        if (Bell.hasSleepers(memory.getLongOpaque(arrivalsAddress))) {
            arrivals.ring();
        }
        return end;
    }

    private void putExtras(
        final long address, final long start, final long headerWord, final int length) {
        if ((frameFlags & FrameFormat.FLAG_TIMESTAMP) != 0) {
            memory.putLong(address + FrameFormat.TIMESTAMP_OFFSET, log.clock().nanoTime());
        }
        if (checksum != null) {
            memory.putInt(
                address + FrameFormat.CHECKSUM_OFFSET,
                checksum.of(address, start, headerWord, length));
        }
    }
}
