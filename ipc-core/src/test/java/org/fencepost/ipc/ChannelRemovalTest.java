package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.fencepost.ipc.durable.Leftovers;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.LivenessScheme;
import org.fencepost.ipc.os.LockFile;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.PlatformWithCalls;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Removing channels: what goes, what stays, and under whom it does not. */
@Timeout(60)
class ChannelRemovalTest {
    private static final ChannelOptions JOURNAL = ChannelOptions.journal(8192);
    private static final ChannelOptions RING = ChannelOptions.ring(1 << 15, 4);
    private static final int MESSAGES = 20;
    private static final int SOMEBODY = 12_345;

    @TempDir
    Path directory;

    private Path path;

    @BeforeEach
    void name() {
        path = directory.resolve("channel");
    }

    static Stream<Platform> platforms() {
        return Stream.of(Platform.detect(), Platform.portable()).distinct();
    }

    /** What is done between two calls. */
    private interface Action {
        void run() throws IOException;
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void shouldRemoveTheDirectoryWithAllFilesOfTheChannel(final Platform platform) throws IOException {
        for (final ChannelOptions options : List.of(JOURNAL, RING)) {
            make(options, platform);
            for (final String kept : List.of("cut-12-segment-0000000000001f40", ".cutting")) {
                Files.createFile(path.resolve(kept));
            }
            Files.createFile(Leftovers.newName(path));
            final Path other = Files.createDirectory(directory.resolve("other"));
            Channels.remove(path, platform);
            assertEquals(List.of("other"), names(directory), options::toString);
            Files.delete(other);
        }
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void shouldRemoveNothingWhenSomethingElseIsInTheDirectory(final Platform platform) throws IOException {
        make(JOURNAL, platform);
        for (final String stranger : List.of("thesis", "segment-1", "cut-", "control.old", ".fencepost-notes")) {
            final Path file = Files.writeString(path.resolve(stranger), "precious");
            final List<String> before = names(path);
            assertEquals(path + " is not removed: expected nothing but the files of a channel, found " + file
                + "; move it away", refused(platform));
            assertEquals(before, names(path));
            Files.delete(file);
        }
        assertEquals(MESSAGES, readAll(platform));
        Channels.remove(path, platform);
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void shouldRemoveNothingUnderAnybodyAndSayWho(final Platform platform) throws IOException {
        for (final ChannelOptions options : List.of(JOURNAL, RING)) {
            make(options, platform);
            try (Channel channel = open(options, platform)) {
                assertInUse(platform, "somebody who neither publishes nor subscribes");
                final Publisher publisher = channel.addPublisher();
                final Subscriber subscriber = channel.addSubscriber(SubscriberOptions.latest().named("kept", false));
                assertInUse(platform, "publisher " + publisher.id() + " (process " + Platform.processId());
                assertInUse(platform, "subscriber 0 'kept' (process " + Platform.processId());
                publisher.close();
                subscriber.close();
                assertInUse(platform, "somebody who neither publishes nor subscribes");
                publish(channel);
            }
            // Nobody waits for a named cursor that nobody has.
            Channels.remove(path, platform);
            assertEquals(List.of(), names(directory));
        }
    }

    private void assertInUse(final Platform platform, final String user) throws IOException {
        final List<String> before = names(path);
        final String message = assertThrows(
            ChannelMismatchException.class, () -> Channels.remove(path, platform)).getMessage();
        assertTrue(message.startsWith(path + " is in use by ") && message.contains(user), message);
        assertEquals(before, names(path));
    }

    @ParameterizedTest
    @MethodSource("platforms")
    void shouldRemoveItUnderWhoOnlyReads(final Platform platform) throws IOException {
        make(RING, platform);
        try (Channel view = Channel.view(path, platform, new SystemEpochNanoClock());
            Subscriber subscriber = view.addSubscriber(SubscriberOptions.earliest().lossy())) {
            Channels.remove(path, platform);
            assertEquals(List.of(), names(directory));
            assertEquals(MESSAGES, count(subscriber), "what it has mapped is there");
        }
    }

    @Test
    void shouldRemoveWhatIsDamagedUnlessItCannotBeAskedWhoHasIt() throws IOException {
        for (final String name : List.of("control", "members")) {
            make(JOURNAL, Platform.detect());
            final byte[] content = Files.readAllBytes(path.resolve(name));
            Files.write(path.resolve(name), new byte[content.length]);
            final String message = assertThrows(
                ChannelDamagedException.class, () -> Channels.remove(path)).getMessage();
            assertTrue(message.startsWith(path.resolve(name) + ": wrong magic"), message);
            Files.write(path.resolve(name), content);
        }
        Files.delete(path.resolve("segment-0000000000000000"));
        Files.write(path.resolve("cursors"), new byte[1]);
        Channels.remove(path);
        assertEquals(List.of(), names(directory));
    }

    @Test
    void shouldSayWhatIsThereWhenItIsNoChannel() throws IOException {
        final String none = "no channel at " + path + ": expected a directory with a control file";
        assertTrue(refused(Platform.detect()).startsWith(none));
        Files.createDirectory(path);
        assertTrue(refused(Platform.detect()).startsWith(none));
        assertEquals(List.of("channel"), names(directory));
        Files.writeString(path.resolve("thesis"), "precious");
        assertTrue(refused(Platform.detect()).startsWith(none));
        assertEquals(List.of("thesis"), names(path));
    }

    @Test
    void shouldRemoveNothingWhenItIsNamedByALink() throws IOException {
        make(JOURNAL, Platform.detect());
        final Path link = Files.createSymbolicLink(directory.resolve("link"), path);
        final String message =
            assertThrows(ChannelIOException.class, () -> Channels.remove(link)).getMessage();
        assertEquals(link + " is not removed: expected a directory, found a symbolic link; the channel is "
            + path.toRealPath() + ", name that", message);
        assertTrue(Files.isSymbolicLink(link));
        assertEquals(MESSAGES, readAll(Platform.detect()));
    }

    @Test
    void shouldRemoveNothingWhenAFileIsSomebodyElses() throws IOException {
        assumeTrue(Files.getAttribute(directory, "unix:uid").equals(0), "needs to be root, to give a file away");
        make(JOURNAL, Platform.detect());
        Files.setAttribute(path.resolve("members"), "unix:uid", SOMEBODY);
        final String message = assertThrows(
            ChannelMismatchException.class, () -> Channels.remove(path)).getMessage();
        assertTrue(message.contains("members of user " + SOMEBODY), message);
        assertTrue(Files.exists(path.resolve("members")));
    }

    @Test
    void shouldRemoveNothingOfAnotherScheme() throws IOException {
        assumeTrue(Platform.detect().scheme() == LivenessScheme.OFD, "there is only one");
        make(JOURNAL, Platform.portable());
        final String message = assertThrows(
            ChannelMismatchException.class, () -> Channels.remove(path)).getMessage();
        assertTrue(message.contains("found scheme " + LivenessScheme.PORTABLE.code()), message);
        assertTrue(Files.exists(path.resolve("control")));
    }

    @Test
    void shouldLetWhoOpensItMeanwhileWaitUntilItIsGone() throws Exception {
        make(JOURNAL, Platform.detect());
        final AtomicReference<ChannelException> refused = new AtomicReference<>();
        final AtomicReference<Thread> opener = new AtomicReference<>();
        Channels.remove(path, around("rename", () -> {
            opener.set(Thread.ofPlatform().start(() -> {
                try {
                    Channel.join(path).close();
                } catch (final ChannelException e) {
                    refused.set(e);
                }
            }));
            while (opener.get().getState() != Thread.State.TIMED_WAITING) {
                assertTrue(opener.get().isAlive(), () -> "it should wait: " + refused.get());
                Thread.onSpinWait();
            }
        }));
        opener.get().join();
        assertInstanceOf(ChannelIOException.class, refused.get());
        assertEquals(path + ": expected the channel that was there, found none; it was removed or replaced meanwhile,"
            + " try again", refused.get().getMessage());
    }

    @Test
    void shouldHoldBothLocksUntilAllFilesAreGone() throws Exception {
        make(JOURNAL, Platform.detect());
        final AtomicBoolean looked = new AtomicBoolean();
        Channels.remove(path, around("syncDirectory", () -> {
            final Path doomed = directory.resolve(names(directory).getFirst());
            try (LockFile other = Platform.detect().openLockFile(doomed.resolve(lockName()))) {
                assertFalse(other.tryLockShared(MembersFormat.OPENING_BYTE));
                assertFalse(other.tryLockShared(MembersFormat.PRESENCE_BYTE));
            }
            // Nobody takes it for what a dead one has left.
            Channel.open(directory.resolve("another"), RING).close();
            assertTrue(Files.exists(doomed.resolve(lockName())));
            looked.set(true);
        }));
        assertTrue(looked.get());
        assertEquals(List.of("another"), names(directory));
    }

    @Test
    void shouldRefuseWhileSomebodyOpensIt() throws IOException {
        make(JOURNAL, Platform.detect());
        try (LockFile opening = Platform.detect().openLockFile(path.resolve(lockName()))) {
            assertTrue(opening.tryLockShared(MembersFormat.OPENING_BYTE));
            assertInUse(Platform.detect(), "or opens, repairs or removes it just now");
        }
        Channels.remove(path);
    }

    @Test
    void shouldRemoveNothingThatHasGotTheName() throws IOException {
        make(JOURNAL, Platform.detect());
        final Path renamed = directory.resolve("renamed");
        final Platform platform = aroundLook(false, () -> {
            if (!Files.exists(renamed)) {
                Files.move(path, renamed);
                make(RING, Platform.detect());
            }
        });
        final String message = assertThrows(
            ChannelDamagedException.class, () -> Channels.remove(path, platform)).getMessage();
        assertTrue(message.contains("does not lead any more to the channel that was opened"), message);
        assertEquals(List.of("channel", "renamed"), names(directory));
        assertEquals(MESSAGES, readAll(Platform.detect()));
    }

    @Test
    void shouldSayThatAnotherWasFasterWhenItIsGoneBehindTheLook() throws IOException {
        make(JOURNAL, Platform.detect());
        final Platform platform = aroundLook(true, () -> {
            if (Files.exists(path)) {
                Channels.remove(path);
            }
        });
        final String message = refused(platform);
        assertTrue(message.contains("removed or replaced meanwhile, try again"), message);
    }

    @Test
    void shouldKeepWhatSomebodyHasPutThereBehindTheLook() throws IOException {
        make(JOURNAL, Platform.detect());
        final byte[] thesis = {1, 2, 3};
        final String message = refused(around("rename", () -> Files.write(path.resolve("thesis"), thesis)));
        assertTrue(message.startsWith("cannot remove all files of the channel " + path), message);
        final Path left = directory.resolve(names(directory).getFirst());
        assertTrue(message.contains("what is left of it is in " + left), message);
        Channel.open(directory.resolve("another"), RING).close();
        assertEquals(List.of("thesis"), names(left));
        assertArrayEquals(thesis, Files.readAllBytes(left.resolve("thesis")));
    }

    @Test
    void shouldRemoveNoFileBeforeTheNameIsGoneOnTheDisk() throws IOException {
        make(JOURNAL, Platform.detect());
        final List<String> before = names(path);
        final String message = refused(around("syncDirectory", () -> {
            throw new IOException("the disk has an error");
        }));
        assertTrue(message.contains("the disk has an error; it is not there any more"), message);
        final Path left = directory.resolve(names(directory).getFirst());
        assertEquals(before, names(left));
        Channel.open(directory.resolve("another"), RING).close();
        assertEquals(List.of("another"), names(directory));
    }

    @Test
    void shouldSayThatNothingWasChangedWhenItCannotBeRenamed() throws IOException {
        make(JOURNAL, Platform.detect());
        final String message = refused(around("rename", () -> {
            throw new IOException("not permitted");
        }));
        assertTrue(message.startsWith("cannot remove the channel " + path + ": not permitted;"
            + " nothing was changed"), message);
        assertEquals(MESSAGES, readAll(Platform.detect()));
    }

    /** A platform with an action before each call of this name. */
    private static Platform around(final String name, final Action action) {
        return around((called, arguments) -> called.equals(name), action);
    }

    /** With an action before each look at the channel's directory, or at what a link there leads to. */
    private Platform aroundLook(final boolean follow, final Action action) {
        return around((called, arguments) ->
            called.equals("status") && arguments[0].equals(path) && arguments[1].equals(follow), action);
    }

    private static Platform around(final BiPredicate<String, Object[]> wanted, final Action action) {
        return new PlatformWithCalls(calls -> (FileCalls) Proxy.newProxyInstance(
            FileCalls.class.getClassLoader(), new Class<?>[] {FileCalls.class}, (proxy, method, arguments) -> {
                if (wanted.test(method.getName(), arguments)) {
                    action.run();
                }
                try {
                    return method.invoke(calls, arguments);
                } catch (final InvocationTargetException e) {
                    throw e.getCause();
                }
            }));
    }

    private String refused(final Platform platform) {
        return assertThrows(ChannelIOException.class, () -> Channels.remove(path, platform)).getMessage();
    }

    private static String lockName() {
        return Platform.detect().scheme() == LivenessScheme.OFD
            ? MembersFormat.FILE_NAME : MembersFormat.PORTABLE_LOCK_FILE_NAME;
    }

    private void make(final ChannelOptions options, final Platform platform) {
        try (Channel channel = open(options, platform)) {
            publish(channel);
        }
    }

    /** Nothing is made in the background. */
    private Channel open(final ChannelOptions options, final Platform platform) {
        final Channel channel = Channel.open(path, options, platform, new SystemEpochNanoClock());
        channel.housekeeping().byHand();
        return channel;
    }

    private static void publish(final Channel channel) {
        try (Publisher publisher = channel.addPublisher()) {
            for (int i = 0; i < MESSAGES; i++) {
                final long end = publisher.offer(i, new byte[1000], 0, 1000);
                assertTrue(end > 0, Publisher.describe(end));
            }
        }
    }

    private int readAll(final Platform platform) {
        try (Channel channel = Channel.join(path, platform, new SystemEpochNanoClock());
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            return count(subscriber);
        }
    }

    private static int count(final Subscriber subscriber) {
        int count = 0;
        int read;
        do {
            read = subscriber.poll((buffer, offset, length, header) -> { }, Integer.MAX_VALUE);
            count += read;
        } while (read > 0);
        return count;
    }

    private static List<String> names(final Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
