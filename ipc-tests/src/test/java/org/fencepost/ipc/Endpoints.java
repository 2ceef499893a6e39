package org.fencepost.ipc;

import org.fencepost.ipc.log.Claimer;
import org.fencepost.ipc.log.Log;
import org.fencepost.ipc.log.Membership;
import org.fencepost.ipc.log.Patience;
import org.fencepost.ipc.log.Subscriptions;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * Publishers and subscribers on a log that has no files, as a simulation needs them. Beside the real
 * ones, because what makes them is not public.
 */
public final class Endpoints {
    private Endpoints() {
    }

    /** A publisher that has joined; {@code barrier} makes all threads of its process pass a fence. */
    public static Publisher publisher(
        final Log log, final Runnable barrier, final SharedMemory memory,
        final Membership membership, final Subscriptions subscriptions, final boolean exclusive) {
        final Claimer claimer =
            exclusive ? membership.joinExclusive() : membership.joinShared();
        return new Publisher(log, barrier, memory, claimer, exclusive, membership, subscriptions);
    }

    /** A subscriber that has joined. */
    public static Subscriber subscriber(
        final Log log, final Runnable barrier, final Subscriptions subscriptions,
        final SubscriberOptions options, final Patience patience) {
        return new Subscriber(log, barrier, subscriptions, subscriptions.join(options),
            options, patience);
    }

    /** A way to sleep for so long at most, after so many spins, for tests that must be woken. */
    public static Parking parking(
        final long sleepNanosMax, final int spinsMax, final Endpoint... endpoints) {
        return new Parking(sleepNanosMax, spinsMax, endpoints);
    }

    /** Rings the bell of what an endpoint waits for, which clears it. */
    public static void ring(final Endpoint endpoint) {
        endpoint.bell().ring();
    }

    /** What closing a channel does to each of them, by any thread. */
    public static void close(final AutoCloseable endpoint) {
        ((Endpoint) endpoint).closeFromAnyThread();
    }
}
