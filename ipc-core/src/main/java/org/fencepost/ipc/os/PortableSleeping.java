package org.fencepost.ipc.os;

import java.util.concurrent.locks.LockSupport;

/** Short sleeps: the JDK has nothing that another process could end. */
final class PortableSleeping implements Sleeping {
    private static final long PARK_NANOS_MAX = 100_000;

    @Override
    public boolean canWake() {
        return false;
    }

    @Override
    public Sleep on(final long... addresses) {
        Sleeping.checkCount(addresses.length);
        return (expected, timeoutNanos) -> {
            LockSupport.parkNanos(this, Math.min(timeoutNanos, PARK_NANOS_MAX));
            return false;
        };
    }

    @Override
    public void wake(final long address) {
        // Nobody sleeps for long.
    }
}
