package org.fencepost.ipc.tests.peer;

/** See {@link org.fencepost.ipc.Channel}. */
public interface ChannelPort extends Port {
    /** Adds a shared publisher. */
    PublisherPort addPublisher();

    /** Adds the exclusive publisher. */
    PublisherPort addExclusivePublisher();

    /** Adds a subscriber. */
    SubscriberPort addSubscriber(SubscriberSpec spec);

    /** The options, as text. */
    String options();

    /** First position of the log. */
    long startPosition();

    /** Oldest position that can be read. */
    long earliestPosition();

    /** Everything below is claimed. */
    long tailPosition();

    /** Whether anybody subscribes. */
    boolean hasSubscribers();

    /** One unit of housekeeping at most. */
    int housekeeping();
}
