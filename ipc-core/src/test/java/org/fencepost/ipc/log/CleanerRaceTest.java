package org.fencepost.ipc.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.CursorsFormat;
import org.junit.jupiter.api.Test;

/** A cleaner between whose steps somebody joins, in the smallest ring. */
class CleanerRaceTest extends RaceSetup {
    private static final long FIRST = 70;

    CleanerRaceTest() {
        super(2);
    }

    @Test
    void shouldLeaveAnHeirItsRecordWhenItComesBeforeTheDeadOwnerIsRetired() {
        final int record = dying.subscriptions.join(SubscriberOptions.latest()).record();
        final SharedClaimer claimer = living.membership.joinShared();
        assertEquals(Claimer.GATED, living.publishUntilTurnedAway(claimer, 1, 1000));
        dying.die();
        locks.afterProbe = () -> assertEquals(
            record, living.subscriptions.join(SubscriberOptions.latest()).record());
        watched.cleaner().tryUnit(Cleaner.NOT_WALKED, 0);
        assertNotEquals(0,
            living.log.cursors().stateAcquire(record) & CursorsFormat.STATE_GATES);
    }

    @Test
    void shouldSeeAJoinerWhenTheTailLeavesItsSegmentBehindIt() {
        final SharedClaimer claimer = living.membership.joinShared();
        dying.subscriptions.join(SubscriberOptions.latest());
        while (living.log.words().tailAcquire() <= SEGMENT) {
            assertTrue(living.publish(claimer, 1, 1008) > 0);
        }
        dying.die();
        final InPlaceReader[] joiner = new InPlaceReader[1];
        locks.beforeHousekeeping = () -> {
            // Somebody else was faster, so that the next segment is the one that the tail is in.
            assertEquals(Cleaner.DONE, cleanOnceTheDeadIsKnown());
            dying = handle();
            dying.subscriptions.join(SubscriberOptions.latest());
            dying.log.cursors().positionRelease(0, 0);
            dying.die();
            locks.afterProbe = () -> {
                joiner[0] = living.reader(SubscriberOptions.latest());
                living.publish(claimer, FIRST, 1008);
                while (living.log.words().tailAcquire() <= 2 * SEGMENT) {
                    assertTrue(living.publish(claimer, 7, 1008) > 0);
                }
            };
        };
        watched.cleaner().tryUnit(Cleaner.NOT_WALKED, 0);
        watched.cleaner().tryUnit(Cleaner.NOT_WALKED, 0);
        if (joiner[0] == null) {
            joiner[0] = living.reader(SubscriberOptions.latest());
            living.publish(claimer, FIRST, 8);
        }
        assertEquals(FIRST, Handle.readAll(joiner[0]).getFirst());
    }

    private int cleanOnceTheDeadIsKnown() {
        int result = Cleaner.GATED;
        for (int look = 0; look < 16 && result == Cleaner.GATED; look++) {
            result = living.log.cleaner().tryUnit(Cleaner.NOT_WALKED, 0);
        }
        return result;
    }
}
