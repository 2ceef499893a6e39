package org.fencepost.ipc.sim;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.fencepost.ipc.os.Sleeping;

/**
 * The kernel's sleep on words, for all processes of a simulation. A sleep ends when somebody wakes it
 * and never by itself, before somebody is killed.
 */
final class SimulatedSleeping implements Sleeping {
    private static final long HALF_MASK = 0xFFFF_FFFFL;
    private static final int TIMEOUT_CHANCE = 20;

    private final Simulation simulation;
    private final SimulatedMemory memory;
    private final boolean registersLate;
    private boolean reachesAll;
    /** By address: who sleeps there, by number. */
    private final Map<Long, Set<Integer>> asleep = new HashMap<>();

    /** Whom the fence of those who are about to sleep reaches. */
    enum Fence {
        /** All processes. */
        ALL,
        /** None: they fence themselves. */
        NONE,
        /** None at first, and all as soon as one has found that it is registered. */
        ALL_LATE
    }

    SimulatedSleeping(
        final Simulation simulation, final SimulatedMemory memory, final Fence fence) {
        this.simulation = simulation;
        this.memory = memory;
        this.reachesAll = fence == Fence.ALL;
        this.registersLate = fence == Fence.ALL_LATE;
    }

    @Override
    public boolean canWake() {
        return true;
    }

    @Override
    public boolean register() {
        if (registersLate && !reachesAll && simulation.random(2) == 0) {
            // As the kernel: behind a fence of each thread that it is registered for now, it says so.
            reachesAll = true;
            simulation.fenceAll();
        }
        return reachesAll;
    }

    @Override
    public boolean fenceAll() {
        simulation.systemCall();
        // The kernel looks behind a fence of its own who is registered.
        memory.fullFence();
        if (reachesAll) {
            simulation.fenceAll();
        }
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
                    return;
                }
            }
            final SimulatedThread thread = simulation.current();
            for (final long address : addresses) {
                at(address).add(thread.index);
            }
            boolean sleeps = true;
            while (sleeps) {
                simulation.idle();
                sleeps = simulation.killed() == 0 || simulation.random(TIMEOUT_CHANCE) != 0;
                for (final long address : addresses) {
                    sleeps &= at(address).contains(thread.index);
                }
            }
            for (final long address : addresses) {
                at(address).remove(thread.index);
            }
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
