package org.fencepost.ipc;

import org.fencepost.ipc.os.Platform;

/**
 * A sync that is under way, was left by somebody who died in it, or has failed.
 *
 * @param slot         its sync slot.
 * @param processId    the process that made it, as it knows itself.
 * @param live         whether somebody is at work in the slot.
 * @param fromPosition where it begins.
 * @param toPosition   where it ends.
 * @param errno        the error that it has met, or 0.
 */
public record SyncStatus(
    int slot, long processId, boolean live, long fromPosition, long toPosition, int errno) {

    /** For people. */
    @Override
    public String toString() {
        return "sync of process " + processId + " from position " + fromPosition + " to " + toPosition
            + (errno != 0 ? ", failed with " + Platform.describe(errno)
                : live ? ", under way" : ", left in the middle by a process that died");
    }
}
