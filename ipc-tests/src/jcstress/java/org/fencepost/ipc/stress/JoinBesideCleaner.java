package org.fencepost.ipc.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A gating subscriber joins at the tail while the ring goes round under it: from its first look on
 * nothing is cleared that it has not read, although the cleaner may have looked at the cursors
 * just before.
 */
@JCStressTest
@Outcome(id = "[01], [01]", expect = ACCEPTABLE, desc = "Nothing yet, or messages in order, whole.")
@Outcome(
    id = "[01], 2", expect = FORBIDDEN,
    desc = "A segment was cleared under a subscriber: its cursor and the tail crossed.")
@Outcome(
    id = "[01], 3", expect = FORBIDDEN,
    desc = "The subscriber began in front of the tail of a lap that is over.")
@State
public class JoinBesideCleaner {
    private static final int WORDS_MAX = 170;
    private static final int LOOKS = 300;
    private static final int READ = 3;
    private static final Shared SHARED = new Shared(ChannelOptions.ring(8192, 2));
    private static final Sender SENDER = Sender.shared(SHARED.first(), 0, WORDS_MAX);
    private static final Channel JOINED = SHARED.another();

    @Actor
    public void publish(final II_Result result) {
        result.r1 = SENDER.offer();
    }

    @Actor
    public void join(final II_Result result) {
        try (Subscriber subscriber = JOINED.addSubscriber(SubscriberOptions.latest())) {
            final Receiver receiver = new Receiver(subscriber, WORDS_MAX, true);
            int worst = Receiver.NOTHING;
            int read = 0;
            for (int look = 0; look < LOOKS && read < READ; look++) {
                final int verdict = receiver.poll(2);
                read += verdict == Receiver.NOTHING ? 0 : 1;
                worst = Math.max(worst, verdict);
            }
            result.r2 = worst;
        }
    }
}
