package org.fencepost.ipc.tests.conformance;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.IdleStrategy;
import org.awaitility.Awaitility;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.tests.support.Bells;

/**
 * A way to wait that can be seen from outside: whoever parks in the kernel has enlisted in the channel's control
 * file, of everybody else it is counted how often they idle.
 */
final class Wait {
    private static final Duration POLL_INTERVAL = Duration.ofNanos(50_000);

    private final Path channel;
    private final long bellOffset;
    private final boolean enlists;
    private final IdleStrategy idle;
    private volatile long idles;
    private long seen;

    /**
     * Of who waits for a bell of the channel.
     *
     * @param parks whether {@code idle} enlists where the platform lets it.
     */
    Wait(final Path channel, final long bellOffset, final boolean parks, final IdleStrategy idle) {
        this.channel = channel;
        this.bellOffset = bellOffset;
        this.enlists = parks && Platform.detect().sleeping().canWake();
        this.idle = enlists ? idle : new Counting(idle);
    }

    /** What waits. */
    IdleStrategy idle() {
        return idle;
    }

    /** Returns when it waits, again since the last time. */
    void await() {
        awaitOr(() -> false);
    }

    /** The same, or when it need not any more. */
    void awaitOr(final BooleanSupplier over) {
        awaitOr(channel, over);
    }

    /** The same of one that waits for several channels, in this one. */
    void awaitIn(final Path one) {
        awaitOr(one, () -> false);
    }

    private void awaitOr(final Path one, final BooleanSupplier over) {
        Awaitility.await().pollDelay(Duration.ZERO).pollInterval(POLL_INTERVAL)
            .until(() -> hasBegun(one) || over.getAsBoolean());
        seen = idles;
    }

    private boolean hasBegun(final Path one) {
        return enlists ? Bells.enlistments(one, bellOffset) > 0 : idles > seen;
    }

    private final class Counting implements IdleStrategy {
        private final IdleStrategy counted;

        Counting(final IdleStrategy counted) {
            this.counted = counted;
        }

        @Override
        public void idle(final int workCount) {
            if (workCount > 0) {
                reset();
            } else {
                idle();
            }
        }

        @Override
        public void idle() {
            // By one thread.
            idles++;
            counted.idle();
        }

        @Override
        public void reset() {
            counted.reset();
        }
    }
}
