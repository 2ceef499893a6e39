package org.fencepost.ipc.demo.channel;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;

/** A thread that does the housekeeping of a channel, off the thread that publishes. */
final class Housekeeper implements AutoCloseable {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final Channel channel;
    private final BooleanSupplier needed;
    private final Thread thread;
    private volatile boolean stopped;

    /**
     * Begins.
     *
     * @param needed whether there is to be a segment ahead; asked by the thread.
     */
    Housekeeper(final Channel channel, final BooleanSupplier needed) {
        this.channel = channel;
        this.needed = needed;
        this.thread = Thread.ofPlatform().daemon().name("housekeeping").start(this::work);
    }

    private void work() {
        try {
            while (!stopped) {
                if (!needed.getAsBoolean() || channel.housekeeping().doWork() == 0) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        } catch (final ChannelException refusal) {
            // The publisher has to do it itself now, and will be told the same.
            stopped = true;
        }
    }

    /** Waits for the end of what is being done. */
    @Override
    public void close() {
        stopped = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
