package org.fencepost.ipc.log;

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
    private final boolean ring;

    /** Claims for the publisher that holds {@code slot} and the exclusive byte. */
    public ExclusiveClaimer(final Log log, final int slot) {
        super(log, slot);
        this.ring = log.geometry().ring();
    }

    @Override
    public long claim(final int payloadBytes) {
        final long span = span(payloadBytes);
        while (true) {
            final long start = tail;
            final long end = start + span;
            if (end <= limit) {
                return open(start, end);
            }
            final long answer = makeRoom(span);
            if (answer < 0) {
                return answer;
            }
        }
    }

    @Override
    public boolean retract(final long position) {
        return false;
    }

    @Override
    void committed(final long end) {
        if (tail != end) {
            tail = end;
        }
        // After the header: who sees this tail finds a header at every frame below it.
        words.tailRelease(end);
        if (ring && end < limit) {
            touch(end);
        }
    }

    @Override
    long withoutRoom() {
        return turnedAway();
    }

    @Override
    void enterSegment(final long start) {
        super.enterSegment(start);
        // Whoever settles after a death zeroes one segment: no payload in this one may be there before
        // the last header and the tail that lead to it.
        memory.storeStoreFence();
    }

    @Override
    long padSegment(final long start, final long end) {
        return pad(start, end);
    }
}
