package org.fencepost.ipc;

import java.util.List;
import java.util.OptionalLong;

/**
 * A part of the log that a publisher has claimed and neither committed nor given up, as
 * {@link Channel#status()} saw it. Every subscriber that comes to it waits for a live one; that of
 * a dead one is passed over by whoever comes to it.
 *
 * @param position            where it begins.
 * @param endPosition         where it ends, once its publisher has said that it won it.
 * @param holders             who may have it. Whoever has said that it won it; as long as nobody
 *                            has, all who were about to claim this position. Empty if whoever
 *                            claimed it died before it could say so and its slot has another owner.
 *                            Live ones that lost the position to a dead one are here too: until
 *                            they go on, it is waited for them.
 * @param firstSeenNanos      since when this handle sees it, in nanoseconds since 1970 by the clock
 *                            of the handle. It may have been open for longer, and nothing depends
 *                            on it.
 * @param holdsPublishersBack whether a ring's publishers have no room left now and its segment is
 *                            the one to be used again.
 */
public record OpenClaim(
    long position,
    OptionalLong endPosition,
    List<PublisherStatus> holders,
    long firstSeenNanos,
    boolean holdsPublishersBack) {

    /** Copies the list. */
    public OpenClaim {
        holders = List.copyOf(holders);
    }

    /** Whether it is waited for: somebody who may have it is alive. */
    public boolean isLive() {
        return holders.stream().anyMatch(PublisherStatus::live);
    }
}
