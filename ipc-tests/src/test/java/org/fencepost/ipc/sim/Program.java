package org.fencepost.ipc.sim;

/** A simulated program: makes memory, processes and threads, runs them, checks what came out. */
@FunctionalInterface
public interface Program {
    /** Builds, runs and checks; fails by throwing. */
    void run(Simulation simulation);
}
