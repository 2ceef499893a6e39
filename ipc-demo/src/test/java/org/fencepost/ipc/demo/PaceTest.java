package org.fencepost.ipc.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {
    @Test
    void shouldTakeTurnsWhenThereAreSeveralProducers() {
        final Pace first = Pace.of(1_000, 0, 2);
        final Pace second = Pace.of(1_000, 1, 2);
        assertEquals(0, first.delayNanos(0));
        assertEquals(1_000_000, second.delayNanos(0));
        assertEquals(2_000_000, first.delayNanos(1));
        assertEquals(3_000_000, second.delayNanos(1));
    }

    @Test
    void shouldNotDriftWhenIntervalIsNoWholeNumber() {
        assertEquals(TimeUnit.DAYS.toNanos(365),
            Pace.of(7, 0, 1).delayNanos(7 * TimeUnit.DAYS.toSeconds(365)));
        assertEquals(TimeUnit.DAYS.toNanos(365),
            Pace.of(Pace.RATE_MAX, 0, 1).delayNanos(TimeUnit.DAYS.toNanos(365)));
    }

    @Test
    void shouldTakeTurnsWhenARateHasAFraction() {
        assertEquals(TimeUnit.SECONDS.toNanos(6), Pace.of(0.5, 0, 1).delayNanos(3));
        assertEquals(TimeUnit.MILLISECONDS.toNanos(1200), Pace.of(2.5, 1, 2).delayNanos(1));
        assertEquals(TimeUnit.SECONDS.toNanos(9_000_000_000L), Pace.of(Pace.RATE_MIN, 0, 1).delayNanos(9000));
    }

    @Test
    void shouldReturnTimeThatMessageWasDueWhenLate() {
        final Pace pace = Pace.of(10, 0, 1);
        final long begin = System.nanoTime() - TimeUnit.SECONDS.toNanos(60);
        pace.begin(begin);
        assertEquals(begin + TimeUnit.SECONDS.toNanos(1), pace.await(10));
    }

    @Test
    void shouldWaitUntilMessageIsDue() {
        final Pace pace = Pace.of(100, 0, 1);
        final long begin = System.nanoTime();
        pace.begin(begin);
        assertEquals(begin + 20_000_000, pace.await(2));
        assertTrue(System.nanoTime() - begin >= 20_000_000);
    }

    @Test
    void shouldReturnPresentTimeAtFullSpeed() {
        final Pace pace = Pace.fullSpeed();
        pace.begin(0);
        final long before = System.nanoTime();
        final long time = pace.await(1_000_000);
        assertTrue(before <= time && time <= System.nanoTime());
    }
}
