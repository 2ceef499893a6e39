package org.fencepost.ipc.log;

import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * Finds out what a zero header below the tail is: a claim that somebody alive still works on, or a
 * hole that a dead publisher left, and where that hole ends.
 *
 * <p>Steps 4 to 6 of the subscriber in docs/protocol.md. The order of the reads is the proof: the
 * tail first (the caller did), then the slots, then the headers. A publisher announces before it
 * moves the tail, so every claim below the tail that was read is in a slot that is read later, or
 * has been given up since, and then its header is there for the scan.
 *
 * <p>Any thread; keeps no state.
 */
final class HoleRepair {
    /** A live publisher announces this position: look again later. */
    static final long WAIT = -1;
    /** Something moved while it was looked at: begin again at the header. */
    static final long AGAIN = -2;

    private final Log log;
    private final SharedMemory memory;
    private final ControlWords words;
    private final Geometry geometry;

    HoleRepair(final Log log) {
        this.log = log;
        this.memory = log.memory();
        this.words = log.words();
        this.geometry = log.geometry();
    }

    /**
     * End of the hole at {@code position}, or {@link #WAIT} or {@link #AGAIN}. Damage where it was durable.
     *
     * @param position       whose header was read as zero, before that {@code tail}.
     * @param segmentAddress address of the segment that holds it.
     * @param tail           read with acquire, behind {@code position}.
     */
    long holeEnd(
        final long position, final long segmentAddress, final long tail) {
        words.requireUndamaged();
        final long segmentEnd = geometry.segmentStart(position) + geometry.segmentBytes();
        long bound = Math.min(tail, segmentEnd);
        final long base = segmentAddress - geometry.segmentStart(position);
        // Mostly it is there by now, and nobody has to be asked for.
        if (bound <= position || memory.getLongAcquire(base + position) != 0) {
            return AGAIN;
        }
        // Nothing becomes durable before its header is there; so it was, if that is so and it is not now. But what
        // retention removes counts as durable, also where a claim is still open.
        if (position < words.durableAcquire() && memory.getLongAcquire(base + position) == 0
            && position >= words.earliestAcquire()) {
            throw log.damagedFrame(position, 0);
        }
        long wonEnd = 0;

        final int slots = words.slotsUsedAcquire();
        for (int slot = 0; slot < slots; slot++) {
            final long start = words.slotStartAcquire(slot);
            if (start == position) {
                if (log.members().isPublisherLive(slot)) {
                    return log.members().heal(slot, position) ? AGAIN : WAIT;
                }
                // The lock is free, so the owner's stores are all visible. A mark behind the tail is
                // of a later claim: of the owner, or of an heir who took the slot in between.
                final long end = words.slotWonEndAcquire(slot);
                if (end > position) {
                    if (end > tail || end > segmentEnd) {
                        return AGAIN;
                    }
                    wonEnd = end;
                }
            } else if (start > position && start < bound) {
                bound = start;
            }
        }
        // The header once more: its claimer may have committed and moved on, or committed and died,
        // since it was read as zero.
        if (memory.getLongAcquire(base + position) != 0) {
            return AGAIN;
        }
        return wonEnd != 0 ? wonEnd : nextHeader(base, position, bound);
    }

    /**
     * Walks frames, and pads holes as {@link #pad} allows it.
     *
     * @param start          a frame boundary.
     * @param end            of its segment.
     * @param segmentAddress address of the segment.
     * @return the first position whose frame is neither committed nor could be padded now, or {@code end}.
     */
    long walk(final long start, final long end, final long segmentAddress) {
        final long base = segmentAddress - geometry.segmentStart(start);
        long position = start;
        while (position < end) {
            final long word = memory.getLongAcquire(base + position);
            if (word == 0) {
                final long holeEnd = holeEnd(position, segmentAddress, words.tailAcquire());
                if (holeEnd < 0 || log.isClosed()) {
                    return position;
                }
                pad(position, segmentAddress, holeEnd);
            } else if (geometry.isValid(word, end - position)) {
                position += geometry.span(FrameFormat.length(word));
            } else {
                throw log.damagedFrame(position, word);
            }
        }
        return position;
    }

    /**
     * Pads the hole from {@code position} to {@code end}, unless somebody else was faster. Only by
     * whoever keeps the segment from being used again: by a gating cursor at or below the position,
     * or by the housekeeping lock with the position at or above {@code clearing} minus capacity.
     */
    void pad(final long position, final long segmentAddress, final long end) {
        // Compare-and-exchange, never a store: several may repair the same hole, and the length that
        // the first one stored may already have been used.
        memory.compareAndExchangeLong(
            segmentAddress + position - geometry.segmentStart(position),
            0,
            FrameFormat.paddingWord(end - position));
        // The one who died has rung for nobody.
        log.arrivals().ring();
    }

    /** Nobody dead had won the position: its claimer wrote nothing, what follows is somebody's. */
    private long nextHeader(final long base, final long position, final long bound) {
        long next = position + geometry.frameAlignment();
        while (next < bound && memory.getLongAcquire(base + next) == 0) {
            next += geometry.frameAlignment();
        }
        return Math.min(next, bound);
    }
}
