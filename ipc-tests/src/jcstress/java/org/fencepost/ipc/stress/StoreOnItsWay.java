package org.fencepost.ipc.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A publisher stores a header and reads the bell without a fence between the two, a subscriber enlists there and
 * looks. Each may miss the other, because what a processor has stored is on its way for a while. It has arrived long
 * before the first sleep behind an enlistment ends.
 */
@JCStressTest
@Outcome(id = "[01], 1, 1", expect = ACCEPTABLE, desc = "The header was there at the look behind enlisting.")
@Outcome(id = "1, 0, [01]", expect = ACCEPTABLE, desc = "The enlistment was seen: the publisher rings.")
@Outcome(
    id = "0, 0, 1", expect = ACCEPTABLE_INTERESTING,
    desc = "Each missed the other; the look behind the first sleep finds the header.")
@Outcome(
    id = "0, 0, 0", expect = FORBIDDEN,
    desc = "Each missed the other, and the header had not arrived when the first sleep was over.")
@State
public class StoreOnItsWay {
    /** The first sleep behind an enlistment, to be exact. */
    private static final long SLEEP_NANOS = 50_000;

    private static final VarHandle HEADER;
    private static final VarHandle BELL;

    static {
        try {
            final MethodHandles.Lookup lookup = MethodHandles.lookup();
            HEADER = lookup.findVarHandle(StoreOnItsWay.class, "header", int.class);
            BELL = lookup.findVarHandle(StoreOnItsWay.class, "bell", int.class);
        } catch (final ReflectiveOperationException failure) {
            throw new ExceptionInInitializerError(failure);
        }
    }

    private int header;
    private int bell;

    @Actor
    public void publish(final III_Result result) {
        HEADER.setRelease(this, 1);
        result.r1 = (int) BELL.getOpaque(this);
    }

    @Actor
    public void enlist(final III_Result result) {
        BELL.compareAndExchange(this, 0, 1);
        VarHandle.fullFence();
        result.r2 = (int) HEADER.getAcquire(this);
        if (result.r2 == 0) {
            final long enlistedNanos = System.nanoTime();
            while (System.nanoTime() - enlistedNanos < SLEEP_NANOS) {
                Thread.onSpinWait();
            }
        }
        result.r3 = (int) HEADER.getAcquire(this);
    }
}
