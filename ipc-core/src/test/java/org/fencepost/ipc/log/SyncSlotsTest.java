package org.fencepost.ipc.log;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.log.WatchedSyncs.Watched;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who has a sync slot, who rests in one, and who sleeps until a sync has ended. */
class SyncSlotsTest {
    private static final int EIO = 5;
    private static final long FOR_EVER = TimeUnit.HOURS.toNanos(1);

    @TempDir
    Path directory;

    private final Deque<Handle> handles = new ArrayDeque<>();
    private Handle handle;
    private Handle second;
    private SharedClaimer claimer;
    private Watched one;
    private Watched other;

    @BeforeEach
    void openTwo() {
        handle = open();
        claimer = handle.membership.joinShared();
        one = Watched.of(handle);
        second = open();
        other = Watched.of(second);
    }

    @AfterEach
    void closeHandles() {
        handles.forEach(Handle::close);
    }

    @Test
    void shouldKeepTheFirstSlotBehindTwoSyncsOfWhichNoneOfOthersCameBetween() {
        assertSynced(one);
        assertFalse(isHeld(0), "it knows of none before");
        assertSynced(other);
        assertSynced(one);
        assertFalse(isHeld(0), "one of somebody else's came before it");
        assertSynced(one);
        assertTrue(isHeld(0));
        assertSynced(one);
        assertTrue(isHeld(0));
    }

    @Test
    void shouldBeInNobodysWayWhereItRestsAndGiveTheSlotUpBehindTheNextSync() {
        rest();
        assertSynced(other);
        assertTrue(isHeld(0));
        assertFalse(isHeld(1), "nobody rests in another slot");
        assertSynced(one);
        assertFalse(isHeld(0), "somebody else has synced meanwhile");
        assertSynced(other);
    }

    @Test
    void shouldBeInTheWayOfOthersWhileItSyncsInASlotThatItKeeps() {
        rest();
        publish();
        one.syncs().become(() -> {
            assertEquals(GroupCommit.BUSY, other.commit().trySync(1));
            assertEquals(GroupCommit.BUSY, one.commit().trySync(1), "another thread of the same handle");
            return 0;
        });
        assertEquals(GroupCommit.DONE, one.commit().trySync(1));
    }

    @Test
    void shouldGiveTheSlotUpWhenSomebodyWaitsForIt() {
        rest();
        publish();
        one.syncs().become(() -> {
            final int seen = other.commit().turn();
            assertEquals(GroupCommit.BUSY, other.commit().trySync(1));
            other.commit().awaitTurn(seen, 1);
            return 0;
        });
        assertEquals(GroupCommit.DONE, one.commit().trySync(1));
        assertFalse(isHeld(0));
    }

    @Test
    void shouldGiveTheSlotUpWhenThereIsNothingToSync() {
        rest();
        assertEquals(GroupCommit.IDLE, one.commit().trySync(1));
        assertFalse(isHeld(0));
    }

    @Test
    void shouldGiveTheSlotUpBehindAReceiptForWhichNobodyWaits() {
        rest();
        assertEquals(GroupCommit.DONE, one.commit().tryRecord());
        assertFalse(isHeld(0));
    }

    @Test
    void shouldGiveTheSlotUpWhenASyncFails() {
        rest();
        publish();
        one.syncs().become(() -> EIO);
        assertEquals(GroupCommit.FAILED, one.commit().trySync(1));
        assertFalse(isHeld(0));
    }

    @Test
    void shouldLeaveTheSlotFreeWhenItDiesWhileItRests() {
        rest();
        handle.die();
        second.publish(second.membership.joinShared(), 2, 8);
        other.syncs().become(() -> {
            assertTrue(isHeld(0));
            assertFalse(isHeld(1));
            return 0;
        });
        assertEquals(GroupCommit.DONE, other.commit().trySync(1));
    }

    @Test
    void shouldTakeNobodyForRestingWhoSyncsInTheSlotOfOneThatDiedWhileItRested() {
        rest();
        handle.die();
        second.publish(second.membership.joinShared(), 2, 8);
        final Watched third = Watched.of(open());
        other.syncs().become(() -> {
            assertEquals(GroupCommit.BUSY, third.commit().trySync(1));
            return 0;
        });
        assertEquals(GroupCommit.DONE, other.commit().trySync(1));
    }

    @Test
    void shouldEndTheSleepOfWhoHasFoundOthersSyncing() throws InterruptedException {
        publish();
        final Thread[] sleeper = new Thread[1];
        one.syncs().become(() -> {
            final int seen = other.commit().turn();
            assertEquals(GroupCommit.BUSY, other.commit().trySync(1));
            sleeper[0] = Thread.ofPlatform().start(() -> other.commit().awaitTurn(seen, FOR_EVER));
            await().until(() -> Bell.hasSleepers(turns()));
            return 0;
        });
        assertEquals(GroupCommit.DONE, one.commit().trySync(1));
        assertTrue(sleeper[0].join(Duration.ofSeconds(30)), "it sleeps on");
        assertFalse(Bell.hasSleepers(turns()));
    }

    @Test
    void shouldNotSleepWhenASyncHasEndedSinceItLooked() {
        final int seen = other.commit().turn();
        assertSynced(one);
        assertNotEquals(seen, other.commit().turn());
        other.commit().awaitTurn(seen, FOR_EVER);
    }

    @Test
    void shouldCountEachTurnAlsoWhereNobodySleeps() {
        final int before = other.commit().turn();
        for (int turn = 1; turn <= 3; turn++) {
            assertSynced(one);
            assertEquals(before + turn, other.commit().turn());
        }
        assertEquals(GroupCommit.IDLE, one.commit().trySync(1));
        assertEquals(before + 4, other.commit().turn(), "who waits for the slot is told of this too");
        assertFalse(Bell.hasSleepers(turns()));
    }

    /** Has the first one rest in the first slot. */
    private void rest() {
        assertSynced(one);
        assertSynced(one);
        assertTrue(isHeld(0));
    }

    private void assertSynced(final Watched watched) {
        final long end = publish();
        assertEquals(GroupCommit.DONE, watched.commit().trySync(1));
        assertEquals(end, watched.commit().durablePosition());
    }

    private long publish() {
        return handle.publish(claimer, 1, 8);
    }

    private boolean isHeld(final int slot) {
        return other.log().members().isSyncLive(slot);
    }

    private long turns() {
        return handle.memory.getLongAcquire(other.log().turns().address());
    }

    private Handle open() {
        final Handle opened = new Handle(directory.resolve("journal"),
            ChannelOptions.journal(16_384), Platform.detect(), System::nanoTime);
        handles.push(opened);
        return opened;
    }
}
