package org.fencepost.ipc.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.fencepost.ipc.durable.Leftovers;
import org.junit.jupiter.api.Test;

class LeftoversTest extends OnEveryPlatform {
    LeftoversTest() {
        super("old");
    }

    private AtomicFile file() {
        return file(path);
    }

    private AtomicFile file(final Path at) {
        return AtomicFile.of(surroundings, at, FileOptions.defaults());
    }

    @Test
    void shouldLeaveTheTemporaryAloneWhenItsWriterLives() throws IOException {
        try (AtomicWriter living = file().writer()) {
            living.write('1');
            file().writeText("other");
            assertEquals(1, Places.temporaries(directory).size());
            living.commit();
        }
        assertEquals("1", Files.readString(path));
    }

    @Test
    void shouldRefuseToGiveContentTheNameOfALeftover() throws IOException {
        final Path name = directory.resolve(".fencepost-mine.tmp");
        final Path link = Files.createSymbolicLink(directory.resolve("link"), name);
        for (final Path at : new Path[] {name, link}) {
            final FileFailedException refusal =
                assertThrows(FileFailedException.class, () -> file(at).writeText("new"));
            assertTrue(refusal.getMessage().contains("take another"), refusal.getMessage());
        }
        assertFalse(Files.exists(name));
    }

    @Test
    void shouldGiveNoNameTwiceWhenManyThreadsWrite() throws Exception {
        final int names = 1_000;
        final Set<Path> given = ConcurrentHashMap.newKeySet();
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int name = 0; name < names; name++) {
                    given.add(Leftovers.newName(directory));
                }
            }));
        }
        for (final Thread thread : threads) {
            thread.join();
        }
        assertEquals(threads.size() * names, given.size());
    }

    @Test
    void shouldRemoveLeftoverWhenNobodyHasItsLock() throws IOException {
        final Path leftover = Files.writeString(Leftovers.newName(directory), "left");
        Files.setPosixFilePermissions(leftover, PosixFilePermissions.fromString("r--r--r--"));
        final Path own = Files.writeString(directory.resolve(".fencepost-mine"), "mine");
        file().writeText("new");
        assertFalse(Files.exists(leftover));
        Files.delete(own);
    }

    @Test
    void shouldWriteWhenOthersLookForLeftoversAllTheTime() throws Exception {
        final int writers = 4;
        final int writes = 150;
        final CountDownLatch left = new CountDownLatch(writers);
        try (ExecutorService executor = Executors.newCachedThreadPool()) {
            final List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                final AtomicFile own = file(directory.resolve("own" + i));
                all.add(executor.submit(() -> {
                    try {
                        for (int write = 0; write < writes; write++) {
                            own.writeText("content");
                        }
                    } finally {
                        left.countDown();
                    }
                }));
                all.add(executor.submit(() -> {
                    while (left.getCount() > 0) {
                        Leftovers.remove(surroundings, directory);
                    }
                }));
            }
            for (final Future<?> one : all) {
                one.get();
            }
        }
        for (int i = 0; i < writers; i++) {
            assertEquals("content\n", Files.readString(directory.resolve("own" + i)));
        }
    }

    @Test
    void shouldLookForLeftoversInProportionWhenADirectoryIsLarge() throws IOException {
        for (int i = 0; i < 300; i++) {
            Files.createFile(directory.resolve("sibling" + i));
        }
        file().writeText("first");
        int writes = 0;
        final Path leftover = Files.writeString(Leftovers.newName(directory), "left");
        while (Files.exists(leftover)) {
            file().writeText("next");
            writes++;
        }
        assertTrue(writes > 2 && writes <= 8, "expected 300 / 64 writes or so, found " + writes);
    }
}
