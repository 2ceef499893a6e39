package org.fencepost.ipc.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;

/** A Fencepost journal, whose frames have checksums, and no times, as no peer's have. */
final class FencepostJournal implements DurableContender, JournalContender {
    static final String NAME = "fencepost-durable";

    private static final long SEGMENT_BYTES = 256 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int POLL_LIMIT = 1024;
    /** Of a frame's header, and more than the frames of a segment leave at its end. */
    private static final int FRAME_BYTES = 16;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String settings() {
        return "segments of " + (SEGMENT_BYTES >> 20) + " MiB, no times; for appending and replaying one that"
            + " holds all, made before, and an exclusive publisher";
    }

    @Override
    public int processesMax() {
        return Integer.MAX_VALUE;
    }

    @Override
    public int waitersMax() {
        return Publisher.PUBLISHERS_MAX;
    }

    private static ChannelOptions options(final long segmentBytes) {
        return ChannelOptions.journal(segmentBytes).withTimestamps(false);
    }

    @Override
    public JournalLog open(final Path path) {
        return new JournalLog(Channel.open(path, options(SEGMENT_BYTES)));
    }

    @Override
    public Writer openWriter(final Path path, final Payload payload, final long messages) {
        return new JournalWriter(openFor(path, payload, messages), payload);
    }

    /** Makes one whose first segment has room for so many messages. */
    static Channel openFor(final Path path, final Payload payload, final long messages) {
        final long bytes = messages * (payload.lengthBytes() + FRAME_BYTES);
        return Channel.open(path, options(Long.highestOneBit(bytes) * 2));
    }

    @Override
    public Receiver openReader(final Path path, final Checker checker) {
        return newReader(path, checker);
    }

    /** Of all that is there, with its checksums. */
    static Receiver newReader(final Path path, final Checker checker) {
        return new FencepostContender.PollReceiver(
            Channel.join(path), SubscriberOptions.earliest().verified(), checker);
    }

    /** Makes a journal of so many bytes, or a little more, of which nothing is brought to the disk. */
    long write(final Path path, final Payload payload, final long bytes)
        throws IOException {
        try (JournalLog log = open(path)) {
            final Appender appender = log.newAppender(payload);
            long sequence = 0;
            while (appender.append(sequence) < bytes) {
                sequence++;
            }
            return sequence + 1;
        }
    }

    private static final class JournalWriter implements Writer {
        private final Channel channel;
        private final Publisher publisher;
        private final Payload payload;
        private final Claim claim = new Claim();

        JournalWriter(final Channel channel, final Payload payload) {
            this.channel = channel;
            this.publisher = channel.addExclusivePublisher();
            this.payload = payload;
        }

        @Override
        public void append(final long sequence) {
            JournalLog.append(publisher, claim, payload, sequence);
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            publisher.close();
            channel.close();
        }
    }

    record JournalLog(Channel channel) implements Log {
        @Override
        public Appender newAppender(final Payload payload) {
            final Publisher publisher = channel.addPublisher();
            final Claim claim = new Claim();
            return sequence -> append(publisher, claim, payload, sequence);
        }

        private static long append(
            final Publisher publisher, final Claim claim, final Payload payload,
            final long sequence) {
            while (true) {
                final long answer = publisher.tryClaim(
                    FencepostContender.MESSAGE_TYPE, payload.lengthBytes(), claim);
                if (answer >= 0) {
                    payload.write(claim.buffer(), 0, sequence);
                    return claim.commit();
                }
                if (answer != Publisher.PREPARING) {
                    throw new IllegalStateException(Publisher.describe(answer));
                }
                // Somebody else makes the next segment.
                LockSupport.parkNanos(1000);
            }
        }

        @Override
        public void awaitDurable(final long position) {
            if (!channel.awaitDurable(position, PATIENCE)) {
                throw new IllegalStateException("not on the disk after " + PATIENCE + ": "
                    + position + "; " + channel.status());
            }
        }

        @Override
        public void readAll(final Checker checker) {
            final long end = channel.tailPosition();
            try (Subscriber subscriber =
                channel.addSubscriber(SubscriberOptions.earliest().verified())) {
                while (subscriber.position() < end) {
                    subscriber.poll((buffer, offset, length, header) ->
                        checker.onMessage(buffer, offset, length), POLL_LIMIT);
                }
            }
        }

        @Override
        public void close() {
            channel.close();
        }
    }
}
