package org.fencepost.ipc;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A publisher as {@link Channel#status()} saw it.
 *
 * @param id           its slot: {@link Publisher#id()}.
 * @param processId    of its process, as that process itself knows it; in a container of its own it
 *                     means something else outside.
 * @param threadId     of the thread of that process that claimed last, as {@link Thread#threadId()}
 *                     and thread dumps say it; empty before its first claim.
 * @param threadName   of the same thread, for a publisher of the handle that looks.
 * @param live         whether the kernel says that it is there.
 * @param exclusive    whether it has the channel for itself.
 * @param lastClaimEnd end of the last claim that it has won; empty before its first one, and for an
 *                     exclusive one, which does not say.
 */
public record PublisherStatus(
    int id,
    long processId,
    OptionalLong threadId,
    Optional<String> threadName,
    boolean live,
    boolean exclusive,
    OptionalLong lastClaimEnd) {

    /** Who it is, in words. */
    @Override
    public String toString() {
        return (exclusive ? "exclusive publisher " : "publisher ") + id + " (process " + processId
            + (threadId.isEmpty() ? "" : ", thread " + threadId.getAsLong())
            + threadName.map(name -> " '" + name + "'").orElse("") + "), " + (live ? "alive" : "dead");
    }
}
