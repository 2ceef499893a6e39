package org.fencepost.ipc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.MessageHandler;
import org.fencepost.ipc.Parking;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.buffer.MessageBuffer;

/**
 * A process of {@link WaitingBenchmark}: {@code DIRECTORY ROLE WAY COUNT GAP_MICROS}. It says READY,
 * goes on when it is told to, and ends with its standard input.
 */
final class WaitingPart {
    static final String ASK = "ask";
    static final String ANSWER = "answer";
    static final String SLEEP = "sleep";
    static final String PUBLISH_NOTHING = "publish-nothing";

    /** What a way to wait is called on the command line. */
    static final String PARK = "park";
    static final String BACK_OFF = "back-off";
    static final String YIELD = "yield";
    static final String SPIN = "spin";

    private static final int WARM_UP = 3_000;
    private static final Duration LONG = Duration.ofHours(1);
    private static final ChannelOptions RING = ChannelOptions.ring(64 * 1024);

    private final Path directory;
    private final String way;
    private final MessageBuffer buffer = MessageBuffer.allocate(32);
    private final MessageHandler handler = (message, offset, length, header) -> { };

    private WaitingPart(final Path directory, final String way) {
        this.directory = directory;
        this.way = way;
    }

    public static void main(final String[] arguments) throws IOException {
        final WaitingPart part = new WaitingPart(Path.of(arguments[0]), arguments[2]);
        switch (arguments[1]) {
            case ASK -> part.ask(Integer.parseInt(arguments[3]), Long.parseLong(arguments[4]));
            case ANSWER -> part.answer();
            case SLEEP -> part.sleep();
            case PUBLISH_NOTHING -> part.publishNothing();
            default -> throw new IllegalArgumentException(arguments[1]);
        }
    }

    private IdleStrategy idleOn(final Subscriber subscriber) {
        return switch (way) {
            case PARK -> Parking.on(subscriber);
            case BACK_OFF -> new BackoffIdleStrategy();
            case YIELD -> new YieldingIdleStrategy();
            case SPIN -> new BusySpinIdleStrategy();
            default -> throw new IllegalArgumentException(way);
        };
    }

    private Channel open(final String name) {
        return Channel.open(directory.resolve(name), RING);
    }

    private static void awaitLine() throws IOException {
        System.out.println("READY");
        if (System.in.read() < 0) {
            Runtime.getRuntime().halt(0);
        }
    }

    private void send(final Publisher publisher) {
        long answer = publisher.offer(1, buffer, 0, buffer.capacity());
        while (answer == Publisher.PREPARING) {
            // The other process is about to make room.
            Thread.onSpinWait();
            answer = publisher.offer(1, buffer, 0, buffer.capacity());
        }
        if (answer < 0) {
            throw new IllegalStateException(
                "no room for one message: " + Publisher.describe(answer));
        }
    }

    private void ask(final int count, final long gapMicros) throws IOException {
        try (Channel there = open("there"); Channel back = open("back");
            Publisher publisher = there.addPublisher();
            Subscriber subscriber = back.addSubscriber(SubscriberOptions.latest())) {
            final IdleStrategy idle = idleOn(subscriber);
            awaitLine();
            final Latencies latencies = new Latencies();
            for (int i = 0; i < WARM_UP + count; i++) {
                if (i == WARM_UP) {
                    latencies.reset();
                }
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(gapMicros));
                final long startNanos = System.nanoTime();
                send(publisher);
                subscriber.poll(handler, 1, LONG, idle);
                latencies.record(System.nanoTime() - startNanos);
            }
            final double[] numbers = latencies.numbers();
            System.out.println("RESULT " + numbers[3] + " " + numbers[8] + " " + numbers[11]);
        }
    }

    private void answer() throws IOException {
        Thread.ofPlatform().daemon().start(WaitingPart::endWithInput);
        try (Channel there = open("there"); Channel back = open("back");
            Publisher publisher = back.addPublisher();
            Subscriber subscriber = there.addSubscriber(SubscriberOptions.latest())) {
            final IdleStrategy idle = idleOn(subscriber);
            System.out.println("READY");
            while (true) {
                subscriber.poll(handler, 1, LONG, idle);
                send(publisher);
            }
        }
    }

    private void sleep() {
        Thread.ofPlatform().daemon().start(WaitingPart::endWithInput);
        try (Channel there = open("there");
            Subscriber subscriber = there.addSubscriber(SubscriberOptions.latest())) {
            System.out.println("READY");
            subscriber.poll(handler, 1, LONG, idleOn(subscriber));
        }
    }

    private void publishNothing() throws IOException {
        try (Channel there = open("there"); Publisher publisher = there.addPublisher()) {
            awaitLine();
            send(publisher);
        }
    }

    private static void endWithInput() {
        try {
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        } catch (final IOException gone) {
            // The same.
        }
        Runtime.getRuntime().halt(0);
    }

    /** Processor time of a process and all its threads, in nanoseconds. */
    static long processorNanos(final long pid) throws IOException {
        return sumOverThreads(pid, "schedstat", "^([0-9]+)");
    }

    /** How often threads of a process have gone to sleep. */
    static long switches(final long pid) throws IOException {
        return sumOverThreads(pid, "status", "\\nvoluntary_ctxt_switches:\\s*([0-9]+)");
    }

    private static long sumOverThreads(final long pid, final String file, final String number)
        throws IOException {
        final Pattern pattern = Pattern.compile(number);
        long sum = 0;
        try (var tasks = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (final Path task : tasks) {
                final Matcher matcher = pattern.matcher(Files.readString(task.resolve(file)));
                sum += matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
            }
        }
        return sum;
    }
}
