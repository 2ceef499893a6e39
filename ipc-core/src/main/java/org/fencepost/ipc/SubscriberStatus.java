package org.fencepost.ipc;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A subscriber, or a named cursor without one, as {@link Channel#status()} saw it.
 *
 * @param id                  its record in the channel.
 * @param name                of its cursor, if it has a name.
 * @param processId           of the process of its present or last owner, as that process itself
 *                            knows it.
 * @param live                whether the kernel says that its owner is there. A named cursor
 *                            without an owner is absent; an unnamed one has died, and is forgotten
 *                            when somebody next looks.
 * @param gating              whether a ring's publishers, or a journal's retention, wait for it, and not only as
 *                            long as it lives if {@code gatesWhileAbsent}.
 * @param gatesWhileAbsent    whether they wait for its cursor also while it has no owner.
 * @param position            what it has published: up to here everything is consumed. Empty for a
 *                            lossy one in a ring, which tells nobody.
 * @param lagBytes            bytes of the log from there to the tail.
 * @param holdsPublishersBack whether it is in the way of publishers that have no room left now.
 * @param holdsRetentionBack  whether a journal keeps now for it what its retention would remove.
 */
public record SubscriberStatus(
    int id,
    Optional<String> name,
    long processId,
    boolean live,
    boolean gating,
    boolean gatesWhileAbsent,
    OptionalLong position,
    OptionalLong lagBytes,
    boolean holdsPublishersBack,
    boolean holdsRetentionBack) {

    /** Whether nobody owns it and nobody can come back to it: its process died. */
    public boolean isLeftByTheDead() {
        return !live && name.isEmpty();
    }

    /** Who it is, in words. */
    @Override
    public String toString() {
        return "subscriber " + id + name.map(text -> " '" + text + "'").orElse("")
            + (live ? " (process " + processId + ")"
                : (name.isPresent() ? " (absent, last of process " : " (dead, of process ")
                    + processId + ")");
    }
}
