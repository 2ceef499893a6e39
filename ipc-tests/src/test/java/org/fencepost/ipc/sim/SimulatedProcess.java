package org.fencepost.ipc.sim;

import java.util.ArrayList;
import java.util.List;

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

    /** Whether it was killed and the kernel has dropped its locks. */
    public boolean isGone() {
        return locksReleased;
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
