package org.fencepost.ipc.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelMismatchException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Claim;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.file.FaultyCalls;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.store.Recovery.Finding;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Row 18 of docs/recovery.md, and what the others say of rings. */
class RingRecoveryTest {
    private static final int SEGMENT = 4096;
    private static final int SEGMENTS = 4;
    private static final int CAPACITY = SEGMENTS * SEGMENT;
    private static final ChannelOptions RING = ChannelOptions.ring(CAPACITY, SEGMENTS);

    @TempDir
    Path directory;

    private Path path;
    private StoppedJournal ring;

    @BeforeEach
    void makeRing() {
        path = directory.resolve("ring");
        ring = new StoppedJournal(path);
    }

    @Test
    void shouldKeepWhatIsInTheRingWhenTheLifeIsTheSame3() throws IOException {
        useUp(path, 10);
        final Map<String, ByteBuffer> before = ring.files();
        assertEquals(Finding.SAME_LIFE, recover(path));
        assertEquals(before, ring.files());
        assertEquals(10, read(path).size());
    }

    @Test
    void shouldRefuseWhenSomebodyLivesOfAnotherBoot2() throws IOException {
        try (Channel living = Channel.open(path, RING)) {
            ring.reboot();
            assertThrows(ChannelMismatchException.class, () -> Channel.join(path));
            assertFalse(living.isClosed());
        }
    }

    @Test
    void shouldEmptyTheRingWhenTheLifeIsAnother18() throws IOException {
        for (final int messages : new int[] {0, 3, 70}) {
            final Path place = directory.resolve("ring" + messages);
            final StoppedJournal stopped = new StoppedJournal(place);
            useUp(place, messages);
            leaveAClaim(place);
            final long ready = stopped.word(ControlFormat.READY_OFFSET);
            stopped.reboot();
            try (Channel channel = Channel.join(place)) {
                assertEquals(ready, channel.tailPosition());
                assertEquals(ready, channel.earliestPosition());
                assertEquals(1, channel.recoveryEpoch());
                assertEquals(List.of(), channel.status().openClaims());
            }
            assertZero(place);
            assertEquals(List.of(), read(place));
            // More than it holds: every segment is used again.
            useUp(place, 50);
            assertTrue(read(place).size() > 10);
            assertEquals(1, stopped.word(ControlFormat.EPOCH_OFFSET));
        }
    }

    @Test
    void shouldEmptyNothingWhereAnotherVersionHasMadeASegment18() throws IOException {
        useUp(path, 10);
        ring.reboot();
        final Path last = ring.segment(SEGMENTS - 1);
        ring.version(last, FileHeader.VERSION + 1);
        final Map<String, ByteBuffer> before = ring.files();
        assertEquals(last + ": wrong format version: expected 1, found 2, use the version of the library that made it;"
            + " nothing was changed",
            assertThrows(ChannelDamagedException.class, () -> Channel.join(path)).getMessage());
        assertEquals(before, ring.files());
    }

    @Test
    void shouldEmptyACopyInTheSameBoot18() throws IOException {
        useUp(path, 10);
        final StoppedJournal copy = ring.copy(directory.resolve("copy"));
        assertEquals(List.of(), read(directory.resolve("copy")));
        assertEquals(1, copy.word(ControlFormat.EPOCH_OFFSET));
        assertEquals(10, read(path).size());
    }

    @Test
    void shouldGoOnAtTheStartWhenItsWordsAreGarbage18() throws IOException {
        useUp(path, 10);
        for (final long garbage : new long[] {-1, 17, Long.MAX_VALUE, ControlFormat.POSITION_MAX + SEGMENT}) {
            ring.word(ControlFormat.READY_OFFSET, garbage);
            ring.word(ControlFormat.TAIL_OFFSET, garbage);
            ring.reboot();
            try (Channel channel = Channel.join(path)) {
                assertEquals(0, channel.tailPosition());
            }
            useUp(path, 50);
        }
    }

    @Test
    void shouldTellNamedCursorsWhatIsLost18() throws IOException {
        useUp(path, 3);
        for (final String name : List.of("behind", "beyond")) {
            try (Channel channel = Channel.join(path);
                Subscriber subscriber = channel.addSubscriber(
                    SubscriberOptions.earliest().named(name, "behind".equals(name)))) {
                assertEquals(1, subscriber.poll((b, o, l, h) -> { }, 1));
            }
        }
        final long ready = ring.word(ControlFormat.READY_OFFSET);
        // What reached the disk of cursors may be newer than what did of control.
        final Path cursors = path.resolve("cursors");
        final byte[] content = Files.readAllBytes(cursors);
        final long position = ring.word(ControlFormat.TAIL_OFFSET) / 3;
        int at = content.length;
        final ByteBuffer words = ByteBuffer.wrap(content).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        while (words.getLong(at - 8) != position) {
            at -= 8;
        }
        Files.write(cursors, words.putLong(at - 8, ready + 10 * CAPACITY).array());
        ring.reboot();
        try (Channel channel = Channel.join(path);
            Subscriber behind =
                channel.addSubscriber(SubscriberOptions.earliest().named("behind", true));
            Subscriber beyond =
                channel.addSubscriber(SubscriberOptions.earliest().named("beyond", false))) {
            assertEquals(ready, behind.position());
            assertEquals(ready - position, behind.lostBytes());
            assertEquals(ready, beyond.position());
            assertEquals(0, beyond.lostBytes(), "its position is of another epoch");
        }
    }

    @Test
    void shouldShowAnEmptyRingWhenItIsViewed15() throws IOException {
        useUp(path, 70);
        final long ready = ring.word(ControlFormat.READY_OFFSET);
        ring.reboot();
        final Map<String, ByteBuffer> before = ring.files();
        try (Channel view = Channel.view(path)) {
            assertEquals(List.of(), messages(view));
            assertEquals(ready, view.tailPosition());
            assertEquals(ready, view.earliestPosition());
            assertEquals(1, view.recoveryEpoch());
            assertEquals(before, ring.files());
            useUp(path, 5);
            assertEquals(List.of(), messages(view), "as it was when it was opened");
        }
        try (Channel view = Channel.view(path)) {
            assertEquals(5, messages(view).size());
        }
    }

    @Test
    void shouldEmptyItOnceWhereverThatWasStopped18() throws IOException {
        useUp(path, 30);
        final long ready = ring.word(ControlFormat.READY_OFFSET);
        ring.reboot();
        for (int first = 0; first < 100; first++) {
            final Path place = directory.resolve("stopped" + first);
            final StoppedJournal stopped = ring.copy(place);
            boolean completed = true;
            try {
                recovery(place, new FaultyCalls(Platform.detect().files())
                    .failing(FaultyCalls.Fault.EIO, first, Integer.MAX_VALUE, first % 2 == 0)).run();
            } catch (final IOException e) {
                completed = false;
            }
            try (Channel channel = Channel.join(place)) {
                assertEquals(ready, channel.tailPosition(), "stopped at call " + first);
                assertEquals(1, channel.recoveryEpoch(), "stopped at call " + first);
            }
            assertZero(place);
            if (completed) {
                assertTrue(first > 10);
                return;
            }
        }
        throw new AssertionError("it does not end");
    }

    private static void useUp(final Path place, final int messages) {
        try (Channel channel = Channel.open(place, RING); Publisher publisher = channel.addPublisher()) {
            for (int i = 0; i < messages; i++) {
                final long end = publisher.offer(1, new byte[900], 0, 900);
                assertTrue(end > 0, () -> Publisher.describe(end));
            }
        }
    }

    /** Its owner's handle is closed: it looks like a dead process's. */
    private static void leaveAClaim(final Path place) {
        final Channel dying = Channel.open(place, RING);
        assertTrue(dying.addPublisher().tryClaim(1, 100, new Claim()) >= 0);
        dying.close();
    }

    private static void assertZero(final Path place) throws IOException {
        for (int i = 0; i < SEGMENTS; i++) {
            final byte[] segment = Files.readAllBytes(place.resolve(SegmentFormat.name(i)));
            assertEquals(-1, Arrays.mismatch(new byte[SEGMENT],
                Arrays.copyOfRange(segment, SegmentFormat.DATA_OFFSET, segment.length)));
        }
    }

    private static List<Integer> read(final Path place) {
        try (Channel channel = Channel.join(place)) {
            return messages(channel);
        }
    }

    private static List<Integer> messages(final Channel channel) {
        final List<Integer> lengths = new ArrayList<>();
        try (Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest().lossy())) {
            for (int looks = 0; looks < 100; looks++) {
                subscriber.poll((b, o, length, h) -> lengths.add(length), Integer.MAX_VALUE);
            }
        }
        return lengths;
    }

    private static Finding recover(final Path place) throws IOException {
        return recovery(place, new FaultyCalls(Platform.detect().files())).run();
    }

    private static Recovery recovery(final Path place, final FaultyCalls calls) {
        final ChannelDirectory files = new ChannelDirectory(place, Platform.detect());
        return new Recovery(files, Platform.detect(), calls, files.readGeometry());
    }
}
