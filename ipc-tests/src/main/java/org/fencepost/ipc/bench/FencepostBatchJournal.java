package org.fencepost.ipc.bench;

import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.fencepost.ipc.Channel;

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
        final Channel channel = FencepostJournal.openFor(path, payload, messages);
        return new BatchWriter(
            new FencepostBatchContender.BatchSender(channel, channel.addExclusivePublisher(), payload));
    }

    @Override
    public Receiver openReader(final Path path, final Checker checker) {
        return FencepostJournal.newReader(path, checker);
    }

    private record BatchWriter(FencepostBatchContender.BatchSender sender) implements Writer {
        @Override
        public void append(final long sequence) {
            while (!sender.trySend(sequence)) {
                // Somebody else makes the next segment.
                LockSupport.parkNanos(1000);
            }
        }

        @Override
        public void flush() {
            sender.flush();
        }

        @Override
        public void close() {
            sender.close();
        }
    }
}
