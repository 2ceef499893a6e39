package org.fencepost.ipc.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.PositionException;
import org.fencepost.ipc.ChannelStatus;
import org.fencepost.ipc.DurabilityStatus;
import org.fencepost.ipc.SyncFailedException;
import org.fencepost.ipc.SyncStatus;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.log.WatchedSyncs.Stretch;
import org.fencepost.ipc.log.WatchedSyncs.Watched;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who syncs what, what is reported as durable and what never is. */
class GroupCommitTest {
    private static final int SEGMENT = 16_384;
    private static final int PAGE = 4_096;
    /** As much is written ahead at a time. */
    private static final long STRETCH = 1 << 20;
    private static final int MESSAGE = 100_000;
    private static final int EIO = 5;
    private static final int EINTR = 4;

    @TempDir
    Path directory;

    private final Deque<Handle> handles = new ArrayDeque<>();
    private long nowNanos = 1_000_000_000;

    @AfterEach
    void closeHandles() {
        handles.forEach(Handle::close);
    }

    @Test
    void shouldReportWhatWasCommittedBeforeTheSyncAndNoMore() {
        final Handle handle = open();
        final SharedClaimer claimer = handle.membership.joinShared();
        final Watched watched = Watched.of(handle);
        assertEquals(GroupCommit.IDLE, watched.commit().trySync(1));
        final long first = handle.publish(claimer, 1, 100);
        final long[] second = {0};
        watched.syncs().become(() -> {
            second[0] = handle.publish(claimer, 2, 100);
            assertEquals(0, watched.commit().durablePosition(), "before the sync has returned");
            return 0;
        });
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        assertEquals(first, watched.commit().durablePosition());
        watched.syncs().become(() -> 0);
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        assertEquals(second[0], watched.commit().durablePosition());
        assertEquals(GroupCommit.IDLE, watched.commit().trySync(1));
        assertEquals(List.of(PAGE + first, second[0]), watched.syncs().lengths());
    }

    @Test
    void shouldSyncFromThePageOfTheWatermarkInEachSegment() {
        final Handle handle = open();
        final SharedClaimer claimer = handle.membership.joinShared();
        final Watched watched = Watched.of(handle);
        handle.publish(claimer, 1, 5_000);
        watched.commit().trySync(1);
        long end = 0;
        while (end < SEGMENT + 2_000) {
            end = handle.publish(claimer, 1, 3_000);
        }
        watched.commit().trySync(1);
        assertEquals(end, watched.commit().durablePosition());
        assertEquals(List.of(PAGE + 5_024L, (long) SEGMENT - PAGE, end - SEGMENT),
            watched.syncs().lengths());
    }

    @Test
    void shouldHaveTheRestOfASegmentWrittenAheadWhenASyncComesToIt() {
        final Handle handle = open();
        final SharedClaimer claimer = handle.membership.joinShared();
        long end = handle.publish(claimer, 1, 100);
        final Watched watched = Watched.of(handle);
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        final List<Stretch> ahead = new ArrayList<>(watched.syncs().takeAhead());
        while (end < 2 * SEGMENT + PAGE) {
            end = handle.publish(claimer, 1, PAGE - 32);
            assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
            ahead.addAll(watched.syncs().takeAhead());
        }
        assertEquals(List.of(new Stretch(PAGE, SEGMENT), new Stretch(SEGMENT + PAGE, 2 * SEGMENT),
            new Stretch(2 * SEGMENT + PAGE, 3 * SEGMENT)), ahead);
    }

    @Test
    void shouldHaveTheNextStretchWrittenAheadWhenASmallSyncComesToOne() {
        final Handle handle = open(4 * STRETCH);
        final SharedClaimer claimer = handle.membership.joinShared();
        final Watched watched = Watched.of(handle);
        final List<Long> ends = new ArrayList<>();
        long end = 0;
        while (end < 3 * STRETCH + 2 * MESSAGE) {
            end = handle.publish(claimer, 1, MESSAGE);
            assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
            for (final Stretch stretch : watched.syncs().takeAhead()) {
                assertEquals(end + PAGE - 1 & -PAGE, stretch.from());
                ends.add(stretch.end());
            }
        }
        assertEquals(List.of(2 * STRETCH, 3 * STRETCH, 4 * STRETCH, 4 * STRETCH), ends);
    }

    @Test
    void shouldHaveNothingWrittenAheadWhenASyncIsLargeOrFails() {
        final Handle handle = open(4 * STRETCH);
        final SharedClaimer claimer = handle.membership.joinShared();
        final Watched watched = Watched.of(handle);
        while (handle.log.words().tailAcquire() < STRETCH) {
            handle.publish(claimer, 1, MESSAGE);
        }
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        assertEquals(List.of(), watched.syncs().takeAhead(), "it took a stretch with it");
        while (handle.log.words().tailAcquire() < 2 * STRETCH) {
            handle.publish(claimer, 1, MESSAGE);
        }
        watched.syncs().become(() -> EIO);
        assertEquals(GroupCommit.FAILED, watched.commit().trySync(1));
        assertEquals(List.of(), watched.syncs().takeAhead());
    }

    @Test
    void shouldLeaveAReceiptWithTheSyncBehindIt() {
        final Handle handle = open();
        final Handle other = open();
        final SharedClaimer claimer = handle.membership.joinShared();
        final Watched watched = Watched.of(handle);
        final Watched others = Watched.of(other);
        final List<Long> receipts = new ArrayList<>();
        watched.syncs().become(() -> {
            receipts.add(receipt(handle));
            return 0;
        });
        others.syncs().become(() -> 0);
        long before = 0;
        for (final long stepNanos : new long[] {0, 9_999_999, 1, -1, 10_000_001}) {
            nowNanos += stepNanos;
            before = watched.commit().durablePosition();
            handle.publish(claimer, 1, 1_000);
            assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        }
        assertEquals(List.of(0L, 0L, 2_048L, 3_072L, before), receipts);
        assertEquals(4_096, before);
        handle.publish(claimer, 1, 1_000);
        assertEquals(GroupCommit.DONE, others.commit().trySync(1));
        assertEquals(5 * 1_024, receipt(handle));
    }

    @Test
    void shouldLeaveNoReceiptBehindASyncDuringWhichTheHandleWasClosed() {
        for (final boolean closes : new boolean[] {false, true}) {
            final Handle handle = open();
            final SharedClaimer claimer = handle.membership.joinShared();
            final Watched watched = Watched.of(handle);
            final long segmentEnd = (handle.publish(claimer, 1, 1_000) / SEGMENT + 1) * SEGMENT;
            while (handle.log.words().tailAcquire() <= segmentEnd) {
                handle.publish(claimer, 1, 1_000);
            }
            watched.syncs().become(() -> {
                nowNanos += 10_000_000;
                if (closes) {
                    watched.log().close();
                }
                return 0;
            });
            assertEquals(closes ? GroupCommit.CLOSED : GroupCommit.DONE, watched.commit().trySync(1));
            assertEquals(closes ? SegmentFormat.NO_RECEIPT : 0, receipt(handle, segmentEnd));
            handle.close();
        }
    }

    /** What is on the disk of the first segment, as its receipt says. */
    private static long receipt(final Handle handle) {
        return receipt(handle, 0);
    }

    private static long receipt(final Handle handle, final long segmentStart) {
        final long address = handle.log.store().newTemporaryMap().addressOf(segmentStart);
        return SegmentFormat.receiptBytes(handle.log.geometry().channelId(), segmentStart, SEGMENT,
            handle.memory.getLongAcquire(
                address - SegmentFormat.DATA_OFFSET + SegmentFormat.RECEIPT_OFFSET));
    }

    @Test
    void shouldLeaveAReceiptOfTheWatermarkItselfWhenThatIsAskedFor() {
        final Handle handle = open();
        final SharedClaimer claimer = handle.membership.joinShared();
        final Watched watched = Watched.of(handle);
        assertEquals(GroupCommit.IDLE, watched.commit().tryRecord(), "nothing is durable");
        long end = handle.publish(claimer, 1, 100);
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        assertEquals(0, receipt(handle));
        handle.publish(claimer, 1, 100);
        assertEquals(GroupCommit.DONE, watched.commit().tryRecord());
        assertEquals(end, receipt(handle));
        assertEquals(GroupCommit.IDLE, watched.commit().tryRecord());
        assertEquals(List.of(PAGE + end, (long) PAGE), watched.syncs().lengths());
        assertEquals(0, handle.log.words().syncs().toAcquire(0), "none is under way");
        while (end < SEGMENT) {
            end = handle.publish(claimer, 1, 1_000);
        }
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        assertEquals(GroupCommit.DONE, watched.commit().tryRecord(), "in a later segment");
        assertEquals(GroupCommit.IDLE, watched.commit().tryRecord());
    }

    @Test
    void shouldFailWhenTheSyncOfAReceiptMeetsAnError() {
        final Handle handle = open();
        final long end = handle.publish(handle.membership.joinShared(), 1, 8);
        final Watched watched = Watched.of(handle);
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        watched.syncs().become(() -> EIO);
        assertEquals(GroupCommit.FAILED, watched.commit().tryRecord(), "it is of the whole file");
        watched.syncs().become(() -> 0);
        assertEquals(GroupCommit.FAILED, watched.commit().trySync(1));
        assertEquals(end, watched.commit().durablePosition());
    }

    @Test
    void shouldVerifyTheNextSyncWhenASignalEndedThatOfAReceipt() {
        final Handle handle = open();
        final SharedClaimer claimer = handle.membership.joinShared();
        handle.publish(claimer, 1, 8);
        final Watched watched = Watched.of(handle);
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        final long damaged = handle.publish(claimer, 2, 8) - 32;
        watched.syncs().become(() -> EINTR);
        assertEquals(GroupCommit.BUSY, watched.commit().tryRecord());
        handle.memory.putLong(handle.addressOf(damaged) + 24, 0);
        watched.syncs().become(() -> 0);
        assertEquals(GroupCommit.FAILED, watched.commit().trySync(1));
    }

    @Test
    void shouldStopBeforeAnOpenClaimUntilItIsCommitted() {
        final Handle handle = open();
        final SharedClaimer slow = handle.membership.joinShared();
        final SharedClaimer fast = handle.membership.joinShared();
        final Watched watched = Watched.of(handle);
        final long before = handle.publish(fast, 1, 8);
        slow.claim(8);
        final long behind = handle.publish(fast, 2, 8);
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        assertEquals(before, watched.commit().durablePosition());
        assertEquals(GroupCommit.IDLE, watched.commit().trySync(1));
        slow.commit(1, 1, 8);
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        assertEquals(behind, watched.commit().durablePosition());
    }

    @Test
    void shouldPadTheClaimOfADeadPublisherOnTheWay() {
        final Handle dying = open();
        final Handle handle = open();
        dying.membership.joinShared().claim(8);
        final long end = handle.publish(handle.membership.joinShared(), 1, 8);
        dying.die();
        final Watched watched = Watched.of(handle);
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        assertEquals(end, watched.commit().durablePosition());
    }

    @Test
    void shouldReportWhatAnExclusivePublisherHasCommitted() {
        final Handle handle = open();
        final long end = handle.publish(handle.membership.joinExclusive(), 1, 8);
        final Watched watched = Watched.of(handle);
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        assertEquals(end, watched.commit().durablePosition());
    }

    @Test
    void shouldLetOthersPassASyncThatTakesLongAndKeepTheHigherWatermark() {
        final Handle slow = open();
        final Handle fast = open();
        final SharedClaimer claimer = fast.membership.joinShared();
        final Watched slowly = Watched.of(slow);
        final Watched quickly = Watched.of(fast);
        fast.publish(claimer, 1, 8);
        final long[] end = {0};
        slowly.syncs().become(() -> {
            end[0] = fast.publish(claimer, 2, 8);
            final int turn = quickly.commit().turn();
            assertEquals(GroupCommit.BUSY, quickly.commit().trySync(1));
            assertEquals(turn, quickly.commit().turn());
            assertEquals(GroupCommit.DONE, quickly.commit().trySync(2));
            assertEquals(turn + 1, quickly.commit().turn());
            assertEquals(end[0], quickly.commit().durablePosition());
            return 0;
        });
        assertEquals(GroupCommit.DONE, slowly.commit().trySync(1));
        assertEquals(end[0], slowly.commit().durablePosition(), "it does not fall");
    }

    @Test
    void shouldBeBusyForOtherThreadsOfTheSameHandle() {
        final Handle handle = open();
        handle.publish(handle.membership.joinShared(), 1, 8);
        final Watched watched = Watched.of(handle);
        watched.syncs().become(() -> {
            assertEquals(GroupCommit.BUSY, watched.commit().trySync(1));
            return 0;
        });
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
    }

    @Test
    void shouldBeFailedForGoodInEveryHandleWhenOneSyncFailed() {
        final Handle handle = open();
        final SharedClaimer claimer = handle.membership.joinShared();
        final Watched watched = Watched.of(handle);
        final long durable = handle.publish(claimer, 1, 8);
        watched.commit().trySync(1);
        final long end = handle.publish(claimer, 2, 8);
        watched.syncs().become(() -> EIO);
        assertEquals(GroupCommit.FAILED, watched.commit().trySync(1));

        watched.syncs().become(() -> 0);
        final Watched other = Watched.of(open());
        for (final Watched each : List.of(watched, other, Watched.of(open()))) {
            assertEquals(GroupCommit.FAILED, each.commit().trySync(ControlFormat.SYNCS_MAX));
            assertEquals(durable, each.commit().durablePosition());
            final SyncFailedException failure =
                assertThrows(SyncFailedException.class, () -> each.commit().requireHealthy());
            assertEquals(EIO, failure.errno());
            assertEquals(durable, failure.fromPosition());
            assertEquals(end, failure.toPosition());
            assertEquals(durable, failure.durablePosition());
            assertTrue(failure.getMessage().contains("EIO"), failure.getMessage());
        }
        assertEquals(List.of(), other.syncs().lengths(), "nothing is synced again");
    }

    @Test
    void shouldTakeNoMoreThanTheSegmentsHoldWhenASyncHasFailed() {
        final Handle handle = open();
        final Claimer claimer = handle.membership.joinShared();
        handle.publish(claimer, 1, 8);
        final Watched watched = Watched.of(handle);
        watched.syncs().become(() -> EIO);
        watched.commit().trySync(1);
        final long ready = handle.log.words().readyAcquire();

        final Handle other = open();
        for (final Claimer each : List.of(claimer, other.membership.joinShared())) {
            assertEquals(Claimer.FAILED, handle.publishUntilTurnedAway(each, 2, 8));
        }
        assertEquals(ready, handle.log.words().tailAcquire(), "what is there is used");
        assertEquals(ready, handle.log.words().readyAcquire(), "nothing is made");
        assertEquals(Cleaner.FAILED, other.log.cleaner().tryUnit(Cleaner.NOT_WALKED, 0));
    }

    @Test
    void shouldShowWhoSyncsAndWhatHasFailed() {
        final Handle handle = open();
        final Handle other = open();
        final long end = handle.publish(handle.membership.joinShared(), 1, 8);
        final Watched watched = Watched.of(handle);
        final Observation observation = new Observation(other.log);
        final ChannelOptions options = ChannelOptions.journal(SEGMENT);
        final long pid = ProcessHandle.current().pid();
        watched.syncs().become(() -> {
            assertEquals(new DurabilityStatus(0, false,
                List.of(new SyncStatus(0, pid, true, 0, end, 0))),
                observation.look(options).durability());
            return EIO;
        });
        watched.commit().trySync(1);
        final ChannelStatus status = observation.look(options);
        assertEquals(new DurabilityStatus(0, true,
            List.of(new SyncStatus(0, pid, false, 0, end, EIO))), status.durability());
        assertTrue(status.toString().contains("process " + pid + " from position 0 to " + end
            + ", failed with errno 5"), status.toString());
    }

    @Test
    void shouldSayThatAnOpenClaimHoldsDurabilityBack() {
        final Handle handle = open();
        handle.membership.joinShared().claim(8);
        final ChannelStatus status =
            new Observation(handle.log).look(ChannelOptions.journal(SEGMENT));
        assertTrue(status.toString().contains(
            "durable: up to position 0, 32 bytes behind the tail; held back by the open claim at"
                + " position 0"), status.toString());
        assertEquals(new DurabilityStatus(0, false, List.of()), status.durability());
    }

    @Test
    void shouldReportNothingBehindAFailureOfSomebodyElse() {
        final Handle slow = open();
        final Handle failing = open();
        final SharedClaimer claimer = slow.membership.joinShared();
        final Watched slowly = Watched.of(slow);
        final Watched badly = Watched.of(failing);
        slow.publish(claimer, 1, 8);
        badly.syncs().become(() -> EIO);
        slowly.syncs().become(() -> {
            assertEquals(GroupCommit.FAILED, badly.commit().trySync(2));
            return 0;
        });
        assertEquals(GroupCommit.FAILED, slowly.commit().trySync(1));
        assertEquals(0, slowly.commit().durablePosition());
        final int syncs = slowly.syncs().lengths().size();
        assertEquals(GroupCommit.FAILED, slowly.commit().trySync(1));
        assertEquals(syncs, slowly.syncs().lengths().size(), "it failed in another slot");
    }

    @Test
    void shouldKeepTheFirstErrorWhenTwoSyncsFail() {
        final Watched first = Watched.of(open());
        final Handle handle = open();
        final Watched second = Watched.of(handle);
        handle.publish(handle.membership.joinShared(), 1, 8);
        second.syncs().become(() -> EIO);
        first.syncs().become(() -> {
            assertEquals(GroupCommit.FAILED, second.commit().trySync(2));
            return 28;
        });
        assertEquals(GroupCommit.FAILED, first.commit().trySync(1));
        assertEquals(EIO, assertThrows(
            SyncFailedException.class, () -> first.commit().requireHealthy()).errno());
    }

    @Test
    void shouldGoOnWhereADeadOneStoppedInTheMiddleOfASync() {
        final Handle handle = open();
        final long end = handle.publish(handle.membership.joinShared(), 1, 8);
        dieSyncing(EIO);
        final Watched watched = Watched.of(handle);
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        assertEquals(end, watched.commit().durablePosition());
    }

    @Test
    void shouldTrustNothingThatADeadOneHasSyncedWithoutSayingHowItEnded() {
        final Handle handle = open();
        final SharedClaimer claimer = handle.membership.joinShared();
        handle.publish(claimer, 1, 8);
        dieSyncing(EIO);
        final long damaged = handle.publish(claimer, 2, 8);
        handle.publish(claimer, 3, 8);
        // What a page is that was thrown out of the cache after it could not be written.
        handle.memory.putLong(handle.addressOf(damaged) + 24, 0);
        final Watched watched = Watched.of(handle);
        assertEquals(GroupCommit.FAILED, watched.commit().trySync(1));
        assertEquals(GroupCommit.ERRNO_DAMAGED, assertThrows(
            SyncFailedException.class, () -> watched.commit().requireHealthy()).errno());
        assertEquals(0, watched.commit().durablePosition());
    }

    @Test
    void shouldTrustWhatLiesInSegmentsThatADeadOneDidNotSync() {
        final Handle handle = open();
        final SharedClaimer claimer = handle.membership.joinShared();
        handle.publish(claimer, 1, 8);
        dieSyncing(EIO);
        final Watched watched = Watched.of(handle);
        long end = 0;
        while (end < SEGMENT) {
            end = handle.publish(claimer, 1, 3_000);
        }
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        assertTrue(handle.log.words().syncs().suspectAcquire() <= end);
        final long start = end;
        handle.publish(claimer, 2, 8);
        handle.memory.putLong(handle.addressOf(start) + 24, 0);
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1), "nothing is verified any more");
    }

    @Test
    void shouldTrustNothingWhileAnotherSyncOfTheSegmentHasNotEnded() {
        final Handle slow = open();
        final Handle handle = open();
        final long start = handle.publish(handle.membership.joinShared(), 1, 8);
        final Watched slowly = Watched.of(slow);
        final Watched watched = Watched.of(handle);
        slowly.syncs().become(() -> {
            handle.memory.putLong(handle.addressOf(0) + 24, 0);
            assertEquals(GroupCommit.FAILED, watched.commit().trySync(2));
            return 0;
        });
        assertEquals(GroupCommit.FAILED, slowly.commit().trySync(1));
        assertTrue(start > 0 && watched.syncs().lengths().isEmpty());
    }

    @Test
    void shouldFailOnBehalfOfADeadOneThatHadMetAnError() {
        final Handle handle = open();
        final long end = handle.publish(handle.membership.joinShared(), 1, 8);
        final SyncWords words = handle.log.words().syncs();
        words.intend(0, 0, end);
        words.errno(0, EIO);
        final Watched watched = Watched.of(handle);
        assertEquals(GroupCommit.FAILED, watched.commit().trySync(1));
        assertEquals(EIO, assertThrows(
            SyncFailedException.class, () -> watched.commit().requireHealthy()).errno());
    }

    @Test
    void shouldSyncAndVerifyAgainWhenASignalEndedTheSync() {
        final Handle handle = open();
        final long end = handle.publish(handle.membership.joinShared(), 1, 8);
        final Watched watched = Watched.of(handle);
        watched.syncs().become(() -> watched.syncs().lengths().size() < 3 ? EINTR : 0);
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        assertEquals(3, watched.syncs().lengths().size());
        assertEquals(end, watched.commit().durablePosition());
    }

    @Test
    void shouldReportNothingWhenItsHandleIsClosedMeanwhile() {
        final Handle handle = open();
        final Handle other = open();
        handle.publish(handle.membership.joinShared(), 1, 8);
        final Watched watched = Watched.of(handle);
        watched.syncs().become(() -> {
            watched.log().close();
            return 0;
        });
        assertEquals(GroupCommit.CLOSED, watched.commit().trySync(1));
        assertEquals(0, Watched.of(other).commit().durablePosition());
    }

    @Test
    void shouldTakeZerosForDamageAndNotForAHoleWhereItWasDurable() {
        final Handle handle = open();
        final SharedClaimer claimer = handle.membership.joinShared();
        assertEquals(0, claimer.claim(8));
        final long address = claimer.payloadAddress() - FrameFormat.headerBytes(handle.log.geometry().frameFlags());
        claimer.commit(FrameFormat.KIND_MESSAGE, 7, 8);
        handle.publish(claimer, 2, 8);
        final Watched watched = Watched.of(handle);
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        final long end = handle.publish(claimer, 3, 8);
        final HoleRepair repair = new HoleRepair(handle.log);
        assertEquals(end, repair.walk(0, end, address));
        handle.memory.putLongRelease(address, 0);
        final ChannelDamagedException damaged =
            assertThrows(ChannelDamagedException.class, () -> repair.walk(0, end, address));
        assertTrue(damaged.getMessage().contains(" at position 0: expected a header"), damaged::getMessage);
        assertEquals(0, handle.memory.getLongAcquire(address));
    }

    @Test
    void shouldBeginAgainWhenWhatItIsToSyncIsRemovedBeforeItIsMapped() {
        final Handle handle = open();
        final Claimer claimer = handle.membership.joinShared();
        final Watched watched = Watched.of(handle);
        long end = 0;
        while (end < 3 * SEGMENT) {
            end = handle.publish(claimer, 1, 3_000);
        }
        // As retention does it.
        watched.syncs().whenMapped(() -> {
            handle.log.words().earliestRelease(2 * SEGMENT);
            handle.log.words().syncs().raise(2 * SEGMENT);
            handle.log.store().remove(List.of(0L, (long) SEGMENT), 2 * SEGMENT);
        });
        assertEquals(GroupCommit.BUSY, watched.commit().trySync(1));
        assertEquals(2 * SEGMENT, watched.commit().durablePosition());
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        assertEquals(end, watched.commit().durablePosition());
    }

    @Test
    void shouldSayWhatIsMissingWhenASegmentIsGoneThatNobodyHasRemoved() {
        final Handle handle = open();
        handle.publish(handle.membership.joinShared(), 1, 8);
        final Watched watched = Watched.of(handle);
        watched.syncs().whenMapped(() -> handle.log.store().remove(List.of(0L), SEGMENT));
        assertThrows(PositionException.class, () -> watched.commit().trySync(1));
    }

    @Test
    void shouldSayWhatIsDamagedWhenALengthLeadsOutOfTheSegment() {
        final Handle handle = open();
        final Claimer claimer = handle.membership.joinShared();
        final long first = handle.publish(claimer, 1, 8);
        handle.publish(claimer, 2, 8);
        handle.memory.putInt(handle.addressOf(first), (int) (SEGMENT - first) + 16);
        final Watched watched = Watched.of(handle);
        assertThrows(ChannelDamagedException.class, () -> watched.commit().trySync(1));
        assertEquals(0, watched.commit().durablePosition());
    }

    @Test
    void shouldLeaveTheSlotFreeWhenASyncThrows() {
        final Handle handle = open();
        final long end = handle.publish(handle.membership.joinShared(), 1, 8);
        final Watched watched = Watched.of(handle);
        watched.syncs().become(() -> {
            throw new InternalError("a page is missing");
        });
        assertThrows(InternalError.class, () -> watched.commit().trySync(1));
        watched.syncs().become(() -> 0);
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        assertEquals(end, watched.commit().durablePosition());
    }

    /** Somebody dies between what its sync returned and the mark. */
    private void dieSyncing(final int errno) {
        final Handle dying = open();
        final Watched watched = Watched.of(dying);
        watched.syncs().become(() -> {
            watched.log().close();
            dying.die();
            return errno;
        });
        assertEquals(GroupCommit.CLOSED, watched.commit().trySync(1));
    }

    private Handle open() {
        return open(SEGMENT);
    }

    private Handle open(final long segmentBytes) {
        final Handle handle = new Handle(directory.resolve("journal"),
            ChannelOptions.journal(segmentBytes), Platform.detect(), () -> nowNanos);
        handles.push(handle);
        return handle;
    }
}
