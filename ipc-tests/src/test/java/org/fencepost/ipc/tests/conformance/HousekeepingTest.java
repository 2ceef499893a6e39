package org.fencepost.ipc.tests.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Parking;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.SyncFailedException;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.SleepingPlatform;
import org.fencepost.ipc.tests.support.Deadline;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the thread of a process does by itself, what is done by hand, and what is done without both. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class HousekeepingTest {
    private static final int SEGMENT_BYTES = 8192;
    private static final ChannelOptions JOURNAL = ChannelOptions.journal(SEGMENT_BYTES);
    private static final ChannelOptions RING = ChannelOptions.ring(4 * SEGMENT_BYTES, 4);
    private static final int LENGTH = 1000;
    private static final int EIO = 5;
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final String THREAD_NAME = "fencepost-housekeeping";

    @TempDir(factory = SharedMemoryDirectory.class)
    Path inMemory;

    @TempDir
    Path onDisk;

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals(THREAD_NAME)).count();
    }

    private static long segments(final Channel channel) throws Exception {
        try (Stream<Path> files = Files.list(channel.path())) {
            return files.filter(file -> file.getFileName().toString().startsWith("segment-"))
                .count();
        }
    }

    private static void publish(final Publisher publisher, final int count) {
        final Deadline deadline = Deadline.forWaitingUntil("there is room");
        for (int i = 0; i < count; i++) {
            while (publisher.offer(1, new byte[LENGTH], 0, LENGTH) < 0) {
                deadline.check(i);
            }
        }
    }

    @Test
    void shouldHaveOneThreadWhileAnybodyPublishesOrSubscribes() {
        try (Channel one = Channel.open(inMemory.resolve("one"), JOURNAL);
            Channel other = Channel.open(inMemory.resolve("other"), RING)) {
            assertEquals(0, threads(), "for channels that nobody uses");
            one.addPublisher();
            other.addSubscriber(SubscriberOptions.latest());
            other.addPublisher();
            assertEquals(1, threads());
            one.housekeeping().byHand();
            assertEquals(1, threads());
        }
        Awaitility.await().until(() -> threads() == 0);
        try (Channel again = Channel.join(inMemory.resolve("one"))) {
            assertEquals(again.housekeeping(), again.housekeeping().inBackground());
            again.housekeeping().inBackground();
            assertEquals(1, threads());
        }
        Awaitility.await().until(() -> threads() == 0);
    }

    @Test
    void shouldHaveNoThreadWhenItIsDoneByHand() {
        try (Channel channel = Channel.open(inMemory.resolve("journal"), JOURNAL)) {
            channel.housekeeping().byHand();
            channel.addPublisher();
            channel.addSubscriber(SubscriberOptions.latest());
            assertEquals(0, threads());
            channel.housekeeping().inBackground();
            assertEquals(1, threads());
            channel.housekeeping().byHand();
            Awaitility.await().until(() -> threads() == 0);
            channel.addPublisher();
            assertEquals(0, threads());
        }
        try (Channel view = Channel.view(inMemory.resolve("journal"))) {
            view.addSubscriber(SubscriberOptions.latest().lossy());
            view.housekeeping().inBackground();
            assertEquals(0, threads(), "a view has nothing to be done");
        }
    }

    @Test
    void shouldSleepWhenNothingHappens() throws Exception {
        assumeTrue(Files.isDirectory(TASKS), "threads are counted by Linux only");
        try (Channel journal = Channel.open(inMemory.resolve("journal"), JOURNAL);
            Channel ring = Channel.open(inMemory.resolve("ring"), RING);
            Publisher publisher = journal.addPublisher();
            Subscriber subscriber = ring.addSubscriber(SubscriberOptions.latest())) {
            publish(publisher, 1);
            final Thread parked = Thread.ofPlatform().name("parked").start(() -> subscriber.poll(
                (buffer, offset, length, header) -> { }, 1, Duration.ofHours(1),
                Parking.on(subscriber)));
            Awaitility.await().until(() -> sleeps("parked") > 5 && segments(journal) >= 2);
            // Ten and a hundred a second, and a thousand naps where nobody can be woken; what is to be seen
            // is not a thread that spins, or that does not come back.
            final int naps = Platform.detect().sleeping().canWake() ? 400 : 2_000;
            assertTrue(sleepsASecond(THREAD_NAME, 5) < 60, "the thread that keeps house");
            assertTrue(sleepsASecond("parked", 50) < naps, "a subscriber that waits");
            parked.interrupt();
            parked.join();
        }
    }

    /** How often the thread of this name goes to sleep, over so many times at least. */
    private static double sleepsASecond(final String name, final int times) throws IOException {
        final long began = System.nanoTime();
        final long before = sleeps(name);
        Awaitility.await().until(() -> sleeps(name) - before >= times);
        return (sleeps(name) - before) * 1e9 / (System.nanoTime() - began);
    }

    /** How often the thread of this name has gone to sleep; the kernel keeps 15 characters of names. */
    private static long sleeps(final String name) throws IOException {
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (final Path task : tasks) {
                final String status = Files.readString(task.resolve("status"));
                if (status.startsWith("Name:\t" + name.substring(0, Math.min(15, name.length())))) {
                    final String counted = status.split("\nvoluntary_ctxt_switches:\\s*")[1];
                    return Long.parseLong(counted.substring(0, counted.indexOf('\n')));
                }
            }
        }
        return 0;
    }

    @Test
    void shouldMakeTheNextSegmentBeforeItIsNeeded() throws Exception {
        try (Channel channel = Channel.open(inMemory.resolve("journal"), JOURNAL);
            Publisher publisher = channel.addPublisher()) {
            assertEquals(1, segments(channel));
            publish(publisher, 1);
            Awaitility.await().until(() -> segments(channel) >= 2);
            publish(publisher, 10);
            Awaitility.await().until(() -> segments(channel) >= 3);
        }
    }

    @Test
    void shouldDoNothingByItselfWhenItIsDoneByHand() throws Exception {
        try (Channel channel = Channel.open(inMemory.resolve("journal"), JOURNAL);
            Publisher publisher = channel.addPublisher()) {
            assertEquals(channel.housekeeping(), channel.housekeeping().byHand());
            Awaitility.await().until(() -> threads() == 0);
            publish(publisher, 1);
            assertEquals(1, segments(channel));
            assertEquals(1, channel.housekeeping().doWork());
            assertEquals(2, segments(channel));
            assertEquals(0, channel.housekeeping().doWork());
            // And with nobody who does it.
            publish(publisher, 30);
            assertTrue(segments(channel) >= 4);
        }
    }

    @Test
    void shouldFlushWhenTheIntervalIsOver() {
        try (Channel channel = Channel.open(onDisk.resolve("journal"),
                JOURNAL.withFlushInterval(Duration.ofMillis(5)));
            Publisher publisher = channel.addPublisher()) {
            for (int i = 0; i < 3; i++) {
                publish(publisher, 5);
                final long end = channel.tailPosition();
                Awaitility.await().until(() -> channel.durablePosition() >= end);
            }
        }
    }

    @Test
    void shouldSayThatASyncHasFailedWhenTheIntervalIsOver() {
        final Platform failing = new SleepingPlatform(Platform.detect().sleeping()) {
            @Override
            public int sync(final long address, final long lengthBytes) {
                return EIO;
            }
        };
        try (Channel channel = ChannelDoor.open(onDisk.resolve("journal"),
                JOURNAL.withFlushInterval(Duration.ofNanos(1)), failing);
            Publisher publisher = channel.addPublisher()) {
            publish(publisher, 1);
            channel.housekeeping().doWork();
            for (int i = 0; i < 2; i++) {
                assertThrows(SyncFailedException.class, () -> channel.housekeeping().doWork());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldFlushAlthoughTheNextSegmentCannotBeMade(final boolean byHand) throws IOException {
        try (Channel channel = Channel.open(onDisk.resolve("journal"),
            JOURNAL.withFlushInterval(Duration.ofMillis(5)))) {
            if (byHand) {
                channel.housekeeping().byHand();
            }
            // A directory in its place, as if there were no room.
            Files.createDirectory(channel.path().resolve("segment-0000000000002000"));
            try (Publisher publisher = channel.addPublisher()) {
                for (int i = 0; i < 3; i++) {
                    publish(publisher, 1);
                    final long end = channel.tailPosition();
                    Awaitility.await().until(() -> {
                        if (byHand) {
                            assertThrows(
                                ChannelException.class, () -> channel.housekeeping().doWork());
                        }
                        return channel.durablePosition() >= end;
                    });
                }
            }
        }
    }

    @Test
    void shouldGoOnWhenAChannelCannotBeKept() throws Exception {
        try (Channel broken = Channel.open(inMemory.resolve("broken"), JOURNAL);
            Channel sound = Channel.open(inMemory.resolve("sound"), JOURNAL);
            Publisher publisher = sound.addPublisher()) {
            // A directory in the place of the segment that would be next.
            Files.createDirectory(broken.path().resolve("segment-0000000000002000"));
            try (Publisher stuck = broken.addPublisher()) {
                publish(stuck, 1);
                publish(publisher, 1);
                Awaitility.await().until(() -> segments(sound) >= 2);
                publish(publisher, 10);
                Awaitility.await().until(() -> segments(sound) >= 3);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldReadEverythingWhileAnotherThreadMapsAhead(final boolean exclusive)
        throws Exception {
        final int count = 60_000;
        try (Channel there = Channel.open(inMemory.resolve("journal"), JOURNAL);
            Channel here = Channel.join(there.path());
            Publisher publisher =
                exclusive ? there.addExclusivePublisher() : there.addPublisher();
            Subscriber subscriber = here.addSubscriber(SubscriberOptions.earliest())) {
            // By one that does nothing else.
            there.housekeeping().byHand();
            here.housekeeping().byHand();
            final AtomicBoolean over = new AtomicBoolean();
            final Thread keeping = Thread.ofPlatform().daemon().start(() -> {
                while (!over.get()) {
                    there.housekeeping().doWork();
                    here.housekeeping().doWork();
                }
            });
            final Thread publishing = Thread.ofPlatform().daemon().start(() -> {
                final byte[] bytes = new byte[LENGTH];
                final Deadline deadline = Deadline.forWaitingUntil("there is room");
                for (int i = 0; i < count; i++) {
                    Arrays.fill(bytes, 0, 100 + i % 100, (byte) i);
                    while (publisher.offer(i, bytes, 0, 100 + i % 100) < 0) {
                        deadline.check(i);
                    }
                }
            });
            final int[] next = {0};
            final Deadline deadline = Deadline.forWaitingUntil("all messages have come");
            while (next[0] < count) {
                subscriber.poll((buffer, offset, length, header) -> {
                    assertEquals(next[0], header.typeId());
                    assertEquals(100 + next[0] % 100, length);
                    for (int i = 0; i < length; i++) {
                        assertEquals((byte) next[0], buffer.getByte(offset + i));
                    }
                    next[0]++;
                }, 50);
                deadline.check(next[0]);
            }
            publishing.join();
            over.set(true);
            keeping.join();
        }
    }
}
