package org.fencepost.ipc.log;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.Thread.State;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.fencepost.ipc.ChannelClosedException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.durable.Leftovers;
import org.fencepost.ipc.file.RecordingCalls;
import org.fencepost.ipc.file.RecordingCalls.Effect;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.LockFile;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.PlatformWithCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a journal's next segment comes into being. */
class JournalTest {
    private static final int SEGMENT = 4096;
    private static final int PAGE_BYTES = 4096;
    private static final int LARGE = 16_384;

    @TempDir
    Path directory;

    @Test
    void shouldNotAnnounceASegmentWhenAForeignFileHasItsName() throws IOException {
        try (Handle handle = open()) {
            Files.copy(segment(0), segment(SEGMENT));
            assertThrows(ChannelDamagedException.class, () -> prepare(handle));
            assertEquals(SEGMENT, handle.log.words().readyAcquire());
            Files.delete(segment(SEGMENT));
            assertEquals(Cleaner.DONE, prepare(handle));
            assertEquals(2 * SEGMENT, handle.log.words().readyAcquire());
            assertEquals(2 * SEGMENT, handle.log.words().clearingAcquire());
        }
    }

    @Test
    void shouldFinishWhatADeadOneHadLinked() throws IOException {
        try (Handle handle = open()) {
            final long inode = prepareAndForget(handle);
            assertEquals(Cleaner.DONE, prepare(handle));
            assertEquals(2 * SEGMENT, handle.log.words().readyAcquire());
            assertEquals(inode, inode(segment(SEGMENT)), "it is the same file");
            assertEquals(Set.of("control", "cursors", "members", segment(0).getFileName().toString(),
                segment(SEGMENT).getFileName().toString()), names());
        }
    }

    @Test
    void shouldRemoveWhatDeadPreparersLeft() throws IOException {
        try (Handle handle = open()) {
            Files.write(Leftovers.newName(channel()), new byte[SEGMENT / 2]);
            assertEquals(Cleaner.DONE, prepare(handle));
            assertEquals(Set.of("control", "cursors", "members", segment(0).getFileName().toString(),
                segment(SEGMENT).getFileName().toString()), names());
        }
    }

    /** A look at all names for each segment would take time that grows with the square of the journal. */
    @Test
    void shouldLookForWhatTheDeadHaveLeftInProportionWhenThereAreManySegments() throws IOException {
        try (Handle handle = open()) {
            for (int other = 0; other < 300; other++) {
                Files.createFile(channel().resolve("other" + other));
            }
            assertEquals(Cleaner.DONE, prepare(handle));
            final Path leftover = Files.createFile(Leftovers.newName(channel()));
            int made = 0;
            while (Files.exists(leftover) && made <= 8) {
                made++;
                handle.log.store().prepare((1L + made) * SEGMENT, () -> false);
            }
            assertTrue(made > 2 && made <= 8, "expected 300 / 64 segments or so, found " + made);
        }
    }

    @Test
    void shouldRemoveWhatTheDeadHaveLeftWhenThereIsNoRoomAmongManySegments() throws IOException {
        final Path leftover = Leftovers.newName(channel());
        try (Handle handle = open(fullWhile(leftover))) {
            for (int other = 0; other < 300; other++) {
                Files.createFile(channel().resolve("other" + other));
            }
            assertEquals(Cleaner.DONE, prepare(handle));
            Files.createFile(leftover);
            assertThrows(ChannelIOException.class, () -> handle.log.store().prepare(2 * SEGMENT, () -> false));
            handle.log.store().prepare(2 * SEGMENT, () -> false);
        }
    }

    /** A file system that has no room for a file more while this one is there. */
    private static Platform fullWhile(final Path taking) {
        return new PlatformWithCalls(real ->
            around(FileCalls.class, real, (name, arguments, call) -> {
                if (name.equals("create") && Files.exists(taking)) {
                    throw new FileSystemException(taking.toString(), null, "ENOSPC");
                }
                return call.make();
            }));
    }

    @Test
    void shouldMapNothingWhenItsHandleIsClosed() {
        final Handle handle = open();
        final SegmentMap map = handle.log.store().newMap();
        assertTrue(map.addressOf(0) != 0);
        assertEquals(Cleaner.DONE, prepare(handle));
        handle.close();
        assertThrows(ChannelClosedException.class, () -> map.addressOf(SEGMENT));
    }

    @Test
    void shouldSyncASegmentBeforeItHasItsNameAndThenTheName() {
        final AtomicReference<RecordingCalls> calls = new AtomicReference<>();
        try (Handle handle = open(recording(calls))) {
            calls.get().take();
            assertEquals(Cleaner.DONE, prepare(handle));
            final List<Effect> effects = new ArrayList<>(calls.get().take());
            final Path temporary = ((Effect.Created) effects.getFirst()).file();
            // The header.
            assertEquals(1, effects.stream().filter(Effect.Written.class::isInstance).count());
            effects.removeIf(Effect.Written.class::isInstance);
            assertEquals(List.of(
                new Effect.Created(temporary),
                new Effect.Allocated(temporary, SegmentFormat.fileBytes(SEGMENT)),
                new Effect.Synced(temporary),
                new Effect.Linked(temporary, segment(SEGMENT)),
                new Effect.Unlinked(temporary),
                new Effect.DirectorySynced(channel())), effects);
        }
    }

    @Test
    void shouldMakePagesOfASegmentBeforeItHasItsNameWhenItIsUsedSoon() throws IOException {
        final AtomicReference<RecordingCalls> calls = new AtomicReference<>();
        final int segmentBytes = 1 << 20;
        try (Handle handle = new Handle(
            channel(), ChannelOptions.journal(segmentBytes), recording(calls), () -> 0)) {
            publish(handle);
            calls.get().take();
            assertEquals(Cleaner.DONE,
                handle.log.cleaner().tryUnitAhead(2 * segmentBytes, segmentBytes));
            final List<Effect> effects = calls.get().take();
            final Effect named = effects.stream()
                .filter(Effect.Linked.class::isInstance).findFirst().orElseThrow();
            final List<Effect> before = effects.subList(0, effects.indexOf(named));
            assertEquals(pages(segmentBytes), written(before), "all of it but the header's");
            assertEquals(written(before), written(effects), "nothing in what others have");
        }
        final byte[] segment = Files.readAllBytes(segment(segmentBytes));
        assertArrayEquals(new byte[segmentBytes],
            Arrays.copyOfRange(segment, SegmentFormat.DATA_OFFSET, segment.length));
    }

    @Test
    void shouldMakeNoPagesOfASegmentThatIsNotUsedSoonOrSyncedByTheMessage() {
        final AtomicReference<RecordingCalls> calls = new AtomicReference<>();
        try (Handle handle = open(recording(calls))) {
            publish(handle);
            calls.get().take();
            assertEquals(Cleaner.DONE,
                handle.log.cleaner().tryUnitAhead(2 * SEGMENT, SEGMENT - 1));
            assertEquals(Set.of(), written(calls.get().take()), "some will be used soon");
            assertEquals(GroupCommit.DONE, new GroupCommit(handle.log).trySync(1));
            calls.get().take();
            assertEquals(Cleaner.DONE,
                handle.log.cleaner().tryUnitAhead(3 * SEGMENT, 3 * SEGMENT));
            assertEquals(Set.of(), written(calls.get().take()), "a small sync has come");
        }
    }

    private static Set<Long> pages(final long segmentBytes) {
        return LongStream.range(SegmentFormat.DATA_OFFSET / PAGE_BYTES,
            SegmentFormat.fileBytes(segmentBytes) / PAGE_BYTES)
            .boxed().collect(Collectors.toSet());
    }

    /** Pages that were written behind the first one. */
    private static Set<Long> written(final List<Effect> effects) {
        final Set<Long> pages = new HashSet<>();
        for (final Effect effect : effects) {
            if (effect instanceof final Effect.Written write) {
                for (long at = write.position(); at < write.position() + write.bytes().length;
                    at += PAGE_BYTES) {
                    pages.add(at / PAGE_BYTES);
                }
            }
        }
        pages.remove(0L);
        return pages;
    }

    @Test
    void shouldSyncWhereTheLogBeginsBeforeASegmentGoesAndThenTheNames() {
        final AtomicReference<RecordingCalls> calls = new AtomicReference<>();
        try (Handle handle = open(recording(calls))) {
            handle.log.store().prepare(SEGMENT, () -> false);
            handle.log.store().prepare(2 * SEGMENT, () -> false);
            calls.get().take();
            final List<Long> places = handle.log.store().placesBetween(0, 2 * SEGMENT);
            handle.log.store().recordCursors(2 * SEGMENT);
            handle.log.store().recordEarliest(2 * SEGMENT);
            handle.log.store().remove(places, 2 * SEGMENT);
            final List<Effect> effects = new ArrayList<>(calls.get().take());
            final Path control = channel().resolve(ControlFormat.FILE_NAME);
            assertEquals(new Effect.Synced(channel().resolve(CursorsFormat.FILE_NAME)),
                effects.removeFirst());
            final Effect.Written earliest = (Effect.Written) effects.removeFirst();
            assertEquals(control, earliest.file());
            assertEquals(ControlFormat.EARLIEST_OFFSET, earliest.position());
            assertEquals(2 * SEGMENT,
                ByteBuffer.wrap(earliest.bytes()).order(ByteOrder.LITTLE_ENDIAN).getLong());
            assertEquals(List.of(
                new Effect.Synced(control),
                new Effect.Unlinked(segment(0)),
                new Effect.Unlinked(segment(SEGMENT)),
                new Effect.DirectorySynced(channel())), effects);
        }
    }

    /** A list for each segment that goes would take time that grows with the square of the journal. */
    @Test
    void shouldLookForFewSegmentsByNameAndListMany() throws IOException {
        final List<Path> lookedFor = new ArrayList<>();
        final Platform platform = new PlatformWithCalls(real ->
            around(FileCalls.class, real, (name, arguments, call) -> {
                if (name.equals("status")) {
                    lookedFor.add((Path) arguments[0]);
                }
                return call.make();
            }));
        final int segments = 70;
        try (Handle handle = open(platform)) {
            final SegmentStore store = handle.log.store();
            for (int segment = 1; segment < segments; segment++) {
                store.prepare((long) segment * SEGMENT, () -> false);
            }
            Files.delete(segment(3 * SEGMENT));
            lookedFor.clear();
            assertEquals(List.of(2L * SEGMENT, 4L * SEGMENT), store.placesBetween(2 * SEGMENT, 5 * SEGMENT));
            assertEquals(List.of(segment(2 * SEGMENT), segment(3 * SEGMENT), segment(4 * SEGMENT)), lookedFor);
            lookedFor.clear();
            assertEquals(LongStream.range(1, segments - 1).filter(segment -> segment != 3)
                .map(segment -> segment * SEGMENT).boxed().toList(),
                store.placesBetween(SEGMENT, (segments - 1L) * SEGMENT));
            assertEquals(List.of(), lookedFor);
        }
    }

    @Test
    void shouldRemoveNothingWhenItsHandleIsClosed() {
        final AtomicReference<RecordingCalls> calls = new AtomicReference<>();
        final SegmentStore store;
        try (Handle handle = open(recording(calls))) {
            store = handle.log.store();
            store.prepare(SEGMENT, () -> false);
        }
        calls.get().take();
        assertThrows(ChannelClosedException.class, () -> store.recordCursors(SEGMENT));
        assertThrows(ChannelClosedException.class, () -> store.recordEarliest(SEGMENT));
        assertThrows(ChannelClosedException.class, () -> store.remove(List.of(0L), SEGMENT));
        assertEquals(List.of(), calls.get().take());
    }

    @Test
    void shouldNotDisturbAnotherHandleThatIsMakingTheSameSegment() throws IOException {
        final AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> { });
        try (Handle slow = open(beforeTheName(meanwhile))) {
            meanwhile.set(() -> {
                try (Handle fast = open()) {
                    fast.log.store().prepare(SEGMENT, () -> false);
                }
            });
            slow.log.store().prepare(SEGMENT, () -> false);
            assertEquals(Set.of("control", "cursors", "members", segment(0).getFileName().toString(),
                segment(SEGMENT).getFileName().toString()), names());
        }
    }

    @Test
    void shouldMakeNoFileWhenAnotherHandleIsMakingTheSegment() {
        final AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> { });
        final AtomicReference<RecordingCalls> calls = new AtomicReference<>();
        final List<Integer> answers = new ArrayList<>();
        try (Handle first = open(beforeTheName(meanwhile));
            Handle second = open(recording(calls))) {
            meanwhile.set(() -> answers.add(second.log.cleaner().tryUnitAhead(SEGMENT, 0)));
            calls.get().take();
            assertEquals(Cleaner.DONE, prepare(first));
            answers.add(second.log.cleaner().tryUnitAhead(SEGMENT, 0));
            assertEquals(List.of(Cleaner.BUSY, Cleaner.IDLE), answers);
            assertEquals(List.of(), calls.get().take(), "nothing is made to be thrown away");
        }
    }

    @Test
    void shouldMakeNoFileWhenAnotherHandleWasFasterByALock() throws IOException {
        final AtomicReference<RecordingCalls> calls = new AtomicReference<>();
        try (Handle first = open(); Handle second = open(recording(calls));
            LockFile file = Platform.detect().openLockFile(
                channel().resolve(MembersFormat.FILE_NAME))) {
            publish(first);
            final WatchedLocks locks = new WatchedLocks(file);
            final Cleaner late = second.watched(locks).cleaner();
            calls.get().take();
            // The late one has seen that a segment is missing.
            locks.beforeHousekeeping = () -> assertEquals(Cleaner.DONE, prepare(first));
            assertEquals(Cleaner.IDLE, late.tryUnitAhead(SEGMENT, 0));
            assertEquals(2 * SEGMENT, first.log.words().readyAcquire());
            assertEquals(List.of(), calls.get().take(), "nothing is made to be thrown away");
        }
    }

    @Test
    void shouldNotBeClosedBetweenTheLastLookAndTheNameOfASegment() throws Exception {
        final AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> { });
        final Handle handle = open(beforeTheName(meanwhile));
        final Thread closer = new Thread(handle::close);
        meanwhile.set(() -> {
            closer.start();
            await().until(() -> EnumSet.of(State.BLOCKED, State.TERMINATED).contains(closer.getState()));
            assertEquals(State.BLOCKED, closer.getState());
        });
        handle.log.store().prepare(SEGMENT, () -> false);
        closer.join();
        assertThrows(ChannelClosedException.class, () -> handle.log.store().prepare(2 * SEGMENT, () -> false));
        assertEquals(Set.of("control", "cursors", "members", segment(0).getFileName().toString(),
            segment(SEGMENT).getFileName().toString()), names());
    }

    /** Somebody comes once, when a segment is there and has no name yet. */
    private static Platform beforeTheName(final AtomicReference<Runnable> meanwhile) {
        return new PlatformWithCalls(real ->
            around(FileCalls.class, real, (name, arguments, call) -> {
                if (name.equals("link")) {
                    meanwhile.getAndSet(() -> { }).run();
                }
                return call.make();
            }));
    }

    private static Platform recording(final AtomicReference<RecordingCalls> calls) {
        return new PlatformWithCalls(real -> {
            calls.set(new RecordingCalls(real));
            return calls.get();
        });
    }

    @Test
    void shouldWriteAheadInTheFileOfTheSegmentThatWasAskedForLast() {
        final List<String> begun = new ArrayList<>();
        final Platform platform = beginning((file, arguments) ->
            begun.add(file.getFileName() + " " + Arrays.toString(arguments)));
        try (Handle handle = openLarge(platform)) {
            assertEquals(Cleaner.DONE, prepare(handle));
            final SegmentMap map = handle.log.store().newMap();
            for (final long segmentStart : new long[] {0, LARGE}) {
                map.addressOf(segmentStart);
                map.writeAhead(segmentStart + 4096, segmentStart + 3 * 4096);
                map.writeAhead(segmentStart + 3 * 4096, segmentStart + LARGE);
            }
        }
        assertEquals(List.of(
            SegmentFormat.name(0) + " [8192, 8192]", SegmentFormat.name(0) + " [16384, 4096]",
            SegmentFormat.name(LARGE) + " [8192, 8192]",
            SegmentFormat.name(LARGE) + " [16384, 4096]"), begun, "behind the page of the header");
    }

    @Test
    void shouldBeDurableWhenNothingCanBeWrittenAhead() {
        final AtomicInteger refused = new AtomicInteger();
        final Beginning refusing = (file, arguments) -> {
            throw new FileSystemException(file.toString(), null, "EIO " + refused.incrementAndGet());
        };
        try (Handle handle = openLarge(beginning(refusing))) {
            final GroupCommit commit = new GroupCommit(handle.log);
            final SharedClaimer claimer = handle.membership.joinShared();
            long end = 0;
            while (end < 2 * LARGE) {
                end = handle.publish(claimer, 1, 3000);
                assertEquals(GroupCommit.DONE, commit.trySync(1));
                assertEquals(end, commit.durablePosition());
            }
            assertFalse(commit.hasFailed());
            assertEquals(3, refused.get(), "once a segment");
        }
    }

    /** Is there when a file is to be written ahead. */
    private interface Beginning {
        void startWriting(Path file, Object[] arguments) throws IOException;
    }

    private static Platform beginning(final Beginning beginning) {
        return new PlatformWithCalls(real ->
            around(FileCalls.class, real, (name, arguments, call) -> {
                final Object result = call.make();
                return name.equals("open")
                    ? beginning((Path) arguments[0], (FileHandle) result, beginning) : result;
            }));
    }

    private static FileHandle beginning(
        final Path file, final FileHandle handle, final Beginning beginning) {
        return around(FileHandle.class, handle, (name, arguments, call) -> {
            if (name.equals("startWriting")) {
                beginning.startWriting(file, arguments);
            }
            return call.make();
        });
    }

    private interface Call {
        Object make() throws Throwable;
    }

    private interface Around {
        Object call(String name, Object[] arguments, Call call) throws Throwable;
    }

    private static <T> T around(final Class<T> type, final T real, final Around around) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
            (proxy, method, arguments) -> around.call(method.getName(), arguments, () -> {
                try {
                    return method.invoke(real, arguments);
                } catch (final InvocationTargetException failure) {
                    throw failure.getCause();
                }
            })));
    }

    private Handle openLarge(final Platform platform) {
        return new Handle(channel(), ChannelOptions.journal(LARGE), platform);
    }

    private Handle open() {
        return open(Platform.detect());
    }

    private Handle open(final Platform platform) {
        return new Handle(channel(), ChannelOptions.journal(SEGMENT), platform);
    }

    private static int prepare(final Handle handle) {
        if (handle.log.words().tailAcquire() == 0) {
            publish(handle);
        }
        return handle.log.cleaner().tryUnit(Cleaner.NOT_WALKED, 0);
    }

    private static void publish(final Handle handle) {
        final SharedClaimer claimer = handle.membership.joinShared();
        assertTrue(claimer.claim(8) >= 0);
        claimer.abort();
        handle.membership.leave(claimer);
    }

    /** As if somebody had died between the name and the words. */
    private long prepareAndForget(final Handle handle) throws IOException {
        handle.log.store().prepare(SEGMENT, () -> false);
        return inode(segment(SEGMENT));
    }

    private static long inode(final Path file) throws IOException {
        return (long) Files.getAttribute(file, "unix:ino");
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> files = Files.list(channel())) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    private Path segment(final long start) {
        return channel().resolve(SegmentFormat.name(start));
    }

    private Path channel() {
        return directory.resolve("journal");
    }
}
