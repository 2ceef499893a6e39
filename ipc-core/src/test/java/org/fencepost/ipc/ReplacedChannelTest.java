package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.LockFile;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.PlatformWithCalls;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Channels whose directory is removed, renamed or replaced while processes have them open. */
@Timeout(60)
class ReplacedChannelTest {
    private static final long SEGMENT = 8192;
    private static final ChannelOptions JOURNAL = ChannelOptions.journal(SEGMENT);
    private static final ChannelOptions RETAINED = JOURNAL.withRetentionBytes(2 * SEGMENT);
    private static final int MESSAGE = 1000;
    private static final int IN_SEGMENT = 8;
    private static final int MANY = 20 * IN_SEGMENT;

    @TempDir
    Path directory;

    private long nowNanos = TimeUnit.DAYS.toNanos(20_000);
    private Path path;
    private Path renamed;
    /** What the copy had when it got the name, or null. */
    private Map<String, byte[]> replacement;

    @BeforeEach
    void name() {
        path = directory.resolve("journal");
        renamed = directory.resolve("renamed");
    }

    static Stream<Platform> platforms() {
        return Stream.of(Platform.detect(), Platform.portable()).distinct();
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void shouldLeaveAloneWhatHasTheNameWhenTheChannelWasRenamed(final Platform platform) throws IOException {
        try (Channel old = open(RETAINED, platform); Publisher publisher = old.addPublisher()) {
            publish(publisher, 0, 3 * IN_SEGMENT);
            Files.move(path, renamed);
            try (Channel present = open(RETAINED, platform); Publisher other = present.addPublisher()) {
                publish(other, 0, 3);
                final Map<String, byte[]> before = content(path);

                final ChannelDamagedException refused = assertThrows(
                    ChannelDamagedException.class, () -> publish(publisher, 3 * IN_SEGMENT, MANY));
                final String message = refused.getMessage();
                assertTrue(message.contains(path + " does not lead any more to the channel that was opened")
                    && message.contains("give it its name back, or close this"), message);
                assertThrows(ChannelDamagedException.class, () -> old.housekeeping().doWork());

                assertUnchanged(before, content(path));
                publish(other, 3, MANY);
            }
            Files.move(path, directory.resolve("another"));
            Files.move(renamed, path);
            publish(publisher, 3 * IN_SEGMENT, MANY);
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void shouldNotRemoveByNameWhenTheChannelWasRenamed(final Platform platform) throws IOException {
        try (Channel old = open(RETAINED, platform); Publisher publisher = old.addPublisher()) {
            try (Subscriber gating = old.addSubscriber(SubscriberOptions.earliest())) {
                publish(publisher, 0, 6 * IN_SEGMENT + 1);
                for (int unit = 0; unit < 10; unit++) {
                    old.housekeeping().doWork();
                }
                assertEquals(0, gating.position());
            }
            // Now there is something to remove, and it is time to look for it.
            nowNanos += TimeUnit.SECONDS.toNanos(1);
            Files.move(path, renamed);
            try (Channel present = open(RETAINED, platform); Publisher other = present.addPublisher()) {
                publish(other, 0, 3);
                final Map<String, byte[]> before = content(path);
                assertThrows(ChannelDamagedException.class, () -> {
                    for (int unit = 0; unit < 10; unit++) {
                        old.housekeeping().doWork();
                    }
                });
                assertUnchanged(before, content(path));
                assertEquals(0, present.earliestPosition());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void shouldNotWriteIntoACopyThatHasItsName(final Platform platform) throws IOException {
        try (Channel old = open(JOURNAL, platform); Publisher publisher = old.addPublisher();
            Channel maker = Channel.open(path, JOURNAL, platform, new SystemEpochNanoClock())) {
            maker.housekeeping().byHand();
            publish(publisher, 0, IN_SEGMENT - 2);
            // The segment behind that of the publisher is there, and it has not mapped it.
            maker.housekeeping().doWork();
            assertTrue(Files.exists(path.resolve("segment-0000000000002000")));
            Files.move(path, renamed);
            copy(renamed, path);
            final Map<String, byte[]> before = content(path);
            final ChannelDamagedException refused =
                assertThrows(ChannelDamagedException.class, () -> publish(publisher, 0, MANY));
            assertTrue(refused.getMessage().contains("does not lead any more"), refused.getMessage());
            assertUnchanged(before, content(path));
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void shouldSayThatItWasRenamedToWhoReadsOn(final Platform platform) throws IOException {
        try (Channel channel = open(JOURNAL, platform); Publisher publisher = channel.addPublisher();
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            publish(publisher, 0, 2 * IN_SEGMENT);
            assertEquals(1, subscriber.poll((buffer, offset, length, header) -> { }, 1));
            Files.move(path, renamed);
            final ChannelDamagedException refused =
                assertThrows(ChannelDamagedException.class, () -> readAll(subscriber));
            assertTrue(refused.getMessage().contains("does not lead any more"), refused.getMessage());
            Files.move(renamed, path);
            assertEquals(IN_SEGMENT, readAll(subscriber));
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void shouldNotCallASegmentDamagedThatIsOfAnotherChannelWithItsName(final Platform platform) throws IOException {
        try (Channel channel = open(JOURNAL, platform); Publisher publisher = channel.addPublisher()) {
            publish(publisher, 0, 2 * IN_SEGMENT);
            Files.move(path, renamed);
            try (Channel present = open(JOURNAL, platform); Publisher other = present.addPublisher()) {
                publish(other, 0, 2 * IN_SEGMENT);
                for (final Executable use : List.<Executable>of(() -> channel.positionAtOrAfter(0),
                    () -> channel.awaitDurable(channel.tailPosition(), Duration.ofSeconds(10)))) {
                    final String message = assertThrows(ChannelDamagedException.class, use).getMessage();
                    assertTrue(message.contains("does not lead any more"), message);
                }
            }
        }
    }

    private static int readAll(final Subscriber subscriber) {
        int count = 0;
        int read;
        do {
            read = subscriber.poll((buffer, offset, length, header) -> { }, Integer.MAX_VALUE);
            count += read;
        } while (read > 0);
        return count;
    }

    @Test
    void shouldRefuseTheChannelThatHasGotItsNameBetweenTheLocksAndTheMappings() throws IOException {
        for (final ChannelOptions options : List.of(JOURNAL, ChannelOptions.ring(1 << 17))) {
            path = directory.resolve("of-" + options.kind());
            renamed = directory.resolve("renamed-of-" + options.kind());
            open(options, Platform.detect()).close();
            final AtomicBoolean replaced = new AtomicBoolean();
            final Platform platform = new PlatformWithCalls(() -> {
                if (!replaced.getAndSet(true)) {
                    replaceByCopy();
                }
            });
            final ChannelIOException refused = assertThrows(
                ChannelIOException.class, () -> open(options, platform).close());
            assertTrue(refused.getMessage().contains("removed or replaced meanwhile"), refused.getMessage());
            assertTrue(replaced.get());
        }
    }

    @Test
    void shouldNotEmptyARingThatHasGotItsName() throws IOException {
        final ChannelOptions ring = ChannelOptions.ring(1 << 15, 4);
        try (Channel channel = open(ring, Platform.detect()); Publisher publisher = channel.addPublisher()) {
            publish(publisher, 0, IN_SEGMENT);
        }
        // A copy is emptied by who opens it first.
        Files.move(path, renamed);
        copy(renamed, path);
        Files.move(renamed, directory.resolve("original"));
        final AtomicBoolean replaced = new AtomicBoolean();
        final Platform platform = new PlatformWithCalls(() -> {
            if (!replaced.getAndSet(true)) {
                replaceByCopy();
            }
        });
        final ChannelDamagedException refused =
            assertThrows(ChannelDamagedException.class, () -> open(ring, platform).close());
        assertTrue(refused.getMessage().contains("does not lead any more"), refused.getMessage());
        assertUnchanged(replacement, content(path));
    }

    @Test
    void shouldSayThatItWasRemovedWhileItWasOpened() throws IOException {
        for (final ChannelOptions options : List.of(JOURNAL, ChannelOptions.ring(1 << 17))) {
            for (final boolean viewed : List.of(false, true)) {
                path = directory.resolve("of-" + options.kind() + viewed);
                open(options, Platform.detect()).close();
                final Platform platform = new PlatformWithCalls(() -> remove(path));
                final ChannelIOException refused = assertThrows(ChannelIOException.class, () -> {
                    if (viewed) {
                        Channel.view(path, platform, () -> nowNanos).close();
                    } else {
                        open(options, platform).close();
                    }
                });
                assertEquals(path + ": expected the channel that was there, found none; it was removed or replaced"
                    + " meanwhile, try again", refused.getMessage());
            }
        }
    }

    @Test
    void shouldSayThatItWasReplacedWhenAnotherIsThereBehindTheFirstLook() throws IOException {
        for (final ChannelOptions options : List.of(JOURNAL, ChannelOptions.ring(1 << 17))) {
            path = directory.resolve("of-" + options.kind());
            open(options, Platform.detect()).close();
            final Platform platform = new PlatformWithCalls(() -> { }) {
                @Override
                public LockFile openLockFile(final Path file) throws IOException {
                    Channels.remove(path);
                    open(options, Platform.detect()).close();
                    return super.openLockFile(file);
                }
            };
            final ChannelIOException refused = assertThrows(
                ChannelIOException.class, () -> open(options, platform).close());
            assertEquals(path + ": expected the channel that was there, found another; it was removed or replaced"
                + " meanwhile, try again", refused.getMessage());
        }
    }

    @Test
    void shouldSayThatItWasRemovedWhenItIsGoneRightBehindTheLook() throws IOException {
        open(JOURNAL, Platform.detect()).close();
        final Platform platform = new PlatformWithCalls(calls -> (FileCalls) Proxy.newProxyInstance(
            FileCalls.class.getClassLoader(), new Class<?>[] {FileCalls.class}, (proxy, method, arguments) -> {
                final Object result = method.invoke(calls, arguments);
                remove(path);
                return result;
            }));
        final ChannelIOException refused =
            assertThrows(ChannelIOException.class, () -> Channel.join(path, platform, () -> nowNanos).close());
        assertEquals(path.resolve("control") + ": expected a regular file, found nothing; the channel was removed or"
            + " replaced meanwhile, try again", refused.getMessage());
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void shouldMakeAChannelWhenTheOneThatWasInTheWayIsGone(final Platform own) throws IOException {
        final AtomicBoolean removed = new AtomicBoolean();
        final Platform platform = new PlatformWithCalls(own, calls -> (FileCalls) Proxy.newProxyInstance(
            FileCalls.class.getClassLoader(), new Class<?>[] {FileCalls.class}, (proxy, method, arguments) -> {
                final boolean first = method.getName().equals("rename") && !removed.getAndSet(true);
                if (first) {
                    open(RETAINED, own).close();
                }
                try {
                    return method.invoke(calls, arguments);
                } catch (final InvocationTargetException e) {
                    if (first) {
                        Channels.remove(path, own);
                    }
                    throw e.getCause();
                }
            }));
        try (Channel channel = open(JOURNAL, platform)) {
            assertEquals(JOURNAL, channel.options());
        }
        assertTrue(removed.get());
        assertEquals(List.of(path), files(directory));
    }

    private static void remove(final Path channel) {
        try {
            if (Files.exists(channel)) {
                for (final Path file : files(channel)) {
                    Files.delete(file);
                }
                Files.delete(channel);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldNotRecoverIntoWhatHasGotItsName() throws IOException {
        for (int calls = 0; ; calls++) {
            path = directory.resolve("recovered-" + calls);
            renamed = directory.resolve("renamed-" + calls);
            try (Channel channel = open(JOURNAL, Platform.detect()); Publisher publisher = channel.addPublisher()) {
                publish(publisher, 0, 3 * IN_SEGMENT);
            }
            Files.move(path, renamed);
            copy(renamed, path);
            Files.move(renamed, directory.resolve("original-" + calls));
            replacement = null;
            final AtomicInteger left = new AtomicInteger(calls);
            final Platform platform = new PlatformWithCalls(own -> beforeOpening(own, () -> {
                if (left.getAndDecrement() == 0) {
                    replaceByCopy();
                }
            }));
            try {
                open(JOURNAL, platform).close();
                assertTrue(calls > 10, "calls: " + calls);
                assertNull(replacement, "opened although it was replaced before call " + calls);
                break;
            } catch (final ChannelDamagedException | ChannelIOException refused) {
                assertTrue(refused.getMessage().contains("does not lead any more")
                    || refused.getMessage().contains("removed or replaced meanwhile"), refused.getMessage());
            }
            assertUnchanged(replacement, content(path));
        }
    }

    private static FileCalls beforeOpening(final FileCalls calls, final Runnable action) {
        return (FileCalls) Proxy.newProxyInstance(FileCalls.class.getClassLoader(),
            new Class<?>[] {FileCalls.class}, (proxy, method, arguments) -> {
                if (method.getName().equals("open")) {
                    action.run();
                }
                try {
                    return method.invoke(calls, arguments);
                } catch (final InvocationTargetException e) {
                    throw e.getCause();
                }
            });
    }

    private void replaceByCopy() {
        try {
            Files.move(path, renamed);
            copy(renamed, path);
            replacement = content(path);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(final Path from, final Path to) throws IOException {
        Files.createDirectory(to);
        for (final Path file : files(from)) {
            Files.copy(file, to.resolve(file.getFileName()));
        }
    }

    private static List<Path> files(final Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    /** Not of the lock file, whose locks portable ones are given back with when it is read. */
    private static Map<String, byte[]> content(final Path directory) throws IOException {
        final Map<String, byte[]> content = new TreeMap<>();
        for (final Path file : files(directory)) {
            final String name = file.getFileName().toString();
            content.put(name, name.startsWith("members") ? new byte[0] : Files.readAllBytes(file));
        }
        return content;
    }

    private static void assertUnchanged(final Map<String, byte[]> before, final Map<String, byte[]> after) {
        assertEquals(before.keySet(), after.keySet());
        final List<String> changed = new ArrayList<>();
        before.forEach((name, bytes) -> {
            if (!Arrays.equals(bytes, after.get(name))) {
                changed.add(name);
            }
        });
        assertEquals(List.of(), changed);
    }

    private static void publish(final Publisher publisher, final int first, final int count) {
        for (int i = first; i < first + count; i++) {
            final long end = publisher.offer(i, new byte[MESSAGE], 0, MESSAGE);
            assertTrue(end > 0, Publisher.describe(end));
        }
    }

    /** When something is made or removed is for the test to say. */
    private Channel open(final ChannelOptions options, final Platform platform) {
        final Channel channel = Channel.open(path, options, platform, () -> nowNanos);
        channel.housekeeping().byHand();
        return channel;
    }
}
