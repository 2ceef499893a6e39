package org.fencepost.ipc.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelMismatchException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Channels;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.durable.Leftovers;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.os.ChildJvm;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.LivenessScheme;
import org.fencepost.ipc.os.LockFile;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.PlatformWithCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How channels come into being, and who is let into them. */
class CreationTest {
    private static final ChannelOptions RING = ChannelOptions.ring(4 * 4096, 4);
    private static final ChannelOptions JOURNAL = ChannelOptions.journal(4096);
    private static final int SOMEBODY = 61_001;
    private static final int GROUP = 62_001;

    @TempDir
    Path directory;

    @Test
    void shouldRefuseWhoeverProvesByAnotherSchemeThatItLives() {
        for (final Platform creator : List.of(Platform.detect(), Platform.portable())) {
            final Path path = directory.resolve(creator.scheme().name());
            new ChannelDirectory(path, creator).create(RING);
            for (final Platform joiner : List.of(Platform.detect(), Platform.portable())) {
                final ChannelDirectory joined = new ChannelDirectory(path, joiner);
                if (joiner.scheme() == creator.scheme()) {
                    assertEquals(4, joined.readGeometry().segmentCount());
                } else {
                    final String message = assertThrows(ChannelMismatchException.class,
                        () -> MappedChannel.open(joined, joiner, System::nanoTime)).getMessage();
                    assertTrue(message.contains("scheme " + creator.scheme().code()), message);
                    assertTrue(message.contains(joiner.scheme() == LivenessScheme.OFD
                        ? "(--illegal-native-access=deny)"
                        : "(--enable-native-access=ALL-UNNAMED; as a module: =org.fencepost.ipc)"), message);
                }
            }
        }
    }

    @Test
    void shouldSayWhyThereIsNoChannelWhenWhatWasMadeOfItCannotBeRemovedEither() {
        final AtomicInteger refused = new AtomicInteger();
        final Platform platform = new PlatformWithCalls(calls -> (FileCalls) Proxy.newProxyInstance(
            FileCalls.class.getClassLoader(), new Class<?>[] {FileCalls.class}, (proxy, method, arguments) -> {
                final boolean ofControl = method.getName().equals("create")
                    && ((Path) arguments[0]).endsWith("control");
                if (ofControl || refused.get() > 0 && method.getName().equals("syncDirectory")) {
                    throw new FileSystemException(arguments[0].toString(), null,
                        "refused as call " + refused.incrementAndGet());
                }
                try {
                    return method.invoke(calls, arguments);
                } catch (final InvocationTargetException e) {
                    throw e.getCause();
                }
            }));
        final String message = assertThrows(ChannelIOException.class, () ->
            new ChannelDirectory(directory.resolve("ring"), platform).create(RING)).getMessage();
        assertTrue(message.contains("refused as call 1"), message);
        assertEquals(2, refused.get());
    }

    @Test
    void shouldFindTheParentAsTheKernelDoesWhenALinkComesBeforeIt() throws IOException {
        final Path inside = Files.createDirectories(directory.toRealPath().resolve("a/b"));
        final Path link = Files.createSymbolicLink(directory.resolve("link"), inside);
        assertEquals(inside.resolveSibling("channel"),
            ChannelDirectory.absolute(link.resolve("../channel")));
        assertEquals(link.resolve("channel"), ChannelDirectory.absolute(link.resolve("./channel")));
        assertEquals(directory.resolve("channel"),
            ChannelDirectory.absolute(directory.resolve("none/../channel")));
        assertEquals(Path.of("/"), ChannelDirectory.absolute(Path.of("/../..")));
        try (Channel channel = Channel.open(link.resolve("../channel"), RING)) {
            assertEquals(inside.resolveSibling("channel"), channel.path());
            assertTrue(Files.isRegularFile(link.resolve("../channel/control")));
        }
        Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("none"));
        final String message = assertThrows(ChannelIOException.class, () ->
            Channel.join(directory.resolve("dangling/../channel"))).getMessage();
        assertTrue(message.contains("expected a directory at " + directory.resolve("dangling")), message);
    }

    @Test
    void shouldRefuseAParentThatIsNoDirectory() {
        final String message = assertThrows(ChannelIOException.class,
            () -> Channel.open(Path.of("/dev/null/channel"), RING)).getMessage();
        assertTrue(message.contains("expected a parent directory, found /dev/null, which is none"), message);
    }

    @Test
    void shouldRefuseAPathWhoseFilesWouldHaveNoNamesAndMakeNothing() throws IOException {
        final int pathMax = 4095 - 1 - 71;
        for (final ChannelOptions options : List.of(RING, JOURNAL)) {
            for (final String name : List.of("x", "x".repeat(100))) {
                // The directory that a creation makes beside it has a name of 71 bytes at most.
                final int longest = pathMax - Math.max(0, 71 - name.length());
                for (final int found : List.of(longest + 1, 4070)) {
                    final Path tooLong = pathOf(found, name);
                    final String message = assertThrows(ChannelIOException.class,
                        () -> Channel.open(tooLong, options)).getMessage();
                    assertTrue(message.startsWith("cannot create the channel " + tooLong + ": expected a path of at"
                        + " most " + longest + " bytes"), message);
                    assertTrue(message.endsWith("found " + found + "; use a shorter one"), message);
                    assertEquals(List.of(), names(directory), "nothing is made");
                }
                final Path path = pathOf(longest, name);
                for (int opened = 0; opened < 2; opened++) {
                    try (Channel channel = Channel.open(path, options)) {
                        publish(channel, 8);
                    }
                }
                Channels.remove(path);
                assertEquals(List.of(), names(path.getParent()));
                deleteParents(path.getParent());
            }
        }
    }

    /** A path of so many bytes, of many directories that are not there. */
    private Path pathOf(final int bytes, final String name) {
        int left = bytes - directory.toString().length() - 1 - name.length();
        Path path = directory;
        while (left > 0) {
            // Of a separator and a name; what is left for the last one is no separator alone.
            final int next = left > 202 ? 200 : left;
            path = path.resolve("d".repeat(next - 1));
            left -= next;
        }
        return path.resolve(name);
    }

    private void deleteParents(final Path last) throws IOException {
        for (Path path = last; !path.equals(directory); path = path.getParent()) {
            Files.delete(path);
        }
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void shouldGiveAllWhoOpenAtTheSameMomentTheSameChannel() throws Exception {
        final int threads = 4;
        final int rounds = 150;
        final CyclicBarrier start = new CyclicBarrier(threads);
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            final List<Future<?>> results = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                final Callable<Void> opener = () -> {
                    for (int round = 0; round < rounds; round++) {
                        start.await();
                        try (Channel channel =
                            Channel.open(directory.resolve("bus/channel" + round), RING)) {
                            channel.addPublisher().offer(1, new byte[8], 0, 8);
                            start.await();
                            assertEquals(threads * 64, channel.tailPosition());
                        }
                    }
                    return null;
                };
                results.add(executor.submit(opener));
            }
            for (final Future<?> result : results) {
                result.get();
            }
        }
        assertEquals(rounds, names(directory.resolve("bus")).size(), "nothing else is left");
    }

    @Test
    void shouldRemoveWhatADeadCreatorLeftAndSpareALivingOne() throws IOException {
        final Path dead = Files.createDirectory(Leftovers.newName(directory));
        Files.createFile(dead.resolve(MembersFormat.FILE_NAME));
        final Path living = Files.createDirectory(Leftovers.newName(directory));
        final Path lockPath = Files.createFile(living.resolve(MembersFormat.FILE_NAME));
        try (LockFile lock = Platform.detect().openLockFile(lockPath)) {
            assertTrue(lock.tryLockShared(MembersFormat.PRESENCE_BYTE));
            Channel.open(directory.resolve("ring"), RING).close();
            assertFalse(Files.exists(dead));
            assertTrue(Files.exists(living));
        }
    }

    @Test
    void shouldSpareALivingCreatorOfTheOtherScheme() throws IOException {
        final Path dead = Files.createDirectory(Leftovers.newName(directory));
        final Path living = Files.createDirectory(Leftovers.newName(directory));
        for (final Path maker : List.of(dead, living)) {
            Files.createFile(maker.resolve(MembersFormat.PORTABLE_LOCK_FILE_NAME));
            Files.createFile(maker.resolve(MembersFormat.FILE_NAME));
        }
        try (LockFile lock = Platform.portable().openLockFile(
            living.resolve(MembersFormat.PORTABLE_LOCK_FILE_NAME))) {
            assertTrue(lock.tryLockShared(MembersFormat.PRESENCE_BYTE));
            Channel.open(directory.resolve("ring"), RING).close();
            assertFalse(Files.exists(dead));
            assertEquals(List.of(MembersFormat.FILE_NAME, MembersFormat.PORTABLE_LOCK_FILE_NAME), names(living));
        }
    }

    @Test
    void shouldRefuseAPlaceWhereEverybodyMayPutAnother() throws IOException {
        final Path parent = Files.createDirectory(directory.resolve("everybody's"));
        Files.setAttribute(parent, "unix:mode", 0777);
        final ChannelIOException refusal = assertThrows(
            ChannelIOException.class, () -> Channel.open(parent.resolve("ring"), RING));
        assertTrue(refusal.getMessage().contains("sticky"), refusal.getMessage());
        try (Stream<Path> left = Files.list(parent)) {
            assertEquals(0, left.count());
        }
        Files.setAttribute(parent, "unix:mode", 01777);
        Channel.open(parent.resolve("ring"), RING).close();
        try (Stream<Path> files = Files.list(parent.resolve("ring"))) {
            for (final Path file : files.toList()) {
                assertEquals(0600, (int) Files.getAttribute(file, "unix:mode") & 07777, file::toString);
            }
        }
    }

    @Test
    void shouldMakeAllFilesForTheGroupWhenItIsWanted() throws IOException {
        for (final ChannelOptions options : List.of(RING, JOURNAL)) {
            final Path path = directory.resolve(options.kind().name());
            try (Channel channel = Channel.open(path, options.withGroupAccess())) {
                publish(channel, 8);
                assertEquals(options, channel.options());
            }
            assertEquals(0770, mode(path));
            for (final Path file : files(path)) {
                assertEquals(0660, mode(file), file::toString);
            }
            // What exists is what it is.
            Channel.open(path, options).close();
        }
    }

    @Test
    void shouldMakeNewFilesAsTheControlFileIs() throws IOException {
        final StoppedJournal journal = new StoppedJournal(directory.resolve("journal"));
        final List<Long> ends = journal.publish(0, 4);
        final Path control = directory.resolve("journal/control");
        Files.setAttribute(control, "unix:mode", 0640);
        if (isRoot()) {
            Files.setAttribute(control, "unix:uid", SOMEBODY);
            Files.setAttribute(control, "unix:gid", GROUP);
        }
        journal.overwrite(ends.get(2) + 100, new byte[] {1});
        journal.reboot();
        // Who keeps house may have made some segments ahead already.
        final List<Path> old = files(directory.resolve("journal"));
        try (Channel channel = Channel.join(directory.resolve("journal"))) {
            publish(channel, 40);
        }
        final List<Path> made = new ArrayList<>(files(directory.resolve("journal")));
        made.removeAll(old);
        final List<String> names = made.stream().map(file -> file.getFileName().toString()).toList();
        assertTrue(names.contains("cut-1-segment-" + String.format("%016x", ends.get(2))), names::toString);
        assertTrue(names.stream().anyMatch(name -> name.startsWith("segment-")), names::toString);
        for (final Path file : made) {
            final String name = file.getFileName().toString();
            assertEquals(0640, mode(file), name);
            if (isRoot()) {
                assertEquals(SOMEBODY, Files.getAttribute(file, "unix:uid"), name);
                assertEquals(GROUP, Files.getAttribute(file, "unix:gid"), name);
            }
        }
    }

    @Test
    void shouldServeTheMembersOfAGroupWhateverTheirUmask() throws Exception {
        assumeTrue(isRoot(), "needs to be root, to be somebody else");
        final Path parent = Files.createDirectory(directory.resolve("group's"));
        Files.setAttribute(parent, "unix:uid", SOMEBODY);
        Files.setAttribute(parent, "unix:mode", 0755);
        final Path path = parent.resolve("journal");
        long end = 0;
        for (final int user : new int[] {SOMEBODY, SOMEBODY + 1, SOMEBODY}) {
            end += 8192;
            // The creator's first group is the channel's, the other's is another.
            assertEquals("ends at " + end, user == SOMEBODY
                ? lineOf(user, GROUP, GROUP, path, "group")
                : lineOf(user, GROUP + 1, GROUP, path, "group"));
        }
        assertOfGroup(path);
        assertTrue(lineOf(SOMEBODY + 2, GROUP + 1, GROUP + 1, path, "group").contains("EACCES"));
        for (final Path file : files(path)) {
            Files.setAttribute(file, "unix:mode", 0640);
        }
        final String reading = lineOf(SOMEBODY + 1, GROUP + 1, GROUP, path, "group");
        assertTrue(reading.contains("EACCES") && reading.contains("Channel.view"), reading);
        final Path alone = parent.resolve("alone");
        assertEquals("ends at 8192", lineOf(SOMEBODY, GROUP, GROUP, alone, "alone"));
        assertTrue(lineOf(SOMEBODY + 1, GROUP, GROUP, alone, "alone").contains("EACCES"));
        final String refusal =
            lineOf(SOMEBODY + 1, GROUP, GROUP, parent.resolve("other"), "alone");
        assertTrue(refusal.contains("cannot create the channel"), refusal);
    }

    private static void assertOfGroup(final Path channel) throws IOException {
        for (final Path file : files(channel)) {
            assertEquals(0660, mode(file), file::toString);
            assertEquals(GROUP, Files.getAttribute(file, "unix:gid"), file::toString);
        }
    }

    @Test
    void shouldBeOfTheGroupThatADirectoryHandsDown() throws Exception {
        assumeTrue(isRoot(), "needs to be root, to be somebody else");
        final Path parent = Files.createDirectory(directory.resolve("shared"));
        Files.setAttribute(parent, "unix:gid", GROUP);
        Files.setAttribute(parent, "unix:mode", 02775);
        final Path path = parent.resolve("journal");
        // The first group of either is another.
        assertEquals("ends at 8192", lineOf(SOMEBODY, GROUP + 1, GROUP, path, "group"));
        assertEquals("ends at 16384", lineOf(SOMEBODY + 1, GROUP + 2, GROUP, path, "group"));
        assertOfGroup(path);
    }

    @Test
    void shouldRefuseAnotherUsersPlace() throws IOException {
        assumeTrue(isRoot(), "needs to be root, to give a directory away");
        final Path parent = Files.createDirectory(directory.resolve("somebody's"));
        final Path path = parent.resolve("ring");
        Files.createDirectory(path);
        for (final Path foreign : List.of(parent, path)) {
            Files.setAttribute(foreign, "unix:uid", SOMEBODY);
            final ChannelIOException refusal =
                assertThrows(ChannelIOException.class, () -> Channel.open(path, RING));
            assertTrue(refusal.getMessage().contains(foreign + " of user " + SOMEBODY),
                refusal.getMessage());
            assertEquals(List.of("ring"), names(parent), "nothing is left beside it");
            Files.setAttribute(foreign, "unix:uid", 0);
        }
        Channel.open(path, RING).close();
    }

    @Test
    void shouldRefuseToOpenAChannelIntoWhichSomebodyHasPutAFile() throws IOException {
        assumeTrue(isRoot(), "needs to be root, to give a file away");
        final Path path = directory.resolve("ring");
        Channel.open(path, RING).close();
        for (final String name : List.of("control", "cursors", "members")) {
            Files.setAttribute(path.resolve(name), "unix:uid", SOMEBODY);
            final ChannelMismatchException refusal =
                assertThrows(ChannelMismatchException.class, () -> Channel.open(path, RING));
            assertTrue(refusal.getMessage().contains(name + " of user " + SOMEBODY),
                refusal.getMessage());
            Channel.join(path).close();
            Files.setAttribute(path.resolve(name), "unix:uid", 0);
        }
        Channel.open(path, RING).close();
    }

    @Test
    void shouldLeaveAloneWhatAnotherUserLeft() throws IOException {
        assumeTrue(isRoot(), "needs to be root, to give a directory away");
        final Path foreign = Files.createDirectory(Leftovers.newName(directory));
        Files.createFile(foreign.resolve(MembersFormat.FILE_NAME));
        Files.setAttribute(foreign, "unix:uid", SOMEBODY);
        Channel.open(directory.resolve("ring"), RING).close();
        assertTrue(Files.exists(foreign.resolve(MembersFormat.FILE_NAME)));
    }

    @Test
    void shouldRefuseALinkInTheChannelsPlace() throws IOException {
        final Path empty = Files.createDirectory(directory.resolve("empty"));
        final Path path = directory.resolve("ring");
        for (final Path target : List.of(empty, directory.resolve("nothing"))) {
            Files.createSymbolicLink(path, target);
            final ChannelIOException refusal =
                assertThrows(ChannelIOException.class, () -> Channel.open(path, RING));
            assertTrue(refusal.getMessage().contains("a symbolic link"), refusal.getMessage());
            Files.delete(path);
        }
        assertEquals(List.of(), names(empty));
        assertEquals(List.of("empty"), names(directory), "nothing is left beside it");
    }

    @Test
    void shouldRefuseALinkInThePlaceOfAnyFile() throws IOException {
        for (final ChannelOptions options : List.of(RING, JOURNAL)) {
            final Path path = directory.resolve(options.kind().name());
            Channel.open(path, options).close();
            for (final Path file : files(path)) {
                final Path moved = directory.resolve("moved");
                Files.move(file, moved);
                Files.createSymbolicLink(file, moved);
                final ChannelException refusal = assertThrows(
                    ChannelException.class, () -> useUp(path, options), file::toString);
                assertTrue(refusal.getMessage().contains("a symbolic link"), refusal.getMessage());
                Files.delete(file);
                Files.move(moved, file);
            }
            useUp(path, options);
        }
    }

    private static void useUp(final Path path, final ChannelOptions options) {
        try (Channel channel = Channel.open(path, options)) {
            publish(channel, 1);
        }
    }

    private static void publish(final Channel channel, final int count) {
        try (Publisher publisher = channel.addPublisher()) {
            for (int i = 0; i < count; i++) {
                assertTrue(publisher.offer(1, new byte[1000], 0, 1000) > 0);
            }
        }
    }

    private static String lineOf(
        final int user, final int group, final int otherGroup, final Path path, final String access)
        throws Exception {
        try (ChildJvm child =
            ChildJvm.startAs(user, group, otherGroup, "0077", UserProbe.class, path, access)) {
            final String line = child.line();
            assertEquals("", child.rest());
            return line;
        }
    }

    private boolean isRoot() throws IOException {
        return (int) Files.getAttribute(directory, "unix:uid") == 0;
    }

    private static int mode(final Path file) throws IOException {
        return (int) Files.getAttribute(file, "unix:mode") & 07777;
    }

    private static List<Path> files(final Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.toList();
        }
    }

    @Test
    void shouldRemoveWhatACreatorLeftThatDiedBeforeItHadALock() throws IOException {
        Files.createDirectory(Leftovers.newName(directory));
        Channel.open(directory.resolve("ring"), RING).close();
        assertEquals(List.of("ring"), names(directory));
    }

    @Test
    void shouldCreateWhenALeftOverCannotBeRemoved() throws IOException {
        final Path foreign = Files.createDirectory(Leftovers.newName(directory));
        Files.createDirectory(foreign.resolve(MembersFormat.FILE_NAME));
        Channel.open(directory.resolve("ring"), RING).close();
        assertTrue(Files.exists(foreign));
    }

    @Test
    void shouldTakeAnEmptyDirectoryAndLeaveOneWithOtherFilesAlone() throws IOException {
        final Path empty = Files.createDirectory(directory.resolve("empty"));
        Channel.open(empty, RING).close();
        assertTrue(Files.exists(empty.resolve("control")));

        final Path other = Files.createDirectory(directory.resolve("other"));
        Files.writeString(other.resolve("letter"), "dear");
        final Path file = Files.writeString(directory.resolve("file"), "dear");
        for (final Path place : List.of(other, file)) {
            final String message =
                assertThrows(ChannelDamagedException.class, () -> Channel.open(place, RING)).getMessage();
            assertTrue(message.contains(place + ": expected a channel") && message.contains(place.equals(other)
                ? "found a directory with other files and no control" : "found something that is not a directory"),
                message);
        }
        assertEquals(List.of("letter"), names(other));
        assertEquals(List.of("empty", "file", "other"), names(directory), "nothing is left beside it");
    }

    @Test
    void shouldSayWhyWhenAnEmptyDirectoryCannotBeReplaced() throws IOException {
        final Path place = Files.createDirectory(directory.resolve("mounted"));
        for (final Platform platform : List.of(Platform.detect(), Platform.portable())) {
            final ChannelDirectory refused = new ChannelDirectory(place, failing(
                platform, "rename", 100, new FileSystemException("new", null, "Device or resource busy")));
            final String message =
                assertThrows(ChannelIOException.class, () -> refused.create(RING)).getMessage();
            assertTrue(message.contains("Device or resource busy") && message.contains("a directory below it"),
                message);
            assertEquals(List.of("mounted"), names(directory), "nothing is left beside it");
        }
    }

    @Test
    void shouldMakeAllDirectoriesAboveIt() {
        final Path path = directory.resolve("a/b/c/ring");
        Channel.open(path, RING).close();
        assertTrue(new ChannelDirectory(path, Platform.detect()).exists());
    }

    @Test
    void shouldBeginAgainWithAnotherNameWhenTheOneOfItsNewDirectoryIsTaken() throws IOException {
        final Path path = directory.resolve("ring");
        final IOException taken = new FileAlreadyExistsException("new");
        new ChannelDirectory(path, failing(
            Platform.detect(), "makeDirectory", 99, taken)).create(RING);
        Channel.open(path, RING).close();
        final ChannelDirectory refused = new ChannelDirectory(directory.resolve("refused"), failing(
            Platform.detect(), "makeDirectory", 100, taken));
        final String message =
            assertThrows(ChannelIOException.class, () -> refused.create(RING)).getMessage();
        assertTrue(message.contains("100 times"), message);
        assertEquals(List.of("ring"), names(directory), "nothing is left beside it");
    }

    /** A platform in which the first so many of these calls fail. */
    private static Platform failing(
        final Platform platform, final String call, final int count, final IOException failure) {
        final AtomicInteger left = new AtomicInteger(count);
        return new PlatformWithCalls(platform, calls -> (FileCalls) Proxy.newProxyInstance(
            FileCalls.class.getClassLoader(), new Class<?>[] {FileCalls.class}, (proxy, method, arguments) -> {
                if (method.getName().equals(call) && left.getAndDecrement() > 0) {
                    throw failure;
                }
                try {
                    return method.invoke(calls, arguments);
                } catch (final InvocationTargetException e) {
                    throw e.getCause();
                }
            }));
    }

    private static List<String> names(final Path parent) throws IOException {
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
