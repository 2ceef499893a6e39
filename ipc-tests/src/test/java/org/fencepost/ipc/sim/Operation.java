package org.fencepost.ipc.sim;

import java.util.function.Consumer;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.log.Cleaner;
import org.fencepost.ipc.sim.SimulatedPublisher.Wish;

/** What is cut off at each of its steps, and what goes on around it. */
enum Operation {
    PUBLISH_SHARED(4, s -> publishing(s, false, 1, p -> p.publish(Wish.MESSAGE, Stage.LONG))),
    PUBLISH_EXCLUSIVE(4, s -> publishing(s, true, 1, p -> p.publish(Wish.MESSAGE, Stage.LONG))),
    /** With a time and a checksum. */
    PUBLISH_BATCH_SHARED(4, true,
        s -> publishing(s, false, 1, p -> p.publish(Wish.BATCH, Stage.LONG))),
    PUBLISH_BATCH_EXCLUSIVE(4, true,
        s -> publishing(s, true, 1, p -> p.publish(Wish.BATCH, Stage.LONG))),
    ABORT_SHARED(4, s -> publishing(s, false, 1, p -> p.publish(Wish.ABORTED, Stage.LONG))),
    ABORT_EXCLUSIVE(4, s -> publishing(s, true, 1, p -> p.publish(Wish.ABORTED, Stage.LONG))),
    /** What is left of the segment is too short. */
    ROLL_SHARED(4, s -> publishing(s, false, 3, p -> p.publish(Wish.MESSAGE, Stage.LONG))),
    ROLL_EXCLUSIVE(4, s -> publishing(s, true, 3, p -> p.publish(Wish.MESSAGE, Stage.LONG))),
    /** The next segment has to be made first. */
    ROLL_JOURNAL_SHARED(0, s -> publishing(s, false, 3, p -> p.publish(Wish.MESSAGE, Stage.LONG))),
    ROLL_JOURNAL_EXCLUSIVE(
        0, s -> publishing(s, true, 3, p -> p.publish(Wish.MESSAGE, Stage.LONG))),
    /** The ring is full and a reader is about to make room. */
    AWAIT_ROOM_SHARED(2, s -> awaitingRoom(s, false)),
    AWAIT_ROOM_EXCLUSIVE(2, s -> awaitingRoom(s, true)),
    /** The ring is full, and who holds it is dead. */
    RETIRE_CURSOR(2, Operation::retiring),
    /** A segment with somebody's hole is used again, by whoever has not read it. */
    CLEAN(4, Operation::cleaning),
    /** The same, by the reader that has just left it. */
    LEAVE_SEGMENT(4, Operation::leavingSegment),
    POLL(4, s -> polling(s, SubscriberOptions.earliest())),
    POLL_JOURNAL(0, s -> polling(s, SubscriberOptions.earliest())),
    POLL_LOSSY(2, s -> polling(s, SubscriberOptions.earliest().lossy())),
    POLL_NAMED(4, s -> polling(s, s.named())),
    SEEK(4, Operation::seeking),
    JOIN_SHARED(4, s -> joining(s, false)),
    JOIN_EXCLUSIVE(4, s -> joining(s, true)),
    JOIN_LATEST(4, s -> subscribing(s, SubscriberOptions.latest())),
    JOIN_EARLIEST(4, s -> subscribing(s, SubscriberOptions.earliest())),
    JOIN_POSITION(4, s -> subscribing(s, SubscriberOptions.from(
        s.channel().geometry().startPosition() + Stage.SEGMENT_BYTES))),
    JOIN_NAMED(4, s -> subscribing(s, s.named())),
    /** Somebody had it before, and has gone. */
    RESUME_NAMED(4, s -> {
        final SubscriberOptions named = s.named();
        final SimulatedSubscriber before = s.joined("predecessor", named);
        final SimulatedPublisher publisher = s.publisher("forerunner", false, 2);
        before.poll(1);
        before.leave();
        publisher.leave();
        subscribing(s, named);
    }),
    LEAVE_SHARED(4, s -> publishing(s, false, 1, SimulatedPublisher::leave)),
    LEAVE_EXCLUSIVE(4, s -> publishing(s, true, 1, SimulatedPublisher::leave)),
    LEAVE_SUBSCRIBER(4, s -> unsubscribing(s, SubscriberOptions.earliest())),
    LEAVE_NAMED(4, s -> unsubscribing(s, s.named())),
    REPAIR(4, Operation::repairing),
    REPAIR_JOURNAL(0, Operation::repairing),
    SETTLE_SLOT(4, s -> settling(s, false, false)),
    SETTLE_EXCLUSIVE(4, s -> settling(s, true, true)),
    SETTLE_EXCLUSIVE_SHARED(4, s -> settling(s, true, false));

    private static final int STEPS_OF_A_CLAIM = 14;
    private static final int POLL_MAX = 4;

    /** Of a ring; none for a journal. */
    final int segments;
    /** Whether frames have checksums and times. */
    final boolean extras;
    final Consumer<Stage> staging;

    Operation(final int segments, final Consumer<Stage> staging) {
        this(segments, false, staging);
    }

    Operation(final int segments, final boolean extras, final Consumer<Stage> staging) {
        this.segments = segments;
        this.extras = extras;
        this.staging = staging;
    }

    /** Something that a publisher does when so many short messages are there. */
    private static void publishing(
        final Stage s, final boolean exclusive, final int before,
        final Consumer<SimulatedPublisher> operation) {
        final SimulatedPublisher publisher = s.publisher("operator", exclusive, before);
        final SimulatedSubscriber reader = s.joined("reader", SubscriberOptions.earliest());
        reader.poll(1);
        operate(s, publisher, operation);
        surround(s, exclusive, reader);
    }

    private static void operate(
        final Stage s, final SimulatedPublisher publisher,
        final Consumer<SimulatedPublisher> operation) {
        final boolean leaves =
            s.point().operation() == LEAVE_SHARED || s.point().operation() == LEAVE_EXCLUSIVE;
        s.operate(publisher.handle(), true, () -> operation.accept(publisher), () -> {
            if (!leaves) {
                s.publishSome(publisher);
            }
        });
    }

    /** Others beside an operator that publishes, and after it. */
    private static void surround(
        final Stage s, final boolean exclusive, final SimulatedSubscriber reader) {
        if (!exclusive) {
            s.beside(s.publisher("writer", false, 0));
        }
        final SimulatedThread reading = s.beside(reader);
        final SimulatedThread heir =
            s.heir(s.simulation().random(2) == 0, true);
        s.second(exclusive ? heir : reading);
        s.newcomer();
    }

    private static void awaitingRoom(final Stage s, final boolean exclusive) {
        final SimulatedSubscriber reader = s.joined("reader", SubscriberOptions.earliest());
        final SimulatedPublisher publisher = s.publisher("operator", exclusive, 0);
        fill(s, publisher, 2 * Stage.SEGMENT_BYTES);
        operate(s, publisher, p -> p.publish(Wish.MESSAGE, Stage.LONG));
        surround(s, exclusive, reader);
    }

    private static void retiring(final Stage s) {
        final SimulatedSubscriber dead = s.joined("dead", SubscriberOptions.earliest());
        final SimulatedPublisher publisher = s.publisher("operator", false, 0);
        fill(s, publisher, 2 * Stage.SEGMENT_BYTES);
        s.simulation().kill(dead.handle().process(), false);
        s.simulation().run();
        operate(s, publisher, p -> p.publish(Wish.MESSAGE, Stage.LONG));
        final SimulatedThread writing = s.beside(s.publisher("writer", false, 0));
        s.beside(s.joined("reader", SubscriberOptions.latest()));
        s.heir(false, true);
        s.newcomer();
        s.second(writing);
    }

    private static void fill(
        final Stage s, final SimulatedPublisher publisher, final long bytes) {
        while (s.published() < bytes) {
            publisher.publish(Wish.MESSAGE, Stage.LONG);
        }
    }

    private static void cleaning(final Stage s) {
        final SimulatedPublisher writer = beyondThreeSegments(s);
        final SimulatedChannel.Handle handle =
            s.channel().open(s.simulation().process("operator"));
        s.operate(handle, false, () -> clean(s, handle), () -> clean(s, handle));
        s.beside(s.joined("reader", SubscriberOptions.latest()));
        s.second(s.beside(writer));
        s.heir(false, true);
        s.newcomer();
    }

    private static void clean(final Stage s, final SimulatedChannel.Handle handle) {
        if (handle.log().cleaner().tryUnit(Cleaner.NOT_WALKED, 0) == Cleaner.DONE) {
            s.simulation().progressed();
        }
    }

    private static void leavingSegment(final Stage s) {
        final SimulatedSubscriber operator = s.joined("operator", SubscriberOptions.earliest());
        final SimulatedPublisher writer = beyondThreeSegments(s);
        s.reading(operator, s.operate(operator.handle(), false, () -> operator.poll(POLL_MAX),
            () -> s.readOn(operator)));
        s.second(s.beside(writer));
        s.beside(s.joined("reader", SubscriberOptions.latest()));
        s.heir(false, true);
        s.newcomer();
    }

    /** A ring in which a segment has to be cleaned, with a hole in it. */
    private static SimulatedPublisher beyondThreeSegments(final Stage s) {
        final SimulatedPublisher dead = s.publisher("dead", false, 0);
        final SimulatedPublisher writer = s.publisher("writer", false, 1);
        s.died(dead, STEPS_OF_A_CLAIM);
        fill(s, writer, 3 * Stage.SEGMENT_BYTES + 1);
        return writer;
    }

    private static void polling(final Stage s, final SubscriberOptions options) {
        final SimulatedSubscriber operator = s.joined("operator", options);
        final SimulatedPublisher writer = s.publisher("writer", false, 5);
        s.reading(operator, s.operate(operator.handle(), false, () -> operator.poll(POLL_MAX),
            () -> s.readOn(operator)));
        s.beside(writer);
        s.second(s.beside(s.joined("reader", SubscriberOptions.earliest())));
        s.heir(false, true);
        if (options.isNamed()) {
            s.newcomer(options);
        } else {
            s.newcomer();
        }
    }

    private static void seeking(final Stage s) {
        final SimulatedSubscriber operator = s.joined("operator", SubscriberOptions.earliest());
        final SimulatedPublisher writer = s.publisher("writer", false, 3);
        final long first = operator.position();
        operator.poll(3);
        s.reading(operator, s.operate(operator.handle(), false, () -> operator.seek(first),
            () -> s.readOn(operator)));
        s.beside(writer);
        s.second(s.beside(s.joined("reader", SubscriberOptions.earliest())));
        s.heir(false, true);
        s.newcomer();
    }

    private static void joining(final Stage s, final boolean exclusive) {
        final SimulatedPublisher before = s.publisher("forerunner", exclusive, 2);
        final SimulatedSubscriber reader = s.joined("reader", SubscriberOptions.earliest());
        before.leave();
        final SimulatedPublisher operator = s.publisher("operator", exclusive);
        s.operate(operator.handle(), true, operator::join, () -> s.publishSome(operator));
        s.beside(reader);
        s.second(s.heir(exclusive, false));
        s.heir(s.simulation().random(2) == 0, true);
        s.newcomer();
    }

    private static void subscribing(final Stage s, final SubscriberOptions options) {
        final SimulatedPublisher writer = s.publisher("writer", false, 5);
        final SimulatedSubscriber reader = s.joined("reader", SubscriberOptions.earliest());
        final SimulatedSubscriber operator = s.subscriber("operator", options);
        final boolean[] joined = new boolean[1];
        s.reading(operator, s.operate(operator.handle(), false,
            () -> joined[0] = operator.join(), () -> {
                if (joined[0]) {
                    s.readOn(operator);
                }
            }));
        s.beside(writer);
        s.second(s.beside(reader));
        s.heir(false, true);
        if (options.isNamed()) {
            s.newcomer(options);
        } else {
            s.newcomer();
        }
    }

    private static void unsubscribing(final Stage s, final SubscriberOptions options) {
        final SimulatedSubscriber operator = s.joined("operator", options);
        final SimulatedPublisher writer = s.publisher("writer", false, 3);
        operator.poll(2);
        s.reading(operator, s.operate(operator.handle(), false, operator::leave, () -> { }));
        s.beside(writer);
        s.second(s.beside(s.joined("reader", SubscriberOptions.earliest())));
        s.heir(false, true);
        if (options.isNamed()) {
            s.newcomer(options);
        } else {
            s.newcomer();
        }
    }

    private static void repairing(final Stage s) {
        final SimulatedSubscriber operator = s.joined("operator", SubscriberOptions.earliest());
        final SimulatedSubscriber rival = s.joined("rival", SubscriberOptions.earliest());
        final SimulatedPublisher dead = s.publisher("dead", false, 0);
        final SimulatedPublisher writer = s.publisher("writer", false, 1);
        s.died(dead, STEPS_OF_A_CLAIM);
        writer.publish(Wish.MESSAGE, Stage.SHORT);
        final long end = writer.end();
        s.reading(operator, s.operate(operator.handle(), false, () -> {
            while (operator.position() < end && !operator.handle().log().isClosed()) {
                operator.poll(POLL_MAX);
            }
        }, () -> s.readOn(operator)));
        s.beside(writer);
        s.second(s.beside(rival));
        s.heir(s.simulation().random(2) == 0, true);
        s.newcomer();
    }

    private static void settling(
        final Stage s, final boolean exclusive, final boolean heirExclusive) {
        final SimulatedSubscriber reader = s.joined("reader", SubscriberOptions.earliest());
        final SimulatedPublisher dead = s.publisher("dead", exclusive, 1);
        s.died(dead, STEPS_OF_A_CLAIM);
        final SimulatedPublisher operator = s.publisher("operator", heirExclusive);
        s.operate(operator.handle(), true, operator::join, () -> s.publishSome(operator));
        s.second(s.heir(heirExclusive, false));
        s.beside(reader);
        s.heir(s.simulation().random(2) == 0, true);
        s.newcomer();
    }
}
