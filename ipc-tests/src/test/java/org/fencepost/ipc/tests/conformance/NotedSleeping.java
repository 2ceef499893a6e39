package org.fencepost.ipc.tests.conformance;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.fencepost.ipc.os.ForwardingSleeping;

/** The kernel's sleep, and a list of how long virtual threads are to be kept in it. */
final class NotedSleeping extends ForwardingSleeping {
    private final BlockingQueue<Long> ofVirtualThreads = new LinkedBlockingQueue<>();

    /** In nanoseconds, at most. */
    BlockingQueue<Long> ofVirtualThreads() {
        return ofVirtualThreads;
    }

    @Override
    public Sleep on(final long... addresses) {
        final Sleep sleep = super.on(addresses);
        return (expected, timeoutNanos) -> {
            if (Thread.currentThread().isVirtual()) {
                ofVirtualThreads.add(timeoutNanos);
            }
            return sleep.awaitChange(expected, timeoutNanos);
        };
    }
}
