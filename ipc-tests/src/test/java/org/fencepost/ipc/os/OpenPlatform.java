package org.fencepost.ipc.os;

import java.io.IOException;

/** A platform that tests of other packages can make. */
public abstract class OpenPlatform extends Platform {
    /** For subclasses. */
    protected OpenPlatform() {
    }

    /** What Linux's platform throws when a call fails with that number. */
    public static IOException failure(final String path, final String call, final int errno) {
        return Errno.failure(path, call, errno);
    }
}
