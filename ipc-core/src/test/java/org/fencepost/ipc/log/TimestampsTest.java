package org.fencepost.ipc.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.log.WatchedSyncs.Watched;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a time is found in a log that others change meanwhile. */
class TimestampsTest {
    private static final int SEGMENT = 8192;

    @TempDir
    Path directory;

    private long nowNanos = 10;

    @Test
    void shouldPassOverPaddingWhenItsClaimHadATimeAlready() {
        try (Handle handle = open()) {
            final SharedClaimer claimer = handle.membership.joinShared();
            handle.publish(claimer, 1, 8);
            // As of a publisher that died between the time and the header.
            final long claim = claimer.claim(8);
            handle.memory.putLong(handle.addressOf(claim) + FrameFormat.TIMESTAMP_OFFSET, 30);
            claimer.abort();
            nowNanos = 20;
            final long end = handle.publish(claimer, 2, 8);
            try (Timestamps timestamps = new Timestamps(handle.log)) {
                assertEquals(end, timestamps.positionAtOrAfter(25), "nothing is so late");
            }
        }
    }

    @Test
    void shouldHaveNoTimeWhenAClaimBecomesPaddingBetweenTwoLooks() {
        try (Handle handle = open()) {
            final SharedClaimer claimer = handle.membership.joinShared();
            claimer.claim(8);
            final Watched watched = Watched.of(handle);
            try (Timestamps timestamps = new Timestamps(watched.log())) {
                watched.syncs().whenMapped(() -> watched.syncs().whenMapped(claimer::abort));
                assertEquals(Timestamps.NONE, timestamps.first(0));
                assertTrue(FrameFormat.isPadding(
                    handle.memory.getLongAcquire(handle.addressOf(0))), "by then");
            }
        }
    }

    @Test
    void shouldLookAgainWhenWhatItHasFoundIsRemovedMeanwhile() {
        assertLooksAgain(handle -> handle.log.words().earliestRelease(SEGMENT));
    }

    @Test
    void shouldLookAgainWhenASegmentIsRemovedBeforeItIsMapped() {
        assertLooksAgain(handle -> {
            handle.log.words().earliestRelease(SEGMENT);
            handle.log.store().remove(List.of(0L), SEGMENT);
        });
    }

    /** When that happens to the first of two segments before anything is mapped. */
    private void assertLooksAgain(final Consumer<Handle> removal) {
        try (Handle handle = open()) {
            final SharedClaimer claimer = handle.membership.joinShared();
            while (handle.log.words().tailAcquire() < 2 * SEGMENT) {
                handle.publish(claimer, 1, 1000);
            }
            final Watched watched = Watched.of(handle);
            try (Timestamps timestamps = new Timestamps(watched.log())) {
                watched.syncs().whenMapped(() -> removal.accept(handle));
                assertEquals(SEGMENT, timestamps.positionAtOrAfter(nowNanos));
            }
        }
    }

    private Handle open() {
        return new Handle(directory.resolve("journal"), ChannelOptions.journal(SEGMENT),
            Platform.detect(), () -> nowNanos);
    }
}
