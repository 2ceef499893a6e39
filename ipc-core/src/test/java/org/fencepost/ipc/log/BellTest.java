package org.fencepost.ipc.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Sleeping;
import org.fencepost.ipc.os.Window;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A bell's word, and what those leave in it who are stopped at any of their steps. */
class BellTest {
    private final SharedMemory memory = Platform.detect().memory();
    private final List<String> calls = new ArrayList<>();
    private final List<Long> sleepMicros = new ArrayList<>();
    private Runnable whileWaking = () -> { };
    private Runnable whileAsleep = () -> { };
    /** Whether sleeps end with their time. */
    private boolean timeIsOver = true;
    private Window window;
    private long address;
    private Bell bell;

    /** Notes what is asked of the kernel. */
    private final class Noted implements Sleeping {
        @Override
        public boolean canWake() {
            return true;
        }

        @Override
        public Sleep on(final long... addresses) {
            return (expected, timeoutNanos) -> {
                calls.add("sleep on " + expected[0]);
                sleepMicros.add(TimeUnit.NANOSECONDS.toMicros(timeoutNanos));
                whileAsleep.run();
                return timeIsOver;
            };
        }

        @Override
        public void wake(final long wakened) {
            assertEquals(address, wakened);
            calls.add("wake");
            whileWaking.run();
        }
    }

    @BeforeEach
    void map() throws Exception {
        window = Platform.detect().reserve(4096, 1);
        address = window.address(0);
        bell = new Bell(memory, new Noted(), address, true);
    }

    @AfterEach
    void unmap() {
        window.close();
    }

    private int rings() {
        return (int) memory.getLong(address);
    }

    private int enlistments() {
        return (int) (memory.getLong(address) >>> 32);
    }

    @Test
    void shouldNotEnterTheKernelWhenNobodySleeps() {
        bell.ring();
        assertFalse(Bell.hasSleepers(memory.getLong(address)));
        assertEquals(List.of(), calls);
        assertEquals(0, memory.getLong(address), "nor store anything");
    }

    @Test
    void shouldWakeOnceWhenSomebodyHasEnlisted() {
        assertEquals(0, bell.enlist());
        assertTrue(Bell.hasSleepers(memory.getLong(address)));
        bell.ring();
        assertEquals(1, rings(), "who enlisted before does not sleep any more");
        assertFalse(Bell.hasSleepers(memory.getLong(address)));
        bell.ring();
        assertEquals(List.of("wake"), calls, "a killed sleeper costs one call");
    }

    @Test
    void shouldKeepAnEnlistmentWhenItComesWhileOthersAreWoken() {
        bell.enlist();
        whileWaking = () -> assertEquals(1, bell.enlist(), "it would sleep on the new number");
        bell.ring();
        whileWaking = () -> { };
        assertEquals(2, enlistments());
        bell.ring();
        assertEquals(0, enlistments());
        assertEquals(List.of("wake", "wake"), calls);
    }

    @Test
    void shouldRingAgainWhenARingerStoppedInTheMiddle() {
        bell.enlist();
        whileWaking = () -> {
            throw new IllegalStateException("stopped");
        };
        try {
            bell.ring();
        } catch (final IllegalStateException stopped) {
            calls.add(stopped.getMessage());
        }
        whileWaking = () -> { };
        assertTrue(Bell.hasSleepers(memory.getLong(address)), "the sleepers are not forgotten");
        bell.ring();
        assertFalse(Bell.hasSleepers(memory.getLong(address)));
        assertEquals(List.of("wake", "stopped", "wake"), calls);
    }

    @Test
    void shouldCountOnWhenItsHalvesOverflow() {
        memory.putLong(address, 0x7FFF_FFFF_FFFF_FFFFL);
        assertEquals(-1, bell.enlist());
        assertEquals(1, enlistments(), "never zero, never negative");
        bell.ring();
        assertEquals(0, rings());
        assertEquals(0, enlistments());
        assertEquals(List.of("wake"), calls);
    }

    @Test
    void shouldLookBehindEnlistingWhenItIsAboutToSleep() {
        final Sleeper sleeper = new Sleeper(bell);
        assertTrue(sleeper.idle(Long.MAX_VALUE), "a look follows");
        assertEquals(List.of(), calls);
        assertEquals(1, enlistments());
        whileAsleep = bell::ring;
        assertFalse(sleeper.idle(Long.MAX_VALUE), "it was woken");
        assertEquals(List.of("sleep on 0", "wake"), calls);
        assertTrue(sleeper.idle(Long.MAX_VALUE));
        sleeper.reset();
        assertTrue(sleeper.idle(Long.MAX_VALUE), "from the start");
        assertEquals(List.of("sleep on 0", "wake"), calls);
        assertEquals(2, enlistments());
    }

    @Test
    void shouldStayEnlistedWhenItHasSleptToTheEndOfItsTime() {
        final Bell other = new Bell(memory, new Noted(), address + Long.BYTES, true);
        final Sleeper sleeper = new Sleeper(bell, other);
        sleeper.idle(Long.MAX_VALUE);
        assertTrue(sleeper.idle(Long.MAX_VALUE), "a look follows, then it sleeps again");
        assertTrue(sleeper.idle(Long.MAX_VALUE));
        assertEquals(List.of("sleep on 0", "sleep on 0"), calls);
        assertEquals(1, enlistments());
        // Rung between two of its sleeps.
        bell.ring();
        assertFalse(sleeper.idle(Long.MAX_VALUE), "what it has enlisted for is over");
        assertTrue(sleeper.idle(Long.MAX_VALUE));
        assertEquals(1, enlistments());
    }

    @Test
    void shouldSleepForLongerWhileNothingComes() {
        final Sleeper sleeper = new Sleeper(bell);
        for (int i = 0; i < 6; i++) {
            sleeper.idle(Long.MAX_VALUE);
        }
        assertEquals(List.of(50L, 10_000L, 20_000L, 40_000L, 40_000L), sleepMicros);
        sleeper.reset();
        sleepMicros.clear();
        for (int i = 0; i < 3; i++) {
            sleeper.idle(Long.MAX_VALUE);
        }
        sleeper.idle(TimeUnit.MILLISECONDS.toNanos(7));
        assertEquals(List.of(50L, 10_000L, 7_000L), sleepMicros);
    }

    @Test
    void shouldLookSoonBehindEachEnlistmentWhenAMessageMayBeOnItsWay() {
        final Sleeper sleeper = new Sleeper(bell);
        for (int i = 0; i < 3; i++) {
            sleeper.idle(Long.MAX_VALUE);
        }
        // For somebody else, so that it goes on to wait.
        bell.ring();
        assertFalse(sleeper.idle(Long.MAX_VALUE), "the one that it had begun");
        assertTrue(sleeper.idle(Long.MAX_VALUE), "enlists anew");
        assertTrue(sleeper.idle(Long.MAX_VALUE), "and looks once more behind the short sleep");
        assertEquals(List.of(50L, 10_000L, 20_000L, 50L), sleepMicros);
    }

    @Test
    void shouldSleepShortlyAgainWhenTheFirstSleepWasEndedBefore() {
        final Sleeper sleeper = new Sleeper(bell);
        sleeper.idle(Long.MAX_VALUE);
        timeIsOver = false;
        assertTrue(sleeper.idle(Long.MAX_VALUE), "nobody has rung");
        sleeper.idle(Long.MAX_VALUE);
        timeIsOver = true;
        sleeper.idle(Long.MAX_VALUE);
        sleeper.idle(Long.MAX_VALUE);
        assertEquals(List.of(50L, 50L, 50L, 10_000L), sleepMicros);
    }

    @Test
    void shouldSleepNoLongerThanItIsToldWhenThatIsLess() {
        final Sleeper sleeper = new Sleeper(TimeUnit.MICROSECONDS.toNanos(7), bell);
        for (int i = 0; i < 3; i++) {
            sleeper.idle(Long.MAX_VALUE);
        }
        assertEquals(List.of(7L, 7L), sleepMicros);
    }

    @Test
    void shouldNotSleepWhenItWasInterruptedOrHasNoTime() {
        final Sleeper sleeper = new Sleeper(bell);
        sleeper.idle(Long.MAX_VALUE);
        sleeper.idle(0);
        Thread.currentThread().interrupt();
        sleeper.idle(Long.MAX_VALUE);
        assertTrue(Thread.interrupted(), "stays interrupted");
        assertEquals(List.of(), calls);
    }
}
