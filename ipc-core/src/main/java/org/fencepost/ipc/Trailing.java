package org.fencepost.ipc;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.IdleStrategy;

/**
 * Keeps a subscriber some way behind a busy publisher: after each poll that brought messages it waits for
 * a set time, spinning, and leaves the lines that the publisher writes to the publisher. More messages a
 * second, each of them later by up to that time. A poll without messages is left to another strategy.
 *
 * <p>One thread. Allocates nothing.
 */
public final class Trailing implements IdleStrategy {
    /** Longest delay. */
    public static final long DELAY_NANOS_MAX = 1_000_000;

    private final long delayNanos;
    private final IdleStrategy whenIdle;

    /**
     * Waits so long after work, and by another strategy when there is none.
     *
     * @param delay some microseconds: as long as the publisher takes for some hundred messages.
     * @throws IllegalArgumentException if it is below 1 ns or above {@link #DELAY_NANOS_MAX}.
     */
    public Trailing(final long delay, final TimeUnit unit, final IdleStrategy whenIdle) {
        this.delayNanos = unit.toNanos(delay);
        this.whenIdle = Objects.requireNonNull(whenIdle, "whenIdle");
        if (delayNanos < 1 || delayNanos > DELAY_NANOS_MAX) {
            throw new IllegalArgumentException("delay behind a publisher: expected 1 to "
                + DELAY_NANOS_MAX + " ns, found " + delayNanos);
        }
    }

    @Override
    public void idle(final int workCount) {
        whenIdle.idle(workCount);
        if (workCount > 0) {
            final long startNanos = System.nanoTime();
            while (System.nanoTime() - startNanos < delayNanos) {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void idle() {
        whenIdle.idle();
    }

    @Override
    public void reset() {
        whenIdle.reset();
    }

    @Override
    public String alias() {
        return "trail";
    }
}
