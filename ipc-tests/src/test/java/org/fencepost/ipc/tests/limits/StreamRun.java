package org.fencepost.ipc.tests.limits;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.buffer.MessageBuffer;
import org.fencepost.ipc.tests.support.Deadline;

/**
 * Streams through a journal that keeps little, from one handle to another; has everything checked that comes
 * out, and looks all the while at how much is mapped of it and how much of the disk it takes. With the class
 * path of the tests: {@code StreamRun DIRECTORY BYTES}.
 */
final class StreamRun {
    /** Of one segment. */
    static final long SEGMENT_BYTES = 4L << 20;
    /** What the journal keeps. */
    static final long RETENTION_BYTES = 2 * SEGMENT_BYTES;
    /** How far the publisher runs ahead of the subscriber, which holds what it has not read. */
    static final long LEAD_BYTES = 4 * SEGMENT_BYTES;
    /** Of one message. */
    static final int LENGTH = 8_000;

    private static final long LOOK_NANOS = 10_000_000;
    private static final String SEGMENTS = "/segment-";

    private final Path directory;
    private final long bytes;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicLong readTo = new AtomicLong();
    private volatile boolean over;
    private long looks;
    private long mappedMost;
    private long storedMost;

    /**
     * What a run has shown.
     *
     * @param messages   that came, in order and whole.
     * @param looks      at what follows, spread over the whole run.
     * @param mappedMost bytes of segments that this process had mapped at any look, of both handles.
     * @param storedMost bytes of files that the channel consisted of at any look.
     */
    record Result(long messages, long looks, long mappedMost, long storedMost) {
    }

    StreamRun(final Path directory, final long bytes) {
        this.directory = directory;
        this.bytes = bytes;
    }

    public static void main(final String[] arguments) throws Exception {
        System.out.println(
            new StreamRun(Path.of(arguments[0]), Long.parseLong(arguments[1])).run());
    }

    Result run() throws Exception {
        final long count = bytes / LENGTH;
        try (Channel there = Channel.open(directory.resolve("stream"),
                ChannelOptions.journal(SEGMENT_BYTES).withRetentionBytes(RETENTION_BYTES));
            Channel here = Channel.join(there.path());
            Publisher publisher = there.addPublisher();
            Subscriber subscriber = here.addSubscriber(SubscriberOptions.earliest())) {
            final Thread publishing = beside(() -> publish(publisher, count));
            final Thread looking = beside(() -> look(there.path()));
            final long messages = read(subscriber, count);
            publishing.join();
            over = true;
            looking.join();
            if (failure.get() != null) {
                throw new AssertionError("a thread beside failed", failure.get());
            }
            return new Result(messages, looks, mappedMost, storedMost);
        }
    }

    private Thread beside(final Runnable work) {
        return Thread.ofPlatform().daemon().start(() -> {
            try {
                work.run();
            } catch (final RuntimeException | Error error) {
                failure.set(error);
            }
        });
    }

    private long read(final Subscriber subscriber, final long count) {
        final long[] next = {0};
        Deadline deadline = Deadline.forWaitingUntil("messages come");
        while (next[0] < count && failure.get() == null) {
            final int delivered = subscriber.poll((buffer, offset, length, header) -> {
                final long value = next[0]++;
                if (length != LENGTH || buffer.getLong(offset) != value
                    || buffer.getLong(offset + LENGTH - Long.BYTES) != ~value) {
                    throw new AssertionError("message " + value + " is another");
                }
            }, 100);
            if (delivered > 0) {
                readTo.set(subscriber.position());
                deadline = Deadline.forWaitingUntil("messages come");
            } else {
                deadline.check(next[0]);
            }
        }
        return next[0];
    }

    private void publish(final Publisher publisher, final long count) {
        final MessageBuffer buffer = MessageBuffer.allocate(LENGTH);
        long end = 0;
        for (long i = 0; i < count; i++) {
            buffer.putLong(0, i);
            buffer.putLong(LENGTH - Long.BYTES, ~i);
            final Deadline deadline = Deadline.forWaitingUntil("there is room, and others follow");
            long result = -1;
            while (result < 0) {
                result = end - readTo.get() > LEAD_BYTES
                    ? Publisher.BACK_PRESSURED : publisher.offer(1, buffer, 0, LENGTH);
                if (result < 0) {
                    deadline.check(i);
                }
            }
            end = result;
        }
    }

    private void look(final Path channel) {
        while (!over) {
            looks++;
            mappedMost = Math.max(mappedMost, mappedBytes());
            storedMost = Math.max(storedMost, storedBytes(channel));
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** All files, also those that have no name for others yet. */
    private static long storedBytes(final Path channel) {
        long sum = 0;
        try (var files = Files.newDirectoryStream(channel)) {
            for (final Path file : files) {
                try {
                    sum += Files.size(file);
                } catch (final NoSuchFileException gone) {
                    // Removed since.
                }
            }
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
        return sum;
    }

    /** Of the lines of this process's maps, {@code from-to ... file}, those that are segments. */
    private long mappedBytes() {
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains(directory.toString()) && line.contains(SEGMENTS))
                .mapToLong(line -> {
                    final String[] range = line.substring(0, line.indexOf(' ')).split("-");
                    return Long.parseUnsignedLong(range[1], 16) - Long.parseUnsignedLong(range[0], 16);
                }).sum();
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }
}
