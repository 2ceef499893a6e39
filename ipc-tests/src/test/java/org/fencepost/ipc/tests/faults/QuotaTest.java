package org.fencepost.ipc.tests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.disk.Crash;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;
import org.fencepost.ipc.format.SegmentFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk quota that is used up, until somebody makes room: each call that takes space is refused then. */
class QuotaTest {
    private static final String DIRECTORY = "/data";
    private static final String JOURNAL = DIRECTORY + "/journal";
    private static final ChannelOptions OPTIONS = ChannelOptions.journal(4096);
    private static final int MESSAGE_BYTES = 900;
    private static final int MESSAGES_MAX = 100;
    private static final Duration LONG = Duration.ofHours(1);

    private final Quota quota = new Quota();
    private final Disk disk = new Disk(true, quota, DIRECTORY);
    private final Machine machine = new Machine(disk);
    private int published;

    /** Lets all calls of a name fail, or those that would make one segment too many. */
    private static final class Quota implements Disk.Watcher {
        private static final int NO_LIMIT = Integer.MAX_VALUE;

        private String refused = "";
        private Disk disk;
        private int segmentsMax = NO_LIMIT;

        @Override
        public int errno(final String call, final String path) {
            final boolean full = call.equals(refused)
                || segmentsMax < NO_LIMIT && call.equals("fallocate") && segments() >= segmentsMax;
            return full ? Fault.EDQUOT.number : 0;
        }

        private long segments() {
            return disk.names(JOURNAL).stream()
                .filter(name -> name.contains(SegmentFormat.NAME_PREFIX)).count();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "write", "fallocate", "link"})
    void shouldSayThatItIsUsedUpAndGoOnWhenThereIsRoomAgain(final String call) {
        try (Channel channel = ChannelDoor.open(path(), OPTIONS, machine);
            Publisher publisher = channel.addPublisher();
            Subscriber subscriber =
                channel.addSubscriber(SubscriberOptions.earliest().verified())) {
            quota.refused = call;
            final ChannelIOException first =
                assertThrows(ChannelIOException.class, () -> publish(publisher, MESSAGES_MAX));
            final List<String> names = disk.names(DIRECTORY);
            final List<String> open = disk.open();
            for (int i = 0; i < 3; i++) {
                assertSays(first, assertThrows(
                    ChannelIOException.class, () -> publish(publisher, 1)));
                assertEquals(names, disk.names(DIRECTORY), "nothing half-made stays");
                assertEquals(open, disk.open());
            }
            assertEquals(numbers(0, published), read(subscriber));
            assertTrue(channel.awaitDurable(channel.tailPosition(), LONG));
            quota.refused = "";
            final int before = published;
            publish(publisher, 20);
            assertEquals(numbers(before, published), read(subscriber));
            assertTrue(channel.awaitDurable(channel.tailPosition(), LONG));
        }
    }

    private static void assertSays(
        final ChannelIOException first, final ChannelIOException refusal) {
        assertEquals(first.getMessage().replaceAll("[0-9a-f-]+\\.tmp", ""),
            refusal.getMessage().replaceAll("[0-9a-f-]+\\.tmp", ""));
        for (final String part : List.of("EDQUOT: the disk quota is used up",
            SegmentFormat.NAME_PREFIX, "stays readable", "goes on when this succeeds")) {
            assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
        }
    }

    @Test
    void shouldMakeRoomItselfWhenSegmentsNeedNotBeKept() {
        quota.disk = disk;
        try (Channel channel = ChannelDoor.open(
                path(), OPTIONS.withRetentionBytes(OPTIONS.segmentBytes()), machine);
            Publisher publisher = channel.addPublisher();
            Subscriber holding = channel.addSubscriber(SubscriberOptions.earliest())) {
            quota.segmentsMax = 4;
            assertThrows(ChannelIOException.class, () -> publish(publisher, MESSAGES_MAX));
            assertEquals(numbers(0, published), read(holding));
            final int before = published;
            publish(publisher, 1);
            assertTrue(channel.earliestPosition() > 0);
            assertEquals(numbers(before, published), read(holding));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mkdir", "create", "write", "fallocate"})
    void shouldLeaveNothingWhenAChannelCannotBeMade(final String call) {
        final List<String> names = disk.names(DIRECTORY);
        quota.refused = call;
        final ChannelIOException refusal = assertThrows(ChannelIOException.class,
            () -> ChannelDoor.open(path(), OPTIONS, machine));
        assertTrue(refusal.getMessage().contains("EDQUOT"), refusal.getMessage());
        assertEquals(names, disk.names(DIRECTORY));
        assertEquals(List.of(), disk.open());
        quota.refused = "";
        ChannelDoor.open(path(), OPTIONS, machine).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "write"})
    void shouldRecoverWhenThereIsRoomForWhatIsCutOff(final String call) {
        final Crash crash;
        try (Channel channel = ChannelDoor.open(path(), OPTIONS, machine);
            Publisher dying = channel.addPublisher();
            Publisher publisher = channel.addPublisher()) {
            publish(publisher, 1);
            dying.tryClaim(1, MESSAGE_BYTES, new Claim());
            publish(publisher, 1);
            crash = new Crash(disk);
        }
        final Quota full = new Quota();
        final Machine next = new Machine(crash.image(-1, true, full));
        full.refused = call;
        final ChannelIOException refusal = assertThrows(ChannelIOException.class,
            () -> ChannelDoor.join(next.path(JOURNAL), next));
        assertTrue(refusal.getMessage().contains("EDQUOT"), refusal.getMessage());
        full.refused = "";
        try (Channel channel = ChannelDoor.join(next.path(JOURNAL), next);
            Subscriber subscriber =
                channel.addSubscriber(SubscriberOptions.earliest().verified())) {
            assertEquals(1, channel.recoveryEpoch());
            assertEquals(numbers(0, 1), read(subscriber));
        }
    }

    private Path path() {
        return machine.path(JOURNAL);
    }

    private void publish(final Publisher publisher, final int messages) {
        for (int i = 0; i < messages; i++) {
            final byte[] message = new byte[MESSAGE_BYTES];
            message[0] = (byte) published;
            final long end = publisher.offer(1, message, 0, message.length);
            assertTrue(end > 0, Publisher.describe(end));
            published++;
        }
    }

    private static List<Integer> read(final Subscriber subscriber) {
        final List<Integer> numbers = new ArrayList<>();
        int polled = 1;
        while (polled > 0) {
            polled = subscriber.poll((buffer, offset, length, header) ->
                numbers.add((int) buffer.getByte(offset)), MESSAGES_MAX);
        }
        return numbers;
    }

    private static List<Integer> numbers(final int from, final int end) {
        final List<Integer> numbers = new ArrayList<>();
        for (int number = from; number < end; number++) {
            numbers.add(number);
        }
        return numbers;
    }
}
