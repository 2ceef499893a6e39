package org.fencepost.ipc.log;

import static org.fencepost.ipc.format.ControlFormat.SLOT_START_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.SLOT_WON_END_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.START_NONE;

import org.fencepost.ipc.PositionException;

/**
 * Claims beside other publishers, by compare-and-exchange on the tail. The publisher's steps in
 * docs/protocol.md.
 *
 * <p>Invariants: before the tail moves, this publisher's slot holds the value that it moves from; a
 * claim's bytes are zero until this writes into them; no payload byte is stored before the slot says
 * that the claim is won. Non-invariants: the slot may announce a position that somebody else
 * claimed, or one whose frame is long committed.
 *
 * <p>Progress: lock-free. A failed attempt means that another publisher's succeeded.
 */
public final class SharedClaimer extends Claimer {
    private final long tailAddress;
    private final long startAddress;
    private final long wonEndAddress;

    /** Claims for the publisher that holds {@code slot}. */
    public SharedClaimer(final Log log, final int slot) {
        super(log, slot);
        this.tailAddress = words.tailAddress();
        this.startAddress = words.slotAddress(slot) + SLOT_START_OFFSET;
        this.wonEndAddress = words.slotAddress(slot) + SLOT_WON_END_OFFSET;
    }

    @Override
    public long claim(final int payloadBytes) {
        final long span = span(payloadBytes);
        while (true) {
            final long start = tail;
            final long end = start + span;
            if (end > limit) {
                final long answer = makeRoom(span);
                if (answer < 0) {
                    return answer;
                }
            } else if (tryMoveTail(start, end)) {
                // Step 6. The fence keeps the payload behind the mark: a repairer that sees none
                // concludes that nothing was written. Opaque: it looks only when this publisher is
                // dead, and takes a mark beyond the tail for that of another claim.
                memory.putLongOpaque(wonEndAddress, end);
                memory.storeStoreFence();
                return open(start, end);
            }
        }
    }

    @Override
    public boolean retract(final long position) {
        // By exchange: another thread may have taken the publisher over and be announcing something. It
        // cannot win this position any more.
        return memory.compareAndExchangeLong(startAddress, position, START_NONE) == position;
    }

    @Override
    void committed(final long end) {
        // The tail moved when the claim was won.
    }

    @Override
    long withoutRoom() {
        final long start = tail;
        moveTo(words.tailAcquire());
        if (tail != start && !log.isClosed()) {
            return tail;
        }
        announceNothing();
        return turnedAway();
    }

    @Override
    void enterSegment(final long start) {
        // Step 2. Mapping may fail, and a slot must not announce what nobody will claim.
        announceNothing();
        try {
            super.enterSegment(start);
        } catch (final PositionException gone) {
            // Retention may have removed it: others have moved the tail, and this one was idle meanwhile.
            moveTo(words.tailAcquire());
            if (log.geometry().segmentStart(tail) == start) {
                throw gone;
            }
        }
    }

    @Override
    long padSegment(final long start, final long end) {
        if (!tryMoveTail(start, end)) {
            return tail;
        }
        tail = end;
        return pad(start, end);
    }

    /** Steps 3 and 4; if another was faster, the tail is where that one's claim ended. */
    private boolean tryMoveTail(final long start, final long end) {
        // Release: the header of this publisher's last claim is visible before the slot says something
        // else, or a repairer would take that claim for a hole.
        memory.putLongRelease(startAddress, start);
        // Pairs with the repairer's acquire of the tail: who sees the new tail sees start.
        final long witness = memory.compareAndExchangeLong(tailAddress, start, end);
        if (witness == start) {
            return true;
        }
        moveTo(words.position("tail", witness));
        return false;
    }

    /** Goes on at the tail that others have moved; only private memory ever shows a smaller one. */
    private void moveTo(final long newTail) {
        if (newTail < tail) {
            limit = 0;
        }
        tail = newTail;
    }

    /** The slot must not bound a hole, or be waited for, while nothing is claimed. */
    private void announceNothing() {
        memory.putLongRelease(startAddress, START_NONE);
    }
}
