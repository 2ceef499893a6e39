package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;

/** What a status says in words, of values that are seldom seen together. */
class StatusTextTest {
    private static final Path PATH = Path.of("/channel");
    private static final ChannelOptions JOURNAL = ChannelOptions.journal(4096);
    private static final PublisherStatus LIVE = new PublisherStatus(
        3, 77, OptionalLong.of(9), Optional.of("main"), true, false, OptionalLong.of(192));
    private static final PublisherStatus DEAD = new PublisherStatus(
        4, 78, OptionalLong.empty(), Optional.empty(), false, true, OptionalLong.empty());
    private static final SubscriberStatus READER = new SubscriberStatus(
        0, Optional.empty(), 77, true, true, false, OptionalLong.of(64), OptionalLong.of(192), false, false);
    private static final SubscriberStatus ABSENT = new SubscriberStatus(
        1, Optional.of("audit"), 78, false, true, true, OptionalLong.of(0), OptionalLong.of(256), true, true);
    private static final SubscriberStatus LEFT = new SubscriberStatus(
        2, Optional.empty(), 79, false, true, false, OptionalLong.of(128), OptionalLong.of(128), true, false);
    private static final SubscriberStatus LOSSY = new SubscriberStatus(
        5, Optional.empty(), 77, true, false, false, OptionalLong.empty(), OptionalLong.empty(), false, false);

    private static OpenClaim claim(
        final long position, final OptionalLong end, final boolean holdsBack, final PublisherStatus... holders) {
        return new OpenClaim(position, end, List.of(holders), TimeUnit.MILLISECONDS.toNanos(500), holdsBack);
    }

    private static ChannelStatus status(
        final boolean housekeeping, final long ready, final List<SubscriberStatus> subscribers,
        final List<OpenClaim> claims, final DurabilityStatus durability) {
        return new ChannelStatus(PATH, JOURNAL, TimeUnit.SECONDS.toNanos(2), 0, 0, 256, ready, housekeeping,
            List.of(LIVE, DEAD), subscribers, claims, durability);
    }

    @Test
    void shouldSayEverythingOfAJournal() {
        final ChannelStatus status = status(true, 4096, List.of(READER, ABSENT, LEFT, LOSSY),
            List.of(claim(64, OptionalLong.of(128), true, LIVE), claim(128, OptionalLong.empty(), false)),
            new DurabilityStatus(64, true, List.of(
                new SyncStatus(0, 77, true, 0, 64, 0), new SyncStatus(1, 78, false, 64, 128, 0),
                new SyncStatus(2, 79, false, 64, 192, 5))));
        final String live = "publisher 3 (process 77, thread 9 'main'), alive";
        final String unknown = "a publisher that died before it could say that it won";
        assertEquals(String.join("\n",
            "/channel: " + JOURNAL,
            "positions: start 0, earliest 0, tail 256, ready 4096, room for 3840 bytes; somebody is in housekeeping",
            "durable: up to position 64, 192 bytes behind the tail, and nothing else: A SYNC HAS FAILED; held back by"
                + " the open claim at position 64",
            "  sync of process 77 from position 0 to 64, under way",
            "  sync of process 78 from position 64 to 128, left in the middle by a process that died",
            "  sync of process 79 from position 64 to 192, failed with "
                + Platform.describe(5),
            "publishers: 2",
            "  " + live + ", last claim up to 192",
            "  exclusive publisher 4 (process 78), dead",
            "subscribers: 4",
            "  subscriber 0 (process 77), gating at position 64, 192 bytes behind the tail",
            "  subscriber 1 'audit' (absent, last of process 78), gating also while absent at position 0, 256 bytes"
                + " behind the tail, HOLDS PUBLISHERS BACK, HOLDS RETENTION BACK",
            "  subscriber 2 (dead, of process 79), gating at position 128, 128 bytes behind the tail, HOLDS PUBLISHERS"
                + " BACK",
            "  subscriber 5 (process 77), not gating",
            "open claims: 2",
            "  at position 64 to 128 of " + live + "; seen here first 1970-01-01T00:00:00.500Z, 1.500 s before",
            "  at position 128 of " + unknown + "; seen here first 1970-01-01T00:00:00.500Z, 1.500 s before",
            "waiting: 6",
            "  publishers are held back by subscriber 1 'audit' (absent, last of process 78) at position 0, 256 bytes"
                + " behind the tail, which is kept for its next owner, or until it is removed",
            "  what retention would remove is kept for subscriber 1 'audit' (absent, last of process 78) at position"
                + " 0, 256 bytes behind the tail, which is kept for its next owner, or until it is removed",
            "  publishers are held back by subscriber 2 (dead, of process 79) at position 128, 128 bytes behind the"
                + " tail; whoever is turned away by it next finds that out",
            "  publishers are held back by the open claim at position 64 of " + live
                + ": its segment is the next to be used again",
            "  subscriber 0 waits at position 64 for " + live,
            "  nobody has to wait for the claim at position 128 of " + unknown
                + ": whoever comes to it passes over it at the next look"), status.toString());
        assertTrue(status.isAnythingLeftByTheDead());
    }

    @Test
    void shouldNotSayWhatIsNotSo() {
        final ChannelStatus status = status(
            false, 256, List.of(), List.of(), new DurabilityStatus(320, false, List.of()));
        assertEquals(String.join("\n",
            "positions: start 0, earliest 0, tail 256, ready 256, room for 0 bytes",
            "durable: up to position 320, 0 bytes behind the tail",
            "publishers: 2"), String.join("\n", status.toString().lines().skip(1).limit(3).toList()));
        assertEquals(List.of(), status.waits());
        assertFalse(status.isAnythingLeftByTheDead());
    }

    @Test
    void shouldSayThatPublishersWaitForHousekeepingWhenNothingElseHoldsThemBack() {
        final DurabilityStatus durability = new DurabilityStatus(0, false, List.of());
        assertEquals(List.of("publishers wait for whoever is in housekeeping; who that is the kernel does not say"),
            status(true, 256, List.of(), List.of(), durability).waits());
        assertEquals(List.of(), status(true, 4096, List.of(), List.of(), durability).waits());
        assertEquals(1, status(true, 256, List.of(LEFT), List.of(), durability).waits().size());
    }
}
