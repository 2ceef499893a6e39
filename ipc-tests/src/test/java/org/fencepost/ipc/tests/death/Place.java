package org.fencepost.ipc.tests.death;

import static org.fencepost.ipc.tests.death.Life.EARLIEST;
import static org.fencepost.ipc.tests.death.Life.EXCLUSIVE;
import static org.fencepost.ipc.tests.death.Life.LATEST;
import static org.fencepost.ipc.tests.death.Life.LOSSY;
import static org.fencepost.ipc.tests.death.Life.NAMED;
import static org.fencepost.ipc.tests.death.Life.SHARER;

import java.util.List;

/** Where somebody has to have died: the method that was in the middle of it, and who gets there. */
enum Place {
    CLAIM("SharedClaimer.claim", SHARER),
    PAYLOAD("Publisher.offer", SHARER, EXCLUSIVE),
    COMMIT("Claimer.commit", SHARER, EXCLUSIVE),
    ROLL("SharedClaimer.padSegment", SHARER),
    POLL("Subscriber.poll", EARLIEST, NAMED, LOSSY),
    REPAIR("HoleRepair.", EARLIEST, NAMED),
    CLEANING("Cleaner.clean", SHARER, EXCLUSIVE, EARLIEST),
    ZEROING("CountingMemory.fill", SHARER, EXCLUSIVE, EARLIEST),
    NEW_SEGMENT("JournalSegments.prepare", SHARER, EXCLUSIVE),
    ROOM_GIVEN("ControlWords.readyRelease", SHARER),
    PUBLISHER_JOINS("Membership.join", SHARER, EXCLUSIVE),
    PUBLISHER_LEAVES("Membership.leave", SHARER, EXCLUSIVE),
    SETTLING("Membership.settle", SHARER, EXCLUSIVE),
    SUBSCRIBER_JOINS("Subscriptions.join", EARLIEST, LATEST, NAMED, LOSSY),
    SUBSCRIBER_LEAVES("Subscriptions.leave", EARLIEST, LATEST, NAMED, LOSSY),
    HANDLE_OPENS("MappedChannel.open", LATEST),
    HANDLE_CLOSES("MappedChannel.close", LATEST);

    private final String method;
    private final List<Life> lives;

    Place(final String method, final Life... lives) {
        this.method = method;
        this.lives = List.of(lives);
    }

    /** The method, or how its name begins. */
    String method() {
        return method;
    }

    /** Who gets there. */
    List<Life> lives() {
        return lives;
    }

    /** Whether it is part of a ring's life, or else of a journal's. */
    boolean isOf(final boolean ring) {
        return ring ? this != NEW_SEGMENT : this != CLEANING && this != ZEROING;
    }

    /** Whether a stack that was written down goes through here. */
    boolean isIn(final String stack) {
        return stack.contains(method);
    }
}
