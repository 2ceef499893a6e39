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
 * The release of a header and its acquire: who sees that a message is committed sees all of it.
 */
@JCStressTest
@Outcome(id = "[01], [01]", expect = ACCEPTABLE, desc = "Nothing yet, or the next message, whole.")
@Outcome(
    id = "[01], 2", expect = FORBIDDEN,
    desc = "The header was seen before the payload: release or acquire is missing.")
@Outcome(
    id = "[01], 3", expect = FORBIDDEN,
    desc = "A message was skipped or read twice: the cursor and the headers disagree.")
@State
public class CommitVisibility {
    private static final int WORDS_MAX = 20;
    private static final Shared SHARED = new Shared(ChannelOptions.ring(1 << 20));
    private static final Receiver RECEIVER = new Receiver(
        SHARED.another().addSubscriber(SubscriberOptions.earliest()), WORDS_MAX, false);
    private static final Sender SENDER = Sender.shared(SHARED.first(), 0, WORDS_MAX);

    @Actor
    public void publish(final II_Result result) {
        result.r1 = SENDER.offer();
    }

    @Actor
    public void poll(final II_Result result) {
        result.r2 = RECEIVER.poll(4);
    }
}
