package org.fencepost.ipc.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fencepost.ipc.ChannelClosedException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.PositionException;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who has the segments of a journal mapped together, and who alone. */
class SegmentMappingsTest {
    private static final int SEGMENT = 4096;
    /** The first line of what the system says of a mapping. */
    private static final Pattern RANGE = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) ");

    @TempDir
    Path directory;

    @Test
    void shouldMapASegmentOnceForAllEndpoints() {
        try (Handle handle = open()) {
            final SegmentStore store = handle.log.store();
            final long address = store.newEndpointMap(true).addressOf(0);
            assertEquals(address, store.newEndpointMap(true).addressOf(0));
            assertEquals(address, store.newEndpointMap(false).addressOf(0));
        }
    }

    @Test
    void shouldMapASegmentAnewForWhoSyncs() {
        try (Handle handle = open()) {
            final SegmentStore store = handle.log.store();
            final long shared = store.newEndpointMap(true).addressOf(0);
            final long own = store.newMap().addressOf(0);
            assertNotEquals(shared, own);
            assertNotEquals(own, store.newMap().addressOf(0));
            assertEquals(shared, store.newEndpointMap(true).addressOf(0));
        }
    }

    @Test
    void shouldKeepASegmentForWhoStaysWhenOthersGoOn() {
        try (Handle handle = open()) {
            prepare(handle, 3);
            final SegmentStore store = handle.log.store();
            final SegmentMap stays = store.newEndpointMap(false);
            final SegmentMap goes = store.newEndpointMap(true);
            final long address = stays.addressOf(0);
            assertEquals(address, goes.addressOf(0));
            mark(handle, goes, SEGMENT);
            mark(handle, goes, 2 * SEGMENT);
            mark(handle, goes, 3 * SEGMENT);
            assertEquals(address, stays.addressOf(0));
            assertEquals(0, handle.log.memory().getLongAcquire(address));
            goes.close();
            mark(handle, store.newEndpointMap(true), 2 * SEGMENT);
            assertEquals(address, stays.addressOf(0));
            assertEquals(0, handle.log.memory().getLongAcquire(address));
        }
    }

    @Test
    void shouldUsePlacesAgainThatNobodyHas() {
        try (Handle handle = open()) {
            prepare(handle, 20);
            final SegmentStore store = handle.log.store();
            final SegmentMap first = store.newEndpointMap(true);
            final SegmentMap second = store.newEndpointMap(false);
            final Set<Long> addresses = new HashSet<>();
            for (long start = 0; start <= 20 * SEGMENT; start += SEGMENT) {
                addresses.add(first.addressOf(start));
                addresses.add(second.addressOf(start));
                try (SegmentMap passing = store.newEndpointMap(true)) {
                    addresses.add(passing.addressOf(start));
                }
            }
            assertTrue(addresses.size() <= 3,
                () -> "expected at most 3 places, found " + addresses.size());
        }
    }

    @Test
    void shouldUsePlacesAgainOfWhoHasLeft() {
        try (Handle handle = open()) {
            final Set<Long> addresses = new HashSet<>();
            for (long start = 0; start < 20 * SEGMENT; start += SEGMENT) {
                final SharedClaimer claimer = handle.membership.joinShared();
                final InPlaceReader reader = handle.reader(SubscriberOptions.latest());
                while (handle.log.words().tailAcquire() <= start + SEGMENT) {
                    handle.publish(claimer, start, 1000);
                }
                Handle.readAll(reader);
                try (SegmentMap passing = handle.log.store().newEndpointMap(false)) {
                    addresses.add(passing.addressOf(start));
                }
                reader.close();
                handle.membership.leave(claimer);
            }
            assertTrue(addresses.size() <= 3,
                () -> "expected at most 3 places, found " + addresses.size());
        }
    }

    @Test
    void shouldNotFindARemovedSegmentThatAnotherHasMapped() throws IOException {
        try (Handle handle = open()) {
            final SegmentStore store = handle.log.store();
            store.newEndpointMap(true).addressOf(0);
            Files.delete(directory.resolve("channel").resolve(SegmentFormat.name(0)));
            final SegmentMap late = store.newEndpointMap(false);
            assertThrows(PositionException.class, () -> late.addressOf(0));
        }
    }

    @Test
    void shouldGiveNoMapWhenClosed() {
        final Handle handle = open();
        final SegmentMap map = handle.log.store().newEndpointMap(true);
        handle.close();
        assertThrows(ChannelClosedException.class, () -> map.addressOf(0));
        assertThrows(ChannelClosedException.class, () -> handle.log.store().newEndpointMap(true));
    }

    @Test
    void shouldHaveTheSegmentThatItAskedForWhenItLeapsWhileAnotherMapsAhead() throws Exception {
        final int segments = 8;
        try (Handle handle = open()) {
            prepare(handle, segments - 1);
            final SegmentStore store = handle.log.store();
            final SegmentMap map = store.newEndpointMap(true);
            for (int i = 0; i < segments; i++) {
                mark(handle, map, (long) i * SEGMENT);
            }
            final AtomicBoolean ended = new AtomicBoolean();
            final Thread keeper = Thread.ofPlatform().start(() -> {
                while (!ended.get()) {
                    store.mapAhead(0, segments * SEGMENT, 0, SegmentStore.Pages.MANY, () -> true);
                }
            });
            try {
                for (int i = 0; i < 10_000; i++) {
                    final long start = i * 3L % segments * SEGMENT;
                    final long address = map.addressOf(start);
                    for (int look = 0; look < 10; look++) {
                        assertEquals(start, handle.log.memory().getLongAcquire(address));
                    }
                }
            } finally {
                ended.set(true);
                keeper.join();
            }
        }
    }

    @Test
    void shouldWriteToNoSegmentWhenClosed() {
        final Handle handle = open();
        // Behind the tail's header, at which who opens the journal looks.
        final int behind = SEGMENT / 2;
        final long address = handle.log.store().newEndpointMap(true).addressOf(0);
        handle.close();
        handle.log.memory().putLong(address + behind, 1);
        try (Handle next = open()) {
            final long there = next.log.store().newMap().addressOf(0);
            assertEquals(0, next.log.memory().getLongAcquire(there + behind));
        }
    }

    @Test
    void shouldHavePagesComeOneByOneFromTheTailOnWhenWhatIsPublishedIsSynced() throws IOException {
        try (Handle handle = open()) {
            prepare(handle, 3);
            final SegmentStore store = handle.log.store();
            final SegmentMap map = store.newEndpointMap(true);
            final long behind = map.addressOf(0);
            final long ahead = map.addressOf(SEGMENT);
            final long ready = 2 * SEGMENT;
            store.mapAhead(SEGMENT, ready, 0, SegmentStore.Pages.SINGLE, () -> true);
            assertEquals(List.of(false, true), List.of(isLoadedSingly(behind), isLoadedSingly(ahead)));
            store.mapAhead(SEGMENT, ready, 0, SegmentStore.Pages.MANY, () -> true);
            assertFalse(isLoadedSingly(ahead));
            store.mapAhead(SEGMENT, ready, 0, SegmentStore.Pages.SINGLE, () -> true);
            final long again = map.addressOf(2 * SEGMENT);
            final long anew = map.addressOf(3 * SEGMENT);
            store.mapAhead(SEGMENT, ready, 0, SegmentStore.Pages.SINGLE, () -> true);
            assertEquals(List.of(true, true), List.of(isLoadedSingly(again), isLoadedSingly(anew)));
        }
    }

    @Test
    void shouldHavePagesComeOneByOneWhileSmallSyncsFollowTheTail() throws IOException {
        try (Handle handle = open(8 << 20)) {
            final SharedClaimer claimer = handle.membership.joinShared();
            final GroupCommit commit = new GroupCommit(handle.log);
            final long end = handle.publish(claimer, 1, 100);
            handle.log.mapAhead(0);
            final long address = handle.log.store().newEndpointMap(true).addressOf(0);
            assertFalse(isLoadedSingly(address), "nobody has synced");
            assertEquals(GroupCommit.DONE, commit.trySync(1));
            assertEquals(end, commit.durablePosition());
            handle.log.mapAhead(0);
            assertTrue(isLoadedSingly(address), "a small sync has come to the tail");
            while (handle.log.words().tailAcquire() < end + GroupCommit.AHEAD_BYTES) {
                handle.publish(claimer, 1, 100_000);
            }
            handle.log.mapAhead(0);
            assertFalse(isLoadedSingly(address), "the tail has run away");
        }
    }

    @Test
    void shouldLoadFewPagesUntilAStretchWasPublishedWithoutSyncs() throws IOException {
        try (Handle handle = open(16 << 20)) {
            final SharedClaimer claimer = handle.membership.joinShared();
            final long address = handle.log.store().newEndpointMap(true).addressOf(0);
            handle.log.mapAhead(8 << 20);
            final long few = loadedBytes(address);
            assertTrue(few >= 64 << 10 && few <= 1 << 20, () -> "found " + few + " bytes");
            while (handle.log.words().tailAcquire() < 1 << 20) {
                handle.publish(claimer, 1, 100_000);
            }
            handle.log.mapAhead(8 << 20);
            final long many = loadedBytes(address);
            assertTrue(many >= 9 << 20, () -> "found " + many + " bytes");
        }
    }

    @Test
    void shouldHavePagesComeAnewThatCameManyTogetherWhenSmallSyncsFollow() throws IOException {
        try (Handle handle = open(64 << 20)) {
            final SharedClaimer claimer = handle.membership.joinShared();
            final GroupCommit commit = new GroupCommit(handle.log);
            final long address = handle.log.store().newEndpointMap(true).addressOf(0);
            handle.log.mapAhead(0);
            while (handle.log.words().tailAcquire() < 2 << 20) {
                handle.publish(claimer, 1, 100_000);
            }
            handle.log.mapAhead(32 << 20);
            final long many = loadedBytes(address);
            assertTrue(many >= 32 << 20, () -> "found " + many + " bytes");
            assertEquals(GroupCommit.DONE, commit.trySync(1));
            handle.log.mapAhead(0);
            assertEquals(many, loadedBytes(address), "that one was large");
            for (int i = 0; i < 100; i++) {
                handle.publish(claimer, 1, 100);
                assertEquals(GroupCommit.DONE, commit.trySync(1));
            }
            handle.log.mapAhead(0);
            final long fewer = loadedBytes(address);
            assertTrue(fewer <= many - (15 << 20), () -> "found " + fewer + " bytes of " + many);
            final long durable = commit.durablePosition();
            while (handle.log.words().tailAcquire() < durable + GroupCommit.AHEAD_BYTES) {
                handle.publish(claimer, 1, 100_000);
            }
            handle.log.mapAhead(32 << 20);
            assertTrue(loadedBytes(address) >= 32 << 20, "they are loaded again");
        }
    }

    @Test
    void shouldLeavePagesThatAreOnlyThereSoonerWhenItsKeeperIsWaitedFor() throws IOException {
        try (Handle handle = open(64 << 20)) {
            final SharedClaimer claimer = handle.membership.joinShared();
            final long address = handle.log.store().newEndpointMap(true).addressOf(0);
            handle.log.mapAhead(0);
            while (handle.log.words().tailAcquire() < 1 << 20) {
                handle.publish(claimer, 1, 100_000);
            }
            handle.log.keptBy(() -> 0, () -> false);
            handle.log.mapAhead(48 << 20);
            final long few = loadedBytes(address);
            assertTrue(few >= 4 << 20 && few <= 16 << 20, () -> "found " + few + " bytes");
            handle.log.keptBy(() -> 0, () -> true);
            handle.log.mapAhead(48 << 20);
            final long all = loadedBytes(address);
            assertTrue(all >= 48 << 20, () -> "found " + all + " bytes");
        }
    }

    @Test
    void shouldNotHavePagesComeOneByOneWhenOnlyRetentionHasMovedTheWatermark() throws IOException {
        try (Handle handle = open()) {
            final SharedClaimer claimer = handle.membership.joinShared();
            while (handle.log.words().tailAcquire() <= SEGMENT) {
                handle.publish(claimer, 1, 100);
            }
            handle.log.words().earliestRelease(SEGMENT);
            assertTrue(handle.log.words().syncs().raise(SEGMENT));
            final long address = handle.log.store().newEndpointMap(true).addressOf(SEGMENT);
            handle.log.mapAhead(0);
            assertFalse(isLoadedSingly(address));
            assertEquals(GroupCommit.DONE, new GroupCommit(handle.log).trySync(1));
            handle.log.mapAhead(0);
            assertTrue(isLoadedSingly(address), "somebody has synced");
        }
    }

    @Test
    void shouldHavePagesComeOneByOneWhereASyncWritesAhead() throws IOException {
        try (Handle handle = open()) {
            final SegmentMap map = handle.log.store().newMap();
            final long address = map.addressOf(0);
            assertFalse(isLoadedSingly(address));
            map.writeAhead(0, SEGMENT);
            assertTrue(isLoadedSingly(address));
        }
    }

    /** Whether the system was told so of the mapping that holds this address. */
    private static boolean isLoadedSingly(final long address) throws IOException {
        return List.of(said(address, "VmFlags:").split(" +")).contains("rr");
    }

    /** How much of the mapping that holds this address is there. */
    private static long loadedBytes(final long address) throws IOException {
        return 1024L * Integer.parseInt(said(address, "Rss:").split(" +")[1]);
    }

    /** The line of what the system says of the mapping that holds this address. */
    private static String said(final long address, final String name) throws IOException {
        boolean found = false;
        for (final String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            final Matcher range = RANGE.matcher(line);
            if (range.lookingAt()) {
                found = Long.compareUnsigned(Long.parseUnsignedLong(range.group(1), 16), address) <= 0
                    && Long.compareUnsigned(address, Long.parseUnsignedLong(range.group(2), 16)) < 0;
            } else if (found && line.startsWith(name)) {
                return line;
            }
        }
        throw new AssertionError("nothing is mapped at " + address);
    }

    /** Says in a segment which one it is. */
    private static void mark(final Handle handle, final SegmentMap map, final long segmentStart) {
        handle.log.memory().putLong(map.addressOf(segmentStart), segmentStart);
    }

    private static void prepare(final Handle handle, final int segments) {
        for (int i = 1; i <= segments; i++) {
            handle.log.store().prepare((long) i * SEGMENT, () -> false);
        }
    }

    private Handle open() {
        return open(SEGMENT);
    }

    private Handle open(final int segmentBytes) {
        return new Handle(
            directory.resolve("channel"), ChannelOptions.journal(segmentBytes), Platform.detect());
    }
}
