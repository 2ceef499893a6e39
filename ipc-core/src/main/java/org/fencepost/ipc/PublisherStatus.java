package org.fencepost.ipc;

import java.util.OptionalLong;

/**
 * A publisher as {@link Channel#status()} saw it.
 *
 * @param id           its slot: {@link Publisher#id()}.
 * @param processId    of its process, as that process itself knows it; in a container of its own it
 *                     means something else outside.
 * @param live         whether the kernel says that it is there.
 * @param exclusive    whether it has the channel for itself.
 * @param lastClaimEnd end of the last claim that it has won; empty before its first one, and for an
 *                     exclusive one, which does not say.
 */
public record PublisherStatus(
    int id, long processId, boolean live, boolean exclusive, OptionalLong lastClaimEnd) {

    /** Who it is, in words. */
    @Override
    public String toString() {
        return (exclusive ? "exclusive publisher " : "publisher ") + id + " (process " + processId
            + "), " + (live ? "alive" : "dead");
    }
}
