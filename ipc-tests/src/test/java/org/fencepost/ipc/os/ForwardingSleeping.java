package org.fencepost.ipc.os;

/** The sleep of this process's platform, for those that change a part of it. */
public abstract class ForwardingSleeping implements Sleeping {
    private final Sleeping kernel = Platform.detect().sleeping();

    @Override
    public boolean canWake() {
        return kernel.canWake();
    }

    @Override
    public Sleep on(final long... addresses) {
        return kernel.on(addresses);
    }

    @Override
    public void wake(final long address) {
        kernel.wake(address);
    }
}
