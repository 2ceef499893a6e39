package org.fencepost.ipc.tests.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.disk.Crash;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;
import org.fencepost.ipc.format.ControlFormat;
import org.junit.jupiter.api.Test;

/**
 * Retention removes what nobody has synced, and while it brings to the disk where the log begins from now on,
 * somebody syncs. The power fails behind that: what was durable must not stand behind a lost part of a log that
 * begins where it began before.
 */
class RemovalCrashTest {
    private static final int SEGMENT_BYTES = 4096;
    private static final int MESSAGE_BYTES = 1000;
    private static final int CHOICES_MAX = 14;

    /** Does something once, before the first sync of {@code control} behind the move of {@code earliest} ends. */
    private static final class Meanwhile implements Disk.Watcher {
        private Channel channel;
        private Runnable action;

        @Override
        public int errno(final String call, final String path) {
            if (call.equals("fsync") && path.endsWith(ControlFormat.FILE_NAME) && action != null
                && channel.earliestPosition() > 0) {
                final Runnable once = action;
                action = null;
                once.run();
            }
            return 0;
        }
    }

    @Test
    void shouldSyncWhatRetentionRemovesUntilTheLogBeginsBehindItOnTheDisk() {
        final long[] nowNanos = new long[1];
        final Meanwhile meanwhile = new Meanwhile();
        final Disk disk = new Disk(true, meanwhile, CrashRun.DIRECTORY);
        final Machine machine = new Machine(disk);
        final Path path = machine.path(CrashRun.CHANNEL);
        final ChannelOptions options =
            ChannelOptions.journal(SEGMENT_BYTES).withRetentionBytes(SEGMENT_BYTES);
        final Published published = new Published();
        final Crash[] crash = new Crash[1];
        final long earliest;
        final long end;
        try (Channel removing = ChannelDoor.open(path, options, machine, () -> nowNanos[0]);
            Channel syncing = ChannelDoor.join(path, machine, () -> nowNanos[0]);
            Publisher publisher = syncing.addPublisher()) {
            final Subscriber keeping = syncing.addSubscriber(SubscriberOptions.earliest());
            while (syncing.tailPosition() < 2 * SEGMENT_BYTES + MESSAGE_BYTES) {
                final byte[] message = new byte[MESSAGE_BYTES];
                message[0] = (byte) (syncing.tailPosition() / MESSAGE_BYTES);
                published.add(publisher.offer(1, message, 0, message.length), List.of(message));
            }
            end = syncing.tailPosition();
            assertEquals(0, syncing.earliestPosition());
            keeping.close();
            meanwhile.channel = syncing;
            meanwhile.action = () -> {
                assertTrue(syncing.awaitDurable(end, Duration.ofHours(1)));
                crash[0] = new Crash(disk);
            };
            nowNanos[0] += TimeUnit.SECONDS.toNanos(1);
            removing.housekeeping().doWork();
            earliest = syncing.earliestPosition();
            assertEquals(SEGMENT_BYTES, earliest);
        }
        final Recovered.Certain certain =
            new Recovered.Certain(true, earliest, end, end, end, 1, 1, Map.of());
        assertTrue(crash[0].choices() > 0 && crash[0].choices() <= CHOICES_MAX,
            "choices: " + crash[0].choices());
        for (long newest = 0; newest < 1L << crash[0].choices(); newest++) {
            assertNull(Recovered.flaw(crash[0].image(newest, false, Disk.Watcher.NOBODY), options,
                published, certain), "with " + Long.toBinaryString(newest) + " on the disk");
        }
    }
}
