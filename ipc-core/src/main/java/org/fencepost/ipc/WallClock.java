package org.fencepost.ipc;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.SystemEpochNanoClock;

/**
 * The wall clock for the price of {@link System#nanoTime}, which it is compared with now and then. It is never
 * behind, or who looks for messages from a time on would miss some that came later; ahead it is by less than one look
 * at both takes. Agrona's {@code OffsetEpochNanoClock} begins at a whole millisecond, and is behind by up to one. Any
 * thread.
 */
final class WallClock implements EpochNanoClock {
    /** A clock that was set is followed after this. */
    private static final long AGE_NANOS_MAX = TimeUnit.HOURS.toNanos(1);
    /** The shortest of so many looks counts: a thread may lose its processor in the middle of one. */
    private static final int LOOKS = 8;

    private volatile long aheadNanos;
    private volatile long lookedNanos;

    WallClock() {
        look();
    }

    @Override
    public long nanoTime() {
        final long nowNanos = System.nanoTime();
        if (nowNanos - lookedNanos > AGE_NANOS_MAX) {
            look();
        }
        return nowNanos + aheadNanos;
    }

    private void look() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < LOOKS; i++) {
            final long beforeNanos = System.nanoTime();
            least = Math.min(least, SystemEpochNanoClock.INSTANCE.nanoTime() - beforeNanos);
        }
        aheadNanos = least;
        lookedNanos = System.nanoTime();
    }
}
