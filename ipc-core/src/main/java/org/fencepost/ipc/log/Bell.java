package org.fencepost.ipc.log;

import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.Sleeping;

/**
 * A word of the control file on which threads of any process sleep until something has changed that
 * they wait for, and which is rung by whoever changes it. "Waiting" in docs/protocol.md.
 *
 * <pre>
 *   63            32 31             0
 *   +---------------+---------------+
 *   |  enlistments  |     rings     |   the kernel compares and sleeps on the low half only
 *   +---------------+---------------+
 * </pre>
 *
 * <p>Invariants: while somebody sleeps who has not been woken, {@code enlistments} is not zero; it
 * becomes zero only behind a wake-up that reached everybody who had enlisted by then. So whoever dies
 * or is paused while it rings leaves a bell that the next one rings again. Non-invariant: that
 * somebody sleeps while it is not zero; whoever was killed in its sleep costs the next ringer one
 * system call.
 *
 * <p>Progress: lock-free, besides the kernel's own. Any thread.
 */
public final class Bell {
    private static final long RINGS_MASK = 0xFFFF_FFFFL;
    private static final int ENLISTMENTS_SHIFT = 32;
    private static final long ENLISTMENTS_MAX = Integer.MAX_VALUE;

    private final SharedMemory memory;
    private final Sleeping sleeping;
    private final long address;
    private final boolean writable;

    /** Where it cannot be written, nobody enlists here, and nobody is rung for. */
    Bell(
        final SharedMemory memory,
        final Sleeping sleeping,
        final long address,
        final boolean writable) {
        this.memory = memory;
        this.sleeping = sleeping;
        this.address = address;
        this.writable = writable;
    }

    /** Whether a bell with this word has anybody who sleeps, or is about to. */
    static boolean hasSleepers(final long word) {
        return word >>> ENLISTMENTS_SHIFT != 0;
    }

    /** Wakes everybody who sleeps, if somebody does: behind the store of what is waited for. */
    public void ring() {
        // Pairs with the exchange of who enlists: one of the two finds what the other has stored, at once.
        memory.fullFence();
        if (writable) {
            long seen = memory.getLongAcquire(address);
            while (hasSleepers(seen)) {
                final long witness = ring(seen);
                if (witness == seen) {
                    return;
                }
                seen = witness;
            }
        }
    }

    /**
     * Rings although nobody may sleep: what is waited for is that somebody rings. Behind the exchange of who
     * enlists before it, and before that of who does so later: no fence is needed.
     *
     * @return the number of the ring: as {@link #rings()} gives it until somebody rings next.
     */
    int count() {
        long seen = memory.getLongAcquire(address);
        long witness = ring(seen);
        while (witness != seen) {
            seen = witness;
            witness = ring(seen);
        }
        return (int) (seen + 1);
    }

    /** Rings and wakes everybody who sleeps, if the word is the one that was seen; what it was. */
    private long ring(final long seen) {
        final long rung = seen & ~RINGS_MASK | seen + 1 & RINGS_MASK;
        final long witness = memory.compareAndExchangeWord(address, seen, rung);
        if (witness == seen && hasSleepers(seen)) {
            sleeping.wake(address);
            // Last, and only if nobody has enlisted since: that one may sleep on the new number.
            memory.compareAndExchangeWord(address, rung, rung & RINGS_MASK);
        }
        return witness;
    }

    /** How often it was rung, in 32 bits. */
    int rings() {
        return (int) memory.getLongAcquire(address);
    }

    /** Whether somebody sleeps, or is about to. */
    boolean hasSleepers() {
        return hasSleepers(memory.getLongAcquire(address));
    }

    /**
     * Says that this thread is about to sleep. It looks once more behind this, and again behind a short sleep, as
     * {@link Sleeper} does.
     *
     * @return what it sleeps on: whoever rings from here on changes it.
     */
    int enlist() {
        long seen = memory.getLongAcquire(address);
        while (true) {
            final long before = seen >>> ENLISTMENTS_SHIFT;
            final long enlisted =
                (before >= ENLISTMENTS_MAX ? 1 : before + 1) << ENLISTMENTS_SHIFT | seen & RINGS_MASK;
            final long witness = memory.compareAndExchangeWord(address, seen, enlisted);
            if (witness == seen) {
                return (int) seen;
            }
            seen = witness;
        }
    }

    /** Whether nobody has rung since {@link #enlist} gave this: the enlistment still stands. */
    boolean isUnrungSince(final int ring) {
        final long seen = memory.getLongAcquire(address);
        return hasSleepers(seen) && (int) seen == ring;
    }

    /** Whether a ring is known to end a sleep of this handle's threads. */
    boolean canWake() {
        return writable && sleeping.canWake();
    }

    long address() {
        return address;
    }

    Sleeping sleeping() {
        return sleeping;
    }
}
