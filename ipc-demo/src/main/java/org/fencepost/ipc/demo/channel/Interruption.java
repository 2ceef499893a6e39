package org.fencepost.ipc.demo.channel;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Work that says in the end what came of it, and does so too when this process is told to end, by Ctrl-C or SIGTERM:
 * it is told to stop, and waited for a moment.
 */
final class Interruption {
    /** What is in the way of the work may be there for ever. */
    private static final long PATIENCE_SECONDS = 1;

    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread atShutdown;

    /**
     * Begins.
     *
     * @param end has the work stop soon; called by another thread.
     */
    Interruption(final Runnable end) {
        atShutdown = new Thread(() -> {
            end.run();
            awaitEnd();
        }, "ipc-interruption");
        Runtime.getRuntime().addShutdownHook(atShutdown);
    }

    private void awaitEnd() {
        try {
            done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (final InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    /** The work is over, and what came of it has been said. */
    void over() {
        done.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(atShutdown);
        } catch (final IllegalStateException ending) {
            // This JVM is ending; the hook finds nothing left to wait for.
            return;
        }
    }
}
