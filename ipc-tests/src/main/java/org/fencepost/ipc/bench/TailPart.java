package org.fencepost.ipc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Parking;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.buffer.MessageBuffer;

/**
 * A process of {@link TailBenchmark}: {@code DIRECTORY publish RATE WARM_UP_SECONDS SECONDS KEPT}
 * publishes at a pace, {@code DIRECTORY read} reads what comes.
 */
final class TailPart {
    static final String PUBLISH = "publish";
    static final String READ = "read";
    /** Says which thread publishes, by the number that the kernel has for it. */
    static final String THREAD_NUMBER = "THREAD ";
    static final String MEASURING = "MEASURING";
    /** Percentiles in microseconds, faults, switches, and how many messages were late by more than 1 ms. */
    static final String RESULT = "RESULT ";

    static final int MESSAGE_BYTES = 256;

    private static final long SEGMENT_BYTES = 64L << 20;
    private static final int MINOR_FAULTS_FIELD = 9;
    private static final int MAJOR_FAULTS_FIELD = 11;
    private static final Path THREAD = Path.of("/proc/thread-self");

    private TailPart() {
    }

    public static void main(final String[] arguments) throws Exception {
        final Path directory = Path.of(arguments[0]);
        if (arguments[1].equals(READ)) {
            read(directory);
        } else {
            publish(directory, Long.parseLong(arguments[2]), Long.parseLong(arguments[3]),
                Long.parseLong(arguments[4]), Boolean.parseBoolean(arguments[5]));
        }
    }

    private static Channel open(final Path directory) {
        return Channel.open(directory.resolve("journal"), ChannelOptions.journal(SEGMENT_BYTES));
    }

    private static void read(final Path directory) {
        try (Channel channel = open(directory);
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest())) {
            System.out.println("READY");
            final Parking parking = Parking.on(subscriber);
            final long[] sum = {0};
            while (subscriber.poll((buffer, offset, length, header) ->
                sum[0] += buffer.getLong(offset), 1000, Duration.ofHours(1), parking) >= 0) {
                Thread.onSpinWait();
            }
        }
    }

    private static void publish(
        final Path directory, final long rate, final long warmUpSeconds, final long seconds,
        final boolean kept) throws IOException {
        try (Channel channel = open(directory); Publisher publisher = channel.addPublisher()) {
            if (kept) {
                channel.housekeeping().inBackground();
            }
            System.out.println(THREAD_NUMBER + Files.readSymbolicLink(THREAD).getFileName());
            final Pacer pacer = new Pacer(publisher, rate);
            pacer.publishFor(warmUpSeconds);
            System.out.println(MEASURING);
            // Whatever the first use of these files takes is over before the counting.
            counts();
            pacer.publishFor(1);
            pacer.latencies.reset();
            final long[] before = counts();
            pacer.publishFor(seconds);
            final long[] after = counts();
            final StringBuilder line = new StringBuilder(RESULT);
            for (final double number : pacer.latencies.numbers()) {
                line.append(number).append(' ');
            }
            for (int i = 0; i < before.length; i++) {
                line.append(after[i] - before[i]).append(' ');
            }
            System.out.println(line);
        }
    }

    /** Minor and major faults, voluntary and involuntary switches of this thread so far. */
    private static long[] counts() throws IOException {
        final String stat = Files.readString(THREAD.resolve("stat"));
        // The name of the thread, in parentheses, may have spaces in it.
        final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        final int skipped = 3;
        final String status = Files.readString(THREAD.resolve("status"));
        return new long[] {
            Long.parseLong(fields[MINOR_FAULTS_FIELD + 1 - skipped]),
            Long.parseLong(fields[MAJOR_FAULTS_FIELD + 1 - skipped]),
            number(status, "\nvoluntary_ctxt_switches:"),
            number(status, "\nnonvoluntary_ctxt_switches:")};
    }

    private static long number(final String text, final String key) {
        final int begin = text.indexOf(key) + key.length();
        return Long.parseLong(text.substring(begin, text.indexOf('\n', begin)).strip());
    }

    /** Publishes each message when it is due; who is late does not leave out any. */
    private static final class Pacer {
        private final Publisher publisher;
        private final double intervalNanos;
        private final MessageBuffer buffer = MessageBuffer.allocate(MESSAGE_BYTES);
        private final Latencies latencies = new Latencies();

        Pacer(final Publisher publisher, final long rate) {
            this.publisher = publisher;
            this.intervalNanos = (double) TimeUnit.SECONDS.toNanos(1) / rate;
        }

        void publishFor(final long seconds) {
            final long startNanos = System.nanoTime();
            final long messages = (long) (TimeUnit.SECONDS.toNanos(seconds) / intervalNanos);
            for (long i = 0; i < messages; i++) {
                publishAt(startNanos + (long) (i * intervalNanos), i);
            }
        }

        private void publishAt(final long dueNanos, final long value) {
            while (System.nanoTime() - dueNanos < 0) {
                Thread.onSpinWait();
            }
            buffer.putLong(0, value);
            while (publisher.offer(1, buffer, 0, MESSAGE_BYTES) < 0) {
                Thread.onSpinWait();
            }
            latencies.record(System.nanoTime() - dueNanos);
        }
    }
}
