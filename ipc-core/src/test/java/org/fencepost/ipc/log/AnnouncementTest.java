package org.fencepost.ipc.log;

import static org.fencepost.ipc.format.ControlFormat.START_NONE;
import static org.fencepost.ipc.log.Handle.readAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.PositionException;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A slot announces a position only while its owner may be claiming there: readers wait for a live
 * announcer, also for one that has lost the race for the position and will not come back.
 */
class AnnouncementTest {
    private static final int SEGMENT = 4096;
    private static final ChannelOptions RING = ChannelOptions.ring(4 * SEGMENT, 4);

    @TempDir
    Path directory;

    @Test
    void shouldAnnounceNothingWhenItIsTurnedAway() {
        try (Handle handle = open(RING); Handle dying = open(RING)) {
            final InPlaceReader reader = handle.reader(SubscriberOptions.latest());
            final SharedClaimer loser = handle.membership.joinShared();
            final SharedClaimer winner = dying.membership.joinShared();
            winner.claim(8);
            winner.abort();
            final long hole = winner.claim(handle.log.geometry().payloadBytesMax());
            final SharedClaimer third = handle.membership.joinShared();
            final long result = handle.publishUntilTurnedAway(third, 1, 1000);
            assertEquals(Claimer.GATED, result);
            assertEquals(Claimer.GATED, loser.claim(8));
            assertEquals(START_NONE, handle.log.words().slotStartAcquire(loser.slot()));
            dying.die();
            assertTrue(readAll(reader).size() > 3);
            assertTrue(reader.position() > hole);
        }
    }

    @Test
    void shouldAnnounceNothingWhenASegmentCannotBeMapped() throws IOException {
        final ChannelOptions journal = ChannelOptions.journal(SEGMENT);
        try (Handle handle = open(journal); Handle dying = open(journal)) {
            final InPlaceReader reader = handle.reader(SubscriberOptions.latest());
            final SharedClaimer loser = handle.membership.joinShared();
            final SharedClaimer winner = dying.membership.joinShared();
            assertEquals(0, loser.claim(8));
            loser.abort();
            final long tail = handle.log.words().tailAcquire();
            final int rest = handle.log.geometry().payloadBytesMax() - (int) tail;
            assertEquals(tail, winner.claim(rest));
            winner.abort();
            final long hole = winner.claim(8);
            assertEquals(SEGMENT, hole);
            final Path second =
                directory.resolve("channel").resolve(SegmentFormat.name(SEGMENT));
            final Path away = directory.resolve("away");
            Files.move(second, away);
            assertThrows(PositionException.class, () -> loser.claim(8));
            Files.move(away, second);
            assertEquals(START_NONE, handle.log.words().slotStartAcquire(loser.slot()));
            dying.die();
            readAll(reader);
            assertTrue(reader.position() > hole);
        }
    }

    @Test
    void shouldAnnounceNothingOfItsLastOwnerWhenASlotIsTakenOver() {
        try (Handle handle = open(RING); Handle dying = open(RING)) {
            final InPlaceReader reader = handle.reader(SubscriberOptions.latest());
            final SharedClaimer loser = dying.membership.joinShared();
            final SharedClaimer winner = dying.membership.joinShared();
            // Both wanted the same position, and died.
            dying.log.words().slotStartRelease(loser.slot(), 0);
            assertEquals(0, winner.claim(8));
            dying.die();
            final SharedClaimer heir = handle.membership.joinShared();
            assertEquals(loser.slot(), heir.slot());
            assertEquals(List.of(), readAll(reader));
            assertEquals(64, reader.position(), "nobody claims there any more");
        }
    }

    @Test
    void shouldTouchNothingWhenAMarkCannotBelongToTheClaim() {
        try (Handle handle = open(RING); Handle dying = open(RING)) {
            final InPlaceReader reader = handle.reader(SubscriberOptions.latest());
            final SharedClaimer doomed = dying.membership.joinShared();
            final int slot = doomed.slot();
            assertEquals(0, doomed.claim(8));
            dying.log.words().slotWonEndRelease(slot, 128);
            dying.die();
            assertEquals(List.of(), readAll(reader));
            assertEquals(0, handle.memory.getLong(handle.addressOf(0)), "beyond the tail");

            handle.log.words().tailRelease(SEGMENT + 64);
            handle.log.words().slotWonEndRelease(slot, SEGMENT + 64);
            assertEquals(List.of(), readAll(reader));
            assertEquals(0, handle.memory.getLong(handle.addressOf(0)), "beyond the segment");

            handle.log.words().slotWonEndRelease(slot, 64);
            readAll(reader);
            assertEquals(SEGMENT + 64, reader.position());
        }
    }

    @Test
    void shouldHoldTheRingWhereAReaderHasMovedBackTo() {
        try (Handle handle = open(RING)) {
            final InPlaceReader reader = handle.reader(SubscriberOptions.latest());
            final SharedClaimer claimer = handle.membership.joinShared();
            for (int i = 0; i < 8; i++) {
                assertTrue(handle.publish(claimer, i, 1008) > 0);
            }
            assertEquals(8, readAll(reader).size());
            handle.subscriptions.seek(reader, 0);
            final long result = handle.publishUntilTurnedAway(claimer, 99, 1008);
            assertEquals(Claimer.GATED, result);
            assertEquals(List.of(0L, 1L, 2L), readAll(reader).subList(0, 3));
        }
    }

    @Test
    void shouldSayWhereItBeginsWhenAnotherHasReadWithItsRecord() {
        try (Handle handle = open(RING)) {
            final long tail = handle.publish(handle.membership.joinShared(), 1, 8);
            final CursorTable cursors = handle.log.cursors();
            for (final SubscriberOptions options : List.of(SubscriberOptions.earliest(), SubscriberOptions.latest(),
                SubscriberOptions.earliest().named("heir", true))) {
                final int record = handle.subscriptions.join(SubscriberOptions.earliest()).record();
                cursors.positionRelease(record, 2 * tail);
                cursors.batchIndexRelease(record, 3);
                handle.subscriptions.leave(record);
                assertEquals(record, handle.subscriptions.join(options).record());
                final boolean latest = options.start() == SubscriberOptions.Start.LATEST;
                assertEquals(latest ? tail : 0, cursors.positionAcquire(record));
                assertEquals(0, cursors.batchIndexAcquire(record));
            }
        }
    }

    @Test
    void shouldHoldTheRingAgainWhenACursorThatDidNotIsGoneOnWith() {
        try (Handle handle = open(RING)) {
            final SubscriberOptions named = SubscriberOptions.earliest().named("lazy", false);
            handle.subscriptions.leave(handle.subscriptions.join(named).record());
            handle.subscriptions.join(named);
            final SharedClaimer claimer = handle.membership.joinShared();
            assertEquals(Claimer.GATED, handle.publishUntilTurnedAway(claimer, 1, 1008));
        }
    }

    private Handle open(final ChannelOptions options) {
        return new Handle(directory.resolve("channel"), options, Platform.detect());
    }
}
