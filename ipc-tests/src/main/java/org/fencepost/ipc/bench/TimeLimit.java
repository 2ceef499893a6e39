package org.fencepost.ipc.bench;

import java.util.concurrent.TimeUnit;

/** How long a benchmark may begin new runs, counted from when this is made. */
final class TimeLimit {
    private final long startNanos = System.nanoTime();
    private final long nanosMax;

    TimeLimit(final long secondsMax) {
        this.nanosMax = TimeUnit.SECONDS.toNanos(secondsMax);
    }

    boolean isReached() {
        return System.nanoTime() - startNanos >= nanosMax;
    }
}
