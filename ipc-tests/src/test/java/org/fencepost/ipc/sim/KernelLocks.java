package org.fencepost.ipc.sim;

import java.util.ArrayList;
import java.util.List;

/**
 * The kernel's record of the locks on one file: byte ranges, each held by one open file
 * description, shared or exclusive.
 *
 * <p>Who takes or probes a byte that was given back learns all that the one who gave it back knew.
 * A probe that finds the byte locked teaches nothing.
 */
final class KernelLocks {
    final String name;
    private final Simulation simulation;
    private final List<Held> held = new ArrayList<>();
    private final List<Released> released = new ArrayList<>();

    private record Held(Object owner, SimulatedProcess process, long byteIndex, boolean shared) {
    }

    private record Released(long byteIndex, int[] knowledge) {
    }

    KernelLocks(final Simulation simulation, final String name) {
        this.simulation = simulation;
        this.name = name;
    }

    boolean tryLock(
        final Object owner, final SimulatedProcess process, final long first, final long count,
        final boolean shared) {
        enterKernel();
        for (long at = first; at < first + count; at++) {
            for (final Held other : held) {
                if (other.owner != owner && other.byteIndex == at && !(shared && other.shared)) {
                    note("lock of " + at + " refused");
                    return false;
                }
            }
        }
        for (long at = first; at < first + count; at++) {
            drop(owner, at);
            held.add(new Held(owner, process, at, shared));
            learn(at);
        }
        note("lock of " + first + "+" + count + " taken");
        return true;
    }

    void unlock(final Object owner, final long first, final long count) {
        enterKernel();
        final SimulatedThread thread = simulation.current();
        for (long at = first; at < first + count; at++) {
            if (drop(owner, at) && thread != null) {
                remember(at, thread.knowledge.clone());
            }
        }
        note("lock of " + first + "+" + count + " given back");
    }

    boolean isLockedByOther(final Object owner, final long first, final long count) {
        enterKernel();
        for (final Held other : held) {
            if (other.owner != owner && other.byteIndex >= first && other.byteIndex < first + count) {
                note("byte " + first + " is locked");
                return true;
            }
        }
        for (long at = first; at < first + count; at++) {
            learn(at);
        }
        note("byte " + first + " is free");
        return false;
    }

    /** Closes a description: all of its locks are given back. */
    void closed(final Object owner) {
        enterKernel();
        final SimulatedThread thread = simulation.current();
        for (final Held lock : List.copyOf(held)) {
            if (lock.owner == owner) {
                held.remove(lock);
                if (thread != null) {
                    remember(lock.byteIndex, thread.knowledge.clone());
                }
            }
        }
        note("description closed");
    }

    /** The end of a process. */
    void releaseAll(final SimulatedProcess process) {
        for (final Held lock : List.copyOf(held)) {
            if (lock.process == process) {
                held.remove(lock);
                remember(lock.byteIndex, process.knowledge());
            }
        }
    }

    /** Whether nobody holds anything. */
    boolean isFree() {
        return held.isEmpty();
    }

    private void enterKernel() {
        // No compiler moves a store across a system call, so a death behind it undoes nothing.
        simulation.step();
        final SimulatedThread thread = simulation.current();
        if (thread != null) {
            thread.lastStep = "a lock of " + name;
            thread.lastAddress = 0;
            thread.recentStores.clear();
        }
    }

    private boolean drop(final Object owner, final long byteIndex) {
        return held.removeIf(lock -> lock.owner == owner && lock.byteIndex == byteIndex);
    }

    private void learn(final long byteIndex) {
        final SimulatedThread thread = simulation.current();
        if (thread != null) {
            for (final Released past : released) {
                if (past.byteIndex == byteIndex) {
                    SimulatedThread.learn(thread.knowledge, past.knowledge);
                }
            }
        }
    }

    private void remember(final long byteIndex, final int[] knowledge) {
        for (final Released past : released) {
            if (past.byteIndex == byteIndex) {
                SimulatedThread.learn(past.knowledge, knowledge);
                return;
            }
        }
        released.add(new Released(byteIndex, knowledge));
    }

    private void note(final String what) {
        simulation.trace().add(
            simulation.current() == null ? 0 : simulation.current().index, 99, name.hashCode(),
            what.hashCode());
        simulation.note(name + ": " + what);
    }
}
