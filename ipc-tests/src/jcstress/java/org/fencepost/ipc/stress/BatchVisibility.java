package org.fencepost.ipc.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.SubscriberOptions;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A batch becomes visible at once: whoever sees its first message finds the others, also when polls
 * stop inside it.
 */
@JCStressTest
@Outcome(id = "[01], [01]", expect = ACCEPTABLE, desc = "Nothing yet, or the next message, whole.")
@Outcome(
    id = "[01], 2", expect = FORBIDDEN,
    desc = "A record was read before it was written: the header came too early.")
@Outcome(
    id = "[01], 3", expect = FORBIDDEN,
    desc = "A record was skipped or read twice where a poll stopped.")
@State
public class BatchVisibility {
    private static final int WORDS_MAX = 20;
    private static final Shared SHARED = new Shared(ChannelOptions.ring(1 << 16));
    private static final Receiver RECEIVER = new Receiver(
        SHARED.another().addSubscriber(SubscriberOptions.earliest()), WORDS_MAX, false);
    private static final Sender SENDER = Sender.shared(SHARED.first(), 0, WORDS_MAX);

    @Actor
    public void publish(final II_Result result) {
        result.r1 = SENDER.batch();
    }

    @Actor
    public void poll(final II_Result result) {
        result.r2 = RECEIVER.poll(2);
    }
}
