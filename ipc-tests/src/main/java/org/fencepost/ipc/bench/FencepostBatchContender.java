package org.fencepost.ipc.bench;

import java.nio.file.Path;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Publisher;

/** A Fencepost ring, filled in place with batches of a fixed number of messages. */
final class FencepostBatchContender implements MessageContender {
    static final String NAME = "fencepost-batch";

    /** Constructed by {@link Contenders}. */
    FencepostBatchContender() {
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean keepsBack() {
        return true;
    }

    @Override
    public Sender openSender(final Path path, final Payload payload) {
        final Channel channel = FencepostContender.open(path);
        return new BatchSender(channel, channel.addPublisher(), payload);
    }

    @Override
    public Receiver openReceiver(final Path path, final Checker checker) {
        return new FencepostContender.PollReceiver(FencepostContender.open(path), checker);
    }

    /** Also of a journal. */
    static final class BatchSender implements Sender {
        private final Channel channel;
        private final Publisher publisher;
        private final Payload payload;
        private final int batchBytes;
        private final Batch batch = new Batch();
        private int openMessages;

        BatchSender(final Channel channel, final Publisher publisher, final Payload payload) {
            this.channel = channel;
            this.publisher = publisher;
            this.payload = payload;
            this.batchBytes = Contenders.BATCH_MESSAGES * Batch.recordBytes(payload.lengthBytes());
        }

        @Override
        public boolean trySend(final long sequence) {
            if (openMessages == 0
                && !FencepostContender.isClaimed(publisher.tryClaimBatch(batchBytes, batch))) {
                return false;
            }
            if (!batch.tryAppend(FencepostContender.MESSAGE_TYPE, payload.lengthBytes())) {
                throw new IllegalStateException(
                    "a batch of " + batchBytes + " bytes has no room for message " + openMessages
                        + " of " + Contenders.BATCH_MESSAGES);
            }
            payload.write(batch.buffer(), 0, sequence);
            if (++openMessages == Contenders.BATCH_MESSAGES) {
                flush();
            }
            return true;
        }

        /** Publishes what is there, be it fewer. */
        void flush() {
            if (openMessages > 0) {
                FencepostContender.requireCommitted(batch.commit());
                openMessages = 0;
            }
        }

        @Override
        public void close() {
            if (openMessages > 0) {
                batch.abort();
            }
            publisher.close();
            channel.close();
        }
    }
}
