package org.fencepost.ipc.demo.channel;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ControlledMessageHandler.Action;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.WorkProgress;

/** Shows the messages of a channel, one after the other. For one thread. */
final class Reading implements AutoCloseable {
    private static final int POLL_LIMIT = 256;
    /** How long a message that is claimed and not committed is waited for at most. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Channel channel;
    private final Subscriber subscriber;
    private final long endPosition;
    private final Shown shown;
    private final Payload payload = new Payload();
    private final BooleanSupplier ended;
    private boolean enough;

    /** What is done with a message. */
    @FunctionalInterface
    interface Shown {
        /**
         * The message, which is gone when this returns; {@link Action#BREAK} if nothing more is wanted.
         */
        Action show(Payload payload, Header header);
    }

    /**
     * Joins as a subscriber.
     *
     * @param ended whether somebody wants this to end, at the next look.
     */
    Reading(
        final Channel channel, final SubscriberOptions options, final Shown shown, final BooleanSupplier ended) {
        this.channel = channel;
        this.ended = ended;
        this.shown = shown;
        this.subscriber = channel.addSubscriber(options);
        this.endPosition = channel.tailPosition();
    }

    /**
     * Shows what is there now: also a frame that begins at the end, for an exclusive publisher moves the tail
     * behind each, and may have died before that.
     *
     * @param progress is told bytes of the log.
     * @throws CommandFailedException if a message on the way stays uncommitted.
     */
    void toEnd(final WorkProgress progress) {
        final long begin = subscriber.position();
        final IdleStrategy idle = Sender.idleStrategy();
        long idleSinceNanos = System.nanoTime();
        while (!enough && !ended.getAsBoolean() && subscriber.position() < endPosition) {
            progress.at(subscriber.position() - begin);
            if (poll() > 0) {
                idle.reset();
                idleSinceNanos = System.nanoTime();
            } else if (System.nanoTime() - idleSinceNanos > PATIENCE_NANOS) {
                throw new CommandFailedException("the message at position " + subscriber.position()
                    + " of " + channel.path() + " is claimed and not committed, and so hides what"
                    + " is behind it; ipc stat says whose it is");
            } else {
                idle.idle();
            }
        }
        boolean more = true;
        while (more && !enough && !ended.getAsBoolean()) {
            more = poll() > 0;
        }
    }

    /**
     * Shows what is there and what comes, until it is enough.
     *
     * @param pause is done whenever there is nothing new.
     * @param look  is done every second in which there is nothing new.
     */
    void onAndOn(final Runnable pause, final Runnable look) {
        final IdleStrategy idle = Sender.idleStrategy();
        boolean paused = false;
        long lookedNanos = System.nanoTime();
        while (!enough && !ended.getAsBoolean()) {
            if (pollAll() > 0) {
                idle.reset();
                paused = false;
                continue;
            }
            if (!paused) {
                pause.run();
                paused = true;
            }
            if (System.nanoTime() - lookedNanos > PATIENCE_NANOS) {
                look.run();
                lookedNanos = System.nanoTime();
            }
            idle.idle();
        }
    }

    /** Bytes of the log from where this is to the end that was there at first. */
    long bytesLeft() {
        return endPosition - subscriber.position();
    }

    /** Bytes that were overwritten before they could be read. */
    long lostBytes() {
        return subscriber.lostBytes();
    }

    private int poll() {
        return subscriber.controlledPoll((buffer, offset, length, header) -> {
            if (subscriber.position() > endPosition) {
                enough = true;
                return Action.ABORT;
            }
            return show(buffer, offset, length, header);
        }, POLL_LIMIT);
    }

    private int pollAll() {
        return subscriber.controlledPoll(this::show, POLL_LIMIT);
    }

    private Action show(
        final DirectBuffer buffer, final int offset, final int length, final Header header) {
        final Action action = shown.show(payload.show(buffer, offset, length), header);
        enough = action == Action.BREAK;
        return action;
    }

    @Override
    public void close() {
        subscriber.close();
    }
}
