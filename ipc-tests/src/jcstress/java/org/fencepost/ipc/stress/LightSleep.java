package org.fencepost.ipc.stress;

import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Sleeping;

/**
 * The kernel's fence, and in the place of its sleep a note that one thread would sleep now, and whether somebody has
 * woken it since. As in the kernel, the look at the word and the note are one step for whoever wakes.
 */
final class LightSleep implements Sleeping {
    private final Sleeping kernel = Platform.detect().sleeping();
    private final SharedMemory memory = Platform.detect().memory();
    private volatile boolean asleep;

    /** Whether the thread would still sleep. */
    boolean isAsleep() {
        return asleep;
    }

    @Override
    public boolean canWake() {
        return kernel.canWake();
    }

    @Override
    public boolean register() {
        return kernel.register();
    }

    @Override
    public boolean fenceAll() {
        return kernel.fenceAll();
    }

    @Override
    public Sleep on(final long... addresses) {
        return (expected, timeoutNanos) -> fallAsleep(addresses[0], expected[0]);
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
