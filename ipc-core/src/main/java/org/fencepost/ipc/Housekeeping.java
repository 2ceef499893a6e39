package org.fencepost.ipc;

public final class Housekeeping {
    Housekeeping() { }
    /** One unit of work at most; number of units done (0 or 1). */
    public int doWork() { throw new UnsupportedOperationException(); }
}
