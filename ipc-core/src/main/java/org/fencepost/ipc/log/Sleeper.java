package org.fencepost.ipc.log;

import java.util.concurrent.locks.LockSupport;
import org.fencepost.ipc.os.Sleeping;

/**
 * One thread that waits for any of several bells. Each call of {@link #idle} stands between two looks
 * at everything that is waited for: one enlists, the next one sleeps, and so on; as long as nobody rings,
 * all following ones sleep. So there is always a look behind the enlistment, or what came just before it would
 * be slept over.
 *
 * <p>The first sleep behind an enlistment takes 50 us at most. A publisher looks at the bell without a fence behind
 * its header, so what it stored as this thread enlisted may still be on its way when this thread looks, and nobody
 * rings for it: the look behind the first sleep finds it. "Waiting" in docs/protocol.md.
 *
 * <p>No other sleep is longer than 10 ms at first, and, doubling while nothing comes, than 40 ms: nobody rings for
 * a publisher that died between its message and the bell, for a claim whose owner has died, or for an
 * interruption. The look behind it finds them. That is how often it looks, not when somebody is given up.
 *
 * <p>A platform thread sleeps in the kernel. A virtual one would take its carrier along; it is parked by
 * the JDK for short times instead, longer and longer, and so is every thread where the kernel cannot
 * wake across processes, or the handle may not write. One thread.
 */
public final class Sleeper {
    /** Bells that one thread waits for at a time. */
    public static final int BELLS_MAX = Sleeping.ADDRESSES_MAX;

    /** Longest sleep right behind an enlistment: many times what a processor takes to let a store out. */
    private static final long FIRST_SLEEP_NANOS = 50_000;
    /** Longest sleep without a look: at first, and where nothing has come for long. */
    private static final long SLEEP_NANOS_MIN = 10_000_000;
    private static final long SLEEP_NANOS_MAX = 40_000_000;
    private static final long NAP_NANOS_MIN = 20_000;

    private final long sleepNanosMin;
    private final long sleepNanosMax;
    private final Bell[] bells;
    private final int[] rings;
    private final Sleeping.Sleep sleep;
    private boolean enlisted;
    private boolean sleptSince;
    /** Whether a ring ends the sleep. */
    private boolean wakeable;
    private long napNanos = NAP_NANOS_MIN;
    private long sleepNanos;

    /** Waits for these: 1 to {@link #BELLS_MAX}, each once. */
    public Sleeper(final Bell... bells) {
        this(SLEEP_NANOS_MIN, SLEEP_NANOS_MAX, bells);
    }

    /** The same with another longest sleep. */
    public Sleeper(final long sleepNanosMax, final Bell... bells) {
        this(sleepNanosMax, sleepNanosMax, bells);
    }

    private Sleeper(final long sleepNanosMin, final long sleepNanosMax, final Bell... bells) {
        this.sleepNanosMin = sleepNanosMin;
        this.sleepNanosMax = sleepNanosMax;
        this.sleepNanos = sleepNanosMin;
        this.bells = bells.clone();
        this.rings = new int[bells.length];
        final long[] addresses = new long[bells.length];
        for (int i = 0; i < bells.length; i++) {
            addresses[i] = bells[i].address();
        }
        this.sleep = bells[0].sleeping().on(addresses);
    }

    /**
     * Enlists, or, if this thread has enlisted, sleeps until a bell has rung since.
     *
     * @param nanosMax how long to sleep at most.
     * @return whether the next call sleeps: the last look is to be a thorough one.
     */
    public boolean idle(final long nanosMax) {
        if (enlisted) {
            sleep(nanosMax);
            // Who has slept to the end of its time is still enlisted, and goes on to sleep behind a look.
            enlisted = wakeable && isUnrung();
        } else {
            enlisted = true;
            sleptSince = false;
            wakeable = !Thread.currentThread().isVirtual() && enlist();
        }
        return enlisted;
    }

    /** Something was found: the next wait begins from the start. */
    public void reset() {
        enlisted = false;
        napNanos = NAP_NANOS_MIN;
        sleepNanos = sleepNanosMin;
    }

    private boolean isUnrung() {
        for (int i = 0; i < bells.length; i++) {
            if (!bells[i].isUnrungSince(rings[i])) {
                return false;
            }
        }
        return true;
    }

    private boolean enlist() {
        for (int i = 0; i < bells.length; i++) {
            if (!bells[i].canWake()) {
                return false;
            }
            rings[i] = bells[i].enlist();
        }
        return true;
    }

    private void sleep(final long nanosMax) {
        if (nanosMax <= 0 || Thread.currentThread().isInterrupted()) {
            return;
        }
        if (wakeable) {
            final long longestNanos = sleptSince ? sleepNanos : Math.min(FIRST_SLEEP_NANOS, sleepNanos);
            final boolean timeIsOver = sleep.awaitChange(rings, Math.min(nanosMax, longestNanos));
            if (sleptSince) {
                sleepNanos = sleepNanos < sleepNanosMax / 2 ? sleepNanos * 2 : sleepNanosMax;
            }
            // A signal, or who was late to wake those before, may have ended the first one.
            sleptSince |= timeIsOver;
        } else {
            LockSupport.parkNanos(this, Math.min(nanosMax, napNanos));
            napNanos = Math.min(napNanos * 2, Sleeping.SHORT_NANOS);
        }
    }
}
