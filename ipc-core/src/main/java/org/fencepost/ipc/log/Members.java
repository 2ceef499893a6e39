package org.fencepost.ipc.log;

import static org.fencepost.ipc.format.MembersFormat.EXCLUSIVE_BYTE;
import static org.fencepost.ipc.format.MembersFormat.HOUSEKEEPING_BYTE;
import static org.fencepost.ipc.format.MembersFormat.publisherByte;
import static org.fencepost.ipc.format.MembersFormat.subscriberByte;
import static org.fencepost.ipc.format.MembersFormat.syncByte;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.fencepost.ipc.ChannelClosedException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.os.LockFile;

/**
 * Who is alive, by the kernel's locks. Each publisher and each subscriber holds its byte of the
 * members file while it lives; nothing else, and no clock, decides that somebody is dead.
 *
 * <p>A query on the descriptor that holds a lock says that it is free. So the members of this handle
 * are known from memory, and only those of other handles are asked of the kernel. For the same
 * reason the housekeeping lock has a mutex of this handle in front of it.
 */
public final class Members {
    private static final int FREE = 0;
    private static final int HELD = 1;
    /** Held by this handle, and by none of its threads. */
    private static final int KEPT = 2;
    private static final VarHandle HOUSEKEEPER;

    static {
        try {
            HOUSEKEEPER = MethodHandles.lookup().findVarHandle(Members.class, "housekeeper", Thread.class);
        } catch (final ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final Path path;
    private final LockFile locks;
    private final AtomicIntegerArray ownPublishers =
        new AtomicIntegerArray(ControlFormat.PUBLISHERS_MAX);
    private final AtomicIntegerArray ownSubscribers =
        new AtomicIntegerArray(CursorsFormat.SUBSCRIBERS_MAX);
    private final AtomicIntegerArray ownSyncs = new AtomicIntegerArray(ControlFormat.SYNCS_MAX);
    private final AtomicReferenceArray<SlotOwner> owners =
        new AtomicReferenceArray<>(ControlFormat.PUBLISHERS_MAX);
    private final AtomicBoolean ownExclusive = new AtomicBoolean();
    /** The thread of this handle that is in housekeeping, or null. */
    private volatile Thread housekeeper;
    /** Whether a thread has lost its stack on the way out of housekeeping, whose byte may be locked for nobody. */
    private volatile boolean leftLocked;
    private volatile boolean closed;

    /** The members of the channel whose lock file is given; {@code path} is for messages. */
    public Members(final Path path, final LockFile locks) {
        this.path = path;
        this.locks = locks;
    }

    /** Takes a publisher slot, if it is free. */
    public boolean tryTakePublisher(final int slot) {
        return tryTake(ownPublishers, slot, publisherByte(slot));
    }

    /** Says who knows what becomes of the threads of a slot of this handle. */
    public void own(final int slot, final SlotOwner owner) {
        owners.set(slot, owner);
    }

    /** Name of the thread that claims with the slot, if that is known here. */
    Optional<String> threadName(final int slot) {
        return Optional.ofNullable(owners.get(slot)).flatMap(SlotOwner::threadName);
    }

    /** Resolves the claim of a slot of this handle if its thread has ended; whether it did. */
    boolean heal(final int slot, final long position) {
        final SlotOwner owner = owners.get(slot);
        return owner != null && owner.heals(position);
    }

    /** Gives a publisher slot up. */
    public void releasePublisher(final int slot) {
        owners.set(slot, null);
        release(ownPublishers, slot, publisherByte(slot));
    }

    /** Takes a subscriber record, if it is free. */
    public boolean tryTakeSubscriber(final int record) {
        return tryTake(ownSubscribers, record, subscriberByte(record));
    }

    /** Gives a subscriber record up. */
    public void releaseSubscriber(final int record) {
        release(ownSubscribers, record, subscriberByte(record));
    }

    /** Takes a sync slot, if it is free or was kept by this handle. */
    boolean tryTakeSync(final int slot) {
        return ownSyncs.compareAndSet(slot, KEPT, HELD) || tryTake(ownSyncs, slot, syncByte(slot));
    }

    /** Gives a sync slot up to the threads of this handle alone: its byte stays locked. */
    void keepSync(final int slot) {
        ownSyncs.set(slot, KEPT);
    }

    /** Gives a sync slot up. */
    void releaseSync(final int slot) {
        release(ownSyncs, slot, syncByte(slot));
    }

    /** Whether somebody holds this sync slot. For people who look. */
    boolean isSyncLive(final int slot) {
        return ownSyncs.get(slot) != FREE || isLockedByOther(syncByte(slot), 1);
    }

    /** Whether somebody holds this publisher slot. */
    public boolean isPublisherLive(final int slot) {
        return ownPublishers.get(slot) == HELD || isLockedByOther(publisherByte(slot), 1);
    }

    /** Whether any publisher slot is held. */
    public boolean isAnyPublisherLive() {
        for (int slot = 0; slot < ControlFormat.PUBLISHERS_MAX; slot++) {
            if (ownPublishers.get(slot) == HELD) {
                return true;
            }
        }
        return isLockedByOther(publisherByte(0), ControlFormat.PUBLISHERS_MAX);
    }

    /** Whether somebody holds this subscriber record. */
    public boolean isSubscriberLive(final int record) {
        return ownSubscribers.get(record) == HELD || isLockedByOther(subscriberByte(record), 1);
    }

    /** Takes the byte of the exclusive publisher. Housekeeping lock. */
    public boolean tryTakeExclusive() {
        if (!ownExclusive.compareAndSet(false, true)) {
            return false;
        }
        boolean taken = false;
        try {
            taken = locks.tryLock(EXCLUSIVE_BYTE);
            return taken;
        } catch (final IOException e) {
            throw failed(e);
        } finally {
            if (!taken) {
                ownExclusive.set(false);
            }
        }
    }

    /** Gives the byte of the exclusive publisher up. */
    public void releaseExclusive() {
        unlock(EXCLUSIVE_BYTE);
        ownExclusive.set(false);
    }

    /** Whether an exclusive publisher is alive. */
    public boolean isExclusiveLive() {
        return ownExclusive.get() || isLockedByOther(EXCLUSIVE_BYTE, 1);
    }

    /** Enters housekeeping if nobody is in it, in this handle or another. */
    public boolean tryEnterHousekeeping() {
        final Thread self = Thread.currentThread();
        final Thread holder = housekeeper;
        // Nobody enters twice: a holder that is this thread, or has ended, lost its stack in there and
        // could not leave. What it was doing can be done again, as after a death.
        final boolean abandoned = holder == self || holder != null && !holder.isAlive();
        if (holder != null && !abandoned || !HOUSEKEEPER.compareAndSet(this, holder, self)) {
            return false;
        }
        boolean entered = false;
        try {
            entered = locks.tryLock(HOUSEKEEPING_BYTE);
            return entered;
        } catch (final IOException e) {
            throw failed(e);
        } finally {
            if (!entered) {
                housekeeper = null;
            }
        }
    }

    /** Whether somebody is in housekeeping, in this handle or another. For people who look. */
    public boolean isHousekeepingTaken() {
        final Thread holder = housekeeper;
        return holder != null && holder.isAlive() || isLockedByOther(HOUSEKEEPING_BYTE, 1);
    }

    /** Leaves housekeeping. */
    public void leaveHousekeeping() {
        boolean unlocked = false;
        try {
            unlock(HOUSEKEEPING_BYTE);
            unlocked = true;
        } finally {
            // By stores: a stack that has ended has no room for a call. The byte first, or whoever enters next would
            // be told of it too late.
            leftLocked = !unlocked;
            housekeeper = null;
        }
    }

    /** Has the byte unlocked that a thread of this handle could not unlock; a call without a reason costs a load. */
    public void unlockWhatWasLeft() {
        if (leftLocked && tryEnterHousekeeping()) {
            leaveHousekeeping();
        }
    }

    /** Drops all locks of this handle. Idempotent. */
    public void close() {
        closed = true;
        locks.close();
    }

    private boolean tryTake(final AtomicIntegerArray own, final int index, final long lockByte) {
        if (!own.compareAndSet(index, FREE, HELD)) {
            return false;
        }
        boolean taken = false;
        try {
            taken = locks.tryLock(lockByte);
            return taken;
        } catch (final IOException e) {
            throw failed(e);
        } finally {
            if (!taken) {
                own.set(index, FREE);
            }
        }
    }

    private void release(final AtomicIntegerArray own, final int index, final long lockByte) {
        unlock(lockByte);
        own.set(index, FREE);
    }

    private void unlock(final long lockByte) {
        try {
            locks.unlock(lockByte);
        } catch (final IOException e) {
            // Closing the handle has dropped all its locks.
            if (!closed) {
                throw failed(e);
            }
        }
    }

    private boolean isLockedByOther(final long firstByte, final long count) {
        try {
            return locks.isLockedByOther(firstByte, count);
        } catch (final IOException e) {
            throw failed(e);
        }
    }

    private RuntimeException failed(final IOException e) {
        return closed
            ? new ChannelClosedException(path, "the channel " + path + " was closed meanwhile", e)
            : new ChannelIOException(
                path, "the kernel refused a lock in " + path + ": " + e.getMessage(), e);
    }
}
