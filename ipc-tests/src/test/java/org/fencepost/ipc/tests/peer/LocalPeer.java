package org.fencepost.ipc.tests.peer;

import java.nio.file.Path;
import java.time.Duration;
import org.fencepost.ipc.Channel;

/** Works in this process. */
public final class LocalPeer implements Peer {
    @Override
    public ChannelPort open(final String directory, final ChannelSpec spec) {
        return new LocalChannel(Channel.open(Path.of(directory), spec.options()));
    }

    @Override
    public ChannelPort join(final String directory) {
        return new LocalChannel(Channel.join(Path.of(directory)));
    }

    @Override
    public long pid() {
        return ProcessHandle.current().pid();
    }

    @Override
    public void close() {
        // Channels are closed by whoever opened them.
    }

    private record LocalChannel(Channel channel) implements ChannelPort {
        @Override
        public PublisherPort addPublisher() {
            return new LocalPublisher(channel.addPublisher());
        }

        @Override
        public PublisherPort addExclusivePublisher() {
            return new LocalPublisher(channel.addExclusivePublisher());
        }

        @Override
        public SubscriberPort addSubscriber(final SubscriberSpec spec) {
            return new LocalSubscriber(channel.addSubscriber(spec.options()));
        }

        @Override
        public String options() {
            return channel.options().toString();
        }

        @Override
        public long startPosition() {
            return channel.startPosition();
        }

        @Override
        public long earliestPosition() {
            return channel.earliestPosition();
        }

        @Override
        public long tailPosition() {
            return channel.tailPosition();
        }

        @Override
        public long durablePosition() {
            return channel.durablePosition();
        }

        @Override
        public boolean awaitDurable(final long position, final Duration timeout) {
            return channel.awaitDurable(position, timeout);
        }

        @Override
        public boolean hasSubscribers() {
            return channel.hasSubscribers();
        }

        @Override
        public int housekeeping() {
            return channel.housekeeping().doWork();
        }

        @Override
        public void close() {
            channel.close();
        }
    }
}
