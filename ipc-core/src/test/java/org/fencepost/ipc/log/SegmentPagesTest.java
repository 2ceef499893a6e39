package org.fencepost.ipc.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.agrona.concurrent.EpochNanoClock;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.file.FaultyCalls;
import org.fencepost.ipc.file.RecordingCalls;
import org.fencepost.ipc.file.RecordingCalls.Effect;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.PlatformWithCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the making of pages of a journal's next segment gives way to, and what is left of it when it fails. */
class SegmentPagesTest {
    private static final int SEGMENT = 1 << 20;
    private static final int PAYLOAD = SEGMENT / 4;
    private static final Set<String> WHOLE =
        Set.of("control", "cursors", "members", SegmentFormat.name(0), SegmentFormat.name(SEGMENT));

    private final AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> { });
    private final RecordingCalls recorded = new RecordingCalls(Platform.detect().files());
    private long nanos;

    @TempDir
    Path directory;

    @Test
    void shouldMakeNoPagesOnceSomebodyWaitsForTheSegment() throws IOException {
        try (Handle handle = open(() -> {
            meanwhile.get().run();
            return nanos;
        }); Handle publishing = open(journal(), Platform.detect().files(), () -> 0)) {
            final SharedClaimer claimer = publishing.membership.joinShared();
            publishing.publish(claimer, 1, PAYLOAD);
            meanwhile.set(() -> assertEquals(Claimer.PREPARING,
                publishing.publishUntilTurnedAway(claimer, 1, PAYLOAD), "somebody is at it"));
            assertTrue(piecesMade(handle) <= 1, "it goes on although publishers have nothing left");
        }
        assertEquals(WHOLE, names(journal()));
        assertZeros();
    }

    @Test
    void shouldMakeNoPagesForLongerThanTheyMayTake() throws IOException {
        try (Handle handle = open(() -> nanos += 40_000_000)) {
            handle.publish(handle.membership.joinShared(), 1, PAYLOAD);
            assertEquals(2, piecesMade(handle));
        }
        assertZeros();
    }

    @Test
    void shouldMakeNoMorePagesWhenSomebodyWaitsForItsKeeper() throws IOException {
        try (Handle handle = open(() -> 0)) {
            handle.publish(handle.membership.joinShared(), 1, PAYLOAD);
            final AtomicInteger looks = new AtomicInteger();
            handle.log.keptBy(() -> 0, () -> looks.incrementAndGet() <= 3);
            assertEquals(3, piecesMade(handle));
        }
        assertZeros();
    }

    @ParameterizedTest
    @CsvSource({"EIO, false", "ENOSPC, false", "EIO, true"})
    void shouldLeaveNoHalfMadeSegmentWhicheverCallFails(
        final FaultyCalls.Fault fault, final boolean afterItsEffect) throws IOException {
        final FaultyCalls calls = new FaultyCalls(Platform.detect().files());
        boolean failed = true;
        for (int failing = 0; failed; failing++) {
            final Path path = directory.resolve("failing-" + failing);
            try (Handle handle = open(path, calls, () -> 0)) {
                handle.publish(handle.membership.joinShared(), 1, PAYLOAD);
                calls.failing(fault, failing, failing, afterItsEffect);
                failed = fails(handle);
                final boolean named = Files.exists(path.resolve(SegmentFormat.name(SEGMENT)));
                assertTrue(named || failed);
                assertEquals(failed ? SEGMENT : 2 * SEGMENT, handle.log.words().readyAcquire());
                assertEquals(handle.log.words().readyAcquire(), handle.log.words().clearingAcquire());
                calls.failing(fault, -1, -1, false);
                assertEquals(failed ? Cleaner.DONE : Cleaner.IDLE,
                    handle.log.cleaner().tryUnitAhead(SEGMENT, SEGMENT));
            }
            assertEquals(WHOLE, names(path), "call " + failing);
            assertTrue(!failed || failing < 100);
            assertTrue(failed || failing > 8, "calls: " + calls.made());
        }
    }

    private static boolean fails(final Handle handle) {
        try {
            assertEquals(Cleaner.DONE, handle.log.cleaner().tryUnitAhead(SEGMENT, SEGMENT));
            return false;
        } catch (final ChannelIOException e) {
            return true;
        }
    }

    /** Writes behind the header. */
    private long piecesMade(final Handle handle) {
        recorded.take();
        assertEquals(Cleaner.DONE, handle.log.cleaner().tryUnitAhead(SEGMENT, SEGMENT));
        return recorded.take().stream().filter(effect ->
            effect instanceof final Effect.Written written && written.position() > 0).count();
    }

    private void assertZeros() throws IOException {
        final byte[] segment = Files.readAllBytes(journal().resolve(SegmentFormat.name(SEGMENT)));
        assertEquals(SegmentFormat.fileBytes(SEGMENT), segment.length);
        assertArrayEquals(new byte[SEGMENT],
            Arrays.copyOfRange(segment, SegmentFormat.DATA_OFFSET, segment.length));
    }

    private static Set<String> names(final Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    private Path journal() {
        return directory.resolve("journal");
    }

    private Handle open(final EpochNanoClock clock) {
        return open(journal(), recorded, clock);
    }

    private static Handle open(final Path path, final FileCalls calls, final EpochNanoClock clock) {
        return new Handle(path, ChannelOptions.journal(SEGMENT),
            new PlatformWithCalls(real -> calls), clock);
    }
}
