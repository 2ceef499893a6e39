package org.fencepost.ipc.log;

import static org.fencepost.ipc.format.ControlFormat.DURABLE_FAILED_MASK;
import static org.fencepost.ipc.format.ControlFormat.DURABLE_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.SUSPECT_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.SYNC_ERRNO_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.SYNC_FROM_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.SYNC_KEPT_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.SYNC_PID_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.SYNC_SLOTS_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.SYNC_SLOT_BYTES;
import static org.fencepost.ipc.format.ControlFormat.SYNC_TO_OFFSET;

import java.nio.file.Path;
import org.fencepost.ipc.SyncFailedException;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.Platform;

/**
 * The words of the control file that say what is on the disk, with their access modes.
 *
 * <p>Invariants: the position in {@code durable} never falls; once a slot stands beside it, the word does not
 * change any more. So a failure and the last position that counts are seen together or not at all.
 */
final class SyncWords {
    private final Path path;
    private final ControlWords words;
    private final SharedMemory memory;
    private final long address;
    private final long ownPid = Platform.processId();

    SyncWords(
        final Path path, final ControlWords words, final SharedMemory memory, final long address) {
        this.path = path;
        this.words = words;
        this.memory = memory;
        this.address = address;
    }

    /** The durable word: see {@link #position} and {@link #failedSlot}. */
    long durableAcquire() {
        return memory.getLongAcquire(address + DURABLE_OFFSET);
    }

    /** The position in a durable word. */
    long position(final long durable) {
        return words.position("durable", durable & ~DURABLE_FAILED_MASK);
    }

    /** The sync slot in a durable word whose sync has failed, or -1. */
    static int failedSlot(final long durable) {
        return (int) (durable & DURABLE_FAILED_MASK) - 1;
    }

    /** Whether a sync has failed. */
    boolean hasFailed() {
        return failedSlot(durableAcquire()) >= 0;
    }

    /** Throws the error of the sync that failed, if the durable word says that one did. */
    void requireHealthy(final long durable) {
        final int slot = failedSlot(durable);
        if (slot < 0) {
            return;
        }
        final int errno = errnoAcquire(slot);
        final long from = fromAcquire(slot);
        final long to = toAcquire(slot);
        throw new SyncFailedException(path,
            "a sync of " + path + " from position " + from + " to " + to + " by process " + pid(slot)
                + " failed with " + Platform.describe(errno) + "; everything below "
                + position(durable) + " is on the disk, and nothing behind it will be reported as"
                + " such any more: what is read there may be in memory only. Reading goes on,"
                + " and publishing until the segments that are there are full; replace the disk, or copy"
                + " what can be read to another channel",
            errno, from, to, position(durable));
    }

    /**
     * Raises the position, if it is lower; false if a sync has failed. By exchange: others that sync at
     * the same time may be further, and behind a failure nothing becomes durable.
     */
    boolean raise(final long position) {
        long seen = durableAcquire();
        while (failedSlot(seen) < 0 && position(seen) < position) {
            final long witness =
                memory.compareAndExchangeWord(address + DURABLE_OFFSET, seen, position);
            if (witness == seen) {
                return true;
            }
            seen = witness;
        }
        return failedSlot(seen) < 0;
    }

    /** Says that the sync of a slot failed, unless another one did before. For good. */
    void fail(final int slot) {
        long seen = durableAcquire();
        while (failedSlot(seen) < 0) {
            final long witness =
                memory.compareAndExchangeWord(address + DURABLE_OFFSET, seen, seen + slot + 1);
            if (witness == seen) {
                return;
            }
            seen = witness;
        }
    }

    /** Below it nothing is taken from the cache on trust. */
    long suspectAcquire() {
        return words.position("suspect", memory.getLongAcquire(address + SUSPECT_OFFSET));
    }

    /** By the heir of a sync slot, before it says something else. */
    void raiseSuspect(final long position) {
        long seen = suspectAcquire();
        while (seen < position) {
            final long witness =
                memory.compareAndExchangeWord(address + SUSPECT_OFFSET, seen, position);
            if (witness == seen) {
                return;
            }
            seen = witness;
        }
    }

    /** Where the sync of a slot begins. */
    long fromAcquire(final int slot) {
        return words.position(
            "from of a sync slot", memory.getLongAcquire(slot(slot) + SYNC_FROM_OFFSET));
    }

    /** Where the sync of a slot ends that is under way, or whose owner died in it; 0 without one. */
    long toAcquire(final int slot) {
        return words.position(
            "to of a sync slot", memory.getLongAcquire(slot(slot) + SYNC_TO_OFFSET));
    }

    /** What the sync of a slot has met, or 0. */
    int errnoAcquire(final int slot) {
        return (int) memory.getLongAcquire(slot(slot) + SYNC_ERRNO_OFFSET);
    }

    /**
     * By the slot's owner before it syncs; a full fence follows. Who maps a segment after this owner has
     * taken an error from it finds this. There is no error number in the slot: that of a failure stays for good.
     */
    void intend(final int slot, final long from, final long to) {
        memory.putLongOpaque(slot(slot) + SYNC_PID_OFFSET, ownPid);
        memory.putLongRelease(slot(slot) + SYNC_FROM_OFFSET, from);
        memory.putLongRelease(slot(slot) + SYNC_TO_OFFSET, to);
    }

    /** By the slot's owner when its sync has ended well: it took no error that others will miss. */
    void settle(final int slot) {
        memory.putLongRelease(slot(slot) + SYNC_TO_OFFSET, 0);
    }

    /**
     * Whether the slot's owner has kept it behind a sync and has not begun another one. It may do so any time: who
     * syncs in another slot then does what is done already.
     */
    boolean isResting(final int slot) {
        return memory.getLongAcquire(slot(slot) + SYNC_KEPT_OFFSET) != 0 && toAcquire(slot) == 0;
    }

    /** By the slot's owner, before it rests in the slot, or gives it up. */
    void keep(final int slot, final boolean kept) {
        memory.putLongRelease(slot(slot) + SYNC_KEPT_OFFSET, kept ? 1 : 0);
    }

    /** By the slot's owner before {@link #fail}: who reads the slot there finds this in it. */
    void errno(final int slot, final int errno) {
        memory.putLongRelease(slot(slot) + SYNC_ERRNO_OFFSET, errno);
    }

    /** For people who look. */
    long pid(final int slot) {
        return memory.getLongOpaque(slot(slot) + SYNC_PID_OFFSET);
    }

    private long slot(final int slot) {
        return address + SYNC_SLOTS_OFFSET + (long) slot * SYNC_SLOT_BYTES;
    }
}
