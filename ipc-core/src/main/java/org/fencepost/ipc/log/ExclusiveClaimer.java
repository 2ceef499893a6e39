package org.fencepost.ipc.log;

import org.fencepost.ipc.format.FrameFormat;

/**
 * Claims as the only publisher: without a slot's announcement and without compare-and-exchange. It
 * commits first and moves the tail after.
 *
 * <p>Invariants: the tail is never ahead of the committed frames; behind it there may be payload of
 * one unfinished claim, never a header. A claim that is given up becomes padding as a whole, so that
 * no later frame ends inside its payload. Whoever publishes after one that died settles it first, see
 * {@link Membership}.
 *
 * <p>Progress: wait-free.
 */
public final class ExclusiveClaimer extends Claimer {
    private long tail;

    /** Claims for the publisher that holds {@code slot} and the exclusive byte. */
    public ExclusiveClaimer(final Log log, final int slot) {
        super(log, slot);
        this.tail = words.tailAcquire();
    }

    @Override
    public long claim(final int payloadBytes) {
        if (isClaimOpen() && !resolveLeftover()) {
            return CLOSED;
        }
        final long span = FrameFormat.span(headerBytes() + payloadBytes);
        while (true) {
            final long start = tail;
            final long room = roomInSegment(start);
            final long end = start + Math.min(span, room);
            if (end > ready) {
                ready = words.readyAcquire();
                if (end > ready) {
                    final long answer = turnedAway();
                    if (answer < 0) {
                        return answer;
                    }
                    continue;
                }
            }
            if (!isInSegmentOf(start)) {
                enterSegmentOf(start);
                // Whoever settles after a death zeroes one segment: no payload in this one may be there
                // before the last header and the tail that lead to it.
                memory.storeStoreFence();
            }
            if (span <= room) {
                return open(start, end);
            }
            padSegment(start, end);
        }
    }

    @Override
    public boolean canShrink() {
        return true;
    }

    @Override
    void committed(final long end) {
        tail = end;
        // A header that went into private memory leaves payload in the open: the tail may not pass it.
        if (!log.isClosed()) {
            // After the header: who sees this tail finds a header at every frame below it.
            words.tailRelease(end);
        }
    }
}
