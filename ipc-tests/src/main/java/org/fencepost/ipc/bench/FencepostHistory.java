package org.fencepost.ipc.bench;

import java.nio.file.Path;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;

/** A Fencepost journal that is written, opened again and sought in. */
final class FencepostHistory implements History.Keeper {
    static final String NAME = "fencepost-history";

    private static final long SEGMENT_BYTES = 64L << 20;

    /** Constructed by {@link Contenders}. */
    FencepostHistory() {
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String settings() {
        return "segments of " + (SEGMENT_BYTES >> 20) + " MiB, with checksums and timestamps";
    }

    @Override
    public History.Kept open(final Path path) {
        return new Journal(Channel.open(path, ChannelOptions.journal(SEGMENT_BYTES)));
    }

    private static final class Journal implements History.Kept {
        private final Channel channel;
        private final Publisher publisher;
        private final Subscriber subscriber;
        private final Claim claim = new Claim();
        private long firstWord;

        Journal(final Channel channel) {
            this.channel = channel;
            this.publisher = channel.addPublisher();
            this.subscriber = channel.addSubscriber(SubscriberOptions.latest());
        }

        /** The place of a message is where the log ended before it. */
        @Override
        public long write(final Payload payload, final long sequence) {
            final long place = channel.tailPosition();
            while (!FencepostContender.isClaimed(publisher.tryClaim(
                FencepostContender.MESSAGE_TYPE, payload.lengthBytes(), claim))) {
                Thread.onSpinWait();
            }
            payload.write(claim.buffer(), 0, sequence);
            FencepostContender.requireCommitted(claim.commit());
            return place;
        }

        @Override
        public long read(final long place) {
            subscriber.seek(place);
            while (subscriber.poll(
                (buffer, offset, length, header) -> firstWord = buffer.getLong(offset), 1) == 0) {
                Thread.onSpinWait();
            }
            return firstWord;
        }

        @Override
        public void close() {
            subscriber.close();
            publisher.close();
            channel.close();
        }
    }
}
