package org.fencepost.ipc.bench;

import java.nio.file.Path;
import java.time.Duration;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.MessageHandler;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;

/**
 * A Fencepost journal, with a checksum and a time in every frame; a record is a message. What was
 * published does not change, so replacing is publishing to another journal.
 */
final class JournalFile implements FileMeans {
    private static final long SEGMENT_BYTES_MIN = 1L << 20;
    private static final long SEGMENT_BYTES_MAX = 64L << 20;
    /** Of what is written, at least, so that a short file is not mostly space that is prepared. */
    private static final int SEGMENTS_MIN = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int POLL_LIMIT = 256;
    private static final int TYPE = 1;

    @Override
    public String name() {
        return "Fencepost journal";
    }

    @Override
    public boolean canSyncMemory() {
        return false;
    }

    private static ChannelOptions options(final int records) {
        final long bytes = (long) records * RECORD_BYTES / SEGMENTS_MIN;
        return ChannelOptions.journal(Math.clamp(
            Long.highestOneBit(bytes), SEGMENT_BYTES_MIN, SEGMENT_BYTES_MAX));
    }

    /** Each looks through a segment up to its place, to be sure that a message begins there. */
    @Override
    public int randomReads() {
        return 200;
    }

    @Override
    public void write(final Path file, final int records, final boolean durable) {
        final byte[] record = new byte[RECORD_BYTES];
        try (Channel channel = Channel.open(file, options(records));
            Publisher publisher = channel.addPublisher()) {
            long end = 0;
            for (int number = 0; number < records; number++) {
                FileMeans.fill(record, number);
                end = publish(publisher, record);
                if (durable && (number + 1) % (SYNC_BYTES / RECORD_BYTES) == 0) {
                    sync(channel, end);
                }
            }
            if (durable) {
                sync(channel, end);
            }
        }
    }

    private static long publish(final Publisher publisher, final byte[] record) {
        long position = publisher.offer(TYPE, record, 0, RECORD_BYTES);
        while (!FencepostContender.isClaimed(position)) {
            Thread.onSpinWait();
            position = publisher.offer(TYPE, record, 0, RECORD_BYTES);
        }
        return position;
    }

    private static void sync(final Channel channel, final long position) {
        if (!channel.awaitDurable(position, PATIENCE)) {
            throw new RunFailedException(
                "position " + position + " did not become durable within " + PATIENCE);
        }
    }

    @Override
    public long read(final Path file, final int records) {
        final byte[] record = new byte[RECORD_BYTES];
        final long[] sum = {0};
        forEach(file, records, (buffer, offset, length, header) -> {
            buffer.getBytes(offset, record);
            sum[0] += FileMeans.sum(record, 0);
        });
        return sum[0];
    }

    private static void forEach(
        final Path file, final int records, final MessageHandler handler) {
        try (Channel channel = Channel.join(file);
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            int read = 0;
            while (read < records) {
                read += subscriber.poll(handler, POLL_LIMIT);
            }
        }
    }

    @Override
    public long readAt(final Path file, final int[] numbers) {
        final long[] sum = {0};
        final byte[] record = new byte[RECORD_BYTES];
        final MessageHandler handler = (buffer, offset, length, header) -> {
            buffer.getBytes(offset, record);
            sum[0] += FileMeans.sum(record, 0);
        };
        try (Channel channel = Channel.join(file);
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            final long frameBytes = frameBytes(subscriber, channel.startPosition());
            final long framesPerSegment = channel.options().segmentBytes() / frameBytes;
            for (final int number : numbers) {
                subscriber.seek(channel.startPosition()
                    + number / framesPerSegment * channel.options().segmentBytes()
                    + number % framesPerSegment * frameBytes);
                subscriber.poll(handler, 1);
            }
        }
        return sum[0];
    }

    /** All frames of records have the same length, which the first shows. */
    private static long frameBytes(final Subscriber subscriber, final long startPosition) {
        final long[] end = {0};
        subscriber.poll((buffer, offset, length, header) -> end[0] = header.position(), 1);
        return end[0] - startPosition;
    }

    @Override
    public long search(final Path file, final int records) {
        final byte[] record = new byte[RECORD_BYTES];
        final long[] found = {0};
        forEach(file, records, (buffer, offset, length, header) -> {
            buffer.getBytes(offset, record);
            found[0] += FileMeans.markIn(record, 0) < 0 ? 0 : 1;
        });
        return found[0];
    }

    @Override
    public long replace(final Path file, final int records, final boolean durable) {
        final byte[] record = new byte[RECORD_BYTES];
        final long[] found = {0};
        final long[] end = {0};
        final Path path = file.resolveSibling("replaced");
        try (Channel replaced = Channel.open(path, options(records));
            Publisher publisher = replaced.addPublisher()) {
            forEach(file, records, (buffer, offset, length, header) -> {
                buffer.getBytes(offset, record);
                final int mark = FileMeans.markIn(record, 0);
                if (mark >= 0) {
                    System.arraycopy(REPLACEMENT, 0, record, mark, REPLACEMENT.length);
                    found[0]++;
                }
                end[0] = publish(publisher, record);
            });
            if (durable) {
                sync(replaced, end[0]);
            }
        }
        return found[0];
    }
}
