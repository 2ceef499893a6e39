package org.fencepost.ipc;

import java.util.concurrent.TimeUnit;

/**
 * How fast the publishers of a journal are, as who keeps house sees it from look to look, and when it looks again. Of a
 * ring, which it does not look at, it says that nothing moves. One thread.
 */
final class Pace {
    /** Shortest time between two looks. */
    static final long PAUSE_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(1);
    /** Publishers have so many bytes to go, at their speed, until there is the next look. */
    private static final long BYTES_PER_LOOK = 1 << 20;

    private final long pauseNanosMax;
    private long tail = -1;
    private long lookedNanos;
    private long pauseNanos;
    private double bytesPerNano;

    /** Nothing was seen yet. Looks are so far apart at most. */
    Pace(final long pauseNanosMax) {
        this.pauseNanosMax = pauseNanosMax;
        this.pauseNanos = pauseNanosMax;
    }

    /** The tail is here now. */
    void look(final long tailNow, final long nowNanos) {
        final double sinceLook =
            tail < 0 ? 0 : (double) (tailNow - tail) / (nowNanos - lookedNanos);
        // The first pause is a short one, and the next ones become longer.
        final long pauseBefore = tail < 0 ? PAUSE_NANOS_MIN : pauseNanos;
        tail = tailNow;
        lookedNanos = nowNanos;
        // It is believed at once that they are faster, and only in time that they are slower.
        bytesPerNano = Math.max(sinceLook, bytesPerNano / 2);
        pauseNanos = Math.clamp((long) (BYTES_PER_LOOK / bytesPerNano), PAUSE_NANOS_MIN,
            Math.min(pauseNanosMax, pauseBefore * 2));
    }

    /** How much they publish in this time. */
    long bytesIn(final long nanos) {
        return (long) (bytesPerNano * nanos);
    }

    /** How long it is until the next look. */
    long pauseNanos() {
        return pauseNanos;
    }

    /** When the next look is due: where nothing moves, when it is for all such channels, so that one wake-up does. */
    long nextLookNanos(final long nowNanos) {
        final long next = nowNanos + pauseNanos;
        return pauseNanos < pauseNanosMax ? next : next - Math.floorMod(next, pauseNanosMax);
    }
}
