package org.fencepost.ipc.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Housekeeping;
import org.fencepost.ipc.SubscriberOptions;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two publishers at the end of a segment, where one of them pads the rest, and two cleaners at the
 * beginning of the next: everybody does everything, in a ring of two small segments.
 */
@JCStressTest
@Outcome(
    id = "[01], [01], [01]", expect = ACCEPTABLE, desc = "Turned away or not, what comes is whole.")
@Outcome(
    id = "[01], [01], 2", expect = FORBIDDEN,
    desc = "A claim crossed the segment's end, or a segment was cleared under it.")
@Outcome(
    id = "[01], [01], 3", expect = FORBIDDEN,
    desc = "The padding of one publisher covered the message of the other.")
@State
public class ContendedRoll {
    private static final int WORDS_MAX = 170;
    private static final Shared SHARED = new Shared(ChannelOptions.ring(8192, 2));
    private static final Receiver RECEIVER = new Receiver(
        SHARED.another().addSubscriber(SubscriberOptions.earliest()), WORDS_MAX, false);
    private static final Sender ONE = Sender.shared(SHARED.first(), 0, WORDS_MAX);
    private static final Sender OTHER = Sender.shared(SHARED.another(), 1, WORDS_MAX);
    private static final Housekeeping HOUSEKEEPING = SHARED.another().housekeeping();

    @Actor
    public void one(final III_Result result) {
        result.r1 = ONE.claim();
        HOUSEKEEPING.doWork();
    }

    @Actor
    public void other(final III_Result result) {
        result.r2 = OTHER.offer();
        result.r3 = RECEIVER.poll(2);
    }
}
