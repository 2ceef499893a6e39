package org.fencepost.ipc.log;

import static org.fencepost.ipc.log.Handle.readAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.fencepost.ipc.ChannelLimitException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is found where somebody died, and what becomes of it. On both platforms. */
@ParameterizedClass
@EnumSource
class DeathTest {
    private static final int SEGMENT = 4096;
    private static final ChannelOptions RING = ChannelOptions.ring(4 * SEGMENT, 4);

    enum On {
        DETECTED(Platform.detect()), PORTABLE(Platform.portable());

        private final Platform platform;

        On(final Platform platform) {
            this.platform = platform;
        }

        Platform platform() {
            return platform;
        }
    }

    @Parameter
    On on;

    @TempDir
    Path directory;

    private Handle dying;
    private Handle living;

    @BeforeEach
    void open() {
        dying = new Handle(directory.resolve("ring"), RING, on.platform);
        living = new Handle(directory.resolve("ring"), RING, on.platform);
    }

    @AfterEach
    void close() {
        dying.close();
        living.close();
    }

    @Test
    void shouldPadExactlyTheClaimThatADeadPublisherHadWon() {
        final InPlaceReader reader = living.reader(SubscriberOptions.latest());
        final SharedClaimer doomed = dying.membership.joinShared();
        final SharedClaimer other = living.membership.joinShared();
        living.publish(other, 1, 8);
        final long hole = doomed.claim(100);
        // Payload that looks like a header, where a scan for the next one would find it.
        dying.memory.putLong(doomed.payloadAddress() + 16, FrameFormat.headerWord(48, 1, 0, 0));
        living.publish(other, 2, 8);

        assertEquals(List.of(1L), readAll(reader), "a live claim is waited for");
        assertEquals(hole, reader.position());
        dying.die();
        assertEquals(List.of(2L), readAll(reader));
        assertEquals(
            FrameFormat.paddingWord(living.log.geometry().span(116)),
            living.memory.getLong(living.addressOf(hole)));
    }

    @Test
    void shouldPadUpToTheNextHeaderWhenThePublisherDiedBeforeItsMark() {
        final InPlaceReader reader = living.reader(SubscriberOptions.latest());
        final SharedClaimer doomed = dying.membership.joinShared();
        final SharedClaimer other = living.membership.joinShared();
        announceAndMoveTail(doomed, 0, 64);
        living.publish(other, 5, 8);

        assertEquals(List.of(), readAll(reader));
        dying.die();
        assertEquals(List.of(5L), readAll(reader));
        assertEquals(FrameFormat.paddingWord(64), living.memory.getLong(living.addressOf(0)));
    }

    @Test
    void shouldAskWhoHoldsItUpAtTheNextLookWhenItIsToBeThorough() {
        announceAndMoveTail(dying.membership.joinShared(), 0, 64);
        living.publish(living.membership.joinShared(), 5, 8);
        dying.die();
        final Subscription subscription = living.subscriptions.join(SubscriberOptions.earliest());
        // The first one leaves the hole as it is.
        for (final LogReader reader : List.of(new LossyReader(living.log, 0, new Patience(1000)),
            new InPlaceReader(living.log, subscription, new Patience(1000)))) {
            assertEquals(List.of(), readAll(reader));
            reader.beThorough();
            assertEquals(List.of(5L), readAll(reader));
        }
    }

    @Test
    void shouldEndAHoleAtTheClaimOfALivePublisherThatHasNoHeaderYet() {
        final InPlaceReader reader = living.reader(SubscriberOptions.latest());
        final SharedClaimer doomed = dying.membership.joinShared();
        final SharedClaimer other = living.membership.joinShared();
        announceAndMoveTail(doomed, 0, 64);
        assertEquals(64, other.claim(8));
        dying.die();

        assertEquals(List.of(), readAll(reader));
        assertEquals(64, reader.position(), "the hole is skipped, the live claim is not");
        living.memory.putLong(other.payloadAddress(), 9);
        other.commit(FrameFormat.KIND_MESSAGE, 7, 8);
        assertEquals(List.of(9L), readAll(reader));
    }

    @Test
    void shouldEndAHoleAtTheClaimOfAnotherDeadPublisher() {
        final InPlaceReader reader = living.reader(SubscriberOptions.latest());
        final SharedClaimer doomed = dying.membership.joinShared();
        final SharedClaimer writer = dying.membership.joinShared();
        announceAndMoveTail(doomed, 0, 64);
        assertEquals(64, writer.claim(200));
        // Payload that looks like a header, where a scan for the next one would find it.
        dying.memory.putLong(dying.addressOf(128), FrameFormat.headerWord(48, 1, 0, 0));
        living.publish(living.membership.joinShared(), 2, 8);
        dying.die();

        assertEquals(List.of(2L), readAll(reader));
        assertEquals(FrameFormat.paddingWord(64), living.memory.getLong(living.addressOf(0)));
        assertEquals(
            FrameFormat.paddingWord(living.log.geometry().span(216)),
            living.memory.getLong(living.addressOf(64)));
    }

    @Test
    void shouldEndAHoleAtTheTailAndAtTheSegmentsEnd() {
        final InPlaceReader reader = living.reader(SubscriberOptions.latest());
        final SharedClaimer doomed = dying.membership.joinShared();
        announceAndMoveTail(doomed, 0, SEGMENT);
        announceAndMoveTail(doomed, SEGMENT, SEGMENT + 192);
        dying.die();
        assertEquals(List.of(), readAll(reader));
        assertEquals(SEGMENT + 192, reader.position());
        assertEquals(FrameFormat.paddingWord(192), living.memory.getLong(living.addressOf(SEGMENT)));
    }

    @Test
    void shouldDeliverWhatADeadPublisherHadCommitted() {
        final InPlaceReader reader = living.reader(SubscriberOptions.latest());
        final SharedClaimer doomed = dying.membership.joinShared();
        dying.publish(doomed, 11, 8);
        dying.publish(doomed, 12, 8);
        dying.die();
        assertEquals(List.of(11L, 12L), readAll(reader));
    }

    @Test
    void shouldSettleTheClaimOfASlotsLastOwnerBeforeTheSlotIsUsedAgain() {
        final SharedClaimer doomed = dying.membership.joinShared();
        final long hole = doomed.claim(1000);
        dying.memory.putLong(doomed.payloadAddress() + 16, FrameFormat.headerWord(48, 1, 0, 0));
        final int slot = doomed.slot();
        dying.die();

        final SharedClaimer heir = living.membership.joinShared();
        assertEquals(slot, heir.slot());
        assertEquals(
            FrameFormat.paddingWord(living.log.geometry().span(1016)),
            living.memory.getLong(living.addressOf(hole)));
        final InPlaceReader reader = living.reader(SubscriberOptions.earliest());
        living.publish(heir, 3, 8);
        assertEquals(List.of(3L), readAll(reader));
    }

    @Test
    void shouldZeroWhatADeadExclusivePublisherLeftBehindTheTail() {
        final InPlaceReader reader = living.reader(SubscriberOptions.latest());
        final ExclusiveClaimer doomed = dying.membership.joinExclusive();
        dying.publish(doomed, 1, 8);
        final long unfinished = doomed.claim(500);
        for (int i = 0; i < 480; i += 8) {
            dying.memory.putLong(
                doomed.payloadAddress() + i, FrameFormat.headerWord(32, 1, 0, 0));
        }
        dying.die();

        final SharedClaimer heir = living.membership.joinShared();
        for (long p = unfinished; p < SEGMENT; p += 8) {
            assertEquals(0, living.memory.getLong(living.addressOf(p)), "position " + p);
        }
        living.publish(heir, 2, 8);
        living.publish(heir, 3, 8);
        assertEquals(List.of(1L, 2L, 3L), readAll(reader));
    }

    @Test
    void shouldMoveTheTailOverWhatADeadExclusivePublisherHadCommitted() {
        final ExclusiveClaimer doomed = dying.membership.joinExclusive();
        dying.publish(doomed, 1, 8);
        final long committed = dying.publish(doomed, 2, 8);
        // As if it had died between the header and the tail.
        dying.log.words().tailRelease(committed - committed / 2);
        dying.die();

        final InPlaceReader reader = living.reader(SubscriberOptions.earliest());
        assertEquals(List.of(1L, 2L), readAll(reader), "readers trust headers");
        final ExclusiveClaimer heir = living.membership.joinExclusive();
        assertEquals(committed, heir.claim(8));
        heir.abort();
        living.publish(heir, 3, 8);
        assertEquals(List.of(3L), readAll(reader));
    }

    @Test
    void shouldLeaveTheTailWhereItIsWhenADeadExclusivePublisherHadFilledTheRing() {
        final InPlaceReader reader = living.reader(SubscriberOptions.latest());
        final ExclusiveClaimer doomed = dying.membership.joinExclusive();
        assertEquals(Claimer.GATED, dying.publishUntilTurnedAway(doomed, 1, 1008));
        dying.die();
        living.membership.joinShared();
        assertEquals(4 * SEGMENT, living.log.words().tailAcquire());
        assertEquals(16, readAll(reader).size());
    }

    @Test
    void shouldSettleOnceWhatADeadExclusivePublisherLeft() {
        dying.publish(dying.membership.joinExclusive(), 1, 8);
        dying.die();
        living.membership.joinShared();
        // Who settled again would zero what others are about to publish by then.
        assertEquals(0, living.log.words().exclusiveAcquire());
    }

    @Test
    void shouldPadTheWholeOfAnAbortedExclusiveClaim() {
        final InPlaceReader reader = living.reader(SubscriberOptions.latest());
        final ExclusiveClaimer claimer = living.membership.joinExclusive();
        claimer.claim(200);
        for (int i = 0; i < 200; i += 8) {
            living.memory.putLong(
                claimer.payloadAddress() + i, FrameFormat.headerWord(32, 1, 0, 0));
        }
        claimer.abort();
        living.publish(claimer, 4, 8);
        assertEquals(List.of(4L), readAll(reader));
    }

    @Test
    void shouldLetNobodyPublishBesideALiveExclusivePublisher() {
        final ExclusiveClaimer exclusive = living.membership.joinExclusive();
        assertThrows(ChannelLimitException.class, () -> living.membership.joinShared());
        assertThrows(ChannelLimitException.class, () -> dying.membership.joinShared());
        assertThrows(ChannelLimitException.class, () -> dying.membership.joinExclusive());
        living.membership.leave(exclusive);
        final SharedClaimer shared = dying.membership.joinShared();
        assertThrows(ChannelLimitException.class, () -> living.membership.joinExclusive());
        assertThrows(ChannelLimitException.class, () -> dying.membership.joinExclusive());
        dying.membership.leave(shared);
        living.membership.leave(living.membership.joinExclusive());
    }

    @Test
    void shouldNotCleanASegmentThatHoldsALiveClaimAlthoughNoCursorIsInIt() {
        final SharedClaimer paused = dying.membership.joinShared();
        final SharedClaimer other = living.membership.joinShared();
        final long unfinished = paused.claim(8);
        final long result = living.publishUntilTurnedAway(other, 1, 1000);
        assertEquals(Claimer.PREPARING, result, "nobody subscribes, so nobody gates");
        assertEquals(Cleaner.BUSY, living.log.cleaner().tryUnit(Cleaner.NOT_WALKED, 0));
        dying.memory.putLong(paused.payloadAddress(), 77);
        assertTrue(paused.commit(FrameFormat.KIND_MESSAGE, 7, 8) > unfinished);
        assertTrue(living.publish(other, 2, 1000) > 0);
    }

    @Test
    void shouldFinishASegmentWhoseCleanerDiedWhileItWasZeroing() {
        final SharedClaimer claimer = living.membership.joinShared();
        while (living.log.words().tailAcquire() < 4 * SEGMENT) {
            assertTrue(living.publish(claimer, 1, 1008) > 0);
        }
        final long ready = living.log.words().readyAcquire();
        dying.log.words().clearingOpaque(ready + SEGMENT);
        dying.memory.fill(dying.addressOf(0), SEGMENT / 2, (byte) 0);
        dying.die();

        assertEquals(Cleaner.DONE, living.log.cleaner().tryUnit(Cleaner.NOT_WALKED, 0));
        assertEquals(ready + SEGMENT, living.log.words().readyAcquire());
        for (int i = 0; i < SEGMENT; i += 8) {
            assertEquals(0, living.memory.getLong(living.addressOf(i)));
        }
    }

    @Test
    void shouldStopWaitingForAGatingSubscriberWhenItIsDead() {
        dying.reader(SubscriberOptions.latest());
        final SharedClaimer claimer = living.membership.joinShared();
        final long result = living.publishUntilTurnedAway(claimer, 1, 1000);
        assertEquals(Claimer.GATED, result);
        dying.die();
        publishPastTheDead(claimer, 2);
    }

    @Test
    void shouldGoOnAtANamedCursorThatADeadSubscriberLeft() {
        final SubscriberOptions named = SubscriberOptions.earliest().named("billing", true);
        final SharedClaimer claimer = living.membership.joinShared();
        final InPlaceReader doomed = dying.reader(named);
        for (int i = 0; i < 5; i++) {
            living.publish(claimer, i, 8);
        }
        doomed.peek();
        doomed.advance();
        doomed.publishPosition(0);
        assertThrows(ChannelLimitException.class, () -> living.reader(named));
        dying.die();
        final long result = living.publishUntilTurnedAway(claimer, 9, 1000);
        assertEquals(Claimer.GATED, result, "it gates while it is absent");
        final InPlaceReader heir = living.reader(named);
        assertEquals(List.of(1L, 2L, 3L, 4L), readAll(heir).subList(0, 4));
        assertNotEquals(Claimer.GATED, living.publish(claimer, 10, 1000));
    }

    @Test
    void shouldReportWhatANamedCursorThatDidNotGateHasLost() {
        final SubscriberOptions named = SubscriberOptions.earliest().named("lazy", false);
        final SharedClaimer claimer = living.membership.joinShared();
        final long stopped = positionBehindOne(dying.reader(named), claimer);
        dying.die();
        for (int i = 0; i < 100; i++) {
            publishPastTheDead(claimer, i);
        }
        final InPlaceReader second = living.reader(named);
        assertEquals(living.log.earliestPosition(), second.position());
        assertEquals(second.position() - stopped, second.lostBytes());
    }

    @Test
    void shouldReportALossAgainWhenWhoWasToldDiedBeforeItsFirstPoll() {
        final SubscriberOptions named = SubscriberOptions.earliest().named("lazy", false);
        final SharedClaimer claimer = living.membership.joinShared();
        final long stopped = positionBehindOne(living.reader(named), claimer);
        living.subscriptions.leave(0);
        for (int i = 0; i < 100; i++) {
            assertTrue(living.publish(claimer, i, 1000) > 0);
        }
        assertTrue(dying.reader(named).lostBytes() > 0);
        dying.die();
        final InPlaceReader third = living.reader(named);
        assertEquals(third.position() - stopped, third.lostBytes());
    }

    @Test
    void shouldPublishEmptyMessagesUpToTheVeryEndOfAWindow() {
        final ChannelOptions options = RING.withChecksums(true);
        try (Handle handle = new Handle(directory.resolve("empty"), options, on.platform)) {
            final SharedClaimer claimer = handle.membership.joinShared();
            for (int i = 0; i < 2 * 4 * SEGMENT / 16; i++) {
                assertTrue(claimer.claim(0) >= 0);
                handle.memory.copyFrom(claimer.payloadAddress(), new byte[0], 0, 0);
                assertTrue(claimer.commit(FrameFormat.KIND_MESSAGE, 1, 0) > 0);
            }
        }
    }

    private long positionBehindOne(final InPlaceReader reader, final Claimer claimer) {
        living.publish(claimer, 1, 8);
        assertEquals(List.of(1L), readAll(reader));
        return reader.position();
    }

    /** The kernel is asked who lives on one fruitless look of a publisher out of sixteen. */
    private void publishPastTheDead(final Claimer claimer, final long value) {
        long result = -1;
        for (int look = 0; look < 16 && result < 0; look++) {
            result = living.publish(claimer, value, 1000);
        }
        assertTrue(result > 0, "still turned away with " + result);
    }

    /** Steps 3 and 4 of claiming, and then nothing. */
    private void announceAndMoveTail(final SharedClaimer claimer, final long from, final long to) {
        dying.log.words().slotStartRelease(claimer.slot(), from);
        assertEquals(from, dying.memory.compareAndExchangeLong(
            dying.log.words().tailAddress(), from, to));
        assertEquals(0, dying.memory.getLong(dying.addressOf(from)));
    }
}
