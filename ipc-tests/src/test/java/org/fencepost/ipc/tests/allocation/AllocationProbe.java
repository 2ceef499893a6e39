package org.fencepost.ipc.tests.allocation;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.ControlledMessageHandler;
import org.fencepost.ipc.MessageHandler;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.buffer.MessageBuffer;

/**
 * A child that runs each way of publishing and polling many times and prints what the last million
 * messages allocated. A JVM of its own, whose compiled code nobody else's profile has shaped.
 */
final class AllocationProbe {
    private static final int WARM_UP = 1_000_000;
    /**
     * Before all: what happens once in two segments has to be warm too, locks that are taken by the
     * kernel among it, and there are 64 messages to a segment.
     */
    private static final int WARM_UP_OF_ROLLS = 20_000_000;
    private static final int MEASURED = 1_000_000;
    private static final int LENGTH = 48;
    private static final int BATCH = 10;
    private static final int[] OFFSETS = {0};
    private static final int[] LENGTHS = {LENGTH};

    private final Path directory;
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final byte[] array = new byte[LENGTH];
    private final MessageBuffer buffer = MessageBuffer.allocate(LENGTH);
    private final MemorySegment segment = Arena.global().allocate(LENGTH);
    private final Claim claim = new Claim();
    private final Batch batch = new Batch();
    private long received;
    private final MessageHandler handler = (message, offset, length, header) ->
        received += message.getLong(offset) + header.position();
    private final ControlledMessageHandler controlled = (message, offset, length, header) -> {
        received += message.getLong(offset);
        return ControlledMessageHandler.Action.COMMIT;
    };

    private AllocationProbe(final Path directory) {
        this.directory = directory;
    }

    /** Does the same a number of times; returns how many messages that were. */
    private interface Step {
        int run(Publisher publisher, Subscriber subscriber, int index);
    }

    public static void main(final String[] arguments) {
        final AllocationProbe probe = new AllocationProbe(Path.of(arguments[0]));
        probe.run();
        System.out.println("DONE " + probe.received);
    }

    private void run() {
        // 64 messages a segment: a roll, a cleaned segment and a re-used ring all the time.
        final ChannelOptions rolling = ChannelOptions.ring(8 * 4096);
        final ChannelOptions full = rolling.withChecksums(true).withTimestamps(true);
        final SubscriberOptions gating = SubscriberOptions.latest();
        try (Channel channel = Channel.open(directory.resolve("warm-up"), rolling);
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(gating)) {
            repeat(publisher, subscriber, steps().get("array"), WARM_UP_OF_ROLLS);
        }
        print("nothing", measure(null, null, (publisher, subscriber, index) -> 1));
        steps().forEach((name, step) -> {
            inChannel(name, rolling, gating, false, step);
            inChannel(name + ", exclusive", rolling, gating, true, step);
        });
        inChannel("with checksums and timestamps", full, gating, false, steps().get("array"));
        inChannel("lossy", rolling, gating.lossy(), false, steps().get("array"));
        inChannel("lossy and lapped", rolling, gating.lossy(), false, this::lapped);
        inChannel("back pressure", rolling, gating, false, this::backPressure);
        // One segment for all: making another one is work of its own, and allocates.
        inChannel("journal", ChannelOptions.journal(256 << 20), gating, false,
            steps().get("array"));
    }

    private Map<String, Step> steps() {
        final Map<String, Step> steps = new LinkedHashMap<>();
        steps.put("array", (publisher, subscriber, index) -> {
            final boolean published = publisher.offer(index, array, 0, LENGTH) > 0;
            subscriber.poll(handler, 4);
            return published ? 1 : 0;
        });
        steps.put("buffer", (publisher, subscriber, index) -> {
            final boolean published = publisher.offer(index, buffer, 0, LENGTH) > 0;
            subscriber.poll(handler, 4);
            return published ? 1 : 0;
        });
        steps.put("segment", (publisher, subscriber, index) -> {
            final boolean published = publisher.offer(index, segment, 0L, LENGTH) > 0;
            subscriber.controlledPoll(controlled, 4);
            return published ? 1 : 0;
        });
        steps.put("claim", (publisher, subscriber, index) -> {
            if (publisher.tryClaim(index, LENGTH, claim) < 0) {
                return 0;
            }
            try (claim) {
                claim.buffer().putLong(0, index);
                claim.buffer().putBytes(8, array, 0, LENGTH - 8);
                if (index % 8 != 0) {
                    claim.commit();
                }
            }
            subscriber.poll(handler, 4);
            return 1;
        });
        steps.put("batch", this::batch);
        return steps;
    }

    private int batch(final Publisher publisher, final Subscriber subscriber, final int index) {
        if (publisher.tryClaimBatch(BATCH * Batch.recordBytes(LENGTH), batch) < 0) {
            return 0;
        }
        try (batch) {
            for (int i = 0; i < BATCH; i++) {
                if (i % 3 == 0) {
                    batch.add(index, array, 0, LENGTH);
                } else if (i % 3 == 1) {
                    batch.addAll(index, array, OFFSETS, LENGTHS, 0, 1);
                } else if (batch.tryAppend(index, LENGTH)) {
                    batch.buffer().putLong(0, index);
                }
            }
            batch.commit();
        }
        subscriber.poll(handler, 3);
        subscriber.poll(handler, BATCH);
        return BATCH;
    }

    private int lapped(final Publisher publisher, final Subscriber subscriber, final int index) {
        final boolean published = publisher.offer(index, array, 0, LENGTH) > 0;
        if (index % 2_000 == 0) {
            subscriber.poll(handler, 100);
        }
        return published ? 1 : 0;
    }

    /** Fills the ring, is turned away a few times, and goes on. */
    private int backPressure(
        final Publisher publisher, final Subscriber subscriber, final int index) {
        if (publisher.offer(index, array, 0, LENGTH) > 0) {
            return 1;
        }
        for (int i = 0; i < 3; i++) {
            publisher.offer(index, array, 0, LENGTH);
        }
        subscriber.poll(handler, 200);
        subscriber.poll(handler, 1_000);
        subscriber.poll(handler, 1);
        return 0;
    }

    private void inChannel(
        final String name,
        final ChannelOptions options,
        final SubscriberOptions start,
        final boolean exclusive,
        final Step step) {
        try (Channel channel = Channel.open(directory.resolve(name), options);
            Publisher publisher =
                exclusive ? channel.addExclusivePublisher() : channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(start)) {
            print(name, measure(publisher, subscriber, step));
        }
    }

    private long measure(
        final Publisher publisher, final Subscriber subscriber, final Step step) {
        repeat(publisher, subscriber, step, WARM_UP);
        final long before = threads.getCurrentThreadAllocatedBytes();
        repeat(publisher, subscriber, step, MEASURED);
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static void repeat(
        final Publisher publisher, final Subscriber subscriber, final Step step, final int count) {
        int done = 0;
        int index = 0;
        while (done < count) {
            done += step.run(publisher, subscriber, index++);
        }
    }

    private static void print(final String name, final long bytes) {
        System.out.println("SCENARIO " + bytes + " " + name);
    }
}
