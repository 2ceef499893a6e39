package org.fencepost.ipc.tests.peer;

import java.time.Duration;

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

    /** Everything below is on the disk. */
    long durablePosition();

    /** Waits for the disk; whether the position is on it. */
    boolean awaitDurable(long position, Duration timeout);

    /** Whether anybody subscribes. */
    boolean hasSubscribers();

    /** One unit of housekeeping at most. */
    int housekeeping();
}
