package org.fencepost.ipc.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.fencepost.ipc.ChannelClosedException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whoever finds its handle marked closed moves no word for what it has found or stored: that may
 * have been private memory. The mappings are still there in these tests, so a word that was moved
 * can be seen.
 */
class ClosedLogTest {
    private static final int SEGMENT = 4096;
    private static final ChannelOptions RING = ChannelOptions.ring(4 * SEGMENT, 4);

    @TempDir
    Path directory;

    private Handle closing;

    @AfterEach
    void close() {
        closing.close();
    }

    @Test
    void shouldMoveNothingWhenACleanerIsClosedInItsWalk() {
        openFullRing();
        final long ready = closing.log.words().readyAcquire();
        closing.log.close();
        assertEquals(Cleaner.BUSY, closing.log.cleaner().tryUnit(Cleaner.NOT_WALKED, 0));
        assertEquals(ready, closing.log.words().clearingAcquire());
        assertEquals(ready, closing.log.words().readyAcquire());
    }

    @Test
    void shouldMoveNothingWhenACleanerIsClosedWhileItZeroes() {
        openFullRing();
        final long ready = closing.log.words().readyAcquire();
        closing.log.words().clearingOpaque(ready + SEGMENT);
        closing.log.close();
        assertEquals(Cleaner.BUSY, closing.log.cleaner().tryUnit(Cleaner.NOT_WALKED, 0));
        assertEquals(ready, closing.log.words().readyAcquire());
    }

    @Test
    void shouldMakeNoSegmentWhenAJournalIsClosed() {
        open(ChannelOptions.journal(SEGMENT));
        closing.publish(closing.membership.joinShared(), 1, 8);
        closing.log.close();
        assertEquals(Cleaner.BUSY, closing.log.cleaner().tryUnit(Cleaner.NOT_WALKED, 0));
        assertEquals(SEGMENT, closing.log.words().readyAcquire());
        assertFalse(Files.exists(
            directory.resolve("channel").resolve(SegmentFormat.name(SEGMENT))));
    }

    @Test
    void shouldLeaveTheTailWhenAnExclusivePublisherIsClosedBeforeItsHeader() {
        open(RING);
        final ExclusiveClaimer claimer = closing.membership.joinExclusive();
        assertEquals(0, claimer.claim(8));
        closing.log.close();
        assertEquals(Claimer.CLOSED, claimer.commit(FrameFormat.KIND_MESSAGE, 1, 8));
        assertEquals(0, closing.log.words().tailAcquire());
    }

    @Test
    void shouldLeaveWhatADeadExclusivePublisherLeftWhenWhoSettlesIsClosed() {
        try (Handle dying = new Handle(directory.resolve("channel"), RING, Platform.detect())) {
            open(RING);
            final ExclusiveClaimer doomed = dying.membership.joinExclusive();
            dying.publish(doomed, 1, 8);
            final long committed = dying.publish(doomed, 2, 8);
            dying.log.words().tailRelease(0);
            dying.die();
            closing.log.close();
            assertThrows(ChannelClosedException.class, closing.membership::joinShared);
            assertEquals(0, closing.log.words().tailAcquire());

            closing.log.words().tailRelease(committed);
            assertThrows(ChannelClosedException.class, closing.membership::joinShared);
            assertTrue(closing.log.words().exclusiveAcquire() != 0, "the next one settles again");
        }
    }

    @Test
    void shouldLeaveASlotAsItIsWhenItsHeirOrItsOwnerIsClosed() {
        try (Handle dying = new Handle(directory.resolve("channel"), RING, Platform.detect())) {
            open(RING);
            final SharedClaimer doomed = dying.membership.joinShared();
            final SharedClaimer leaving = closing.membership.joinShared();
            assertEquals(0, doomed.claim(8));
            assertEquals(64, leaving.claim(8));
            dying.die();
            closing.log.close();
            assertThrows(ChannelClosedException.class, closing.membership::joinShared);
            assertEquals(0, closing.log.words().slotStartAcquire(doomed.slot()));
            assertEquals(64, closing.log.words().slotWonEndAcquire(doomed.slot()));
            closing.membership.leave(leaving);
            assertEquals(64, closing.log.words().slotStartAcquire(leaving.slot()));
        }
    }

    @Test
    void shouldClaimNothingBeforeItsSegmentWhenTheTailIsPrivate() {
        open(ChannelOptions.journal(SEGMENT));
        final SharedClaimer claimer = closing.membership.joinShared();
        while (closing.log.words().tailAcquire() <= 2 * SEGMENT) {
            closing.publish(claimer, 1, 1008);
        }
        // The tail is 0 from here on, and there is no segment any more that has that in it.
        closing.close();
        assertThrows(ChannelClosedException.class, () -> claimer.claim(8));
    }

    @Test
    void shouldLeaveTheCursorWhenAReaderIsClosedBeforeItPublishesIt() {
        open(RING);
        final Subscription subscription = closing.subscriptions.join(SubscriberOptions.latest());
        final InPlaceReader reader =
            new InPlaceReader(closing.log, subscription, new Patience(1));
        closing.publish(closing.membership.joinShared(), 1, 8);
        assertTrue(reader.peek() != LogReader.NOTHING);
        reader.advance();
        closing.log.close();
        reader.publishPosition(0);
        assertEquals(0, closing.log.cursors().positionAcquire(subscription.record()));
    }

    private void open(final ChannelOptions options) {
        closing = new Handle(directory.resolve("channel"), options, Platform.detect());
    }

    /** A ring in which a segment can be cleaned at once. */
    private void openFullRing() {
        open(RING);
        final SharedClaimer claimer = closing.membership.joinShared();
        while (closing.log.words().tailAcquire() < 4 * SEGMENT) {
            assertTrue(closing.publish(claimer, 1, 1008) > 0);
        }
    }
}
