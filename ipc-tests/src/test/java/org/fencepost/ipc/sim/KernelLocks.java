package org.fencepost.ipc.sim;

import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
    private final Set<Object> closed = new HashSet<>();

    private record Held(Object owner, SimulatedProcess process, long byteIndex, boolean shared) {
    }

    private record Released(long byteIndex, int[] knowledge) {
    }

    /** Of one file in one simulation. */
    KernelLocks(final Simulation simulation, final String name) {
        this.simulation = simulation;
        this.name = name;
    }

    boolean tryLock(
        final Object owner, final SimulatedProcess process, final long byteIndex,
        final boolean shared) throws ClosedChannelException {
        enterKernel(owner);
        for (final Held other : held) {
            if (other.owner != owner && other.byteIndex == byteIndex && !(shared && other.shared)) {
                note("lock of " + byteIndex + " refused");
                return false;
            }
        }
        held.removeIf(lock -> lock.owner == owner && lock.byteIndex == byteIndex);
        held.add(new Held(owner, process, byteIndex, shared));
        learn(byteIndex, 1);
        note("lock of " + byteIndex + " taken");
        return true;
    }

    void unlock(final Object owner, final long byteIndex) throws ClosedChannelException {
        enterKernel(owner);
        final SimulatedThread thread = simulation.current();
        if (held.removeIf(lock -> lock.owner == owner && lock.byteIndex == byteIndex)
            && thread != null) {
            remember(byteIndex, thread.knowledge.clone());
        }
        note("lock of " + byteIndex + " given back");
    }

    boolean isLockedByOther(final Object owner, final long first, final long count)
        throws ClosedChannelException {
        enterKernel(owner);
        for (final Held other : held) {
            if (other.owner != owner
                && other.byteIndex >= first && other.byteIndex - first < count) {
                note("byte " + other.byteIndex + " is locked");
                return true;
            }
        }
        learn(first, count);
        note("byte " + first + " is free");
        return false;
    }

    /** Closes a description: all of its locks are given back. */
    void close(final Object owner) {
        enterKernel();
        closed.add(owner);
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

    private void enterKernel(final Object owner) throws ClosedChannelException {
        enterKernel();
        if (closed.contains(owner)) {
            throw new ClosedChannelException();
        }
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

    private void learn(final long first, final long count) {
        final SimulatedThread thread = simulation.current();
        if (thread != null) {
            for (final Released past : released) {
                if (past.byteIndex >= first && past.byteIndex - first < count) {
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
