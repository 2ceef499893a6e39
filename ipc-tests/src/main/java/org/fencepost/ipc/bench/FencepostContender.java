package org.fencepost.ipc.bench;

import java.nio.file.Path;
import java.util.function.IntFunction;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.MessageHandler;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;

/**
 * A Fencepost channel, claimed and committed in place by shared publishers or by an exclusive one.
 * Short messages of rings have frames of two cache lines, as
 * {@link ChannelOptions#withFrameAlignment} recommends.
 */
final class FencepostContender implements MessageContender {
    static final String SHARED = "fencepost-shared";
    static final String EXCLUSIVE = "fencepost-exclusive";
    static final String DENSE_SUFFIX = "-dense";
    static final String JOURNAL = "fencepost-journal";
    static final String BOUNDED_JOURNAL = "fencepost-journal-bounded";
    static final String BY_HAND_SUFFIX = "-by-hand";

    static final int MESSAGE_TYPE = 1;

    /** Alignment of frames of short messages. */
    private static final int TWO_LINES = 128;
    /** What a frame of two lines has room for. */
    private static final int SHORT_MESSAGE_BYTES_MAX = 112;
    /** Of a journal. */
    private static final long SEGMENT_BYTES = 64L << 20;
    private static final long RETAINED_BYTES = 1L << 30;

    private static final ChannelOptions RING = ChannelOptions.ring(Contenders.RING_BYTES);

    private final String name;
    private final boolean exclusive;
    private final String settings;
    private final IntFunction<ChannelOptions> optionsOf;

    private FencepostContender(
        final String name,
        final boolean exclusive,
        final String settings,
        final IntFunction<ChannelOptions> optionsOf) {
        this.name = name;
        this.exclusive = exclusive;
        this.settings = settings;
        this.optionsOf = optionsOf;
    }

    static FencepostContender shared() {
        return ring(SHARED, false);
    }

    static FencepostContender exclusive() {
        return ring(EXCLUSIVE, true);
    }

    private static FencepostContender ring(final String name, final boolean exclusive) {
        return new FencepostContender(name, exclusive,
            "frames aligned to " + TWO_LINES + " bytes for messages of up to "
                + SHORT_MESSAGE_BYTES_MAX + " bytes, else to " + RING.frameAlignment(),
            lengthBytes -> lengthBytes > SHORT_MESSAGE_BYTES_MAX
                ? RING : RING.withFrameAlignment(TWO_LINES));
    }

    /** One without the thread that keeps house. */
    static FencepostContender exclusiveByHand() {
        return ring(EXCLUSIVE + BY_HAND_SUFFIX, true);
    }

    /** One without the thread that keeps house. */
    static FencepostContender sharedByHand() {
        return ring(SHARED + BY_HAND_SUFFIX, false);
    }

    static FencepostContender denseShared() {
        return dense(SHARED, false);
    }

    static FencepostContender denseExclusive() {
        return dense(EXCLUSIVE, true);
    }

    /** One whose channels have the default alignment whatever is sent. */
    private static FencepostContender dense(final String name, final boolean exclusive) {
        return new FencepostContender(name + DENSE_SUFFIX, exclusive,
            "frames aligned to " + RING.frameAlignment() + " bytes", lengthBytes -> RING);
    }

    /** One whose channel is a journal; what it keeps survives the death of processes. */
    static FencepostContender journal() {
        return journal(JOURNAL, "");
    }

    /** The same without the thread that does things ahead. */
    static FencepostContender journalByHand() {
        return journal(JOURNAL + BY_HAND_SUFFIX, ", without a thread that keeps house");
    }

    /** One that keeps no more than so much, for streams that are longer. */
    static FencepostContender boundedJournal() {
        return journal(BOUNDED_JOURNAL, ", keeps " + (RETAINED_BYTES >> 30) + " GiB",
            ChannelOptions.journal(SEGMENT_BYTES).withRetentionBytes(RETAINED_BYTES));
    }

    private static FencepostContender journal(final String name, final String besides) {
        return journal(name, besides, ChannelOptions.journal(SEGMENT_BYTES));
    }

    private static FencepostContender journal(
        final String name, final String besides, final ChannelOptions options) {
        return new FencepostContender(name, false,
            "segments of " + (SEGMENT_BYTES >> 20) + " MiB, with checksums and timestamps" + besides,
            lengthBytes -> options);
    }

    /** A ring with the default alignment of frames. */
    static Channel open(final Path path) {
        return Channel.open(path, RING);
    }

    private Channel open(final Path path, final int lengthBytes) {
        final Channel channel = Channel.open(path, optionsOf.apply(lengthBytes));
        if (name.endsWith(BY_HAND_SUFFIX)) {
            channel.housekeeping().byHand();
        }
        return channel;
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
    public String settings() {
        return settings;
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
    public boolean keepsAll() {
        return name.startsWith(JOURNAL);
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
            this(channel, SubscriberOptions.earliest(), checker);
        }

        PollReceiver(
            final Channel channel, final SubscriberOptions options, final Checker checker) {
            this.channel = channel;
            this.subscriber = channel.addSubscriber(options);
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
