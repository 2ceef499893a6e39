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
 * A reader that nobody waits for, in the smallest ring: it is lapped all the time, and may be in
 * the middle of a copy when the segment is cleared and written again.
 */
@JCStressTest
@Outcome(id = "[01], [01]", expect = ACCEPTABLE, desc = "Nothing yet, or the next message, whole.")
@Outcome(
    id = "[01], 2", expect = FORBIDDEN,
    desc = "A copy was delivered although its segment was cleared meanwhile: a fence is missing.")
@Outcome(
    id = "[01], 3", expect = FORBIDDEN,
    desc = "A message was missed and not counted as lost, or came twice.")
@State
public class LossyLapping {
    private static final int WORDS_MAX = 170;
    private static final Shared SHARED = new Shared(ChannelOptions.ring(8192, 2));
    private static final Receiver RECEIVER = new Receiver(
        SHARED.another().addSubscriber(SubscriberOptions.latest().lossy()), WORDS_MAX, true);
    private static final Sender SENDER = Sender.shared(SHARED.first(), 0, WORDS_MAX);

    @Actor
    public void publish(final II_Result result) {
        result.r1 = SENDER.offer();
    }

    @Actor
    public void poll(final II_Result result) {
        result.r2 = RECEIVER.poll(3);
    }
}
