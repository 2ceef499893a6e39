package org.fencepost.ipc.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.fencepost.ipc.ChannelClosedException;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a journal's next segment comes into being. */
class JournalTest {
    private static final int SEGMENT = 4096;

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
            Files.write(channel().resolve(".preparing-" + SegmentFormat.name(SEGMENT) + "-1"),
                new byte[SEGMENT / 2]);
            assertEquals(Cleaner.DONE, prepare(handle));
            assertEquals(Set.of("control", "cursors", "members", segment(0).getFileName().toString(),
                segment(SEGMENT).getFileName().toString()), names());
        }
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
    void shouldSyncASegmentBeforeItHasItsNameAndThenTheName() throws IOException {
        final List<String> calls = new ArrayList<>();
        try (Handle handle = open(); Recording recording = new Recording()) {
            recording.enable("jdk.FileForce").withThreshold(Duration.ZERO).withoutStackTrace();
            recording.start();
            assertEquals(Cleaner.DONE, prepare(handle));
            recording.stop();
            final Path dump = directory.resolve("dump.jfr");
            recording.dump(dump);
            RecordingFile.readAllEvents(dump).stream()
                .sorted(Comparator.comparing(RecordedEvent::getStartTime))
                .map(event -> event.getString("path"))
                .filter(path -> path != null && path.startsWith(channel().toString()))
                .map(path -> path.equals(channel().toString()) ? "directory"
                    : Path.of(path).getFileName().toString().replaceFirst("-.*", ""))
                .forEach(calls::add);
        }
        // The header, the zeros, the name.
        assertEquals(List.of(".preparing", ".preparing", "directory"), calls);
    }

    private Handle open() {
        return new Handle(channel(), ChannelOptions.journal(SEGMENT), Platform.detect());
    }

    private static int prepare(final Handle handle) {
        if (handle.log.words().tailAcquire() == 0) {
            final SharedClaimer claimer = handle.membership.joinShared();
            assertTrue(claimer.claim(8) >= 0);
            claimer.abort();
            handle.membership.leave(claimer);
        }
        return handle.log.cleaner().tryUnit(Cleaner.NOT_WALKED, 0);
    }

    /** As if somebody had died between the name and the words. */
    private long prepareAndForget(final Handle handle) throws IOException {
        handle.log.store().prepare(SEGMENT);
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
