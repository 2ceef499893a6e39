package org.fencepost.ipc.log;

import static org.fencepost.ipc.log.Handle.readAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.junit.jupiter.api.Test;

/** What others do while somebody finds out what a dead publisher left, or leaves itself. */
class RepairRaceTest extends RaceSetup {
    private static final int LINE = 64;

    RepairRaceTest() {
        super(4);
    }

    @Test
    void shouldNotPassOverAMessageThatIsCommittedWhileTheSlotsAreRead() {
        final InPlaceReader reader = new InPlaceReader(
            watched, living.subscriptions.join(SubscriberOptions.latest()), new Patience(1));
        dieBeforeTheMark();
        final SharedClaimer other = living.membership.joinShared();
        assertEquals(LINE, other.claim(8));
        dying.die();
        // The dead one's slot is the first: this one's says something else when it is read.
        locks.afterProbe = () -> {
            living.memory.putLong(other.payloadAddress(), 5);
            other.commit(FrameFormat.KIND_MESSAGE, 7, 8);
            assertEquals(2 * LINE, other.claim(8));
        };
        assertEquals(List.of(5L), readAll(reader));
    }

    @Test
    void shouldCountWhatIsTakenAwayWhileALossyReaderReadsTheSlots() {
        final LossyReader reader = new LossyReader(watched, 0, new Patience(1));
        dieBeforeTheMark();
        final SharedClaimer other = living.membership.joinShared();
        living.publish(other, 5, 8);
        dying.die();
        locks.afterProbe = () -> {
            // Zeroed, and not used again yet.
            while (living.log.cleaner().tryUnit(Cleaner.NOT_WALKED, 0) != Cleaner.DONE) {
                assertTrue(living.publish(other, 6, 1000) > 0);
            }
        };
        assertTrue(reader.peek() != LogReader.NOTHING);
        assertEquals(SEGMENT, reader.position());
        assertEquals(reader.position(), reader.lostBytes());
    }

    @Test
    void shouldLeaveAFollowerItsMarkWhenAnExclusivePublisherLeaves() {
        final Membership membership = new Membership(watched);
        final ExclusiveClaimer leaving = membership.joinExclusive();
        final ExclusiveClaimer[] follower = new ExclusiveClaimer[1];
        // Whoever comes waits until the exclusive byte is free, and the slot's.
        locks.afterUnlock = () -> locks.afterUnlock =
            () -> follower[0] = living.membership.joinExclusive();
        membership.leave(leaving);
        assertEquals(follower[0].slot() + 1L, living.log.words().exclusiveAcquire());
    }

    /** In the first slot: steps 3 and 4 of claiming the first line, and then nothing. */
    private void dieBeforeTheMark() {
        final SharedClaimer doomed = dying.membership.joinShared();
        assertEquals(0, doomed.slot());
        dying.log.words().slotStartRelease(0, 0);
        assertEquals(0, dying.memory.compareAndExchangeLong(
            dying.log.words().tailAddress(), 0, LINE));
    }
}
