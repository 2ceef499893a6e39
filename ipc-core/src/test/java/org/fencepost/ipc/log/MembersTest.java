package org.fencepost.ipc.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.fencepost.ipc.ChannelClosedException;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the threads of one handle see of each other, which the kernel's locks do not tell them. */
class MembersTest {
    private static final int SLOT = 3;

    @TempDir
    Path directory;

    private Path lockPath;

    @BeforeEach
    void makeLockFile() throws IOException {
        lockPath = Files.createFile(directory.resolve("members"));
    }

    @Test
    void shouldLetOneThreadIntoHousekeepingWhenTwoOfAHandleTry() throws Exception {
        final Members members = members();
        assertTrue(members.tryEnterHousekeeping());
        assertFalse(elsewhere(members::tryEnterHousekeeping));
        members.leaveHousekeeping();
        assertTrue(entersAndLeaves(members));
        members.close();
    }

    @Test
    void shouldKeepOtherThreadsOutUntilTheKernelHasTheByteBack() throws Exception {
        // Whoever came in between would have a byte that the first one is about to give up.
        final WatchedLocks locks = new WatchedLocks(Platform.detect().openLockFile(lockPath));
        final Members members = new Members(directory, locks);
        final AtomicInteger refused = new AtomicInteger();
        assertTrue(members.tryTakePublisher(SLOT));
        locks.beforeUnlock = () -> refused.addAndGet(members.tryTakePublisher(SLOT) ? 0 : 1);
        members.releasePublisher(SLOT);
        assertEquals(1, refused.get(), "the slot was taken while it was still locked");

        assertTrue(members.tryEnterHousekeeping());
        locks.beforeUnlock =
            () -> refused.addAndGet(elsewhere(members::tryEnterHousekeeping) ? 0 : 1);
        members.leaveHousekeeping();
        assertEquals(2, refused.get(), "housekeeping was entered while it was still locked");
        members.close();
    }

    @Test
    void shouldLetAnotherThreadIntoHousekeepingWhenTheKernelRefusedTheFirst() throws IOException {
        final Members holder = members();
        final Members refused = members();
        assertTrue(holder.tryEnterHousekeeping());
        assertFalse(refused.tryEnterHousekeeping());
        holder.leaveHousekeeping();
        assertTrue(elsewhere(refused::tryEnterHousekeeping));
        holder.close();
        refused.close();
    }

    @Test
    void shouldLetOthersIntoHousekeepingWhenAStackEndsOnTheWayOut() throws Exception {
        final WatchedLocks locks = new WatchedLocks(Platform.detect().openLockFile(lockPath));
        final Members members = new Members(directory, locks);
        final Members otherHandle = members();
        assertTrue(members.tryEnterHousekeeping());
        locks.beforeUnlock = () -> {
            throw new StackOverflowError();
        };
        assertThrows(StackOverflowError.class, members::leaveHousekeeping);
        assertFalse(members.isHousekeepingTaken());

        locks.beforeUnlock = () -> { };
        assertFalse(otherHandle.tryEnterHousekeeping(), "the kernel has the byte still");
        assertTrue(entersAndLeaves(members), "this thread lives, and is not in there");
        assertTrue(otherHandle.tryEnterHousekeeping());
        otherHandle.leaveHousekeeping();
        members.close();
        otherHandle.close();
    }

    @Test
    void shouldUnlockWhatWasLeftLockedAndNothingElse() throws Exception {
        final WatchedLocks locks = new WatchedLocks(Platform.detect().openLockFile(lockPath));
        final Members members = new Members(directory, locks);
        final Members otherHandle = members();
        assertTrue(members.tryEnterHousekeeping());
        members.unlockWhatWasLeft();
        assertFalse(otherHandle.tryEnterHousekeeping(), "somebody is in there");
        locks.beforeUnlock = () -> {
            throw new StackOverflowError();
        };
        assertThrows(StackOverflowError.class, members::leaveHousekeeping);
        locks.beforeUnlock = () -> { };
        members.unlockWhatWasLeft();
        assertTrue(otherHandle.tryEnterHousekeeping());
        members.unlockWhatWasLeft();
        otherHandle.leaveHousekeeping();
        assertTrue(elsewhere(members::tryEnterHousekeeping));
        members.close();
        otherHandle.close();
    }

    @Test
    void shouldHealNothingForWhoHasGivenItsSlotUp() throws IOException {
        final Members members = members();
        assertTrue(members.tryTakePublisher(SLOT));
        members.own(SLOT, new SlotOwner() {
            @Override
            public boolean heals(final long position) {
                return true;
            }

            @Override
            public Optional<String> threadName() {
                return Optional.of("somebody");
            }
        });
        assertTrue(members.heal(SLOT, 0));
        members.releasePublisher(SLOT);
        // The next one that has it may be of another process.
        assertFalse(members.heal(SLOT, 0));
        assertEquals(Optional.empty(), members.threadName(SLOT));
        members.close();
    }

    @Test
    void shouldNotTakeASlotForItsOwnWhenTheKernelRefusedIt() throws IOException {
        final Members holder = members();
        final Members refused = members();
        assertTrue(holder.tryTakePublisher(SLOT));
        assertFalse(refused.tryTakePublisher(SLOT));
        assertTrue(refused.isPublisherLive(SLOT));
        holder.releasePublisher(SLOT);
        assertFalse(refused.isPublisherLive(SLOT));
        assertTrue(refused.tryTakePublisher(SLOT));
        holder.close();
        refused.close();
    }

    @Test
    void shouldWaitForHousekeepingWhenAReaderMovesOrBeginsBehindTheTail() {
        final ChannelOptions options = ChannelOptions.ring(4 * 4096, 4);
        try (Handle cleaning = new Handle(directory.resolve("ring"), options, Platform.detect());
            Handle joining = new Handle(directory.resolve("ring"), options, Platform.detect())) {
            final InPlaceReader reader = joining.reader(SubscriberOptions.latest());
            assertTrue(cleaning.log.members().tryEnterHousekeeping());
            // Whoever has to wait gives up at once, because its handle is marked closed.
            joining.log.close();
            assertThrows(ChannelClosedException.class,
                () -> joining.subscriptions.seek(reader, 0));
            assertThrows(ChannelClosedException.class,
                () -> joining.subscriptions.join(SubscriberOptions.earliest()));
            assertThrows(ChannelClosedException.class, () -> joining.subscriptions.join(
                SubscriberOptions.latest().named("somebody", true)));
            cleaning.log.members().leaveHousekeeping();
            joining.subscriptions.seek(reader, 0);
        }
    }

    @Test
    @Timeout(60)
    void shouldLeaveTheCarriersToOthersWhenVirtualThreadsThatAreInterruptedWaitForHousekeeping() throws Exception {
        final ChannelOptions options = ChannelOptions.ring(4 * 4096, 4);
        final int carriers = Runtime.getRuntime().availableProcessors();
        final List<Thread> joining = new ArrayList<>();
        final AtomicInteger stillInterrupted = new AtomicInteger();
        try (Handle handle = new Handle(directory.resolve("ring"), options, Platform.detect())) {
            final Members members = handle.log.members();
            assertTrue(members.tryEnterHousekeeping());
            try {
                for (int i = 0; i < carriers; i++) {
                    joining.add(Thread.ofVirtual().start(() -> {
                        Thread.currentThread().interrupt();
                        handle.membership.joinShared();
                        stillInterrupted.addAndGet(Thread.interrupted() ? 1 : 0);
                    }));
                }
                // More than the few that may come in between when a wait begins. One of them might have the lock.
                for (int i = 0; i < 1000; i++) {
                    Thread.ofVirtual().start(() -> { }).join();
                }
                assertTrue(joining.stream().allMatch(Thread::isAlive), "they wait");
            } finally {
                members.leaveHousekeeping();
                for (final Thread each : joining) {
                    each.join();
                }
            }
            assertEquals(carriers, stillInterrupted.get());
        }
    }

    @Test
    void shouldWaitForHousekeepingWhenACursorIsRemoved() {
        final ChannelOptions options = ChannelOptions.ring(4 * 4096, 4);
        try (Handle cleaning = new Handle(directory.resolve("ring"), options, Platform.detect());
            Handle removing = new Handle(directory.resolve("ring"), options, Platform.detect())) {
            assertTrue(cleaning.log.members().tryEnterHousekeeping());
            removing.log.close();
            assertThrows(ChannelClosedException.class, () -> removing.subscriptions.remove("somebody"));
        }
    }

    @Test
    void shouldGiveASlotBackWhenWhatItsLastOwnerLeftIsDamaged() {
        try (Handle handle = new Handle(
            directory.resolve("journal"), ChannelOptions.journal(4096), Platform.detect())) {
            handle.log.words().slotStartRelease(0, 0);
            handle.log.words().slotWonEndRelease(0, 64);
            for (int i = 0; i < 2; i++) {
                assertThrows(ChannelDamagedException.class, handle.membership::joinShared);
                assertThrows(ChannelDamagedException.class, handle.membership::joinExclusive);
            }
        }
    }

    @Test
    void shouldGiveACursorBackWhenItCannotBeGoneOnWith() {
        final SubscriberOptions named = SubscriberOptions.earliest().named("somebody", true);
        try (Handle handle = new Handle(
            directory.resolve("journal"), ChannelOptions.journal(4096), Platform.detect())) {
            final int record = handle.subscriptions.join(named).record();
            handle.log.cursors().batchIndexRelease(record, -1);
            handle.subscriptions.leave(record);
            for (int i = 0; i < 2; i++) {
                assertThrows(ChannelDamagedException.class, () -> handle.subscriptions.join(named));
            }
        }
    }

    private Members members() throws IOException {
        return new Members(directory, Platform.detect().openLockFile(lockPath));
    }

    /** What another thread, which lives on, is told. */
    private static boolean elsewhere(final BooleanSupplier question) {
        final AtomicBoolean answer = new AtomicBoolean();
        final Thread thread = Thread.ofPlatform().start(() -> answer.set(question.getAsBoolean()));
        try {
            thread.join();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return answer.get();
    }

    /** Whether another thread could enter, which has left again. */
    private static boolean entersAndLeaves(final Members members) {
        return elsewhere(() -> {
            final boolean entered = members.tryEnterHousekeeping();
            members.leaveHousekeeping();
            return entered;
        });
    }
}
