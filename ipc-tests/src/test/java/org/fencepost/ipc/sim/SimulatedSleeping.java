package org.fencepost.ipc.sim;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.fencepost.ipc.os.Sleeping;

/**
 * The kernel's sleep on words, for all processes of a simulation. A short sleep ends by itself at some time, and then
 * what was stored before it has arrived everywhere. A longer one ends when somebody wakes it and never by itself,
 * before somebody is killed.
 */
final class SimulatedSleeping implements Sleeping {
    private static final long HALF_MASK = 0xFFFF_FFFFL;
    private static final int TIMEOUT_CHANCE = 20;
    /** Longer than the first sleep behind an enlistment, and shorter than any other. */
    private static final long SHORT_NANOS_MAX = 1_000_000;

    private final Simulation simulation;
    private final SimulatedMemory memory;
    /** By address: who sleeps there, by number. */
    private final Map<Long, Set<Integer>> asleep = new HashMap<>();

    SimulatedSleeping(final Simulation simulation, final SimulatedMemory memory) {
        this.simulation = simulation;
        this.memory = memory;
    }

    @Override
    public boolean canWake() {
        return true;
    }

    @Override
    public Sleep on(final long... addresses) {
        Sleeping.checkCount(addresses.length);
        return (expected, timeoutNanos) -> {
            simulation.systemCall();
            for (int i = 0; i < addresses.length; i++) {
                if ((memory.peek(addresses[i]) & HALF_MASK)
                    != Integer.toUnsignedLong(expected[i])) {
                    return false;
                }
            }
            final SimulatedThread thread = simulation.current();
            for (final long address : addresses) {
                at(address).add(thread.index);
            }
            final boolean isShort = timeoutNanos <= SHORT_NANOS_MAX;
            boolean woken = false;
            boolean timeIsOver = false;
            while (!woken && !timeIsOver) {
                simulation.idle();
                timeIsOver = simulation.random(TIMEOUT_CHANCE) == 0 && (isShort || simulation.killed() != 0);
                for (final long address : addresses) {
                    woken |= !at(address).contains(thread.index);
                }
            }
            for (final long address : addresses) {
                at(address).remove(thread.index);
            }
            if (isShort && timeIsOver) {
                simulation.fenceAll();
            }
            return timeIsOver;
        };
    }

    @Override
    public void wake(final long address) {
        simulation.systemCall();
        at(address).clear();
        simulation.progressed();
    }

    private Set<Integer> at(final long address) {
        return asleep.computeIfAbsent(address, key -> new TreeSet<>());
    }
}
