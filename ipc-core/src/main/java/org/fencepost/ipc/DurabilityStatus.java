package org.fencepost.ipc;

import java.util.List;

/**
 * What is on the disk, and who works on it.
 *
 * @param position everything below is durable: {@link Channel#durablePosition()}.
 * @param failed   whether a sync has failed, so that nothing else becomes durable.
 * @param syncs    syncs under way or left behind, and the one that failed.
 */
public record DurabilityStatus(long position, boolean failed, List<SyncStatus> syncs) {
    /** Copies the list. */
    public DurabilityStatus {
        syncs = List.copyOf(syncs);
    }
}
