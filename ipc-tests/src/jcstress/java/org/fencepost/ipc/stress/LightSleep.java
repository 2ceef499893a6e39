package org.fencepost.ipc.stress;

import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.ForwardingSleeping;
import org.fencepost.ipc.os.Platform;

/**
 * In the place of the kernel's sleep a note that one thread would sleep now, and whether somebody has woken it since.
 * As in the kernel, the look at the word and the note are one step for whoever wakes. A short sleep takes no time: it
 * makes all threads of this process pass a fence, so that what they had stored has arrived.
 */
final class LightSleep extends ForwardingSleeping {
    private static final long SHORT_NANOS_MAX = 1_000_000;

    private final Platform platform = Platform.detect();
    private final SharedMemory memory = platform.memory();
    private volatile boolean asleep;

    /** Whether the thread would still sleep. */
    boolean isAsleep() {
        return asleep;
    }

    @Override
    public Sleep on(final long... addresses) {
        return (expected, timeoutNanos) -> {
            if (timeoutNanos <= SHORT_NANOS_MAX) {
                platform.barrier();
                return true;
            }
            fallAsleep(addresses[0], expected[0]);
            return false;
        };
    }

    private synchronized void fallAsleep(final long address, final int expected) {
        asleep = memory.getInt(address) == expected;
    }

    /** By any address: who rings has a mapping of its own. */
    @Override
    public synchronized void wake(final long address) {
        asleep = false;
    }
}
