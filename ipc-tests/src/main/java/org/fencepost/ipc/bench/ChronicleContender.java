package org.fencepost.ipc.bench;

import java.nio.file.Path;
import java.util.List;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.concurrent.UnsafeBuffer;

/** Chronicle Queue, which keeps every message; written by one copy, read in place. */
final class ChronicleContender implements ManyToManyContender, JournalContender, History.Keeper {
    static final String NAME = "chronicle-queue";

    private static final long BLOCK_BYTES = 256L << 20;

    private static final List<String> FLAGS = List.of(
        "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
        "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
        "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED",
        "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
        "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED",
        "--add-opens=java.base/java.lang=ALL-UNNAMED",
        "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
        "--add-opens=java.base/java.io=ALL-UNNAMED",
        "--add-opens=java.base/java.util=ALL-UNNAMED",
        "--add-opens=java.base/java.nio=ALL-UNNAMED",
        "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
        "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
        "-Dchronicle.analytics.disable=true",
        "-Ddisable.resource.tracing=true",
        "-Ddisable.thread.safety.check=true",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=error");

    /** Constructed by {@link Contenders}. */
    ChronicleContender() {
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> jvmFlags() {
        return FLAGS;
    }

    @Override
    public String settings() {
        return "RollCycles.FAST_DAILY, blocks of " + (BLOCK_BYTES >> 20) + " MiB";
    }

    @Override
    public boolean keepsAll() {
        return true;
    }

    /** The queue at a path; made if there is none. */
    static ChronicleQueue queueAt(final Path path) {
        return SingleChronicleQueueBuilder.binary(path)
            .rollCycle(RollCycles.FAST_DAILY)
            .blockSize(BLOCK_BYTES)
            .build();
    }

    @Override
    public Sender openSender(final Path path, final Payload payload) {
        return new QueueSender(queueAt(path), payload);
    }

    @Override
    public Receiver openReceiver(final Path path, final Checker checker) {
        return new QueueReceiver(queueAt(path), checker);
    }

    @Override
    public History.Kept open(final Path path) {
        return new Queue(queueAt(path));
    }

    @Override
    public Writer openWriter(final Path path, final Payload payload, final long messages) {
        return new QueueWriter(openSender(path, payload));
    }

    @Override
    public Receiver openReader(final Path path, final Checker checker) {
        return openReceiver(path, checker);
    }

    private record QueueWriter(Sender sender) implements Writer {
        @Override
        public void append(final long sequence) {
            sender.trySend(sequence);
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            sender.close();
        }
    }

    private static final class Queue implements History.Kept {
        private final ChronicleQueue queue;
        private final ExcerptAppender appender;
        private final ExcerptTailer tailer;
        private UnsafeBuffer message = new UnsafeBuffer(new byte[0]);

        Queue(final ChronicleQueue queue) {
            this.queue = queue;
            this.appender = queue.createAppender();
            this.tailer = queue.createTailer();
        }

        @Override
        public long write(final Payload payload, final long sequence) {
            if (message.capacity() != payload.lengthBytes()) {
                message = new UnsafeBuffer(new byte[payload.lengthBytes()]);
            }
            payload.write(message, 0, sequence);
            try (DocumentContext document = appender.writingDocument()) {
                document.wire().bytes().write(message.byteArray());
            }
            return appender.lastIndexAppended();
        }

        @Override
        public long read(final long place) {
            if (!tailer.moveToIndex(place)) {
                throw new IllegalStateException("nothing is at index " + place);
            }
            try (DocumentContext document = tailer.readingDocument()) {
                return document.wire().bytes().readLong();
            }
        }

        @Override
        public void close() {
            tailer.close();
            appender.close();
            queue.close();
        }
    }

    private static final class QueueSender implements Sender {
        private final ChronicleQueue queue;
        private final ExcerptAppender appender;
        private final Payload payload;
        private final BytesStore<?, Void> message;
        private final UnsafeBuffer buffer;

        QueueSender(final ChronicleQueue queue, final Payload payload) {
            this.queue = queue;
            this.appender = queue.createAppender();
            this.payload = payload;
            this.message = BytesStore.nativeStoreWithFixedCapacity(payload.lengthBytes());
            this.buffer =
                new UnsafeBuffer(message.addressForWrite(0), payload.lengthBytes());
        }

        @Override
        public boolean trySend(final long sequence) {
            payload.write(buffer, 0, sequence);
            try (DocumentContext document = appender.writingDocument()) {
                document.wire().bytes().write(message, 0L, (long) payload.lengthBytes());
            }
            return true;
        }

        @Override
        public void close() {
            appender.close();
            queue.close();
            message.releaseLast();
        }
    }

    private static final class QueueReceiver implements Receiver {
        private final ChronicleQueue queue;
        private final ExcerptTailer tailer;
        private final Checker checker;
        private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

        QueueReceiver(final ChronicleQueue queue, final Checker checker) {
            this.queue = queue;
            this.tailer = queue.createTailer();
            this.checker = checker;
        }

        @Override
        public int poll(final int limit) {
            int count = 0;
            while (count < limit && readOne()) {
                count++;
            }
            return count;
        }

        private boolean readOne() {
            try (DocumentContext document = tailer.readingDocument()) {
                if (!document.isPresent()) {
                    return false;
                }
                final Bytes<?> bytes = document.wire().bytes();
                final int length = (int) bytes.readRemaining();
                buffer.wrap(bytes.addressForRead(bytes.readPosition()), length);
                checker.onMessage(buffer, 0, length);
                return true;
            }
        }

        @Override
        public void close() {
            tailer.close();
            queue.close();
        }
    }
}
