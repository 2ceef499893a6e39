package org.fencepost.ipc;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import org.agrona.concurrent.IdleStrategy;
import org.fencepost.ipc.log.Bell;
import org.fencepost.ipc.log.Sleeper;

/**
 * Waits asleep in the kernel, and is woken by whoever publishes, in any process: for one thread and for
 * all subscribers and publishers that it looks at in turn. It takes the place of any Agrona strategy, in a
 * loop of the caller's, in an {@code AgentRunner}, or in the waiting operations here.
 *
 * <pre>{@code
 * IdleStrategy idle = Parking.on(orders, quotes);
 * while (running) {
 *     idle.idle(orders.poll(onOrder, 64) + quotes.poll(onQuote, 64));
 * }
 * }</pre>
 *
 * <p>The first idle calls after work spin; the next one says that this thread is about to sleep; the one
 * after that sleeps, unless something has come since. So the caller has to look at everything it waits
 * for between any two calls, as every loop does. A thread that waits for messages is woken by messages,
 * one that waits for room by room or a sync.
 *
 * <p>No sleep is longer than 10 ms, or, where nothing has come for long, than 40 ms: so long may an
 * interruption take to end one, and so long may the message of a process take to be seen that died right
 * behind it. Closing, of what is waited for or its channel, ends it at once.
 *
 * <p>A sleep in the kernel keeps a virtual thread on its carrier. So virtual threads nap instead, from
 * 20 us to 1 ms, by {@code LockSupport.parkNanos}, and so do all threads where the platform is the portable
 * one. Allocates nothing after its creation.
 */
public final class Parking implements IdleStrategy {
    /** Most channels that one thread waits for at a time. */
    public static final int CHANNELS_MAX = Sleeper.BELLS_MAX;

    /** Before it is worth a system call: some microseconds, in which most answers come. */
    private static final int SPINS = 200;

    private final Endpoint[] endpoints;
    private final Sleeper sleeper;
    private final int spinsMax;
    private int spins;

    /** For some endpoints, asleep for so long at most, after so many idle calls in which it spins. */
    Parking(final long sleepNanosMax, final int spinsMax, final Endpoint... endpoints) {
        this(new Sleeper(sleepNanosMax, bells(endpoints)), spinsMax, endpoints);
    }

    private Parking(final Sleeper sleeper, final int spinsMax, final Endpoint... endpoints) {
        this.endpoints = endpoints.clone();
        this.sleeper = sleeper;
        this.spinsMax = spinsMax;
    }

    private static Bell[] bells(final Endpoint... endpoints) {
        final Set<Bell> bells = new LinkedHashSet<>();
        for (final Endpoint endpoint : endpoints) {
            bells.add(endpoint.bell());
        }
        if (bells.isEmpty() || bells.size() > CHANNELS_MAX) {
            throw new IllegalArgumentException("a thread waits for 1 to " + CHANNELS_MAX
                + " channels at a time, not for " + bells.size());
        }
        return bells.toArray(Bell[]::new);
    }

    /**
     * For a thread that waits for any of these. Whoever waits in one channel for messages, and for room or what
     * is durable, waits for two.
     *
     * @throws IllegalArgumentException if there are none, or of more than {@link #CHANNELS_MAX} channels.
     */
    public static Parking on(final Endpoint... endpoints) {
        return new Parking(new Sleeper(bells(endpoints)), SPINS, endpoints);
    }

    /** Begins anew if there was work, and idles if there was none. */
    @Override
    public void idle(final int workCount) {
        if (workCount > 0) {
            reset();
        } else {
            idle();
        }
    }

    /** @throws ChannelDamagedException if a file of a channel that this waits for was truncated. */
    @Override
    public void idle() {
        idle(Long.MAX_VALUE);
    }

    /** The same, for so long at most. */
    void idle(final long nanosMax) {
        if (spins < spinsMax) {
            spins++;
            Thread.onSpinWait();
        } else if (sleep(nanosMax)) {
            for (final Endpoint endpoint : endpoints) {
                endpoint.beThorough();
            }
        }
    }

    private boolean sleep(final long nanosMax) {
        try {
            return sleeper.idle(nanosMax);
        } catch (final InternalError missing) {
            final Set<Path> paths = new LinkedHashSet<>();
            for (final Endpoint endpoint : endpoints) {
                paths.add(endpoint.log.path());
            }
            throw Endpoint.truncated(paths, missing);
        }
    }

    @Override
    public void reset() {
        spins = 0;
        sleeper.reset();
    }

    @Override
    public String alias() {
        return "park";
    }
}
