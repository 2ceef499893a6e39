package org.fencepost.ipc.os;

/** The platform of this process, on which threads sleep in another way. */
public class SleepingPlatform extends ForwardingPlatform {
    private final Sleeping sleeping;

    /** On which they sleep like this. */
    public SleepingPlatform(final Sleeping sleeping) {
        super(Platform.detect());
        this.sleeping = sleeping;
    }

    @Override
    public Sleeping sleeping() {
        return sleeping;
    }

    @Override
    public String name() {
        return platform.name() + " with other sleep";
    }
}
