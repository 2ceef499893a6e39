package org.fencepost.ipc.os;

/** A platform that tests of other packages can make. */
public abstract class OpenPlatform extends Platform {
    /** For subclasses. */
    protected OpenPlatform() {
    }
}
