package org.fencepost.ipc.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.SubscriberOptions;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two publishers with mappings of their own claim from one tail. Afterwards both messages are
 * there, whole, and each publisher's in its order.
 */
@JCStressTest
@Outcome(
    id = "[01], [01], [01]", expect = ACCEPTABLE, desc = "What was published was read, whole.")
@Outcome(id = "[01], [01], 2", expect = FORBIDDEN, desc = "Two claims had bytes in common.")
@Outcome(
    id = "[01], [01], 3", expect = FORBIDDEN, desc = "A claim was lost, or two became one message.")
@State
public class ClaimContention {
    private static final int WORDS_MAX = 12;
    private static final Shared SHARED = new Shared(ChannelOptions.ring(4 << 20));
    private static final Receiver RECEIVER = new Receiver(
        SHARED.another().addSubscriber(SubscriberOptions.earliest()), WORDS_MAX, false);
    private static final Sender ONE = Sender.shared(SHARED.first(), 0, WORDS_MAX);
    private static final Sender OTHER = Sender.shared(SHARED.another(), 1, WORDS_MAX);

    @Actor
    public void one(final III_Result result) {
        result.r1 = ONE.offer();
    }

    @Actor
    public void other(final III_Result result) {
        result.r2 = OTHER.claim();
    }

    @Arbiter
    public void read(final III_Result result) {
        // Trials end in either thread, and a subscriber is for one.
        synchronized (RECEIVER) {
            result.r3 = RECEIVER.poll(3);
        }
    }
}
