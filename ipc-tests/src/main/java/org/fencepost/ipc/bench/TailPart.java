package org.fencepost.ipc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;

/**
 * A process of {@link TailBenchmark}: {@code DIRECTORY publish CONTENDER RATE WARM_UP_SECONDS SECONDS}
 * publishes at a pace, {@code DIRECTORY read CONTENDER} reads what comes.
 */
final class TailPart {
    static final String PUBLISH = "publish";
    static final String READ = "read";
    static final String READY = "READY";
    /** Says which thread publishes, by the number that the kernel has for it. */
    static final String THREAD_NUMBER = "THREAD ";
    static final String MEASURING = "MEASURING";
    /** Percentiles in nanoseconds; then minor and major faults and both kinds of switches. */
    static final String RESULT = "RESULT ";

    static final int MESSAGE_BYTES = 256;

    private static final int POLL_LIMIT = 1000;
    private static final int MINOR_FAULTS_FIELD = 9;
    private static final int MAJOR_FAULTS_FIELD = 11;
    private static final Path THREAD = Path.of("/proc/thread-self");

    private TailPart() {
    }

    public static void main(final String[] arguments) throws Exception {
        final Path directory = Path.of(arguments[0]);
        final boolean publishes = arguments[1].equals(PUBLISH);
        final MessageContender contender = (MessageContender) Contenders.byName(arguments[2]);
        contender.begin(directory, publishes);
        if (publishes) {
            publish(contender, directory, Long.parseLong(arguments[3]),
                Long.parseLong(arguments[4]), Long.parseLong(arguments[5]));
        } else {
            read(contender, directory);
        }
    }

    private static Payload payload() {
        return new Payload(MESSAGE_BYTES, Payload.Content.ENDS, 0);
    }

    /** Not by parking, which the publisher would have to end by a system call. */
    private static void read(final MessageContender contender, final Path directory) {
        final IdleStrategy idle = new BackoffIdleStrategy();
        try (Receiver receiver =
            contender.openReceiver(directory.resolve("log"), new Checker(payload(), 1))) {
            System.out.println(READY);
            while (true) {
                idle.idle(receiver.poll(POLL_LIMIT));
            }
        }
    }

    private static void publish(
        final MessageContender contender, final Path directory, final long rate,
        final long warmUpSeconds, final long seconds) throws IOException {
        try (Sender sender = contender.openSender(directory.resolve("log"), payload())) {
            System.out.println(THREAD_NUMBER + Files.readSymbolicLink(THREAD).getFileName());
            System.in.read();
            final Pacer pacer = new Pacer(sender, rate);
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
        private final Sender sender;
        private final double intervalNanos;
        private final Latencies latencies = new Latencies();
        private long sequence;

        Pacer(final Sender sender, final long rate) {
            this.sender = sender;
            this.intervalNanos = (double) TimeUnit.SECONDS.toNanos(1) / rate;
        }

        void publishFor(final long seconds) {
            final long startNanos = System.nanoTime();
            final long messages = (long) (TimeUnit.SECONDS.toNanos(seconds) / intervalNanos);
            for (long i = 0; i < messages; i++) {
                publishAt(startNanos + (long) (i * intervalNanos));
            }
        }

        private void publishAt(final long dueNanos) {
            while (System.nanoTime() - dueNanos < 0) {
                Thread.onSpinWait();
            }
            while (!sender.trySend(sequence)) {
                Thread.onSpinWait();
            }
            sequence++;
            latencies.record(System.nanoTime() - dueNanos);
        }
    }
}
