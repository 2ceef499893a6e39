package org.fencepost.ipc.bench;

import java.nio.file.Path;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.MessageHandler;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;

/**
 * A Fencepost ring, claimed and committed in place by a shared or by an exclusive publisher. Short
 * messages have frames of two cache lines, as {@link ChannelOptions#withFrameAlignment} recommends.
 */
final class FencepostContender implements MessageContender {
    static final String SHARED = "fencepost-shared";
    static final String EXCLUSIVE = "fencepost-exclusive";

    static final int MESSAGE_TYPE = 1;

    /** Alignment of frames of short messages. */
    static final int TWO_LINES = 128;
    /** What a frame of two lines has room for. */
    static final int SHORT_MESSAGE_BYTES_MAX = 112;

    private final String name;
    private final boolean exclusive;
    /** Whether its channels have the default alignment whatever is sent. */
    private final boolean dense;

    private FencepostContender(final String name, final boolean exclusive, final boolean dense) {
        this.name = name;
        this.exclusive = exclusive;
        this.dense = dense;
    }

    static FencepostContender shared() {
        return new FencepostContender(SHARED, false, false);
    }

    static FencepostContender exclusive() {
        return new FencepostContender(EXCLUSIVE, true, false);
    }

    static FencepostContender denseShared() {
        return new FencepostContender(SHARED + "-dense", false, true);
    }

    static FencepostContender denseExclusive() {
        return new FencepostContender(EXCLUSIVE + "-dense", true, true);
    }

    /** A ring with the default alignment of frames. */
    static Channel open(final Path path) {
        return Channel.open(path, ChannelOptions.ring(Contenders.RING_BYTES));
    }

    private Channel open(final Path path, final int lengthBytes) {
        if (dense || lengthBytes > SHORT_MESSAGE_BYTES_MAX) {
            return open(path);
        }
        return Channel.open(
            path, ChannelOptions.ring(Contenders.RING_BYTES).withFrameAlignment(TWO_LINES));
    }

    /**
     * Whether a claim was made.
     *
     * @throws IllegalStateException if it was turned down for a reason that does not pass.
     */
    static boolean isClaimed(final long result) {
        if (result >= 0) {
            return true;
        }
        if (result == Publisher.BACK_PRESSURED || result == Publisher.PREPARING) {
            return false;
        }
        throw new IllegalStateException("a claim returned " + Publisher.describe(result));
    }

    /**
     * Makes sure that a commit counted.
     *
     * @throws IllegalStateException if it did not.
     */
    static void requireCommitted(final long result) {
        if (result < 0) {
            throw new IllegalStateException("a commit returned " + Publisher.describe(result));
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int sendersMax() {
        return exclusive ? 1 : Publisher.PUBLISHERS_MAX;
    }

    @Override
    public int receiversMax() {
        return Subscriber.SUBSCRIBERS_MAX;
    }

    @Override
    public Sender openSender(final Path path, final Payload payload) {
        final Channel channel = open(path, payload.lengthBytes());
        return new ClaimSender(
            channel, exclusive ? channel.addExclusivePublisher() : channel.addPublisher(), payload);
    }

    @Override
    public Receiver openReceiver(final Path path, final Checker checker) {
        return new PollReceiver(open(path, checker.lengthBytes()), checker);
    }

    private static final class ClaimSender implements Sender {
        private final Channel channel;
        private final Publisher publisher;
        private final Payload payload;
        private final Claim claim = new Claim();

        ClaimSender(final Channel channel, final Publisher publisher, final Payload payload) {
            this.channel = channel;
            this.publisher = publisher;
            this.payload = payload;
        }

        @Override
        public boolean trySend(final long sequence) {
            if (!isClaimed(publisher.tryClaim(MESSAGE_TYPE, payload.lengthBytes(), claim))) {
                return false;
            }
            payload.write(claim.buffer(), 0, sequence);
            requireCommitted(claim.commit());
            return true;
        }

        @Override
        public void close() {
            publisher.close();
            channel.close();
        }
    }

    /** Polls a gating subscriber. */
    static final class PollReceiver implements Receiver {
        private final Channel channel;
        private final Subscriber subscriber;
        private final MessageHandler handler;

        PollReceiver(final Channel channel, final Checker checker) {
            this.channel = channel;
            this.subscriber = channel.addSubscriber(SubscriberOptions.earliest());
            this.handler = (buffer, offset, length, header) ->
                checker.onMessage(buffer, offset, length);
        }

        @Override
        public int poll(final int limit) {
            final int count = subscriber.poll(handler, limit);
            if (count == Subscriber.CLOSED) {
                throw new IllegalStateException("the subscriber is closed");
            }
            return count;
        }

        @Override
        public void close() {
            subscriber.close();
            channel.close();
        }
    }
}
