package org.fencepost.ipc.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cleaner between whose steps somebody joins, in the smallest ring. */
class CleanerRaceTest {
    private static final int SEGMENT = 4096;
    private static final long FIRST = 70;
    private static final ChannelOptions RING = ChannelOptions.ring(2 * SEGMENT, 2);

    @TempDir
    Path directory;

    private Handle dying;
    private Handle living;
    private Handle cleaning;
    private WatchedLocks locks;
    private Log watched;

    @BeforeEach
    void open() throws IOException {
        final Path path = directory.resolve("ring");
        dying = new Handle(path, RING, Platform.detect());
        living = new Handle(path, RING, Platform.detect());
        cleaning = new Handle(path, RING, Platform.detect());
        locks = new WatchedLocks(
            Platform.detect().openLockFile(path.resolve(MembersFormat.FILE_NAME)));
        watched = cleaning.watched(locks);
    }

    @AfterEach
    void close() {
        watched.members().close();
        cleaning.close();
        living.close();
        dying.close();
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
            dying = new Handle(directory.resolve("ring"), RING, Platform.detect());
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
