package org.fencepost.ipc.tests.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.disk.Crash;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.FileHandle;
import org.junit.jupiter.api.Test;

/**
 * Nothing that is durable may rest on what is only in memory: on a word, a name or a page that somebody has
 * changed and not synced, because it died, met an error, or is a program that copies files.
 */
class RestingOnMemoryTest {
    private static final int SEGMENT = 4096;
    private static final int MESSAGE = 1000;
    private static final Duration LONG = Duration.ofHours(1);
    private static final ChannelOptions JOURNAL = ChannelOptions.journal(SEGMENT);
    private static final String COPY = CrashRun.DIRECTORY + "/copy";
    private static final List<String> FILES_BESIDE_SEGMENTS = List.of("control", "cursors", "members");
    private static final long NANOS_PER_LOOK = 20_000_000;

    private final Published published = new Published();
    private final Watcher watcher = new Watcher();
    private long nanos;

    /** Can have calls fail, or do something first. */
    private static final class Watcher implements Disk.Watcher {
        private BiConsumer<String, String> before = (call, path) -> { };
        private boolean failing;

        @Override
        public int errno(final String call, final String path) {
            before.accept(call, path);
            return 0;
        }

        @Override
        public Disk.Outcome outcome() {
            return failing ? Disk.Outcome.FAILED : Disk.Outcome.DONE;
        }
    }

    /** Late enough for a receipt each time. */
    private long nanoTime() {
        return nanos += NANOS_PER_LOOK;
    }

    private void publish(final Publisher publisher, final int count) {
        for (int i = 0; i < count; i++) {
            final byte[] message = new byte[MESSAGE];
            new SplittableRandom(nanoTime()).nextBytes(message);
            final long end = publisher.offer(1, message, 0, message.length);
            assertTrue(end > 0, Publisher.describe(end));
            published.add(end, List.of(message));
        }
    }

    /** With a copy that is synced, or not yet. */
    private static void copy(final Machine machine, final List<String> names, final boolean synced)
        throws IOException {
        for (final String name : names) {
            try (FileHandle file = machine.files().create(machine.path(COPY + "/" + name), 0600)) {
                file.write(ByteBuffer.wrap(machine.disk().content(CrashRun.CHANNEL + "/" + name)), 0);
                if (synced) {
                    file.sync();
                }
            }
        }
    }

    private static Machine withNothingMore(final Disk disk) {
        return new Machine(new Crash(disk).image(0, false, Disk.Watcher.NOBODY));
    }

    @Test
    void shouldOnlyReadACopyThatWasMadeWhileItsChannelWasPublishedTo() throws IOException {
        final Machine machine = new Machine(new Disk(true, watcher, CrashRun.DIRECTORY));
        try (Channel channel =
                ChannelDoor.open(machine.path(CrashRun.CHANNEL), JOURNAL, machine, this::nanoTime);
            Publisher publisher = channel.addPublisher()) {
            publish(publisher, 2);
            final long copied = channel.tailPosition();
            channel.housekeeping().doWork();
            machine.files().makeDirectory(machine.path(COPY), 0700);
            copy(machine, FILES_BESIDE_SEGMENTS, true);
            copy(machine, List.of(SegmentFormat.name(0)), true);
            publish(publisher, 4);
            assertTrue(channel.awaitDurable(channel.tailPosition(), LONG));
            copy(machine, List.of(SegmentFormat.name(SEGMENT)), true);
            try (Channel copy = ChannelDoor.join(machine.path(COPY), machine);
                Subscriber subscriber = copy.addSubscriber(SubscriberOptions.earliest())) {
                assertThrows(ChannelException.class, copy::addPublisher);
                final Published found = new Published();
                assertThrows(ChannelException.class, () -> pollForEver(subscriber, found));
                assertNull(published.difference(found, 0, copied));
            }
        }
    }

    private static void pollForEver(final Subscriber subscriber, final Published found) {
        while (true) {
            subscriber.poll((buffer, offset, length, header) -> {
                final byte[] message = new byte[length];
                buffer.getBytes(offset, message);
                found.read(header.position(), message);
            }, Integer.MAX_VALUE);
        }
    }

    @Test
    void shouldHaveACopyOnTheDiskWhenSomethingInItIsDurable() throws IOException {
        final Machine machine = new Machine(new Disk(true, watcher, CrashRun.DIRECTORY));
        try (Channel channel =
                ChannelDoor.open(machine.path(CrashRun.CHANNEL), JOURNAL, machine, this::nanoTime);
            Publisher publisher = channel.addPublisher()) {
            publish(publisher, 2);
            channel.housekeeping().doWork();
        }
        machine.files().makeDirectory(machine.path(COPY), 0700);
        copy(machine, FILES_BESIDE_SEGMENTS, false);
        copy(machine, List.of(SegmentFormat.name(0), SegmentFormat.name(SEGMENT)), false);
        // No time passes, and so no receipt is left in the second segment.
        try (Channel copy = ChannelDoor.join(machine.path(COPY), machine, () -> nanos);
            Publisher publisher = copy.addPublisher()) {
            publish(publisher, 4);
            final long end = copy.tailPosition();
            nanos = 0;
            assertTrue(copy.awaitDurable(end, LONG));
            final Machine next = withNothingMore(machine.disk());
            try (Channel recovered = ChannelDoor.join(next.path(COPY), next)) {
                assertEquals(end, recovered.tailPosition());
                assertNull(published.difference(Recovered.read(recovered), 0, end));
            }
        }
    }

    @Test
    void shouldEraseAgainWhatARecoveryHasErasedThatMetAnError() {
        final Machine before = new Machine(new Disk(true, watcher, CrashRun.DIRECTORY));
        final Channel lost = ChannelDoor.open(
            before.path(CrashRun.CHANNEL), ChannelOptions.journal(4 * SEGMENT), before, this::nanoTime);
        publish(lost.addPublisher(), 12);
        published.cut(0);
        final Machine machine = new Machine(withTheFirstPageMissing(new Crash(before.disk())));
        watcher.before = (call, path) -> {
            if (call.equals("fsync")) {
                watcher.failing = path.contains(SegmentFormat.NAME_PREFIX);
            }
        };
        assertThrows(ChannelException.class,
            () -> ChannelDoor.join(machine.path(CrashRun.CHANNEL), machine));
        watcher.before = (call, path) -> { };
        watcher.failing = false;
        try (Channel channel =
                ChannelDoor.join(machine.path(CrashRun.CHANNEL), machine, this::nanoTime);
            Publisher publisher = channel.addPublisher()) {
            assertEquals(0, channel.tailPosition());
            publish(publisher, 4);
            final long end = channel.tailPosition();
            assertTrue(channel.awaitDurable(end, LONG));
            final Machine next = withNothingMore(machine.disk());
            try (Channel recovered = ChannelDoor.join(next.path(CrashRun.CHANNEL), next)) {
                assertEquals(end, recovered.tailPosition());
                assertNull(published.difference(Recovered.read(recovered), 0, end));
            }
        }
    }

    /** Frames that are whole stand behind a hole. */
    private Disk withTheFirstPageMissing(final Crash crash) {
        for (long newest = 0; newest < 1L << crash.choices(); newest++) {
            final Disk disk = crash.image(newest, true, watcher);
            final ByteBuffer segment =
                ByteBuffer.wrap(disk.content(CrashRun.CHANNEL + "/" + SegmentFormat.name(0)))
                    .order(ByteOrder.LITTLE_ENDIAN);
            if (segment.getLong(FileHeader.PAGE_BYTES) == 0
                && segment.getLong(2 * FileHeader.PAGE_BYTES) != 0
                && segment.getLong(3 * FileHeader.PAGE_BYTES) != 0) {
                return disk;
            }
        }
        throw new AssertionError("no such image");
    }

    @Test
    void shouldFindTheRecordOfANamedCursorWhoseNumberIsNotOnTheDisk() {
        final Machine machine = new Machine(new Disk(true, watcher, CrashRun.DIRECTORY));
        final Channel channel =
            ChannelDoor.open(machine.path(CrashRun.CHANNEL), JOURNAL, machine, this::nanoTime);
        publish(channel.addPublisher(), 2);
        assertTrue(channel.awaitDurable(channel.tailPosition(), LONG));
        channel.addSubscriber(SubscriberOptions.earliest().named(CrashRun.CURSOR, true));
        final Crash crash = new Crash(machine.disk());
        final List<Long> used = new ArrayList<>();
        for (long newest = 0; newest < 1L << crash.choices(); newest++) {
            final Machine next = new Machine(crash.image(newest, false, Disk.Watcher.NOBODY));
            final ByteBuffer cursors =
                ByteBuffer.wrap(next.disk().content(CrashRun.CHANNEL + "/" + CursorsFormat.FILE_NAME))
                    .order(ByteOrder.LITTLE_ENDIAN);
            if (cursors.getLong(CursorsFormat.recordOffset(0) + CursorsFormat.STATE_OFFSET) != 0) {
                used.add(cursors.getLong(CursorsFormat.RECORDS_USED_OFFSET));
                try (Channel recovered = ChannelDoor.join(next.path(CrashRun.CHANNEL), next);
                    Subscriber named = recovered.addSubscriber(
                        SubscriberOptions.latest().named(CrashRun.CURSOR, true))) {
                    assertEquals(0, named.position());
                }
            }
        }
        assertTrue(used.contains(0L) && used.contains(1L), used.toString());
    }

    @Test
    void shouldHaveANamedCursorOnTheDiskBeforeWhatItHasLetGoOfIsRemoved() {
        final Machine before = new Machine(new Disk(true, watcher, CrashRun.DIRECTORY));
        try (Channel channel = ChannelDoor.open(before.path(CrashRun.CHANNEL),
            JOURNAL.withRetentionBytes(SEGMENT), before, this::nanoTime)) {
            channel.addSubscriber(SubscriberOptions.earliest().named(CrashRun.CURSOR, true)).close();
        }
        // A recovery syncs the cursor where it is.
        final Machine machine =
            new Machine(new Crash(before.disk()).image(-1, true, watcher));
        try (Channel channel =
                ChannelDoor.join(machine.path(CrashRun.CHANNEL), machine, this::nanoTime);
            Publisher publisher = channel.addPublisher();
            Subscriber named = channel.addSubscriber(
                SubscriberOptions.earliest().named(CrashRun.CURSOR, true))) {
            publish(publisher, 12);
            // What could not be written is clean then, and is not on the disk.
            watcher.before = (call, path) ->
                watcher.failing = call.equals("fsync") && path.endsWith(CursorsFormat.FILE_NAME);
            assertThrows(ChannelException.class, () -> consumeAndRemove(named, channel));
            watcher.before = (call, path) -> { };
            watcher.failing = false;
            consumeAndRemove(named, channel);
            assertTrue(channel.earliestPosition() > 0);
            final Machine next = withNothingMore(machine.disk());
            try (Channel recovered = ChannelDoor.join(next.path(CrashRun.CHANNEL), next);
                Subscriber again = recovered.addSubscriber(
                    SubscriberOptions.earliest().named(CrashRun.CURSOR, true))) {
                assertEquals(0, again.lostBytes());
            }
        }
    }

    @Test
    void shouldHaveANamedCursorOnTheDiskBeforeTheLogBeginsBehindIt() {
        final SubscriberOptions options = SubscriberOptions.earliest().named(CrashRun.CURSOR, true);
        final Machine before = new Machine(new Disk(true, watcher, CrashRun.DIRECTORY));
        try (Channel channel = ChannelDoor.open(before.path(CrashRun.CHANNEL),
            JOURNAL.withRetentionBytes(SEGMENT), before, this::nanoTime)) {
            channel.addSubscriber(options).close();
        }
        // A recovery syncs the cursor where it is.
        final Machine machine = new Machine(new Crash(before.disk()).image(-1, true, watcher));
        final List<Crash> crashes = new ArrayList<>();
        try (Channel channel = ChannelDoor.join(machine.path(CrashRun.CHANNEL), machine, this::nanoTime);
            Publisher publisher = channel.addPublisher();
            Subscriber named = channel.addSubscriber(options)) {
            publish(publisher, 12);
            assertTrue(channel.awaitDurable(channel.tailPosition(), LONG));
            watcher.before = (call, path) -> {
                if (call.equals("fsync") && path.endsWith(CursorsFormat.FILE_NAME)) {
                    crashes.add(new Crash(machine.disk()));
                }
            };
            consumeAndRemove(named, channel);
            assertTrue(channel.earliestPosition() > 0);
        }
        final Crash crash = crashes.getFirst();
        assertTrue(crash.choices() > 1);
        for (int written = 0; written < crash.choices(); written++) {
            // That alone, as the system may write it at any time.
            final Machine next = new Machine(crash.image(1L << written, false, Disk.Watcher.NOBODY));
            try (Channel recovered = ChannelDoor.join(next.path(CrashRun.CHANNEL), next);
                Subscriber again = recovered.addSubscriber(options)) {
                assertEquals(0, again.lostBytes());
            }
        }
    }

    private static void consumeAndRemove(final Subscriber named, final Channel channel) {
        int done = 1;
        while (done > 0) {
            done = named.poll((buffer, offset, length, header) -> { }, Integer.MAX_VALUE)
                + channel.housekeeping().doWork();
        }
    }

    @Test
    void shouldSyncTheNameOfASegmentThatSomebodyElseHasMadeMeanwhile() {
        final Machine machine = new Machine(new Disk(true, watcher, CrashRun.DIRECTORY));
        try (Channel channel =
                ChannelDoor.open(machine.path(CrashRun.CHANNEL), JOURNAL, machine, this::nanoTime);
            Publisher publisher = channel.addPublisher()) {
            publish(publisher, 3);
            final Path segment = machine.path(CrashRun.CHANNEL + "/" + SegmentFormat.name(SEGMENT));
            watcher.before = (call, path) -> {
                if (call.equals("link")) {
                    watcher.before = (other, its) -> { };
                    linkAndDie(machine, segment);
                }
            };
            channel.housekeeping().doWork();
            publish(publisher, 3);
            final long end = channel.tailPosition();
            assertTrue(channel.awaitDurable(end, LONG));
            final Machine next = withNothingMore(machine.disk());
            try (Channel recovered = ChannelDoor.join(next.path(CrashRun.CHANNEL), next)) {
                assertEquals(end, recovered.tailPosition());
            }
        }
    }

    /** As one whose handle was closed under it, so that it has lost the lock. */
    private void linkAndDie(final Machine machine, final Path segment) {
        final String made = machine.disk().names(CrashRun.CHANNEL).stream()
            .filter(name -> name.contains(".tmp")).findFirst().orElseThrow();
        try {
            machine.files().link(machine.path(made), segment);
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }
}
