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
 * Two segments of a page each and messages of up to a third of one: nearly every message meets
 * padding, a roll, or a segment that was just cleared for its next use.
 */
@JCStressTest
@Outcome(id = "[01], [01]", expect = ACCEPTABLE, desc = "Nothing yet, or the next message, whole.")
@Outcome(
    id = "[01], 2", expect = FORBIDDEN,
    desc = "A segment was claimed before it was cleared, or entered before it was ready.")
@Outcome(
    id = "[01], 3", expect = FORBIDDEN,
    desc = "A frame of the last lap was read again, or padding hid a message.")
@State
public class RollAndReuse {
    private static final int WORDS_MAX = 170;
    private static final Shared SHARED = new Shared(ChannelOptions.ring(8192, 2));
    private static final Receiver RECEIVER = new Receiver(
        SHARED.another().addSubscriber(SubscriberOptions.earliest()), WORDS_MAX, false);
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
