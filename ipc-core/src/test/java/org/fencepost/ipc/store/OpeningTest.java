package org.fencepost.ipc.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.LockFile;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.PlatformWithCalls;
import org.fencepost.ipc.os.Window;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who opens a journal that somebody else is recovering. */
@Timeout(60)
class OpeningTest {
    private static final Platform PLATFORM = Platform.detect();
    private static final int ROUNDS = 20;
    private static final int OPENERS = 8;

    @TempDir
    Path directory;

    private Path path;
    private StoppedJournal journal;

    @BeforeEach
    void makeJournal() throws IOException {
        path = directory.resolve("journal");
        journal = new StoppedJournal(path);
        journal.publish(0, 3);
        journal.reboot();
    }

    @Test
    void shouldWaitAndThenRecoverItselfWhenWhoRecoversDies() throws Exception {
        final AtomicReference<Object> result = new AtomicReference<>();
        final Thread opener;
        try (LockFile recovering = lock()) {
            assertTrue(recovering.tryLock(MembersFormat.OPENING_BYTE));
            assertTrue(recovering.tryLock(MembersFormat.PRESENCE_BYTE));
            opener = openInThread(result);
            awaitParked(opener);
            assertEquals(1, journal.word(ControlFormat.BOOT_ID_OFFSET), "nobody has recovered it");
        }
        opener.join();
        assertEquals("opened", result.get());
        assertTrue(journal.word(ControlFormat.BOOT_ID_OFFSET) != 1, "it is of this life now");
        assertEquals(IntStream.range(0, 3).boxed().toList(), journal.numbers());
    }

    @Test
    void shouldRecoverAndOpenWhenSignalsInterruptEachCall() throws Exception {
        final AtomicInteger made = new AtomicInteger();
        final Platform platform = new PlatformWithCalls(calls -> (FileCalls) Proxy.newProxyInstance(
            FileCalls.class.getClassLoader(), new Class<?>[] {FileCalls.class}, (proxy, method, arguments) -> {
                if (!method.isDefault() && made.getAndIncrement() % 2 == 0) {
                    throw new InterruptedIOException(method.getName());
                }
                return method.isDefault() ? InvocationHandler.invokeDefault(proxy, method, arguments)
                    : method.invoke(calls, arguments);
            }));
        for (int round = 0; round < 2; round++) {
            MappedChannel.open(new ChannelDirectory(path, platform), platform, System::nanoTime).close();
            MappedChannel.view(new ChannelDirectory(path, platform), platform, System::nanoTime).close();
        }
        assertEquals(IntStream.range(0, 3).boxed().toList(), journal.numbers());
    }

    @Test
    void shouldNotAdviseAViewToWhoMayNotReadTheLockFileEither() {
        final ChannelDirectory channel = new ChannelDirectory(path, PLATFORM);
        final String chmod = " by chmod of the directory and its files";
        final String unreadable = assertThrows(ChannelIOException.class,
            () -> MappedChannel.open(channel, denying(true), System::nanoTime)).getMessage();
        assertTrue(unreadable.endsWith(chmod) && !unreadable.contains("view"), unreadable);
        final String unseen = assertThrows(ChannelIOException.class,
            () -> MappedChannel.view(channel, denying(true), System::nanoTime)).getMessage();
        assertTrue(unseen.endsWith(chmod), unseen);
        final String readable = assertThrows(ChannelIOException.class,
            () -> MappedChannel.open(channel, denying(false), System::nanoTime)).getMessage();
        assertTrue(readable.endsWith("can look (Channel.view, ipc tail)"), readable);
        MappedChannel.view(channel, denying(false), System::nanoTime).close();
    }

    /** Of a user who may not write to the lock file, and perhaps not read it: root, as whom this may run, may. */
    private static Platform denying(final boolean reading) {
        return new PlatformWithCalls(calls -> calls) {
            @Override
            public LockFile openLockFile(final Path file) throws IOException {
                throw new AccessDeniedException(file.toString());
            }

            @Override
            public LockFile openLockFileForReading(final Path file) throws IOException {
                if (reading) {
                    throw new AccessDeniedException(file.toString());
                }
                return super.openLockFileForReading(file);
            }
        };
    }

    @Test
    void shouldRecoverItWhenARepairHasDiedThatItWaitedFor() throws Exception {
        Channel.join(path).close();
        final AtomicReference<Object> result = new AtomicReference<>();
        final Thread opener;
        try (LockFile repairing = lock()) {
            assertTrue(repairing.tryLock(MembersFormat.OPENING_BYTE));
            assertTrue(repairing.tryLock(MembersFormat.PRESENCE_BYTE));
            opener = openInThread(result);
            awaitParked(opener);
            // As a repair leaves it before it recovers.
            journal.reboot();
        }
        opener.join();
        assertEquals("opened", result.get());
        assertTrue(journal.word(ControlFormat.BOOT_ID_OFFSET) != 1, "it is of this life now");
        assertEquals(IntStream.range(0, 3).boxed().toList(), journal.numbers());
    }

    @Test
    void shouldSayWhatItWaitedForWhenItIsInterrupted() throws Exception {
        try (LockFile recovering = lock()) {
            assertTrue(recovering.tryLock(MembersFormat.OPENING_BYTE));
            final AtomicReference<Object> result = new AtomicReference<>();
            final Thread opener = openInThread(result);
            awaitParked(opener);
            opener.interrupt();
            opener.join();
            final String message = ((ChannelIOException) result.get()).getMessage();
            assertTrue(message.contains("interrupted") && message.contains("recovers"), message);
        }
        assertEquals(IntStream.range(0, 3).boxed().toList(), journal.numbers());
    }

    @Test
    void shouldAllOpenWhenARepairHasDiedThatTheyWaitedFor() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Channel.join(path).close();
            final List<AtomicReference<Object>> results =
                Stream.generate(AtomicReference<Object>::new).limit(OPENERS).toList();
            final List<Thread> openers;
            try (LockFile repairing = lock()) {
                assertTrue(repairing.tryLock(MembersFormat.OPENING_BYTE));
                assertTrue(repairing.tryLock(MembersFormat.PRESENCE_BYTE));
                openers = results.stream().map(this::openInThread).toList();
                openers.forEach(OpeningTest::awaitParked);
                journal.reboot();
            }
            for (final Thread opener : openers) {
                opener.join();
            }
            for (final AtomicReference<Object> result : results) {
                assertEquals("opened", result.get(), "round " + round);
            }
        }
    }

    @Test
    void shouldNotWaitForAnotherWhoOpensItWhenTheWordsAreOfThisLife() throws Exception {
        Channel.join(path).close();
        try (LockFile opening = lock()) {
            assertTrue(opening.tryLockShared(MembersFormat.OPENING_BYTE));
            Channel.join(path).close();
        }
    }

    @Test
    void shouldNotRecoverWhileAnotherMayBelieveTheWords() throws Exception {
        final AtomicReference<Object> result = new AtomicReference<>();
        final Thread opener;
        try (LockFile opening = lock()) {
            assertTrue(opening.tryLockShared(MembersFormat.OPENING_BYTE));
            opener = openInThread(result);
            awaitParked(opener);
            assertEquals(1, journal.word(ControlFormat.BOOT_ID_OFFSET), "nobody has recovered it");
        }
        opener.join();
        assertEquals("opened", result.get());
    }

    @Test
    void shouldNotBePresentWhileAnotherRecovers() throws Exception {
        Channel.join(path).close();
        final AtomicReference<Object> result = new AtomicReference<>();
        final Thread opener;
        try (LockFile recovering = lock()) {
            assertTrue(recovering.tryLock(MembersFormat.OPENING_BYTE));
            opener = openInThread(result);
            awaitParked(opener);
            assertFalse(recovering.isLockedByOther(MembersFormat.PRESENCE_BYTE, 1));
        }
        opener.join();
        assertEquals("opened", result.get());
    }

    @Test
    void shouldShowWhatIsThereWhenItIsViewedMeanwhile() throws Exception {
        try (LockFile recovering = lock()) {
            assertTrue(recovering.tryLock(MembersFormat.OPENING_BYTE));
            assertTrue(recovering.tryLock(MembersFormat.PRESENCE_BYTE));
            try (Channel view = Channel.view(path)) {
                assertEquals(IntStream.range(0, 3).boxed().toList(), journal.numbers(view));
            }
        }
    }

    @Test
    void shouldSayThatItWasReplacedWhileItWaitedForWhoRecovers() throws Exception {
        assertTrue(refusedWhenReplaced(() -> journal.copy(path)).contains("was removed or replaced meanwhile"));
    }

    @Test
    void shouldSayThatItWasReplacedWhileItWaitedForWhoRemoves() throws Exception {
        Files.move(path, directory.resolve("another"));
        final ChannelOptions ring = ChannelOptions.ring(32_768);
        Channel.open(path, ring).close();
        assertTrue(refusedWhenReplaced(() -> Channel.open(path, ring).close())
            .contains("was removed or replaced meanwhile"));
    }

    /** What is said to who waits to open a channel whose place another has got meanwhile. */
    private String refusedWhenReplaced(final Replacing replacing) throws Exception {
        final AtomicReference<Object> result = new AtomicReference<>();
        final Thread opener;
        try (LockFile held = lock()) {
            assertTrue(held.tryLock(MembersFormat.OPENING_BYTE));
            opener = openInThread(result);
            awaitParked(opener);
            final Path renamed = directory.resolve("renamed");
            Files.move(path, renamed);
            journal = new StoppedJournal(renamed);
            replacing.run();
        }
        opener.join();
        return ((ChannelIOException) result.get()).getMessage();
    }

    /** Puts something else in the place of a channel. */
    private interface Replacing {
        void run() throws IOException;
    }

    @Test
    void shouldLookAtTheMembersFileAlsoForAView() throws IOException {
        Files.write(path.resolve(MembersFormat.FILE_NAME), new byte[MembersFormat.FILE_BYTES]);
        final String message =
            assertThrows(ChannelDamagedException.class, () -> Channel.view(path)).getMessage();
        assertTrue(message.contains("members: wrong"), message);
    }

    @Test
    void shouldShowNothingWhenWhatWouldBeLeftCannotBeSeen() throws IOException {
        Files.write(journal.segment(0), new byte[StoppedJournal.SEGMENT]);
        final String message =
            assertThrows(ChannelDamagedException.class, () -> Channel.view(path)).getMessage();
        assertTrue(message.contains(journal.segment(0).toString()), message);
    }

    @Test
    void shouldGiveItsLocksBackWhenItIsRefusedAndWhatItHasMappedCannotBeClosed() throws Exception {
        Channel.join(path).close();
        final AtomicInteger reserved = new AtomicInteger();
        final Platform full = new PlatformWithCalls(calls -> calls) {
            @Override
            public Window reserve(final long slotBytes, final int slots) throws IOException {
                if (reserved.getAndIncrement() > 0) {
                    throw new IOException("no room for another mapping");
                }
                return new UnclosableWindow(super.reserve(slotBytes, slots));
            }
        };
        final ChannelIOException refusal = assertThrows(ChannelIOException.class,
            () -> MappedChannel.open(new ChannelDirectory(path, full), full, new SystemEpochNanoClock()));
        assertTrue(refusal.getMessage().contains("no room"), refusal.getMessage());
        assertEquals("as if", refusal.getSuppressed()[0].getMessage());
        try (LockFile locks = lock()) {
            assertTrue(locks.tryLock(MembersFormat.PRESENCE_BYTE), "nobody is present");
        }
    }

    /** One that stays as it is. */
    private record UnclosableWindow(Window window) implements Window {
        @Override
        public long address(final int slot) {
            return window.address(slot);
        }

        @Override
        public void map(final int slot, final Path file, final long fileOffset, final boolean writable,
            final boolean prefault) throws IOException {
            window.map(slot, file, fileOffset, writable, prefault);
        }

        @Override
        public void hold(final int slot, final ByteBuffer content) throws IOException {
            window.hold(slot, content);
        }

        @Override
        public void close() {
            window.close();
            throw new IllegalStateException("as if");
        }
    }

    @Test
    void shouldKeepNothingMappedOfWhatItHasRecovered() throws IOException {
        final Path maps = Path.of("/proc/self/maps");
        assumeTrue(Files.exists(maps), "of Linux");
        Channel.join(path).close();
        assertTrue(journal.word(ControlFormat.BOOT_ID_OFFSET) != 1, "it is of this life now");
        final String place = path.toRealPath().toString();
        try (Stream<String> lines = Files.lines(maps)) {
            assertEquals(List.of(), lines.filter(line -> line.contains(place)).toList());
        }
    }

    private LockFile lock() throws IOException {
        return PLATFORM.openLockFile(ChannelDirectory.lockFile(path, PLATFORM.scheme()));
    }

    private Thread openInThread(final AtomicReference<Object> result) {
        return Thread.ofPlatform().start(() -> {
            try {
                MappedChannel.open(new ChannelDirectory(path, PLATFORM), PLATFORM,
                    new SystemEpochNanoClock()).close();
                result.set("opened");
            } catch (final ChannelException e) {
                assertEquals(e.getMessage().contains("interrupted"), Thread.currentThread().isInterrupted(),
                    "it stays interrupted");
                result.set(e);
            }
        });
    }

    /** It waits for the lock: nothing else in opening parks a thread. */
    private static void awaitParked(final Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            assertFalse(thread.getState() == Thread.State.TERMINATED, "it should wait");
            Thread.onSpinWait();
        }
    }
}
