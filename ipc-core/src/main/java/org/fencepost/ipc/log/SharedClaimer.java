package org.fencepost.ipc.log;

import static org.fencepost.ipc.format.ControlFormat.SLOT_START_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.SLOT_WON_END_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.START_NONE;

import org.fencepost.ipc.format.FrameFormat;

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
    /** The tail as last seen: where the own last claim ended, or what a lost attempt found. */
    private long tail;

    /** Claims for the publisher that holds {@code slot}. */
    public SharedClaimer(final Log log, final int slot) {
        super(log, slot);
        this.tailAddress = words.tailAddress();
        this.startAddress = words.slotAddress(slot) + SLOT_START_OFFSET;
        this.wonEndAddress = words.slotAddress(slot) + SLOT_WON_END_OFFSET;
        this.tail = words.tailAcquire();
    }

    @Override
    public long claim(final int payloadBytes) {
        if (isClaimOpen() && !resolveLeftover()) {
            return CLOSED;
        }
        final long span = span(payloadBytes);
        long start = tail;
        while (true) {
            final long room = roomInSegment(start);
            final long end = start + Math.min(span, room);
            if (end > ready) {
                final long answer = makeReady(start, end);
                if (answer < 0) {
                    return answer;
                }
                start = tail;
                continue;
            }
            if (!isInSegmentOf(start)) {
                // Step 2. Mapping may fail, and a slot must not announce what nobody will claim.
                memory.putLongRelease(startAddress, START_NONE);
                enterSegmentOf(start);
            }
            // Step 3. Release: the header of this publisher's last claim is visible before the slot
            // says something else, or a repairer would take that claim for a hole.
            memory.putLongRelease(startAddress, start);
            // Step 4. Pairs with the repairer's acquire of the tail: who sees the new tail sees start.
            final long witness = memory.compareAndExchangeLong(tailAddress, start, end);
            if (witness != start) {
                tail = words.position("tail", witness);
                start = tail;
                continue;
            }
            tail = end;
            if (span > room) {
                padSegment(start, end);
                start = end;
                continue;
            }
            // Step 6. Release: who sees wonEnd sees the start that it belongs to. The fence keeps the
            // payload behind it: a repairer that sees no mark concludes that nothing was written.
            memory.putLongRelease(wonEndAddress, end);
            memory.storeStoreFence();
            return open(start, end);
        }
    }

    @Override
    public boolean canShrink() {
        return false;
    }

    @Override
    void committed(final long end) {
        // The tail moved when the claim was won.
    }

    /** Step 1's bound: non-negative when it is worth another attempt from {@code tail}. */
    private long makeReady(final long start, final long end) {
        ready = words.readyAcquire();
        if (end <= ready) {
            return 0;
        }
        tail = words.tailAcquire();
        if (tail != start && !log.isClosed()) {
            return 0;
        }
        // Turned away: the slot must not bound a hole, or be waited for, while nothing is claimed.
        memory.putLongRelease(startAddress, START_NONE);
        return turnedAway();
    }

    private long span(final int payloadBytes) {
        return FrameFormat.span(headerBytes() + payloadBytes);
    }
}
