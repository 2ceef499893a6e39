package org.fencepost.ipc.sim;

/** What happens to whoever is cut off in the middle of an operation. */
enum Cut {
    /** It dies, and its locks are free at once. */
    KILLED,
    /** It dies, and its locks are not free before everybody else is stuck. */
    KILLED_LOCKED,
    /** It stops until everybody else is stuck or has ended, and goes on. */
    PAUSED,
    /** Its handle is closed before it goes on. */
    CLOSED,
    /** Its handle is closed while it goes on. */
    CLOSED_BESIDE,
    /** The segments are taken from it, and the rest of its handle when it has gone on. */
    CLOSED_HALFWAY,
    /** It dies, and so does the one who comes to what it left, at a point of its own. */
    KILLED_TWICE,
    /** It stops, the one who comes to what it left dies, and it goes on when all are stuck. */
    PAUSED_BESIDE_DEATH;

    /** Whether there is a second victim. */
    boolean takesTwo() {
        return this == KILLED_TWICE || this == PAUSED_BESIDE_DEATH;
    }
}
