package org.fencepost.ipc.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.fencepost.ipc.SubscriberOptions;
import org.junit.jupiter.api.Test;

/** How much a unit is, in a ring of which four segments are to be ahead, and who makes up for one. */
class CleanerTest extends RaceSetup {
    private static final int SEGMENTS = 16;
    /** Four frames fill a segment. */
    private static final int PAYLOAD = SEGMENT / 4 - 16;

    CleanerTest() {
        super(SEGMENTS);
    }

    @Test
    void shouldCleanTwoSegmentsAndNotBeginBeforeTwoAreToDo() {
        final SharedClaimer claimer = living.membership.joinShared();
        publishTo(claimer, 12 * SEGMENT);
        assertEquals(Cleaner.IDLE, watched.cleaner().tryUnit(Cleaner.NOT_WALKED, 0));
        publishTo(claimer, 13 * SEGMENT);
        assertEquals(Cleaner.DONE, watched.cleaner().tryUnit(Cleaner.NOT_WALKED, 0));
        assertEquals((SEGMENTS + 2) * SEGMENT, living.log.words().readyAcquire());
        assertEquals(Cleaner.IDLE, watched.cleaner().tryUnit(Cleaner.NOT_WALKED, 0));
    }

    @Test
    void shouldBeginWhenTheLastOfTwoIsWhole() {
        final SharedClaimer claimer = living.membership.joinShared();
        publishTo(claimer, 13 * SEGMENT - 1);
        assertEquals(13 * SEGMENT, living.log.words().tailAcquire());
        assertEquals(Cleaner.DONE, watched.cleaner().tryUnit(Cleaner.NOT_WALKED, 0));
        assertEquals((SEGMENTS + 1) * SEGMENT, living.log.words().readyAcquire());
    }

    @Test
    void shouldCleanOneSegmentWhenACursorIsInTheNext() {
        final SharedClaimer claimer = living.membership.joinShared();
        publishTo(claimer, SEGMENT);
        living.subscriptions.join(SubscriberOptions.latest());
        publishTo(claimer, 13 * SEGMENT);
        assertEquals(Cleaner.DONE, watched.cleaner().tryUnit(Cleaner.NOT_WALKED, 0));
        assertEquals((SEGMENTS + 1) * SEGMENT, living.log.words().readyAcquire());
        publishTo(claimer, 14 * SEGMENT);
        assertEquals(Cleaner.GATED, watched.cleaner().tryUnit(Cleaner.NOT_WALKED, 0));
    }

    @Test
    void shouldCleanWhenThereIsNothingToReadIfSomebodyElseWasCleaningBefore() {
        final InPlaceReader reader = living.reader(SubscriberOptions.latest());
        publishTo(living.membership.joinShared(), 13 * SEGMENT);
        assertTrue(dying.log.members().tryEnterHousekeeping());
        Handle.readAll(reader);
        assertEquals(SEGMENTS * SEGMENT, living.log.words().readyAcquire());
        dying.log.members().leaveHousekeeping();
        assertEquals(LogReader.NOTHING, reader.peek());
        assertEquals((SEGMENTS + 2) * SEGMENT, living.log.words().readyAcquire());
    }

    @Test
    void shouldTryAgainWhenItsOwnProcessHasJustMadeRoom() {
        final SharedClaimer claimer = living.membership.joinShared();
        publishTo(claimer, SEGMENTS * SEGMENT - 1);
        assertTrue(dying.log.members().tryEnterHousekeeping());
        assertEquals(Claimer.PREPARING, living.publish(claimer, 1, PAYLOAD));
        final AtomicInteger looks = new AtomicInteger();
        living.log.keptBy(() -> {
            if (looks.getAndIncrement() == 0) {
                return 0;
            }
            dying.log.members().leaveHousekeeping();
            return 2;
        }, () -> true);
        assertTrue(living.publish(claimer, 1, PAYLOAD) > 0);
    }

    private void publishTo(final Claimer claimer, final long position) {
        while (living.log.words().tailAcquire() <= position) {
            assertTrue(living.publish(claimer, 1, PAYLOAD) > 0);
        }
    }
}
