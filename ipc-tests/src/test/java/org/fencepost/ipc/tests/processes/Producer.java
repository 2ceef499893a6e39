package org.fencepost.ipc.tests.processes;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.tests.peer.Series;

/**
 * A child that publishes the messages of a series with its number as seed: by offer, claim and
 * batch in turn, with an aborted claim now and then. Prints READY, waits for a line, prints DONE
 * and the end position of its last message.
 */
final class Producer {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(40);
    private static final int BATCH_MAX = 8;

    private final Channel channel;
    private final Publisher publisher;
    private final Series series;
    private final byte[] bytes;
    private final long startNanos = System.nanoTime();
    private long position;

    private Producer(final Channel channel, final Publisher publisher, final Series series) {
        this.channel = channel;
        this.publisher = publisher;
        this.series = series;
        this.bytes = new byte[series.lengthMax()];
    }

    /** The series of a producer; its subscribers know it too. */
    static Series series(final int producer) {
        return new Series(1_000 + producer, 12, 200);
    }

    public static void main(final String[] arguments) throws Exception {
        final int number = Integer.parseInt(arguments[1]);
        final int count = Integer.parseInt(arguments[2]);
        try (Channel channel = Channel.join(Path.of(arguments[0]));
            Publisher publisher = channel.addPublisher()) {
            System.out.println("READY");
            if (System.in.read() < 0) {
                throw new IllegalStateException("the parent has gone");
            }
            final Producer producer = new Producer(channel, publisher, series(number));
            producer.publish(number, count);
            System.out.println("DONE " + producer.position);
        }
    }

    private void publish(final int number, final int count) {
        final Claim claim = new Claim();
        final Batch batch = new Batch();
        int index = 0;
        while (index < count) {
            switch (index % 7) {
                case 0 -> index += batch(number, index, Math.min(BATCH_MAX, count - index), batch);
                case 1, 2 -> index += claim(number, index, claim);
                default -> index += offer(number, index);
            }
        }
    }

    private int offer(final int number, final int index) {
        final int length = series.fill(index, bytes);
        return published(publisher.offer(number, bytes, 0, length)) ? 1 : 0;
    }

    private int claim(final int number, final int index, final Claim claim) {
        final int length = series.length(index);
        final long result = publisher.tryClaim(number, length, claim);
        if (result < 0) {
            published(result);
            return 0;
        }
        try (claim) {
            series.fill(index, bytes);
            claim.buffer().putBytes(0, bytes, 0, length);
            if (result % 11 == 0) {
                claim.abort();
                return 0;
            }
            return published(claim.commit()) ? 1 : 0;
        }
    }

    private int batch(final int number, final int first, final int count, final Batch batch) {
        int capacity = 0;
        for (int i = 0; i < count; i++) {
            capacity += Batch.recordBytes(series.length(first + i));
        }
        final long result = publisher.tryClaimBatch(capacity, batch);
        if (result < 0) {
            published(result);
            return 0;
        }
        try (batch) {
            for (int i = 0; i < count; i++) {
                final int length = series.fill(first + i, bytes);
                if (!batch.add(number, bytes, 0, length)) {
                    throw new AssertionError("message " + i + " of " + count + " should fit");
                }
            }
            return published(batch.commit()) ? count : 0;
        }
    }

    private boolean published(final long result) {
        if (result >= 0) {
            position = result;
            return true;
        }
        if (result < Publisher.PREPARING || System.nanoTime() - startNanos > PATIENCE_NANOS) {
            throw new AssertionError(
                Publisher.describe(result) + " at position " + position + " of " + channel);
        }
        Thread.yield();
        return false;
    }
}
