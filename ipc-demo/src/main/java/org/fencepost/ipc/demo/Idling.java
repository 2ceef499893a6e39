package org.fencepost.ipc.demo;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/** How the demo's processes wait for each other. */
final class Idling {
    private static final long SPINS = 100;
    private static final long YIELDS = 50;
    private static final long PARK_NANOS_MIN = 1_000;
    private static final long PARK_NANOS_MAX = 100_000;

    private Idling() {
    }

    /**
     * Spins for what is under way on another core, then gives the core away: there may be more
     * processes than cores, and the one that is waited for may need this one.
     */
    static IdleStrategy strategy() {
        return new BackoffIdleStrategy(SPINS, YIELDS, PARK_NANOS_MIN, PARK_NANOS_MAX);
    }
}
