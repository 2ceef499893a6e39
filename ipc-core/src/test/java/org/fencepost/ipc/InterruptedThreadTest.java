package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.agrona.concurrent.OffsetEpochNanoClock;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A thread that is interrupted works as any other, and stays interrupted; it only does not wait. */
@Timeout(60)
class InterruptedThreadTest {
    private static final ChannelOptions JOURNAL = ChannelOptions.journal(4096).withRetentionBytes(16_384);
    private static final int MESSAGES = 300;

    @TempDir
    Path directory;

    @BeforeEach
    void interrupt() {
        Thread.currentThread().interrupt();
    }

    @AfterEach
    void forget() {
        Thread.interrupted();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldOpenPublishAndReadOverManySegmentsWhenItIsInterrupted(final boolean portable) {
        final Platform platform = portable ? Platform.portable() : Platform.detect();
        final Path path = directory.resolve("journal");
        try (Channel channel = Channel.open(path, JOURNAL, platform, new OffsetEpochNanoClock());
             Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest());
             Publisher publisher = channel.addPublisher()) {
            int delivered = 0;
            for (int i = 0; i < MESSAGES; i++) {
                assertTrue(publisher.offer(1, new byte[100], 0, 100) > 0, "message " + i);
                delivered += subscriber.poll((buffer, offset, length, header) -> { }, 10);
            }
            assertEquals(MESSAGES, delivered);
            subscriber.seek(channel.earliestPosition());
            assertEquals(channel.earliestPosition(), channel.positionAtOrAfter(0));
            assertEquals(1, channel.status().publishers().size());
            channel.housekeeping().doWork();
            try (Channel view = Channel.view(path, platform, new OffsetEpochNanoClock())) {
                assertEquals(channel.tailPosition(), view.tailPosition());
            }
        }
        Channel.join(path, platform, new OffsetEpochNanoClock()).close();
        assertTrue(Thread.currentThread().isInterrupted(), "it stays interrupted");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotWaitWhenItIsInterrupted(final boolean portable) {
        final Platform platform = portable ? Platform.portable() : Platform.detect();
        try (Channel channel = Channel.open(directory.resolve("ring"), ChannelOptions.ring(32_768),
                platform, new OffsetEpochNanoClock());
             Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            assertEquals(0, subscriber.poll((buffer, offset, length, header) -> { }, 10,
                Duration.ofSeconds(Long.MAX_VALUE), Parking.on(subscriber)));
        }
        assertTrue(Thread.currentThread().isInterrupted(), "it stays interrupted");
    }
}
