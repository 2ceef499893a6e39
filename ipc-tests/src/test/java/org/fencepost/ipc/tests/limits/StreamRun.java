package org.fencepost.ipc.tests.limits;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.buffer.MessageBuffer;
import org.fencepost.ipc.tests.support.Deadline;

/**
 * Streams through a journal from one handle to another, counts what is mapped, and has everything
 * checked that comes out. With the class path of the tests: {@code StreamRun DIRECTORY BYTES}.
 */
final class StreamRun {
    /** Of one segment. */
    static final long SEGMENT_BYTES = 4L << 20;

    private static final int LENGTH = 8_000;
    private static final int CHECKS = 64;

    private final Path directory;
    private final long bytes;

    /**
     * What a run has shown.
     *
     * @param messages       that came, in order and whole.
     * @param segments       of the journal in the end.
     * @param mappedMost     mappings of segments that this process ever had, of both handles.
     */
    record Result(long messages, long segments, long mappedMost) {
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
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        try (Channel there =
                Channel.open(directory.resolve("stream"), ChannelOptions.journal(SEGMENT_BYTES));
            Channel here = Channel.join(there.path());
            Publisher publisher = there.addPublisher();
            Subscriber subscriber = here.addSubscriber(SubscriberOptions.earliest())) {
            final Thread publishing = Thread.ofPlatform().daemon().start(() -> {
                try {
                    publish(publisher, count);
                } catch (final RuntimeException | Error error) {
                    failure.set(error);
                }
            });
            final AtomicLong next = new AtomicLong();
            long mappedMost = 0;
            long checks = 1;
            Deadline deadline = Deadline.forWaitingUntil("messages come");
            while (next.get() < count && failure.get() == null) {
                final int delivered = subscriber.poll((buffer, offset, length, header) -> {
                    final long value = next.getAndIncrement();
                    if (length != LENGTH || buffer.getLong(offset) != value
                        || buffer.getLong(offset + LENGTH - Long.BYTES) != ~value) {
                        throw new AssertionError("message " + value + " is another");
                    }
                }, 100);
                if (delivered > 0) {
                    deadline = Deadline.forWaitingUntil("messages come");
                } else {
                    deadline.check(next);
                }
                if (next.get() * CHECKS / count >= checks) {
                    checks++;
                    mappedMost = Math.max(mappedMost, mappedSegments());
                }
            }
            publishing.join();
            if (failure.get() != null) {
                throw new AssertionError("publishing failed", failure.get());
            }
            return new Result(next.get(), count(there.path()), mappedMost);
        }
    }

    private static void publish(final Publisher publisher, final long count) {
        final MessageBuffer buffer = MessageBuffer.allocate(LENGTH);
        for (long i = 0; i < count; i++) {
            buffer.putLong(0, i);
            buffer.putLong(LENGTH - Long.BYTES, ~i);
            final Deadline deadline = Deadline.forWaitingUntil("there is room");
            while (publisher.offer(1, buffer, 0, LENGTH) < 0) {
                deadline.check(i);
            }
        }
    }

    private static long count(final Path channel) throws IOException {
        try (var files = Files.newDirectoryStream(channel, "segment-*")) {
            long count = 0;
            for (final Path file : files) {
                count += file.toString().isEmpty() ? 0 : 1;
            }
            return count;
        }
    }

    private long mappedSegments() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains(directory.toString())
                && line.contains("/segment-")).count();
        }
    }
}
