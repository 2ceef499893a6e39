package org.fencepost.ipc.bench;

/**
 * What one process of a run is there for.
 *
 * @param role     what the measure calls it.
 * @param index    among those of this role, from 0.
 * @param receives whether it belongs on the receiving side's cores.
 * @param reports  whether it has figures.
 */
record Part(String role, int index, boolean receives, boolean reports) {
    /** One that publishes until it is stopped. */
    static Part sending(final String role, final int index) {
        return new Part(role, index, false, false);
    }

    /** One that receives, and reports. */
    static Part receiving(final String role, final int index) {
        return new Part(role, index, true, true);
    }

    /** What names it in files. */
    String name() {
        return role + "-" + index;
    }
}
