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
    /** What names it in files. */
    String name() {
        return role + "-" + index;
    }
}
