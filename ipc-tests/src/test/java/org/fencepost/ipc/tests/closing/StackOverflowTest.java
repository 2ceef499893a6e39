package org.fencepost.ipc.tests.closing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.fencepost.ipc.Batch;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.ConcurrentPublisher;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.tests.support.Deadline;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An error that no code expects, at any point inside an operation: the stack ends there. What was
 * claimed then has to be resolved, or nobody reads a message behind it any more. Runs in
 * {@link StackEndTest}.
 */
@Tag("interpreted")
@ParameterizedClass(name = "{0}")
@MethodSource("channels")
@Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
class StackOverflowTest {
    private static final int ROUNDS = 12;
    private static final int WARM_UP = 200;
    private static final int STACK_BYTES = 256 * 1024;
    /** Together larger than what an operation needs. */
    private static final int SMALL_FRAMES = 64;

    /** What is at work when the stack ends. */
    enum Work {
        /** Offers. */
        OFFER,
        /** Claims that are committed. */
        CLAIM,
        /** Batches. */
        BATCH,
        /** Polls. */
        POLL,
        /** Offers through a publisher that threads share. */
        SHARED
    }

    /** By which a message goes out. */
    private interface Sender {
        long offer(int typeId, byte[] bytes, int offset, int length);
    }

    @Parameter
    ChannelOptions options;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    private final byte[] bytes = new byte[64];
    private final Claim claim = new Claim();
    private final Batch batch = new Batch();
    private Publisher publisher;
    private ConcurrentPublisher shared;
    private Subscriber subscriber;
    private Work work;
    private long overflows;

    static List<ChannelOptions> channels() {
        return List.of(ChannelOptions.ring(64 * 1024), ChannelOptions.journal(64 * 1024));
    }

    @ParameterizedTest
    @EnumSource
    void shouldGoOnWhenTheStackEndedInAnOperation(final Work wanted) throws Exception {
        work = wanted;
        try (Channel channel = Channel.open(temporary.resolve("channel"), options);
            Publisher other = channel.addPublisher();
            Subscriber reading = channel.addSubscriber(SubscriberOptions.earliest())) {
            publisher = channel.addPublisher();
            shared = new ConcurrentPublisher(channel.addPublisher());
            subscriber = channel.addSubscriber(SubscriberOptions.earliest().lossy());
            warmUp(reading);
            for (int round = 0; round < ROUNDS; round++) {
                final int depth = round;
                final AtomicReference<Throwable> failure = new AtomicReference<>();
                final CountDownLatch worked = new CountDownLatch(1);
                final CountDownLatch leave = new CountDownLatch(1);
                final Thread thread = new Thread(null, () -> {
                    try {
                        descend(depth);
                    } catch (final Throwable error) {
                        failure.set(error);
                    }
                    worked.countDown();
                    await(leave);
                }, "deep", STACK_BYTES);
                thread.start();
                worked.await();
                assertEquals(null, failure.get());
                if (work == Work.SHARED) {
                    // Others do not wait until that thread ends, or comes again.
                    assertGoesOn(shared::offer, reading, round);
                }
                leave.countDown();
                thread.join();
                assertGoesOn(publisher::offer, reading, round);
                assertGoesOn(other::offer, reading, -round);
                subscriber.poll((buffer, offset, length, header) -> { }, 1_000);
            }
            assertTrue(overflows > 0, "the stack should have ended inside the operation");
            publisher.close();
        }
    }

    /**
     * Has everything loaded and linked: the JVM remembers a class whose initialisation failed where the
     * stack ended, and a later operation would report that.
     */
    private void warmUp(final Subscriber reading) {
        for (int i = 0; i < WARM_UP; i++) {
            nearer(i % 2);
            reading.poll((buffer, offset, length, header) -> { }, 1_000);
            subscriber.poll((buffer, offset, length, header) -> { }, 1_000);
        }
    }

    /** Goes down to the end of the stack, and works with less and less of it left. */
    private void descend(final int shift) {
        try {
            if (shift > 0) {
                // Frames of other sizes let the stack end at other places of the operation.
                aside(shift);
            } else {
                descend(0);
            }
        } catch (final StackOverflowError end) {
            // Throws it again, to whoever has more of the stack left, until there is just enough.
            nearer(0);
            for (int frames = 1; frames < SMALL_FRAMES; frames++) {
                try {
                    nearer(frames);
                } catch (final StackOverflowError again) {
                    // It ended in the operation, which has counted that, or before it.
                }
            }
        }
    }

    /** Works so many small frames nearer to the end of the stack. */
    private long nearer(final int frames) {
        if (frames > 0) {
            return nearer(frames - 1) + frames;
        }
        work();
        return 0;
    }

    private long aside(final int shift) {
        final long a = shift;
        final long b = a * 3;
        if (shift > 1) {
            return aside(shift - 1) + a + b;
        }
        descend(0);
        return a;
    }

    private void work() {
        try {
            // What the end of the stack kept from being closed the last time.
            claim.close();
            batch.close();
            switch (work) {
                case OFFER -> publisher.offer(1, bytes, 0, 64);
                case CLAIM -> {
                    // Still open if the stack ended in its close as well.
                    claim.close();
                    if (publisher.tryClaim(1, 64, claim) >= 0) {
                        try (claim) {
                            claim.buffer().putLong(0, 1);
                            claim.commit();
                        }
                    }
                }
                case BATCH -> {
                    batch.close();
                    if (publisher.tryClaimBatch(200, batch) >= 0) {
                        try (batch) {
                            batch.add(1, bytes, 0, 64);
                            batch.commit();
                        }
                    }
                }
                case POLL -> subscriber.poll((buffer, offset, length, header) -> { }, 1);
                case SHARED -> shared.offer(1, bytes, 0, 64);
            }
        } catch (final StackOverflowError end) {
            overflows++;
            throw end;
        }
    }

    private static void await(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void assertGoesOn(
        final Sender sender, final Subscriber reading, final int round) {
        claim.close();
        batch.close();
        final Deadline deadline = Deadline.forWaitingUntil("a message goes through");
        long result = Publisher.PREPARING;
        final boolean[] received = {false};
        while (!received[0]) {
            if (result < 0) {
                result = sender.offer(1_000 + round, bytes, 0, 8);
            }
            reading.poll(
                (buffer, offset, length, header) ->
                    received[0] |= header.typeId() == 1_000 + round,
                1_000);
            deadline.check(Publisher.describe(result) + ", reading at " + reading.position());
        }
    }
}
