package org.fencepost.ipc.tests.conformance;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.fencepost.ipc.os.Sleeping;

/** The kernel's sleep, and a list of how long virtual threads are to be kept in it. */
final class NotedSleeping implements Sleeping {
    private final Sleeping kernel;
    private final BlockingQueue<Long> ofVirtualThreads = new LinkedBlockingQueue<>();

    NotedSleeping(final Sleeping kernel) {
        this.kernel = kernel;
    }

    /** In nanoseconds, at most. */
    BlockingQueue<Long> ofVirtualThreads() {
        return ofVirtualThreads;
    }

    @Override
    public boolean canWake() {
        return kernel.canWake();
    }

    @Override
    public boolean register() {
        return kernel.register();
    }

    @Override
    public boolean fenceAll() {
        return kernel.fenceAll();
    }

    @Override
    public Sleep on(final long... addresses) {
        final Sleep sleep = kernel.on(addresses);
        return (expected, timeoutNanos) -> {
            if (Thread.currentThread().isVirtual()) {
                ofVirtualThreads.add(timeoutNanos);
            }
            sleep.awaitChange(expected, timeoutNanos);
        };
    }

    @Override
    public void wake(final long address) {
        kernel.wake(address);
    }
}
