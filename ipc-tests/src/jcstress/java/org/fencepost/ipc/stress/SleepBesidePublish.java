package org.fencepost.ipc.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.agrona.concurrent.IdleStrategy;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Endpoints;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.buffer.MessageBuffer;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.SleepingPlatform;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A subscriber enlists, looks, sleeps for a short time, looks once more and sleeps for long, while a publisher stores
 * a header and looks whether anybody sleeps. One of them finds what the other has stored. Nobody really sleeps: what
 * the kernel would do is noted, and behind the short sleep what was stored before has arrived, as {@link StoreOnItsWay}
 * shows.
 */
@JCStressTest
@Outcome(
    id = "[01], [0123]", expect = ACCEPTABLE,
    desc = "Nothing came, or it was found behind enlisting, kept it awake, or woke it.")
@Outcome(
    id = "[01], 5", expect = ACCEPTABLE,
    desc = "It was found behind the short sleep.")
@Outcome(
    id = "[01], 4", expect = FORBIDDEN,
    desc = "It sleeps, the message is there, and its publisher has gone on without waking anybody.")
@State
public class SleepBesidePublish {
    private static final int NOTHING_CAME = 0;
    private static final int FOUND = 1;
    private static final int KEPT_AWAKE = 2;
    private static final int WOKEN = 3;
    private static final int SLEPT_OVER_A_MESSAGE = 4;
    private static final int FOUND_BEHIND_THE_SHORT_SLEEP = 5;

    private static final int BATCH_MAX = 100;
    /** So long one side waits for the other, which may have come to the end of its trials. */
    private static final int SPINS_MAX = 400;
    /** More than a subscriber takes from one look to its sleep; a prime. */
    private static final int PAUSES = 61;

    private static final LightSleep SLEEP = new LightSleep();
    private static final Platform PLATFORM = new SleepingPlatform(SLEEP);
    private static final Shared SHARED = new Shared(ChannelOptions.ring(1 << 20));
    private static final Publisher PUBLISHER = SHARED.another(PLATFORM).addPublisher();
    private static final Subscriber SUBSCRIBER =
        SHARED.another(PLATFORM).addSubscriber(SubscriberOptions.earliest());
    private static final IdleStrategy IDLE = Endpoints.parking(Long.MAX_VALUE, 0, SUBSCRIBER);
    private static final MessageBuffer MESSAGE = MessageBuffer.allocate(Long.BYTES);

    /** Messages whose offer has returned; by the publisher. */
    private static volatile long published;
    /** By the subscriber. */
    private static volatile long received;

    @Actor
    public void publish(final II_Result result) {
        for (int i = 0; i < SPINS_MAX && published > received; i++) {
            Thread.onSpinWait();
        }
        final long next = published + 1;
        if (next > received + 1) {
            return;
        }
        for (long i = next % PAUSES; i > 0; i--) {
            Thread.onSpinWait();
        }
        if (PUBLISHER.offer(1, MESSAGE, 0, Long.BYTES) > 0) {
            published = next;
            result.r1 = 1;
        }
    }

    @Actor
    public void sleep(final II_Result result) {
        poll();
        IDLE.idle();
        result.r2 = poll() ? FOUND : sleepForAShortTime();
        IDLE.reset();
        // The next enlistment is the first again.
        Endpoints.ring(SUBSCRIBER);
    }

    private static int sleepForAShortTime() {
        IDLE.idle();
        return poll() ? FOUND_BEHIND_THE_SHORT_SLEEP : fallAsleep();
    }

    private static int fallAsleep() {
        IDLE.idle();
        if (!SLEEP.isAsleep()) {
            return KEPT_AWAKE;
        }
        for (int i = 0; i < SPINS_MAX; i++) {
            // In this order: whose offer has returned has woken before, if it wakes.
            final boolean there = published > received;
            if (!SLEEP.isAsleep()) {
                return WOKEN;
            }
            if (there) {
                return SLEPT_OVER_A_MESSAGE;
            }
            Thread.onSpinWait();
        }
        return NOTHING_CAME;
    }

    private static boolean poll() {
        final int count =
            SUBSCRIBER.poll((buffer, offset, length, header) -> { }, BATCH_MAX);
        received += count;
        return count != 0;
    }
}
