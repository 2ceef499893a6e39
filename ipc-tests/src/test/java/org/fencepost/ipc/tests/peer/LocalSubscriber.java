package org.fencepost.ipc.tests.peer;

import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.ControlledMessageHandler.Action;
import org.fencepost.ipc.Subscriber;

final class LocalSubscriber implements SubscriberPort {
    private final Subscriber subscriber;
    private int controlledResult;

    LocalSubscriber(final Subscriber subscriber) {
        this.subscriber = subscriber;
    }

    @Override
    public List<Received> poll(final int limit) {
        final List<Received> received = new ArrayList<>();
        final int result = subscriber.poll(
            (buffer, offset, length, header) -> received.add(
                Received.of(buffer, offset, length, header, subscriber.position())),
            limit);
        if (result != received.size()) {
            throw new AssertionError(
                "poll should return " + received.size() + ", but returned " + result);
        }
        return received;
    }

    @Override
    public int pollResult(final int limit) {
        return subscriber.poll((buffer, offset, length, header) -> { }, limit);
    }

    @Override
    public List<Received> controlledPoll(final List<Action> actions, final int limit) {
        final List<Received> received = new ArrayList<>();
        controlledResult = subscriber.controlledPoll(
            (buffer, offset, length, header) -> {
                received.add(Received.of(buffer, offset, length, header, subscriber.position()));
                return received.size() <= actions.size()
                    ? actions.get(received.size() - 1) : Action.CONTINUE;
            },
            limit);
        return received;
    }

    @Override
    public int controlledResult() {
        return controlledResult;
    }

    @Override
    public List<Received> pollAndThrow(final int index, final int limit) {
        final List<Received> received = new ArrayList<>();
        boolean thrown = false;
        try {
            subscriber.poll(
                (buffer, offset, length, header) -> {
                    received.add(
                        Received.of(buffer, offset, length, header, subscriber.position()));
                    if (received.size() == index + 1) {
                        throw new HandlerFailure("at message " + index);
                    }
                },
                limit);
        } catch (final HandlerFailure failure) {
            thrown = true;
        }
        if (!thrown) {
            throw new AssertionError("what the handler threw should pass through the poll");
        }
        return received;
    }

    @Override
    public long position() {
        return subscriber.position();
    }

    @Override
    public void seek(final long position) {
        subscriber.seek(position);
    }

    @Override
    public long lagBytes() {
        return subscriber.lagBytes();
    }

    @Override
    public long lostBytes() {
        return subscriber.lostBytes();
    }

    @Override
    public boolean isLossy() {
        return subscriber.isLossy();
    }

    @Override
    public boolean isClosed() {
        return subscriber.isClosed();
    }

    @Override
    public void close() {
        subscriber.close();
    }
}
