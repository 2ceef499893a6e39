package org.fencepost.ipc.log;

import java.util.Optional;

/**
 * What only the handle that has a publisher slot can tell: to the kernel, and so to everybody else, a
 * process is alive whatever becomes of its threads. Any thread asks.
 */
public interface SlotOwner {
    /** Resolves the claim at a position if its thread has ended; whether there was one. */
    boolean heals(long position);

    /** Of the thread that claimed last, if any has. */
    Optional<String> threadName();
}
