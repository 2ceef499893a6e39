package org.fencepost.ipc.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Does the simulation find known mistakes? A queue of one place between two processes: the sender
 * waits until the place is free, writes two words and says so; the receiver reads them and frees
 * it.
 */
@Tag("simulation")
class ToyProtocolTest {
    private static final int SCHEDULES = 3_000;
    private static final int MESSAGES = 4;

    private enum Mistake { NONE, WEAK_FULL, WEAK_FREE, SAYS_FULL_FIRST, FREES_FIRST }

    private static Schedules toy(final Mistake mistake) {
        return new Schedules("toy", 60, 0, simulation -> {
            final SimulatedMemory memory = simulation.memory();
            final long flag = memory.allocate("flag", 8, false);
            final long data = memory.allocate("data", 16, true);
            simulation.spawn(simulation.process("sender"), "t", () -> {
                for (int i = 1; i <= MESSAGES; i++) {
                    while (memory.getLongAcquire(flag) != 0) {
                        simulation.idle();
                    }
                    if (mistake == Mistake.SAYS_FULL_FIRST) {
                        memory.putLongRelease(flag, 1);
                    }
                    memory.putLong(data, i);
                    memory.putLong(data + 8, i);
                    if (mistake == Mistake.WEAK_FULL) {
                        memory.putLongOpaque(flag, 1);
                    } else {
                        memory.putLongRelease(flag, 1);
                    }
                }
            });
            simulation.spawn(simulation.process("receiver"), "t", () -> {
                for (int i = 1; i <= MESSAGES; i++) {
                    while (memory.getLongAcquire(flag) == 0) {
                        simulation.idle();
                    }
                    if (mistake == Mistake.FREES_FIRST) {
                        memory.putLongRelease(flag, 0);
                    }
                    assertEquals(i, memory.getLong(data));
                    assertEquals(i, memory.getLong(data + 8));
                    if (mistake == Mistake.WEAK_FREE) {
                        memory.putLongOpaque(flag, 0);
                    } else if (mistake != Mistake.FREES_FIRST) {
                        memory.putLongRelease(flag, 0);
                    }
                }
            }).withOrderedPlainReads();
            simulation.run();
        });
    }

    @Test
    void shouldFindNothingWhenTheProtocolIsRight() {
        assertEquals(0, toy(Mistake.NONE).firstFailure(1, SCHEDULES));
    }

    @Test
    void shouldFindEachMistakeThatIsMadeOnPurpose() {
        for (final Mistake mistake : Mistake.values()) {
            assertEquals(mistake != Mistake.NONE,
                toy(mistake).firstFailure(1, SCHEDULES) > 0, mistake::toString);
        }
    }

    @Test
    void shouldNameTheSeedThatRepeatsAFailure() {
        final Schedules wrong = toy(Mistake.SAYS_FULL_FIRST);
        final long seed = wrong.firstFailure(1, SCHEDULES);
        final SimulationFailure failure =
            assertThrows(SimulationFailure.class, () -> wrong.run(seed));
        assertTrue(failure.getMessage().contains("-Dsim.seed=" + seed + ' '), failure::getMessage);
        assertEquals(failure.getMessage(),
            assertThrows(SimulationFailure.class, () -> wrong.run(seed)).getMessage());
    }

    @Test
    void shouldReportAProgramThatWaitsForEver() {
        final Schedules stuck = new Schedules("stuck", 30, 0, simulation -> {
            final long word = simulation.memory().allocate("word", 8, false);
            simulation.spawn(simulation.process("waiter"), "t", () -> {
                while (simulation.memory().getLongAcquire(word) == 0) {
                    simulation.idle();
                }
            });
            simulation.run();
        });
        assertThrows(SimulationFailure.class, () -> stuck.run(1));
    }

    @Test
    void shouldFindThatALockIsFreedOnlyBehindTheStoresOfTheDead() {
        // The counterpart of every repair: who sees the lock free sees all that the owner stored.
        for (int seed = 1; seed <= SCHEDULES; seed++) {
            deadOwner().run(seed);
        }
    }

    private static Schedules deadOwner() {
        return new Schedules("dead-owner", 20, 1, simulation -> {
            final SimulatedMemory memory = simulation.memory();
            final long words = memory.allocate("words", 16, false);
            final KernelLocks locks = new KernelLocks(simulation, "locks");
            final SimulatedProcess owner = simulation.process("owner");
            final long[] stored = new long[1];
            simulation.spawn(owner, "t", () -> {
                new SimulatedLockFile(simulation, locks, owner).tryLock(0);
                for (int i = 1; i <= 5; i++) {
                    memory.putLongOpaque(words, i);
                    memory.fullFence();
                    stored[0] = i;
                }
            });
            final SimulatedProcess heir = simulation.process("heir").immortal();
            simulation.spawn(heir, "t", () -> {
                final SimulatedLockFile file = new SimulatedLockFile(simulation, locks, heir);
                while (stored[0] < 1 && !owner.isDead()) {
                    simulation.idle();
                }
                while (file.isLockedByOther(0, 1) && !isFinished(owner)) {
                    simulation.idle();
                }
                if (owner.isGone()) {
                    final long seen = memory.getLongOpaque(words);
                    assertTrue(seen >= stored[0], () -> seen + " of " + stored[0]);
                }
            });
            simulation.run();
        });
    }

    private static boolean isFinished(final SimulatedProcess process) {
        return process.threads.getFirst().isFinished();
    }
}
