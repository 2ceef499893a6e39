package org.fencepost.ipc.tests.support;

import java.time.Duration;
import java.util.Objects;

/**
 * How long a loop may stay where it is before the test has failed. A test that passes never reaches
 * it, so it is generous: it is there for a machine that is busy with something else.
 */
public final class Deadline {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String what;
    private Object last;
    private long sinceNanos = System.nanoTime();

    private Deadline(final String what) {
        this.what = what;
    }

    /** From now on; {@code what} says what is waited for. */
    public static Deadline forWaitingUntil(final String what) {
        return new Deadline(what);
    }

    /** Fails when it has been at an equal state for too long; otherwise lets others run. */
    public void check(final Object state) {
        final long nowNanos = System.nanoTime();
        if (!Objects.equals(last, state)) {
            last = state;
            sinceNanos = nowNanos;
        } else if (nowNanos - sinceNanos > PATIENCE.toNanos()) {
            throw new AssertionError(
                "waited " + PATIENCE.toSeconds() + " s until " + what + ", but is at " + state);
        }
        Thread.onSpinWait();
    }
}
