package org.fencepost.ipc;

import java.nio.file.Path;

public final class Channel implements AutoCloseable {
    private Channel() { }
    /** Create or join. */
    public static Channel open(Path directory, ChannelOptions options) { throw new UnsupportedOperationException(); }
    /** Join; never creates. */
    public static Channel join(Path directory) { throw new UnsupportedOperationException(); }
    public Publisher addPublisher() { throw new UnsupportedOperationException(); }
    public Publisher addExclusivePublisher() { throw new UnsupportedOperationException(); }
    public Subscriber addSubscriber(SubscriberOptions options) { throw new UnsupportedOperationException(); }
    public ChannelOptions options() { throw new UnsupportedOperationException(); }
    public Path path() { throw new UnsupportedOperationException(); }
    public long startPosition() { throw new UnsupportedOperationException(); }
    /** Oldest position that can be read. */
    public long earliestPosition() { throw new UnsupportedOperationException(); }
    public long tailPosition() { throw new UnsupportedOperationException(); }
    public boolean hasSubscribers() { throw new UnsupportedOperationException(); }
    public Housekeeping housekeeping() { throw new UnsupportedOperationException(); }
    public boolean isClosed() { throw new UnsupportedOperationException(); }
    @Override public void close() { throw new UnsupportedOperationException(); }
}
