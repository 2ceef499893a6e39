package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What who keeps house makes of what it sees, in a time that is counted and not waited for. */
class PaceTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long PAUSE_MAX = 100 * MILLI;
    private static final long SEGMENT = 64 << 20;
    /** Loaded at each look, whatever the pace. */
    private static final long NEAR = 4 << 20;

    private final Pace pace = new Pace(PAUSE_MAX);

    /** A million messages of 256 bytes a second, as they are in a journal; 2 GB a second; a slow one. */
    @ParameterizedTest
    @CsvSource({"0.288, 15", "2.0, 15", "0.01, 15", "0.288, 90", "2.0, 90"})
    void shouldHaveThePagesLoadedWhenAPublisherComesThere(
        final double bytesPerNano, final long segmentMillis) {
        long nowNanos = 0;
        long loaded = 0;
        long segments = 1;
        long most = 0;
        for (int look = 0; look < 2000; look++) {
            final long tail = (long) (nowNanos * bytesPerNano);
            assertTrue(look == 0 || tail <= loaded, () -> "at " + tail + " nothing is loaded");
            pace.look(tail, nowNanos);
            loaded = Math.max(loaded,
                tail + Math.max(NEAR, pace.bytesIn(Housekeeping.PAGES_AHEAD_NANOS)));
            most = Math.max(most, loaded - tail);
            if (tail + SEGMENT > segments * SEGMENT) {
                segments++;
                nowNanos += segmentMillis * MILLI;
            }
            nowNanos += pace.pauseNanos();
        }
        assertTrue(most <= Math.max(NEAR, bytesPerNano * 250.1 * MILLI),
            most + " bytes are loaded and not needed yet");
    }

    @Test
    void shouldLookOftenWhileTheTailMovesAndSeldomLater() {
        pace.look(0, 0);
        assertEquals(2 * MILLI, pace.pauseNanos());
        pace.look(10 << 20, 2 * MILLI);
        assertEquals(MILLI, pace.pauseNanos(), "a mebibyte takes less");
        long nowNanos = 2 * MILLI;
        for (int look = 0; look < 40; look++) {
            nowNanos += pace.pauseNanos();
            pace.look(10 << 20, nowNanos);
        }
        assertEquals(PAUSE_MAX, pace.pauseNanos());
        assertEquals(0, pace.bytesIn(Housekeeping.PAGES_AHEAD_NANOS));
    }

    @Test
    void shouldLookSeldomWhereNothingWasEverPublished() {
        long nowNanos = 0;
        for (int look = 0; look < 10; look++) {
            pace.look(0, nowNanos);
            nowNanos += pace.pauseNanos();
        }
        assertEquals(PAUSE_MAX, pace.pauseNanos());
    }

    @Test
    void shouldLookAtAllThatRestAtTheSameTime() {
        for (final long nowNanos : new long[] {-250 * MILLI - 1, -MILLI, 0, 30 * MILLI, 100 * MILLI, 199 * MILLI}) {
            final long next = pace.nextLookNanos(nowNanos);
            assertEquals(0, next % PAUSE_MAX);
            assertTrue(next > nowNanos && next <= nowNanos + PAUSE_MAX, next + " behind " + nowNanos);
        }
        pace.look(0, 0);
        pace.look(10 << 20, 2 * MILLI);
        assertEquals(3 * MILLI + 1, pace.nextLookNanos(2 * MILLI + 1), "what moves is looked at when it is time");
    }

    @Test
    void shouldTakeItForIdleWhenItIsNotLookedAt() {
        assertEquals(PAUSE_MAX, pace.pauseNanos());
        assertEquals(0, pace.bytesIn(Housekeeping.PAGES_AHEAD_NANOS));
    }
}
