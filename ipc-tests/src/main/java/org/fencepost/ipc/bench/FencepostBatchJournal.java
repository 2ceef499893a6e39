package org.fencepost.ipc.bench;

import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Publisher;

/** A Fencepost journal that is filled with batches of a fixed number of messages: a frame and a checksum for each. */
final class FencepostBatchJournal implements JournalContender {
    static final String NAME = "fencepost-durable-batch";

    /** Constructed by {@link Contenders}. */
    FencepostBatchJournal() {
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String settings() {
        return "as " + FencepostJournal.NAME + ", with batches of " + Contenders.BATCH_MESSAGES
            + " messages, a checksum for each batch";
    }

    @Override
    public Writer openWriter(final Path path, final Payload payload, final long messages) {
        return new BatchWriter(FencepostJournal.openFor(path, payload, messages), payload);
    }

    @Override
    public Receiver openReader(final Path path, final Checker checker) {
        return FencepostJournal.newReader(path, checker);
    }

    private static final class BatchWriter implements Writer {
        private final Channel channel;
        private final Publisher publisher;
        private final Payload payload;
        private final int batchBytes;
        private final Batch batch = new Batch();
        private int openMessages;

        BatchWriter(final Channel channel, final Payload payload) {
            this.channel = channel;
            this.publisher = channel.addExclusivePublisher();
            this.payload = payload;
            this.batchBytes = Contenders.BATCH_MESSAGES * Batch.recordBytes(payload.lengthBytes());
        }

        @Override
        public void append(final long sequence) {
            if (openMessages == 0) {
                claim();
            }
            if (!batch.tryAppend(FencepostContender.MESSAGE_TYPE, payload.lengthBytes())) {
                throw new IllegalStateException("a batch of " + batchBytes + " bytes has no room for message "
                    + openMessages + " of " + Contenders.BATCH_MESSAGES);
            }
            payload.write(batch.buffer(), 0, sequence);
            if (++openMessages == Contenders.BATCH_MESSAGES) {
                flush();
            }
        }

        private void claim() {
            long answer = publisher.tryClaimBatch(batchBytes, batch);
            while (answer == Publisher.PREPARING) {
                // Somebody else makes the next segment.
                LockSupport.parkNanos(1000);
                answer = publisher.tryClaimBatch(batchBytes, batch);
            }
            FencepostContender.requireCommitted(answer);
        }

        @Override
        public void flush() {
            if (openMessages > 0) {
                FencepostContender.requireCommitted(batch.commit());
                openMessages = 0;
            }
        }

        @Override
        public void close() {
            publisher.close();
            channel.close();
        }
    }
}
