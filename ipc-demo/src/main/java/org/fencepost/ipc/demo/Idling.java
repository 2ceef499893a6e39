package org.fencepost.ipc.demo;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/** How the demo's processes wait for each other. */
final class Idling {
    private static final long SPINS_ON_OWN_CORE = 20_000;
    private static final long SPINS_ON_SHARED_CORE = 100;
    private static final long YIELDS = 50;
    private static final long PARK_NANOS_MIN = 1_000;
    private static final long PARK_NANOS_MAX = 100_000;

    private Idling() {
    }

    /**
     * Spins as long as there is a core for every process; otherwise spins only for what is under way on
     * another core and then gives its own away, because the process that is waited for may need it. Who
     * waits for long is parked.
     *
     * @param processes producers and consumers of the run.
     */
    static IdleStrategy strategy(final int processes) {
        return new BackoffIdleStrategy(
            processes <= Runtime.getRuntime().availableProcessors()
                ? SPINS_ON_OWN_CORE
                : SPINS_ON_SHARED_CORE,
            YIELDS,
            PARK_NANOS_MIN,
            PARK_NANOS_MAX);
    }
}
