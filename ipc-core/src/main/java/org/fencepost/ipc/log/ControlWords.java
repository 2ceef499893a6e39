package org.fencepost.ipc.log;

import static org.fencepost.ipc.format.ControlFormat.BOOT_ID_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.CHANGED_BYTES_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.CHANGED_NANOS_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.CLEARING_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.DAMAGED_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.EARLIEST_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.EPOCH_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.EXCLUSIVE_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.READY_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.SLOTS_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.SLOTS_USED_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.SLOT_BYTES;
import static org.fencepost.ipc.format.ControlFormat.SLOT_LENT_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.SLOT_PID_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.SLOT_START_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.SLOT_THREAD_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.SLOT_WON_END_OFFSET;
import static org.fencepost.ipc.format.ControlFormat.TAIL_OFFSET;

import java.nio.file.Path;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.Sleeping;

/**
 * The words of the control file, with their access modes. Each is eight aligned bytes, so that a
 * read gives a value that was stored.
 *
 * <p>Invariants: {@code tail <= ready <= clearing <= ready + segment}; none of them ever falls; each
 * value of tail is a frame boundary.
 */
public final class ControlWords {
    private final Path path;
    private final SharedMemory memory;
    private final long address;
    private final SyncWords syncs;

    /**
     * The words of the control file that is mapped at {@code address}; {@code path} is the channel's
     * directory, for messages.
     */
    public ControlWords(final Path path, final SharedMemory memory, final long address) {
        this.path = path;
        this.memory = memory;
        this.address = address;
        this.syncs = new SyncWords(path, this, memory, address);
    }

    /** The words that say what is on the disk. */
    SyncWords syncs() {
        return syncs;
    }

    /** One of the bells. */
    Bell bell(final int offset, final Sleeping sleeping, final boolean writable) {
        return new Bell(memory, sleeping, address + offset, writable);
    }

    /** Where the tail is, for claimers that work on it directly. */
    long tailAddress() {
        return address + TAIL_OFFSET;
    }

    /** Where a slot is, for the claimer that owns it. */
    long slotAddress(final int slot) {
        return address + SLOTS_OFFSET + (long) slot * SLOT_BYTES;
    }

    /** Pairs with the claimer's compare-and-exchange: slots read later are those behind this tail. */
    public long tailAcquire() {
        return position("tail", memory.getLongAcquire(address + TAIL_OFFSET));
    }

    /** After a commit or a settlement: a reader that sees this tail sees the headers below it. */
    public void tailRelease(final long value) {
        memory.putLongRelease(address + TAIL_OFFSET, value);
    }

    /** Pairs with {@link #readyRelease}: what is read or claimed later has been zeroed. */
    public long readyAcquire() {
        return position("ready", memory.getLongAcquire(address + READY_OFFSET));
    }

    /** After the zeros: a claimer that sees this value sees them too. */
    public void readyRelease(final long value) {
        memory.putLongRelease(address + READY_OFFSET, value);
    }

    /** Lossy readers read it after a copy, behind an acquire fence: see {@link #clearingOpaque}. */
    public long clearingAcquire() {
        return position("clearing", memory.getLongAcquire(address + CLEARING_OFFSET));
    }

    /** Before the zeros, with a store-store fence between: who sees a zero can see this value. */
    public void clearingOpaque(final long value) {
        memory.putLongOpaque(address + CLEARING_OFFSET, value);
    }

    /** Number of slots ever used. Read after the tail: a slot added since claims behind that tail. */
    public int slotsUsedAcquire() {
        final long used = memory.getLongAcquire(address + SLOTS_USED_OFFSET);
        return used < 0 || used > ControlFormat.PUBLISHERS_MAX
            ? ControlFormat.PUBLISHERS_MAX : (int) used;
    }

    /** Written under the housekeeping lock, before the new slot's first announcement. */
    public void slotsUsedRelease(final int value) {
        memory.putLongRelease(address + SLOTS_USED_OFFSET, value);
    }

    /** Slot + 1 of an exclusive publisher that is here or died, or 0. Housekeeping lock. */
    public long exclusiveAcquire() {
        return memory.getLongAcquire(address + EXCLUSIVE_OFFSET);
    }

    /**
     * Set before the exclusive publisher's first store, under the housekeeping lock; cleared after its last, by itself,
     * or under that lock by who settles what it left.
     */
    public void exclusiveRelease(final long value) {
        memory.putLongRelease(address + EXCLUSIVE_OFFSET, value);
    }

    /** Everything below is on the disk. */
    public long durableAcquire() {
        return syncs.position(syncs.durableAcquire());
    }

    /** How often the end of the log was cut. Changes only while nobody has the channel open. */
    public long epochAcquire() {
        return memory.getLongAcquire(address + EPOCH_OFFSET);
    }

    /**
     * Throws if recovery has found a damaged frame below the watermark: nothing may be changed then.
     * The word changes only while nobody has the channel open.
     */
    void requireUndamaged() {
        final long damaged = memory.getLongAcquire(address + DAMAGED_OFFSET);
        if (damaged != 0) {
            throw new ChannelDamagedException(path,
                path + " can only be read: the frame at position " + (damaged - 1) + " was on the disk"
                    + " and is not what was published, expected one that checks out up to the durable"
                    + " position " + durableAcquire() + "; read what is left, begin"
                    + " behind the damage, or restore the files while nobody has them open");
        }
    }

    /** Whether {@link #requireUndamaged} throws. */
    public boolean isDamaged() {
        return memory.getLongAcquire(address + DAMAGED_OFFSET) != 0;
    }

    /** The boot of the system in which these words are believed, in two halves. */
    public long bootIdAcquire(final int half) {
        return memory.getLongAcquire(address + BOOT_ID_OFFSET + (long) half * Long.BYTES);
    }

    /** Oldest position that a journal keeps. */
    public long earliestAcquire() {
        return position("earliest", memory.getLongAcquire(address + EARLIEST_OFFSET));
    }

    /** Before the segments below are removed. Housekeeping lock. */
    void earliestRelease(final long value) {
        memory.putLongRelease(address + EARLIEST_OFFSET, value);
    }

    /** How many bytes a journal keeps, 0 for all: as it was made, or as it was changed. */
    public long retentionBytesAcquire(final Geometry made) {
        return changed("changedBytes", CHANGED_BYTES_OFFSET, made.retentionBytes(), ControlFormat.POSITION_MAX);
    }

    /** For how many nanoseconds a journal keeps messages, 0 for ever: as it was made, or as it was changed. */
    public long retentionNanosAcquire(final Geometry made) {
        return changed("changedNanos", CHANGED_NANOS_OFFSET, made.retentionNanos(),
            made.timestamps() ? ChannelOptions.RETENTION_TIME_MAX.toNanos() : 0);
    }

    private long changed(final String word, final int offset, final long made, final long max) {
        final long value = memory.getLongAcquire(address + offset);
        if (value < 0 || value > max + 1) {
            throw new ChannelDamagedException(path, "damaged control file in " + path + ": " + word + " is " + value
                + ", expected 0, or 1 + what is kept, which is " + max + " at most; nothing was changed");
        }
        return value == 0 ? made : value - 1;
    }

    /** Housekeeping lock. */
    public void retentionBytesRelease(final long bytes) {
        memory.putLongRelease(address + CHANGED_BYTES_OFFSET, bytes + 1);
    }

    /** Housekeeping lock. */
    public void retentionNanosRelease(final long nanos) {
        memory.putLongRelease(address + CHANGED_NANOS_OFFSET, nanos + 1);
    }

    /** Pairs with the claimer's release: what it did before this claim is visible. */
    public long slotStartAcquire(final int slot) {
        final long start = memory.getLongAcquire(slotAddress(slot) + SLOT_START_OFFSET);
        return start == ControlFormat.START_NONE ? start : position("start of a slot", start);
    }

    /** By the slot's owner, or by its heir under the housekeeping lock. */
    public void slotStartRelease(final int slot, final long value) {
        memory.putLongRelease(slotAddress(slot) + SLOT_START_OFFSET, value);
    }

    /**
     * Pairs with the release of an heir who empties the slot: who sees no mark any more sees the
     * padding that the claim has become.
     */
    public long slotWonEndAcquire(final int slot) {
        return position(
            "wonEnd of a slot", memory.getLongAcquire(slotAddress(slot) + SLOT_WON_END_OFFSET));
    }

    /** By the slot's owner, or by its heir under the housekeeping lock. */
    public void slotWonEndRelease(final int slot, final long value) {
        memory.putLongRelease(slotAddress(slot) + SLOT_WON_END_OFFSET, value);
    }

    /**
     * The value, if it can be a position. A word that was overwritten by somebody else must not become
     * an address.
     */
    long position(final String word, final long value) {
        if (!ControlFormat.isPosition(value)) {
            throw new ChannelDamagedException(path,
                "damaged control file in " + path + ": " + word + " is " + value
                    + ", expected a position, a multiple of " + FrameFormat.ALIGNMENT
                    + "; nothing was changed");
        }
        return value;
    }

    /** For people who look. */
    public long slotPid(final int slot) {
        return memory.getLongOpaque(slotAddress(slot) + SLOT_PID_OFFSET);
    }

    /** For people who look. */
    public void slotPid(final int slot, final long pid) {
        memory.putLongOpaque(slotAddress(slot) + SLOT_PID_OFFSET, pid);
    }

    /** For people who look: the thread that claims, by its number in its JVM, or 0. */
    public long slotThread(final int slot) {
        return memory.getLongOpaque(slotAddress(slot) + SLOT_THREAD_OFFSET);
    }

    /** For people who look. By the owner, when another thread goes on with its publisher. */
    public void slotThread(final int slot, final long threadId) {
        memory.putLongOpaque(slotAddress(slot) + SLOT_THREAD_OFFSET, threadId);
    }

    /**
     * For people who look: where an exclusive publisher has lent its user a claim, or had; resolved as
     * soon as the tail is behind it, so read before the tail.
     */
    public long slotLentAcquire(final int slot) {
        return memory.getLongAcquire(slotAddress(slot) + SLOT_LENT_OFFSET);
    }

    /** For people who look; shared publishers have announced the claim already. */
    public void slotLentOpaque(final int slot, final long position) {
        memory.putLongOpaque(slotAddress(slot) + SLOT_LENT_OFFSET, position);
    }
}
