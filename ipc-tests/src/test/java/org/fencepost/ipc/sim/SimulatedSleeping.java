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
    private final boolean reachesAll;
    /** By address: who sleeps there, by number. */
    private final Map<Long, Set<Integer>> asleep = new HashMap<>();

    /** With a fence that reaches all processes, or none, which then fence themselves. */
    SimulatedSleeping(
        final Simulation simulation, final SimulatedMemory memory, final boolean reachesAll) {
        this.simulation = simulation;
        this.memory = memory;
        this.reachesAll = reachesAll;
    }

    @Override
    public boolean canWake() {
        return true;
    }

    @Override
    public boolean register() {
        return reachesAll;
    }

    @Override
    public boolean fenceAll() {
        simulation.systemCall();
        if (reachesAll) {
            simulation.fenceAll();
        } else {
            memory.fullFence();
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
