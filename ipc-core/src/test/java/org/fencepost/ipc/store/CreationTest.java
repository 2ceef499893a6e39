package org.fencepost.ipc.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
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
import java.util.stream.Stream;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelMismatchException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.durable.Leftovers;
import org.fencepost.ipc.os.LockFile;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.format.MembersFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How channels come into being, and who is let into them. */
class CreationTest {
    private static final ChannelOptions RING = ChannelOptions.ring(4 * 4096, 4);

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
                }
            }
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
        final ChannelDamagedException refusal =
            assertThrows(ChannelDamagedException.class, () -> Channel.open(other, RING));
        assertTrue(refusal.getMessage().contains(other.toString()), refusal.getMessage());
        assertEquals(List.of("letter"), names(other));
        assertEquals(List.of("empty", "other"), names(directory), "nothing is left beside it");
    }

    private static List<String> names(final Path parent) throws IOException {
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
