package org.fencepost.ipc.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What others took of the cores, by ticks of 10 ms that the kernel counts. */
class CoreUseTest {
    @Test
    void shouldDivideByTheTimeOfAllCores() {
        assertEquals(0.25, CoreUse.share(150e6, 300e6, 2));
    }

    @Test
    void shouldSayNothingWhenATickMoreOrLessWouldDecide() {
        assertEquals(Outcome.UNKNOWN, CoreUse.share(10e6, 5e6, 2));
    }

    @Test
    void shouldBeNothingWhenTheProcessesWereCountedAheadOfTheCores() {
        assertEquals(0, CoreUse.share(-10e6, 300e6, 2));
    }
}
