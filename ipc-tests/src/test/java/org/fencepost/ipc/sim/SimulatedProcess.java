package org.fencepost.ipc.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What dies as one: some threads and the kernel locks they hold. */
public final class SimulatedProcess {
    final String name;
    final List<SimulatedThread> threads = new ArrayList<>();
    final List<KernelLocks> locks = new ArrayList<>();
    boolean dead;
    boolean locksReleased;
    /** The step at which the kernel has taken a dead process apart. */
    long locksReleasedAt;
    boolean mortal = true;
    /** Whether it has closed its handle and gone on: its locks are free, its memory is private. */
    boolean closed;
    /** Whether it has begun to; it maps nothing any more. */
    boolean closing;
    /** Whether it may not change what it shares with others. */
    boolean readOnly;
    /** Regions that this process sees private memory in the place of, and that memory. */
    final Map<Long, Long> replaced = new HashMap<>();

    SimulatedProcess(final String name) {
        this.name = name;
    }

    /** Never the victim of a random kill. */
    public SimulatedProcess immortal() {
        mortal = false;
        return this;
    }

    /** Whether it was killed. */
    public boolean isDead() {
        return dead;
    }

    /** Whether it was killed and the kernel has dropped its locks, or it has given them up. */
    public boolean isGone() {
        return locksReleased || closed;
    }

    /** Whether it lives and has something left to do. */
    boolean isRunning() {
        for (final SimulatedThread thread : threads) {
            if (!dead && !thread.finished) {
                return true;
            }
        }
        return false;
    }

    boolean isClosing() {
        return closing;
    }

    /** Whether it sees private memory in the place of a region, if there is one. */
    boolean hasReplaced(final Long address) {
        return address != null && replaced.containsKey(address >>> SimulatedMemory.REGION_SHIFT);
    }

    /** Everything that its threads knew: who sees its locks free knows that too. */
    int[] knowledge() {
        final int[] all = new int[Simulation.THREADS_MAX];
        for (final SimulatedThread thread : threads) {
            SimulatedThread.learn(all, thread.knowledge);
        }
        return all;
    }

    @Override
    public String toString() {
        return name;
    }
}
