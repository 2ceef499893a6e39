package org.fencepost.ipc.sim;

import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.sim.SimulatedPublisher.Wish;

/**
 * One channel and one operation that is cut off at one point, with what others have done before, do
 * beside it and do afterwards, and an audit in the end.
 *
 * <p>What is done before is done outside of all threads, in one order, and known to everybody.
 */
final class Stage {
    static final int SEGMENT_BYTES = 128;
    /** A frame of 32 bytes, whatever its options. */
    static final int SHORT = 8;
    /** A frame of 64 bytes, whatever its options. */
    static final int LONG = 40;

    private static final int MESSAGES_BESIDE = 2;

    private final Simulation simulation;
    private final Point point;
    private final SimulatedChannel channel;
    private final List<SimulatedThread> publishing = new ArrayList<>();
    private SubscriberOptions auditor = SubscriberOptions.earliest();
    private SimulatedThread operator;
    private SimulatedThread second;
    private SimulatedChannel.Handle operated;
    private boolean over;
    private boolean cut;
    private boolean cutAgain;

    Stage(final Simulation simulation, final Point point) {
        this.simulation = simulation;
        this.point = point;
        final Operation operation = point.operation();
        channel = new SimulatedChannel(simulation, new Geometry(operation.segments != 0,
            SEGMENT_BYTES, operation.segments, FrameFormat.ALIGNMENT, operation.extras, operation.extras,
            SEGMENT_BYTES * Math.floorMod(point.schedule(), 3), 0, 0, 0, 1));
    }

    void run() {
        point.operation().staging.accept(this);
        simulation.run();
        new Audit(simulation, channel, auditor).run();
    }

    /** Whether the operation was cut off before its end. */
    boolean isCut() {
        return cut;
    }

    /** Whether the second victim died as well. */
    boolean isCutAgain() {
        return cutAgain;
    }

    Point point() {
        return point;
    }

    SimulatedChannel channel() {
        return channel;
    }

    Simulation simulation() {
        return simulation;
    }

    /** Bytes claimed since the channel's first position. */
    long published() {
        return channel.tail() - channel.geometry().startPosition();
    }

    /** The named cursor of this channel, which the auditor goes on with as well. */
    SubscriberOptions named() {
        auditor = SubscriberOptions.earliest().named("cursor", simulation.random(2) == 0);
        return auditor;
    }

    /** A publisher of a process of its own, not joined. */
    SimulatedPublisher publisher(final String name, final boolean exclusive) {
        return new SimulatedPublisher(
            simulation, channel, channel.open(simulation.process(name)), exclusive);
    }

    /** One that has joined and published short messages. */
    SimulatedPublisher publisher(final String name, final boolean exclusive, final int messages) {
        final SimulatedPublisher publisher = publisher(name, exclusive);
        publisher.join();
        for (int i = 0; i < messages; i++) {
            publisher.publish(Wish.MESSAGE, SHORT);
        }
        return publisher;
    }

    /** A subscriber of a process of its own, not joined. */
    SimulatedSubscriber subscriber(final String name, final SubscriberOptions options) {
        return new SimulatedSubscriber(
            simulation, channel, channel.open(simulation.process(name)), options, 1);
    }

    /** One that has joined. */
    SimulatedSubscriber joined(final String name, final SubscriberOptions options) {
        final SimulatedSubscriber subscriber = subscriber(name, options);
        subscriber.join();
        return subscriber;
    }

    /** Somebody has died in the middle of publishing, at one of the first steps of that. */
    void died(final SimulatedPublisher publisher, final int pointMax) {
        final SimulatedProcess process = publisher.handle().process();
        final SimulatedThread thread =
            simulation.spawn(process, "t", () -> publisher.publish(Wish.MESSAGE, LONG));
        simulation.cut(thread, 1 + simulation.random(pointMax),
            () -> simulation.kill(process, false));
        simulation.run();
        simulation.kill(process, false);
        simulation.run();
    }

    /** What is cut off, and what follows if it is not; {@code publishes} if readers wait for it. */
    SimulatedThread operate(
        final SimulatedChannel.Handle handle, final boolean publishes, final Runnable operation,
        final Runnable then) {
        operated = handle;
        operator = spawn(handle, publishes, () -> {
            simulation.cut(operator, point.first(), this::cutOff);
            operation.run();
            // The last point: all is done, and nothing else is.
            simulation.step();
            simulation.cut(operator, 0, null);
            over = true;
            then.run();
        });
        simulation.prefer(operator);
        return operator;
    }

    /** A publisher that is at work beside the operation, then leaves. */
    SimulatedThread beside(final SimulatedPublisher publisher) {
        return spawn(publisher.handle(), true, () -> publishSome(publisher));
    }

    /** A subscriber that is at work beside the operation until all publishers are done. */
    SimulatedThread beside(final SimulatedSubscriber subscriber) {
        return reading(subscriber, spawn(subscriber.handle(), false,
            () -> subscriber.readUntil(this::publishersAreDone)));
    }

    /** The second victim, if there is one, is this. */
    void second(final SimulatedThread thread) {
        second = thread;
    }

    /** A publisher that comes when the operation is over, or at once. */
    SimulatedThread heir(final boolean exclusive, final boolean waits) {
        final SimulatedPublisher heir = publisher(waits ? "heir" : "rival", exclusive);
        return spawn(heir.handle(), true, () -> {
            awaitEnd(waits);
            heir.join();
            publishSome(heir);
        });
    }

    /** A subscriber that comes when the operation is over. */
    void newcomer(final SubscriberOptions options) {
        final SimulatedSubscriber newcomer = subscriber("newcomer", options);
        reading(newcomer, spawn(newcomer.handle(), false, () -> {
            awaitEnd(true);
            newcomer.join();
            newcomer.readUntil(this::publishersAreDone);
        }));
    }

    /** A subscriber that comes when the operation is over: at the earliest position or the latest. */
    void newcomer() {
        newcomer(simulation.random(2) == 0
            ? SubscriberOptions.earliest() : SubscriberOptions.latest());
    }

    /** For the operator: goes on with that until the handle is closed or all publishers are done. */
    void readOn(final SimulatedSubscriber subscriber) {
        if (!subscriber.handle().log().isClosed()) {
            subscriber.readUntil(this::publishersAreDone);
        }
    }

    /** For publishers: some messages, then good-bye. */
    void publishSome(final SimulatedPublisher publisher) {
        for (int i = 0; i < MESSAGES_BESIDE; i++) {
            if (!publisher.handle().log().isClosed()) {
                publisher.publish();
            }
        }
        if (!publisher.handle().log().isClosed()) {
            publisher.leave();
        }
    }

    /** Plain reads of a subscriber that the log waits for have to be ordered. */
    SimulatedThread reading(final SimulatedSubscriber subscriber, final SimulatedThread thread) {
        return subscriber.gates() ? thread.withOrderedPlainReads() : thread;
    }

    private SimulatedThread spawn(
        final SimulatedChannel.Handle handle, final boolean publishes, final Runnable body) {
        final SimulatedThread thread = simulation.spawn(handle.process(), "t", () -> {
            try {
                body.run();
            } catch (final ChannelException e) {
                handle.requireClosed(simulation, e);
            }
        });
        if (publishes) {
            publishing.add(thread);
        }
        return thread;
    }

    private void cutOff() {
        cut = true;
        over = true;
        switch (point.cut()) {
            case KILLED -> simulation.kill(operator.process, false);
            case KILLED_LOCKED -> simulation.kill(operator.process, true);
            case PAUSED -> simulation.hold(operator);
            case CLOSED -> {
                close(() -> { });
                simulation.hold(operator);
            }
            case CLOSED_BESIDE -> close(() -> { });
            case CLOSED_HALFWAY -> {
                close(() -> {
                    simulation.release(operator);
                    simulation.hold(simulation.current());
                });
                simulation.hold(operator);
            }
            case KILLED_TWICE -> {
                cutSecond();
                simulation.kill(operator.process, simulation.random(2) == 0);
            }
            case PAUSED_BESIDE_DEATH -> {
                cutSecond();
                simulation.hold(operator);
            }
        }
    }

    private void cutSecond() {
        simulation.prefer(second);
        simulation.cut(second, point.second(), () -> {
            cutAgain = true;
            simulation.kill(second.process, simulation.random(2) == 0);
        });
    }

    private void close(final Runnable halfway) {
        simulation.prefer(simulation.spawn(operator.process, "closer", () -> {
            channel.close(operated, halfway);
            simulation.release(operator);
        }));
    }

    private void awaitEnd(final boolean waits) {
        while (waits && !over) {
            simulation.idle();
        }
    }

    private boolean publishersAreDone() {
        for (final SimulatedThread thread : publishing) {
            if (!thread.isFinished() && !thread.process.isGone()) {
                return false;
            }
        }
        return true;
    }
}
