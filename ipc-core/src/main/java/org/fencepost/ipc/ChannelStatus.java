package org.fencepost.ipc;

import java.nio.file.Path;
import java.util.List;

/**
 * What {@link Channel#status()} saw: who is there, how far they are, and who waits for whom.
 *
 * <p>Nothing stands still while it is taken. Each value was true when it was read; two of them need
 * not have been true together, except that {@code earliest <= tail <= ready}. A look at an idle or
 * a stuck channel is exact.
 *
 * @param path             the channel's directory.
 * @param options          what the channel is.
 * @param observedNanos    when it was taken, in nanoseconds since 1970 by the clock of the handle.
 * @param startPosition    first position of the log.
 * @param earliestPosition oldest position that can be read.
 * @param tailPosition     everything below is claimed.
 * @param readyPosition    everything below may be claimed. Publishers that come to it need the next
 *                         segment.
 * @param housekeeping     whether somebody cleans, prepares a segment, joins or moves at this
 *                         moment.
 * @param publishers       those that are alive.
 * @param subscribers      those that are alive, named cursors, and what the dead have left.
 * @param openClaims       claims that are neither committed nor given up, by position; that of a
 *                         live exclusive publisher, at the tail, if it is in the hands of its user.
 *                         Not here: one whose publisher died before it could say that it won it
 *                         and has a follower in its slot, until a subscriber has come to it.
 * @param durability       what is on the disk.
 */
public record ChannelStatus(
    Path path,
    ChannelOptions options,
    long observedNanos,
    long startPosition,
    long earliestPosition,
    long tailPosition,
    long readyPosition,
    boolean housekeeping,
    List<PublisherStatus> publishers,
    List<SubscriberStatus> subscribers,
    List<OpenClaim> openClaims,
    DurabilityStatus durability) {

    /** Copies the lists. */
    public ChannelStatus {
        publishers = List.copyOf(publishers);
        subscribers = List.copyOf(subscribers);
        openClaims = List.copyOf(openClaims);
    }

    /** Bytes that can be claimed before a segment has to be prepared. */
    public long roomBytes() {
        return readyPosition - tailPosition;
    }

    /**
     * Whether something that a dead process has left is still there: a claim that nobody has come
     * to yet, or that is waited for because a live publisher was about to claim the same position;
     * or a gating subscriber that nobody has asked for yet.
     */
    public boolean isAnythingLeftByTheDead() {
        return openClaims.stream().anyMatch(claim -> !claim.isLive()
                || claim.holders().stream().anyMatch(holder -> !holder.live()))
            || subscribers.stream().anyMatch(SubscriberStatus::isLeftByTheDead);
    }

    /** For how long this handle has seen the claim when the status was taken, in nanoseconds. */
    public long seenForNanos(final OpenClaim claim) {
        return observedNanos - claim.firstSeenNanos();
    }

    /** Who waits for whom, a sentence each; empty if nobody waits for anybody. */
    public List<String> waits() {
        return StatusText.waits(this);
    }

    /** All of it, in lines, for people. */
    @Override
    public String toString() {
        return StatusText.describe(this);
    }
}
