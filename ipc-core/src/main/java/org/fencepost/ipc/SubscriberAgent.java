package org.fencepost.ipc;

import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentTerminationException;

/** A subscriber's loop, for whoever runs agents. One thread. */
final class SubscriberAgent implements Agent {
    private final Subscriber subscriber;
    private final String roleName;
    private final MessageHandler handler;
    private final int limit;

    SubscriberAgent(
        final Subscriber subscriber,
        final String roleName,
        final MessageHandler handler,
        final int limit) {
        this.subscriber = subscriber;
        this.roleName = roleName;
        this.handler = handler;
        this.limit = limit;
    }

    @Override
    public int doWork() {
        final int delivered = subscriber.poll(handler, limit);
        if (delivered == Subscriber.CLOSED) {
            throw new AgentTerminationException();
        }
        return delivered;
    }

    @Override
    public void onClose() {
        subscriber.close();
    }

    @Override
    public String roleName() {
        return roleName;
    }
}
