package org.fencepost.ipc.log;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.fencepost.ipc.ChannelClosedException;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelLimitException;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.Platform;

/**
 * How publishers come and go: taking a slot, settling what its last owner left, and who may be beside
 * whom. Everything here happens under the housekeeping lock; whoever comes waits for it, which takes
 * as long as one unit of somebody's work, or as long as that somebody is paused.
 */
public final class Membership {
    private final Log log;
    private final SharedMemory memory;
    private final ControlWords words;
    private final Members members;
    private final Geometry geometry;

    /** Of this handle's log. */
    public Membership(final Log log) {
        this.log = log;
        this.memory = log.memory();
        this.words = log.words();
        this.members = log.members();
        this.geometry = log.geometry();
    }

    /**
     * Takes a slot for a publisher that shares the channel.
     *
     * @throws ChannelLimitException if all slots are taken or an exclusive publisher is alive.
     */
    public SharedClaimer joinShared() {
        words.requireUndamaged();
        enterHousekeeping();
        try {
            if (members.isExclusiveLive()) {
                throw new ChannelLimitException(log.path(),
                    "an exclusive publisher (" + exclusiveOwner() + ") has " + log.path()
                        + " for itself; expected none, close it first");
            }
            settleExclusive();
            final int slot = takeSlot();
            boolean done = false;
            try {
                beginSlot(slot);
                final SharedClaimer claimer = new SharedClaimer(log, slot);
                done = true;
                return claimer;
            } finally {
                giveBackUnless(done, slot);
            }
        } finally {
            members.leaveHousekeeping();
        }
    }

    /**
     * Takes the channel for one exclusive publisher.
     *
     * @throws ChannelLimitException if another publisher is alive.
     */
    public ExclusiveClaimer joinExclusive() {
        words.requireUndamaged();
        enterHousekeeping();
        try {
            if (members.isExclusiveLive() || members.isAnyPublisherLive()) {
                throw new ChannelLimitException(log.path(),
                    "an exclusive publisher needs " + log.path() + " for itself, but "
                        + livePublishers() + " is publishing; close it first");
            }
            settleExclusive();
            final int slot = takeSlot();
            boolean done = false;
            try {
                beginSlot(slot);
                final ExclusiveClaimer claimer = new ExclusiveClaimer(log, slot);
                if (!members.tryTakeExclusive()) {
                    throw new ChannelLimitException(log.path(),
                        "another exclusive publisher of " + log.path() + " came first");
                }
                words.exclusiveRelease(slot + 1L);
                done = true;
                return claimer;
            } finally {
                giveBackUnless(done, slot);
            }
        } finally {
            members.leaveHousekeeping();
        }
    }

    /** Resolves the open claim and gives the slot up. */
    public void leave(final Claimer claimer) {
        final int slot = claimer.slot();
        final boolean exclusive = claimer instanceof ExclusiveClaimer;
        try {
            claimer.close();
            if (log.isClosed()) {
                // Whoever takes the slot next settles what may not have been resolved.
                return;
            }
            if (exclusive) {
                words.exclusiveRelease(0);
            } else {
                words.slotStartRelease(slot, ControlFormat.START_NONE);
            }
        } finally {
            // Also when a file was truncated: who comes next settles what could not be resolved.
            if (exclusive) {
                members.releaseExclusive();
            }
            members.releasePublisher(slot);
        }
    }

    /**
     * Changes how much a journal keeps; 0 for all. Who looks meanwhile finds what it was, what it is to be, or more.
     */
    public void changeRetention(final long bytes, final long nanos) {
        enterHousekeeping();
        try {
            final long before = words.retentionBytesAcquire(log.geometry());
            final boolean moreBytes = bytes == 0 || before != 0 && bytes > before;
            if (moreBytes) {
                words.retentionBytesRelease(bytes);
            }
            words.retentionNanosRelease(nanos);
            if (!moreBytes) {
                words.retentionBytesRelease(bytes);
            }
            requireOpen();
            log.store().recordRetention();
        } finally {
            members.leaveHousekeeping();
        }
    }

    /**
     * Waits for the housekeeping lock; interrupted, too, and asleep then as well: virtual threads that spin keep their
     * carriers from who has it.
     *
     * @throws ChannelClosedException if the handle is closed meanwhile.
     */
    public void enterHousekeeping() {
        final IdleStrategy idle = new BackoffIdleStrategy();
        boolean interrupted = false;
        try {
            while (!members.tryEnterHousekeeping()) {
                requireOpen();
                interrupted |= Thread.interrupted();
                idle.idle();
            }
        } finally {
            // Not sooner: who interrupts itself does not sleep the next time either.
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Gives the housekeeping lock back. */
    public void leaveHousekeeping() {
        members.leaveHousekeeping();
    }

    private int takeSlot() {
        for (int slot = 0; slot < ControlFormat.PUBLISHERS_MAX; slot++) {
            if (members.tryTakePublisher(slot)) {
                return slot;
            }
        }
        throw new ChannelLimitException(log.path(),
            "a channel has at most " + ControlFormat.PUBLISHERS_MAX + " publishers, and all are"
                + " taken in " + log.path() + "; close one first");
    }

    private void beginSlot(final int slot) {
        settleSlot(slot);
        requireOpen();
        words.slotWonEndRelease(slot, 0);
        words.slotStartRelease(slot, ControlFormat.START_NONE);
        words.slotPid(slot, Platform.processId());
        words.slotThread(slot, 0);
        words.slotLentOpaque(slot, ControlFormat.START_NONE);
        if (words.slotsUsedAcquire() <= slot) {
            words.slotsUsedRelease(slot + 1);
        }
    }

    private void giveBackUnless(final boolean done, final int slot) {
        if (!done) {
            members.releasePublisher(slot);
        }
    }

    /**
     * Pads the claim that the slot's last owner won and left. Afterwards nothing is lost when the slot
     * says something else.
     */
    private void settleSlot(final int slot) {
        final long start = words.slotStartAcquire(slot);
        final long end = words.slotWonEndAcquire(slot);
        if (end <= start || start < log.earliestPosition()) {
            return;
        }
        final long segmentStart = geometry.segmentStart(start);
        if (end > segmentStart + geometry.segmentBytes()
            || end > words.tailAcquire()) {
            throw new ChannelDamagedException(log.path(),
                "damaged slot " + slot + " in " + log.path() + ": its claim from " + start + " to "
                    + end + " does not lie within one segment below the tail "
                    + words.tailAcquire() + "; nothing was changed");
        }
        try (SegmentMap segments = log.store().newTemporaryMap()) {
            log.repair().pad(start, segments.addressOf(segmentStart), end);
        }
    }

    /**
     * Finishes what a dead exclusive publisher left: moves the tail over what it committed, and zeroes
     * the payload that it may have left behind that, up to the segment's end.
     */
    private void settleExclusive() {
        if (words.exclusiveAcquire() == 0) {
            return;
        }
        try (SegmentMap segments = log.store().newTemporaryMap()) {
            long position = words.tailAcquire();
            final long ready = words.readyAcquire();
            final long readyMax = position + geometry.segmentBytes() + (geometry.ring()
                ? geometry.capacityBytes() : Cleaner.SEGMENTS_AHEAD_MAX * geometry.segmentBytes());
            if (ready > readyMax) {
                throw new ChannelDamagedException(log.path(),
                    "damaged control file in " + log.path() + ": ready is " + ready
                        + ", expected at most " + readyMax + " with the tail at " + position
                        + "; nothing was changed");
            }
            while (position < ready) {
                final long segmentStart = geometry.segmentStart(position);
                final long segmentEnd = segmentStart + geometry.segmentBytes();
                final long base = segments.addressOf(segmentStart) - segmentStart;
                final long word = memory.getLongAcquire(base + position);
                if (word == 0) {
                    memory.fill(base + position, segmentEnd - position, (byte) 0);
                    break;
                }
                if (!geometry.isValid(word, segmentEnd - position)) {
                    throw log.damagedFrame(position, word);
                }
                position += geometry.span(FrameFormat.length(word));
                requireOpen();
                words.tailRelease(position);
            }
        }
        requireOpen();
        // After the zeros: until this is cleared, whoever comes settles again.
        words.exclusiveRelease(0);
    }

    /** Before a word is moved because of what was found or stored in a segment. */
    private void requireOpen() {
        if (log.isClosed()) {
            throw new ChannelClosedException(
                log.path(), "the channel " + log.path() + " was closed meanwhile");
        }
    }

    private String exclusiveOwner() {
        final long slot = words.exclusiveAcquire() - 1;
        return slot >= 0 && slot < ControlFormat.PUBLISHERS_MAX
            ? "slot " + slot + ", process " + words.slotPid((int) slot)
            : "joining";
    }

    private String livePublishers() {
        final int used = words.slotsUsedAcquire();
        for (int slot = 0; slot < used; slot++) {
            if (members.isPublisherLive(slot)) {
                return "slot " + slot + ", process " + words.slotPid(slot);
            }
        }
        return "another publisher";
    }
}
