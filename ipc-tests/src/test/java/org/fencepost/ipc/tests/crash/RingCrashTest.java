package org.fencepost.ipc.tests.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.disk.Crash;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;
import org.junit.jupiter.api.Test;

/**
 * A ring on a disk whose machine loses power: whatever reached the disk, also of an emptying that was cut
 * off by another loss of power, the ring is empty and goes on. {@code -Dcrash.seed} repeats a seed.
 */
class RingCrashTest {
    private static final ChannelOptions RING = ChannelOptions.ring(4 * 4096, 4);
    private static final SubscriberOptions CURSOR =
        SubscriberOptions.earliest().named("cursor", false);
    private static final int SEEDS = 4;
    private static final int MESSAGES = 60;
    private static final int MESSAGE_BYTES_MAX = 900;
    private static final int IMAGES = 10;
    /** One event in so many is a moment at which the power may fail. */
    private static final int EVENTS_PER_MOMENT = 500;
    private static final int EVENTS_PER_MOMENT_OF_OPENING = 60;

    /** Keeps some moments, while it is told to. */
    private static final class Moments implements Disk.Watcher {
        private final SplittableRandom random;
        private final int events;
        private final List<Crash> crashes = new ArrayList<>();
        private Disk disk;

        Moments(final SplittableRandom random, final int events) {
            this.random = random;
            this.events = events;
        }

        @Override
        public void happened() {
            if (disk != null && random.nextInt(events) == 0) {
                crashes.add(new Crash(disk));
            }
        }
    }

    @Test
    void shouldBeEmptyAndGoOnWhateverReachedTheDisk() {
        final long first = Long.getLong("crash.seed", System.nanoTime());
        long images = 0;
        for (long seed = first; seed < first + SEEDS; seed++) {
            try {
                images += run(new SplittableRandom(seed));
            } catch (final RuntimeException | AssertionError e) {
                throw new AssertionError("a ring; repeat with -Dcrash.seed=" + seed, e);
            }
        }
        System.out.println(images + " crash images of rings emptied, from seed " + first);
        assertTrue(images > 0);
    }

    private static long run(final SplittableRandom random) {
        final Moments moments = new Moments(random, EVENTS_PER_MOMENT);
        final Disk disk = new Disk(true, moments, CrashRun.DIRECTORY);
        final Machine machine = new Machine(disk);
        final Path path = machine.path(CrashRun.CHANNEL);
        final Channel channel = ChannelDoor.open(path, RING, machine);
        moments.disk = disk;
        use(channel, random);
        moments.disk = null;
        // One in any case: by chance there may be none before.
        moments.crashes.add(new Crash(disk));
        long images = 0;
        for (final Crash crash : moments.crashes) {
            for (int i = 0; i < IMAGES; i++) {
                final Moments again = new Moments(random, EVENTS_PER_MOMENT_OF_OPENING);
                final Disk image = crash.image(random, true, again);
                again.disk = image;
                check(image, again, random);
                images++;
                for (final Crash second : again.crashes) {
                    check(second.image(random, false, Disk.Watcher.NOBODY), null, random);
                    images++;
                }
            }
        }
        return images;
    }

    private static void use(final Channel channel, final SplittableRandom random) {
        final Publisher publisher = channel.addPublisher();
        final Subscriber gating = channel.addSubscriber(SubscriberOptions.earliest());
        final Subscriber named = channel.addSubscriber(CURSOR);
        for (int i = 0; i < MESSAGES; i++) {
            final byte[] message = message(random);
            while (publisher.offer(1, message, 0, message.length) < 0) {
                gating.poll((buffer, offset, length, header) -> { }, Integer.MAX_VALUE);
                named.poll((buffer, offset, length, header) -> { }, 1 + random.nextInt(20));
            }
        }
    }

    private static void check(
        final Disk image, final Moments moments, final SplittableRandom random) {
        final Machine machine = new Machine(image);
        final Path path = machine.path(CrashRun.CHANNEL);
        try (Channel channel = ChannelDoor.join(path, machine)) {
            if (moments != null) {
                moments.disk = null;
            }
            final long begin = channel.tailPosition();
            assertEquals(begin, channel.earliestPosition());
            assertTrue(channel.recoveryEpoch() >= 1, "the epoch is " + channel.recoveryEpoch());
            try (Publisher publisher = channel.addPublisher();
                Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest());
                Subscriber named = channel.addSubscriber(CURSOR)) {
                assertTrue(named.position() <= begin, "a cursor is beyond the end");
                for (int i = 0; i < MESSAGES / 2; i++) {
                    final byte[] message = message(random);
                    assertTrue(publisher.offer(1, message, 0, message.length) > begin);
                    assertReads(message, subscriber);
                    assertReads(message, named);
                }
            }
        }
    }

    private static void assertReads(final byte[] message, final Subscriber subscriber) {
        final List<byte[]> read = new ArrayList<>();
        // Padding at a segment's end may come first.
        for (int looks = 0; looks < 3 && read.isEmpty(); looks++) {
            subscriber.poll((buffer, offset, length, header) -> {
                final byte[] content = new byte[length];
                buffer.getBytes(offset, content);
                read.add(content);
            }, Integer.MAX_VALUE);
        }
        assertEquals(1, read.size());
        assertTrue(Arrays.equals(message, read.getFirst()), "another message");
    }

    private static byte[] message(final SplittableRandom random) {
        final byte[] message = new byte[8 + random.nextInt(MESSAGE_BYTES_MAX)];
        random.nextBytes(message);
        return message;
    }
}
