package org.fencepost.ipc.tests.processes;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.tests.peer.Series;

/**
 * A child that subscribes and checks every message against the series of its producer. Prints
 * READY, then DONE and its totals, when it has seen the last message of each producer.
 *
 * <p>A gating checker must see every message. A lossy one may miss some, never gets one twice,
 * out of order or torn, and is done when it has passed the position that it is told.
 */
final class Checker {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(40);

    private final boolean lossy;
    private final Series[] series;
    private final long[] next;
    private final int count;
    private long received;
    private long lastPosition;

    private Checker(final boolean lossy, final int producers, final int count) {
        this.lossy = lossy;
        this.count = count;
        this.next = new long[producers];
        this.series = new Series[producers];
        for (int i = 0; i < producers; i++) {
            series[i] = Producer.series(i);
        }
    }

    public static void main(final String[] arguments) throws Exception {
        final boolean lossy = arguments[1].equals("lossy");
        final Checker checker = new Checker(
            lossy, Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
        final SubscriberOptions options = SubscriberOptions.earliest();
        try (Channel channel = Channel.join(Path.of(arguments[0]));
            Subscriber subscriber = channel.addSubscriber(lossy ? options.lossy() : options)) {
            System.out.println("READY");
            checker.check(subscriber);
            System.out.println("DONE received " + checker.received
                + " lost " + subscriber.lostBytes() + " bytes, next "
                + Arrays.toString(checker.next));
        }
    }

    private void check(final Subscriber subscriber) throws Exception {
        final long start = System.nanoTime();
        long end = Long.MAX_VALUE;
        while (lossy ? subscriber.position() < end : received < (long) count * next.length) {
            final int polled = subscriber.poll(this::onMessage, 256);
            if (polled == 0) {
                Thread.yield();
                if (System.in.available() > 0) {
                    end = Long.parseLong(new String(System.in.readAllBytes()).strip());
                }
            }
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                throw new AssertionError("stuck at " + subscriber.position() + " with "
                    + Arrays.toString(next) + " of " + count + " each");
            }
        }
        if (!lossy && subscriber.poll(this::onMessage, 1) != 0) {
            throw new AssertionError("a message came behind the last one");
        }
    }

    private void onMessage(
        final DirectBuffer buffer, final int offset, final int length, final Header header) {
        final int producer = header.typeId();
        final long index = buffer.getLong(offset);
        if (lossy ? index < next[producer] : index != next[producer]) {
            throw new AssertionError("producer " + producer + ": expected " + next[producer]
                + ", found " + index + " at " + header.position());
        }
        final Series expected = series[producer];
        final String difference =
            expected.difference(index, expected.typeId(index), buffer, offset, length);
        if (!difference.isEmpty()) {
            throw new AssertionError(
                "producer " + producer + " at " + header.position() + ": " + difference);
        }
        if (header.position() < lastPosition) {
            throw new AssertionError(header.position() + " came after " + lastPosition);
        }
        lastPosition = header.position();
        next[producer] = index + 1;
        received++;
    }
}
