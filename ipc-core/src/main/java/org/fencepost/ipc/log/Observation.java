package org.fencepost.ipc.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.ChannelStatus;
import org.fencepost.ipc.DurabilityStatus;
import org.fencepost.ipc.OpenClaim;
import org.fencepost.ipc.PositionException;
import org.fencepost.ipc.PublisherStatus;
import org.fencepost.ipc.SubscriberStatus;
import org.fencepost.ipc.SyncStatus;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * Looks at the channel as one handle sees it, and remembers since when it has seen each open claim.
 * Writes no shared word, repairs nothing, and decides nothing.
 *
 * <p>Finding open claims needs no walk of the log. A live claim without a header stands in a slot
 * (invariant 3 of docs/protocol.md), so does a dead one until its slot is used again, and whoever
 * is stuck before one stands there with its cursor. So the candidates are the positions that slots
 * and cursors name; one is an open claim if it is below the tail, its header is zero, and clearing,
 * read after that, still says that the header was of this lap. Which slot has it is
 * found as {@link HoleRepair} finds it: start, the lock, the won mark, and the header once more at the
 * end. What an exclusive publisher has lent its user holds nobody up and is not
 * below the tail; its slot says where.
 *
 * <p>Non-invariants: members that are read one after the other need not have been there together.
 * Any thread; one at a time looks.
 */
public final class Observation {
    private final Log log;
    private final SharedMemory memory;
    private final ControlWords words;
    private final CursorTable cursors;
    private final Members members;
    private final Geometry geometry;
    /** When each claim that was open at the last look was seen first; no position is used twice. */
    private final Map<Long, Long> firstSeenNanos = new HashMap<>();
    /** What an exclusive publisher had lent at the last look; that of a dead one is erased. */
    private Optional<OpenClaim> lentClaim = Optional.empty();
    private final Surplus surplus;
    private SegmentMap segments;

    /** Of this handle's log. */
    public Observation(final Log log) {
        this.log = log;
        this.memory = log.memory();
        this.words = log.words();
        this.cursors = log.cursors();
        this.members = log.members();
        this.geometry = log.geometry();
        this.surplus = new Surplus(log);
    }

    /**
     * One look. What it gives counts only if the handle is still open afterwards.
     *
     * @param options what the channel is.
     * @throws ChannelDamagedException if a word cannot be what it should be.
     */
    public synchronized ChannelStatus look(final ChannelOptions options) {
        // Each of them only grows, and they are read from the smallest to the largest.
        final long earliest = log.earliestPosition();
        final long tail = words.tailAcquire();
        final long ready = words.readyAcquire();
        if (earliest > tail || tail > ready) {
            throw new ChannelDamagedException(log.path(),
                "damaged control file in " + log.path()
                    + ": expected earliest <= tail <= ready, found " + earliest + ", " + tail + ", " + ready
                    + "; nothing was changed");
        }
        // Turned away are those who find no room at all: what does not fit into the rest of a
        // segment pads it, and a ready segment is always whole.
        final boolean full =
            geometry.ring() && tail == ready && words.clearingAcquire() == ready;
        final long inTheWayBelow =
            full ? ready - geometry.capacityBytes() + geometry.segmentBytes() : Long.MIN_VALUE;
        // What was open at the last look is looked at again, also when nobody names it any more.
        final NavigableSet<Long> candidates = new TreeSet<>(firstSeenNanos.keySet());
        final List<PublisherStatus> publishers = publishers(candidates);
        final List<SubscriberStatus> subscribers =
            subscribers(tail, inTheWayBelow, keptForReadersBelow(earliest, tail), candidates);
        final long nowNanos = log.clock().nanoTime();
        final List<OpenClaim> claims =
            openClaims(candidates.subSet(earliest, true, tail, false), tail, nowNanos, inTheWayBelow);
        lentClaim = lentClaim(nowNanos);
        lentClaim.ifPresent(claims::add);
        return new ChannelStatus(log.path(), options, nowNanos, geometry.startPosition(), earliest,
            tail, ready, members.isHousekeepingTaken(), publishers, subscribers, claims,
            durability());
    }

    /** Below this, retention would remove what is there if no cursor stood there; or nowhere. */
    private long keptForReadersBelow(final long earliest, final long tail) {
        final long next = geometry.segmentStart(earliest) + geometry.segmentBytes();
        if (!surplus.isPossible() || next > geometry.segmentStart(tail)) {
            return Long.MIN_VALUE;
        }
        try {
            return surplus.isBefore(next, tail) ? next : Long.MIN_VALUE;
        } catch (final ChannelException unreadable) {
            // Removed meanwhile, or damaged, which readers of it are told: a look shows what it can.
            return Long.MIN_VALUE;
        }
    }

    private DurabilityStatus durability() {
        final SyncWords syncs = words.syncs();
        final long durable = syncs.durableAcquire();
        final List<SyncStatus> found = new ArrayList<>();
        for (int slot = 0; slot < ControlFormat.SYNCS_MAX; slot++) {
            final long to = syncs.toAcquire(slot);
            if (to != 0) {
                found.add(new SyncStatus(slot, syncs.pid(slot), members.isSyncLive(slot),
                    syncs.fromAcquire(slot), to, syncs.errnoAcquire(slot)));
            }
        }
        return new DurabilityStatus(
            syncs.position(durable), SyncWords.failedSlot(durable) >= 0, found);
    }

    private List<PublisherStatus> publishers(final NavigableSet<Long> candidates) {
        final List<PublisherStatus> publishers = new ArrayList<>();
        final int slots = words.slotsUsedAcquire();
        for (int slot = 0; slot < slots; slot++) {
            candidates.add(words.slotStartAcquire(slot));
            if (members.isPublisherLive(slot)) {
                publishers.add(publisher(slot, true, words.slotWonEndAcquire(slot)));
            }
        }
        return publishers;
    }

    private PublisherStatus publisher(final int slot, final boolean live, final long wonEnd) {
        final long threadId = words.slotThread(slot);
        return new PublisherStatus(
            slot,
            words.slotPid(slot),
            threadId == 0 ? OptionalLong.empty() : OptionalLong.of(threadId),
            members.threadName(slot),
            live,
            words.exclusiveAcquire() == slot + 1L,
            wonEnd == 0 ? OptionalLong.empty() : OptionalLong.of(wonEnd));
    }

    private List<SubscriberStatus> subscribers(
        final long tail,
        final long inTheWayBelow,
        final long keptForReadersBelow,
        final NavigableSet<Long> candidates) {
        final List<SubscriberStatus> subscribers = new ArrayList<>();
        final int records = cursors.usedAcquire();
        for (int record = 0; record < records; record++) {
            boolean live = members.isSubscriberLive(record);
            long state = cursors.stateAcquire(record);
            if (!live) {
                // Both again: whoever has come meanwhile must not be taken for somebody dead.
                live = members.isSubscriberLive(record);
                state = cursors.stateAcquire(record);
            }
            final boolean named = (state & CursorsFormat.STATE_NAMED) != 0;
            final boolean gating = (state & CursorsFormat.STATE_GATES) != 0;
            if ((state & CursorsFormat.STATE_USED) == 0 || !live && !named && !gating) {
                continue;
            }
            final boolean gatesWhileAbsent = (state & CursorsFormat.STATE_GATES_WHILE_ABSENT) != 0;
            final boolean known = gating || named || !geometry.ring();
            final long position = known ? position(record) : 0;
            if (known) {
                candidates.add(position);
            }
            subscribers.add(new SubscriberStatus(
                record,
                named ? Optional.of(cursors.name(record)) : Optional.empty(),
                cursors.pid(record),
                live,
                gating,
                gatesWhileAbsent,
                known ? OptionalLong.of(position) : OptionalLong.empty(),
                known ? OptionalLong.of(Math.max(0, tail - position)) : OptionalLong.empty(),
                gating && position < inTheWayBelow,
                gating && (live || gatesWhileAbsent) && position < keptForReadersBelow));
        }
        return subscribers;
    }

    private long position(final int record) {
        final long position = cursors.positionAcquire(record);
        if (!ControlFormat.isPosition(position)) {
            throw new ChannelDamagedException(log.path(),
                "damaged cursors file in " + log.path() + ": the position of record " + record
                    + " is " + position + ", expected a multiple of " + FrameFormat.ALIGNMENT
                    + "; nothing was changed");
        }
        return position;
    }

    private List<OpenClaim> openClaims(
        final NavigableSet<Long> candidates, final long tail, final long nowNanos, final long inTheWayBelow) {
        final List<OpenClaim> claims = new ArrayList<>();
        for (final long position : candidates) {
            if (!isOpen(position)) {
                continue;
            }
            final OpenClaim claim = openClaim(position, tail, nowNanos, inTheWayBelow);
            // The header once more: whoever had it may have committed and moved on meanwhile, and
            // then the slots say nothing about it.
            if (isOpen(position)) {
                claims.add(claim);
            }
        }
        firstSeenNanos.clear();
        claims.forEach(claim -> firstSeenNanos.put(claim.position(), claim.firstSeenNanos()));
        return claims;
    }

    private OpenClaim openClaim(
        final long position, final long tail, final long nowNanos, final long inTheWayBelow) {
        final List<PublisherStatus> announcing = new ArrayList<>();
        final long segmentEnd = geometry.segmentStart(position) + geometry.segmentBytes();
        PublisherStatus winner = null;
        long end = 0;
        final int slots = words.slotsUsedAcquire();
        for (int slot = 0; slot < slots; slot++) {
            if (words.slotStartAcquire(slot) != position) {
                continue;
            }
            final boolean live = members.isPublisherLive(slot);
            final long wonEnd = words.slotWonEndAcquire(slot);
            final PublisherStatus publisher = publisher(slot, live, wonEnd);
            // Anything else is of an earlier claim, or of a later one: its owner may have lost this position, and
            // moved on since its start was read. The tail is of before that, and behind whatever this position has.
            if (wonEnd > position && wonEnd <= Math.min(segmentEnd, tail)) {
                winner = publisher;
                end = wonEnd;
            } else {
                announcing.add(publisher);
            }
        }
        final List<PublisherStatus> holders = new ArrayList<>();
        if (winner != null) {
            holders.add(winner);
            // Who lost to a live one is out of it; who lost to a dead one is waited for.
            announcing.removeIf(publisher -> !publisher.live());
        }
        if (winner == null || !winner.live()) {
            holders.addAll(announcing);
        }
        final boolean live = holders.stream().anyMatch(PublisherStatus::live);
        return new OpenClaim(
            position,
            winner == null ? OptionalLong.empty() : OptionalLong.of(end),
            holders,
            firstSeenNanos.getOrDefault(position, nowNanos),
            live && position < inTheWayBelow);
    }

    /**
     * What an exclusive publisher has lent its user: it is where the tail is, and the tail leaves it as
     * soon as it is resolved.
     */
    private Optional<OpenClaim> lentClaim(final long nowNanos) {
        final long owner = words.exclusiveAcquire();
        if (owner <= 0 || owner > ControlFormat.PUBLISHERS_MAX || !members.isExclusiveLive()) {
            return Optional.empty();
        }
        final int slot = (int) owner - 1;
        final long position = words.slotLentAcquire(slot);
        if (position != words.tailAcquire() || position >= words.readyAcquire()
            || !isOpen(position)) {
            return Optional.empty();
        }
        final PublisherStatus holder = publisher(slot, true, 0);
        return Optional.of(new OpenClaim(
            position,
            OptionalLong.empty(),
            List.of(holder),
            lentClaim.filter(before -> before.position() == position
                    && before.holders().getFirst().processId() == holder.processId())
                .map(OpenClaim::firstSeenNanos).orElse(nowNanos),
            false));
    }

    /** Whether this position, which is below {@code ready}, has no header. */
    private boolean isOpen(final long position) {
        try {
            return isOpenNow(position);
        } catch (final PositionException e) {
            if (position >= log.earliestPosition()) {
                throw e;
            }
            // Removed meanwhile.
            return false;
        }
    }

    private boolean isOpenNow(final long position) {
        final long segmentStart = geometry.segmentStart(position);
        final long address = segments().addressOf(segmentStart) + position - segmentStart;
        // The header before clearing: a zero that a cleaner has stored shows the clearing that it
        // stored before.
        return memory.getLongAcquire(address) == 0 && position >= log.earliestPosition();
    }

    private SegmentMap segments() {
        if (segments == null) {
            segments = log.store().newMap();
        }
        return segments;
    }
}
