package org.fencepost.ipc.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What the simulated memory must show and must never show. FORBIDDEN outcomes are those that Java's
 * access modes exclude; the others must turn up, or the simulation would miss the mistakes that
 * lead to them.
 */
@Tag("simulation")
class LitmusTest {
    private static final int SCHEDULES = 4_000;
    private static final int LINE = 128;

    /** Two or three little threads over four words, and the values they have read. */
    private static final class Litmus {
        final Simulation simulation;
        final SimulatedMemory memory;
        final long x;
        final long y;
        final long z;
        final long[] read = new long[6];

        Litmus(final Simulation simulation) {
            this.simulation = simulation;
            memory = simulation.memory();
            x = memory.allocate("x", LINE, false);
            y = memory.allocate("y", LINE, false);
            z = memory.allocate("z", LINE, false);
        }

        SimulatedProcess thread(final Runnable body) {
            final SimulatedProcess process = simulation.process("p");
            simulation.spawn(process, "t", body::run);
            return process;
        }
    }

    private static Set<String> outcomes(
        final int words, final int kills, final Consumer<Litmus> program) {
        final Set<String> outcomes = new TreeSet<>();
        new Schedules("litmus", 12, kills, simulation -> {
            final Litmus litmus = new Litmus(simulation);
            program.accept(litmus);
            simulation.run();
            final StringBuilder outcome = new StringBuilder();
            for (int i = 0; i < words; i++) {
                outcome.append(litmus.read[i]).append(' ');
            }
            outcomes.add(outcome.toString().strip());
        }).run(1, SCHEDULES);
        return outcomes;
    }

    @Test
    void shouldPassMessagesWhenReleasedAndAcquired() {
        final Set<String> outcomes = outcomes(2, 0, l -> {
            l.thread(() -> {
                l.memory.putLong(l.x, 1);
                l.memory.putLongRelease(l.y, 1);
            });
            l.thread(() -> {
                l.read[0] = l.memory.getLongAcquire(l.y);
                l.read[1] = l.memory.getLong(l.x);
            });
        });
        // FORBIDDEN 1 0: the flag without what it stands for.
        assertEquals(Set.of("0 0", "0 1", "1 1"), outcomes);
    }

    @Test
    void shouldShowStaleDataWhenTheFlagIsNotReleased() {
        final Set<String> outcomes = outcomes(2, 0, l -> {
            l.thread(() -> {
                l.memory.putLong(l.x, 1);
                l.memory.putLongOpaque(l.y, 1);
            });
            l.thread(() -> {
                l.read[0] = l.memory.getLongAcquire(l.y);
                l.read[1] = l.memory.getLong(l.x);
            });
        });
        assertTrue(outcomes.contains("1 0"), outcomes::toString);
    }

    @Test
    void shouldShowStaleDataWhenTheFlagIsNotAcquired() {
        final Set<String> outcomes = outcomes(2, 0, l -> {
            l.thread(() -> {
                l.memory.putLong(l.x, 1);
                l.memory.putLongRelease(l.y, 1);
            });
            l.thread(() -> {
                l.read[0] = l.memory.getLongOpaque(l.y);
                l.read[1] = l.memory.getLong(l.x);
            });
        });
        assertTrue(outcomes.contains("1 0"), outcomes::toString);
    }

    @Test
    void shouldPassMessagesWhenFencesStandBetweenWeakAccesses() {
        final Set<String> outcomes = outcomes(2, 0, l -> {
            l.thread(() -> {
                l.memory.putLong(l.x, 1);
                l.memory.storeStoreFence();
                l.memory.putLongOpaque(l.y, 1);
            });
            l.thread(() -> {
                l.read[0] = l.memory.getLongOpaque(l.y);
                l.memory.acquireFence();
                l.read[1] = l.memory.getLong(l.x);
            });
        });
        // FORBIDDEN 1 0.
        assertEquals(Set.of("0 0", "0 1", "1 1"), outcomes);
    }

    @Test
    void shouldNotOrderLaterStoresWhenOneIsReleased() {
        final Set<String> outcomes = outcomes(2, 0, l -> {
            l.thread(() -> {
                l.memory.putLongRelease(l.x, 1);
                l.memory.putLongOpaque(l.y, 1);
            });
            l.thread(() -> {
                l.read[0] = l.memory.getLongAcquire(l.y);
                l.read[1] = l.memory.getLongAcquire(l.x);
            });
        });
        assertTrue(outcomes.contains("1 0"), outcomes::toString);
    }

    @Test
    void shouldHideStoresFromEachOtherWhenNoFullFenceStandsBetween() {
        assertTrue(storeBuffering(false).contains("0 0"));
    }

    @Test
    void shouldShowOneOfTwoStoresWhenFullFencesStandBetween() {
        // FORBIDDEN 0 0: both loads before both stores.
        assertEquals(Set.of("0 1", "1 0", "1 1"), storeBuffering(true));
    }

    private static Set<String> storeBuffering(final boolean fenced) {
        return outcomes(2, 0, l -> {
            l.thread(() -> {
                l.memory.putLongRelease(l.x, 1);
                if (fenced) {
                    l.memory.fullFence();
                }
                l.read[0] = l.memory.getLongAcquire(l.y);
            });
            l.thread(() -> {
                l.memory.putLongRelease(l.y, 1);
                if (fenced) {
                    l.memory.fullFence();
                }
                l.read[1] = l.memory.getLongAcquire(l.x);
            });
        });
    }

    @Test
    void shouldCarryKnowledgeOnWhenAThirdThreadIsTold() {
        final Set<String> outcomes = outcomes(3, 0, l -> {
            l.thread(() -> l.memory.putLongOpaque(l.x, 1));
            l.thread(() -> {
                l.read[0] = l.memory.getLongOpaque(l.x);
                l.memory.putLongRelease(l.y, 1);
            });
            l.thread(() -> {
                l.read[1] = l.memory.getLongAcquire(l.y);
                l.read[2] = l.memory.getLongOpaque(l.x);
            });
        });
        // FORBIDDEN 1 1 0: the third would not see what the second saw before it told.
        assertTrue(!outcomes.contains("1 1 0") && outcomes.contains("0 1 0")
            && outcomes.contains("1 1 1"), outcomes::toString);
    }

    @Test
    void shouldNeverGoBackInOneWordWhateverTheMode() {
        final Set<String> outcomes = outcomes(3, 0, l -> {
            l.thread(() -> {
                l.memory.putLongOpaque(l.x, 1);
                l.memory.putLongOpaque(l.x, 2);
            });
            l.thread(() -> {
                l.read[0] = l.memory.getLongOpaque(l.x);
                l.read[1] = l.memory.getLongOpaque(l.x);
                l.read[2] = l.memory.getLongOpaque(l.x);
            });
        });
        // FORBIDDEN: any decrease.
        for (final String outcome : outcomes) {
            assertTrue(outcome.charAt(0) <= outcome.charAt(2)
                && outcome.charAt(2) <= outcome.charAt(4), outcomes::toString);
        }
        assertEquals(10, outcomes.size());
    }

    @Test
    void shouldAgreeOnTheOrderOfStoresToOneWord() {
        final Set<String> outcomes = outcomes(4, 0, l -> {
            l.thread(() -> l.memory.putLongOpaque(l.x, 1));
            l.thread(() -> l.memory.putLongOpaque(l.x, 2));
            for (int i = 0; i < 4; i += 2) {
                final int first = i;
                l.thread(() -> {
                    l.read[first] = l.memory.getLongOpaque(l.x);
                    l.read[first + 1] = l.memory.getLongOpaque(l.x);
                });
            }
        });
        // FORBIDDEN 1 2 2 1 and 2 1 1 2: two readers that disagree.
        assertTrue(!outcomes.contains("1 2 2 1") && !outcomes.contains("2 1 1 2")
            && outcomes.contains("1 2 1 2") && outcomes.contains("2 1 2 1"), outcomes::toString);
    }

    @Test
    void shouldReorderStoresOfTwoThreadsWhenNothingOrdersThem() {
        final Set<String> outcomes = new TreeSet<>();
        new Schedules("2+2w", 8, 0, simulation -> {
            final Litmus l = new Litmus(simulation);
            l.thread(() -> {
                l.memory.putLongOpaque(l.x, 1);
                l.memory.putLongOpaque(l.y, 2);
            });
            l.thread(() -> {
                l.memory.putLongOpaque(l.y, 1);
                l.memory.putLongOpaque(l.x, 2);
            });
            simulation.run();
            outcomes.add(l.memory.peek(l.x) + " " + l.memory.peek(l.y));
        }).run(1, SCHEDULES);
        // 1 1 needs the first store of each thread to become visible behind the other's second.
        assertEquals(Set.of("1 1", "1 2", "2 1", "2 2"), outcomes);
    }

    @Test
    void shouldLoseNoIncrementWhenExchanged() {
        new Schedules("increments", 60, 0, simulation -> {
            final Litmus l = new Litmus(simulation);
            for (int i = 0; i < 3; i++) {
                l.thread(() -> {
                    for (int n = 0; n < 3; n++) {
                        long seen = l.memory.getLongOpaque(l.x);
                        while (true) {
                            final long witness =
                                l.memory.compareAndExchangeLong(l.x, seen, seen + 1);
                            if (witness == seen) {
                                break;
                            }
                            seen = witness;
                        }
                    }
                });
            }
            simulation.run();
            assertEquals(9, l.memory.peek(l.x));
        }).run(1, SCHEDULES);
    }

    @Test
    void shouldNotOverwriteAnExchangeWithAStoreFromBeforeIt() {
        final Set<String> outcomes = outcomes(1, 0, l -> {
            l.thread(() -> l.memory.putLongOpaque(l.x, 7));
            l.thread(() -> l.read[0] = l.memory.compareAndExchangeLong(l.x, 0, 5));
            l.simulation.run();
            l.read[0] = l.read[0] * 10 + l.memory.peek(l.x);
        });
        // 7 behind 5, or 7 first and the exchange refused. FORBIDDEN 5: it saw 0 and 7 is between.
        assertEquals(Set.of("7", "77"), outcomes);
    }

    @Test
    void shouldLoseOnlyWhatNothingOrdersWhenKilled() {
        final Set<String> outcomes = new TreeSet<>();
        new Schedules("kill", 5, 1, simulation -> {
            final Litmus l = new Litmus(simulation);
            l.thread(() -> {
                l.memory.putLongOpaque(l.x, 1);
                l.memory.putLongOpaque(l.y, 1);
                l.memory.putLongRelease(l.z, 1);
            });
            simulation.run();
            outcomes.add(l.memory.peek(l.x) + " " + l.memory.peek(l.y) + " " + l.memory.peek(l.z));
        }).run(1, SCHEDULES);
        // 0 1 0: nothing orders the first two. FORBIDDEN: the third without both.
        assertEquals(Set.of("0 0 0", "1 0 0", "0 1 0", "1 1 0", "1 1 1"), outcomes);
    }

    @Test
    void shouldKeepTheOrderWhenKilledBehindAStoreStoreFence() {
        final Set<String> outcomes = new TreeSet<>();
        new Schedules("kill", 5, 1, simulation -> {
            final Litmus l = new Litmus(simulation);
            l.thread(() -> {
                l.memory.putLongRelease(l.x, 1);
                l.memory.storeStoreFence();
                l.memory.putLong(l.y, 1);
            });
            simulation.run();
            outcomes.add(l.memory.peek(l.x) + " " + l.memory.peek(l.y));
        }).run(1, SCHEDULES);
        // FORBIDDEN 0 1.
        assertEquals(Set.of("0 0", "1 0", "1 1"), outcomes);
    }

    @Test
    void shouldReportARaceWhenALoadMayBeOvertakenByAStore() {
        assertTrue(raceOnReuse(false) > 0);
        assertEquals(0, raceOnReuse(true));
    }

    private static long raceOnReuse(final boolean released) {
        return new Schedules("reuse", 8, 0, simulation -> {
            final SimulatedMemory memory = simulation.memory();
            final long data = memory.allocate("data", LINE, true);
            final long cursor = memory.allocate("cursor", LINE, true);
            simulation.spawn(simulation.process("reader"), "t", () -> {
                memory.getLong(data);
                if (released) {
                    memory.putLongRelease(cursor, 1);
                } else {
                    memory.putLongOpaque(cursor, 1);
                }
            }).withOrderedPlainReads();
            simulation.spawn(simulation.process("cleaner"), "t", () -> {
                if (memory.getLongAcquire(cursor) == 1) {
                    memory.fill(data, LINE, (byte) 0);
                }
            });
            simulation.run();
        }).firstFailure(1, SCHEDULES);
    }

    @Test
    void shouldReadBackWhatWasWrittenWhateverSizeAndAlignment() {
        new Schedules("bytes", 100, 0, simulation -> {
            final Litmus l = new Litmus(simulation);
            l.thread(() -> {
                final byte[] source = new byte[31];
                for (int i = 0; i < source.length; i++) {
                    source[i] = (byte) (i + 1);
                }
                l.memory.copyFrom(l.x + 3, source, 0, source.length);
                l.memory.putInt(l.x + 6, 0x44332211);
                l.memory.copy(l.x + 3, l.x + 5, source.length);
                final byte[] target = new byte[source.length];
                l.memory.copyTo(l.x + 5, target, 0, target.length);
                System.arraycopy(new byte[] {0x11, 0x22, 0x33, 0x44}, 0, source, 3, 4);
                assertEquals(HexFormat.of().formatHex(source),
                    HexFormat.of().formatHex(target));
                assertEquals(0x3322, l.memory.getShort(l.x + 9));
                l.memory.fill(l.x + 1, 40, (byte) -1);
                assertEquals(0xffL << 56 | -1L, l.memory.getLong(l.x + 1));
                assertEquals(0, l.memory.getByte(l.x));
                assertEquals(0, l.memory.getByte(l.x + 41));
            });
            simulation.run();
        }).run(1, 200);
    }

    @Test
    void shouldFailWhenNothingIsMapped() {
        final Schedules beyond = new Schedules("beyond", 10, 0, simulation -> {
            final Litmus l = new Litmus(simulation);
            l.thread(() -> l.memory.getLong(l.x + LINE));
            simulation.run();
        });
        assertThrows(SimulationFailure.class, () -> beyond.run(1));
    }

    @Test
    void shouldRepeatTheTraceWhenTheSeedIsTheSame() {
        final Schedules schedules = new Schedules("repeat", 40, 1, LitmusTest::threeExchangers);
        final Set<Long> hashes = new TreeSet<>();
        for (int seed = 1; seed <= 50; seed++) {
            final long hash = schedules.run(seed);
            assertEquals(hash, schedules.run(seed));
            hashes.add(hash);
        }
        assertTrue(hashes.size() > 40, () -> hashes.size() + " different traces of 50 seeds");
        assertNotEquals(0, schedules.trace(1).size());
    }

    private static void threeExchangers(final Simulation simulation) {
        final Litmus l = new Litmus(simulation);
        for (int i = 0; i < 3; i++) {
            final long value = i + 1;
            l.thread(() -> {
                for (int n = 0; n < 5; n++) {
                    l.memory.compareAndExchangeLong(l.x, l.memory.getLongOpaque(l.x), value);
                    l.memory.putLong(l.y, value);
                }
            });
        }
        simulation.run();
    }
}
