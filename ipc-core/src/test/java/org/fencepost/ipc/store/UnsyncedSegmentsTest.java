package org.fencepost.ipc.store;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Window;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The system forgets an error of a file that nobody has open or mapped: which files a handle keeps mapped. */
class UnsyncedSegmentsTest {
    private static final Path MAPPINGS = Path.of("/proc/self/maps");
    /** Addresses, and whether it can be read. */
    private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) r--s ");
    private static final int PAGE_BYTES = 4096;
    private static final int SEGMENT_BYTES = 4096;
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path temporary;

    private Path path;

    @BeforeEach
    void requireMappings() {
        assumeTrue(Files.exists(MAPPINGS), "needs " + MAPPINGS);
        path = temporary.resolve("journal");
    }

    @Test
    void shouldHoldSegmentsUntilTheyAreOnTheDisk() throws Exception {
        try (Channel channel = Channel.open(path, ChannelOptions.journal(SEGMENT_BYTES))) {
            channel.housekeeping().byHand();
            try (Publisher publisher = channel.addPublisher()) {
                publishInto(publisher, 5);
                assertEquals(segments(0, 5), held(), "what is not on the disk");

                assertTrue(channel.awaitDurable(channel.tailPosition(), LONG), "should be durable");
                channel.housekeeping().doWork();
                assertEquals(segments(4, 6), held(), "the last one, and the next that was mapped ahead");

                publishInto(publisher, 8);
                assertEquals(segments(4, 8), held(), "what has come since");
            }
        }
        assertEquals(Set.of(), held(), "nothing is left");
    }

    @Test
    void shouldHoldTheNewestOfMany() throws Exception {
        final int count = UnsyncedSegments.HELD_MAX + 3;
        try (Channel channel = Channel.open(path, ChannelOptions.journal(SEGMENT_BYTES))) {
            channel.housekeeping().byHand();
            try (Publisher publisher = channel.addPublisher()) {
                publishInto(publisher, count);
                assertEquals(segments(3, count), held());
                assertEquals(List.of(), open(), "descriptors are few");
            }
        }
        assertEquals(Set.of(), held(), "nothing is left");
    }

    @Test
    void shouldHoldNothingThatRetentionHasRemoved() throws Exception {
        try (Channel channel = Channel.open(
            path, ChannelOptions.journal(SEGMENT_BYTES).withRetentionBytes(2 * SEGMENT_BYTES))) {
            channel.housekeeping().byHand();
            try (Publisher publisher = channel.addPublisher()) {
                publishInto(publisher, 10);
                await().until(() -> {
                    channel.housekeeping().doWork();
                    return channel.earliestPosition() == 7 * SEGMENT_BYTES;
                });
                channel.housekeeping().doWork();
                assertEquals(segments(7, 11), held(), "the space of the others is free");
            }
        }
    }

    @Test
    void shouldHoldNothingOnceASyncHasFailed() throws Exception {
        final Platform platform = Platform.detect();
        Files.createDirectory(path);
        Files.write(path.resolve(SegmentFormat.name(0)), new byte[PAGE_BYTES]);
        try (Window control = platform.reserve(ControlFormat.FILE_BYTES, 1);
            UnsyncedSegments unsynced = new UnsyncedSegments(platform, control.address(0), path,
                new Geometry(false, SEGMENT_BYTES, 0, 16, true, true, 0, 0, 0, 0, 1))) {
            unsynced.hold(0);
            // Once, or the first would stay.
            unsynced.hold(0);
            assertEquals(segments(0, 1), held());
            platform.memory().putLong(control.address(0) + ControlFormat.DURABLE_OFFSET, 1);
            unsynced.letGoOfSynced();
            assertEquals(Set.of(), held(), "everybody is told in any case");
            unsynced.hold(0);
            assertEquals(Set.of(), held());
        }
    }

    /** Up to within the segment of that number, counted from 1. */
    private static void publishInto(final Publisher publisher, final int segment) {
        final byte[] message = new byte[1000];
        long position;
        do {
            position = publisher.offer(1, message, 0, message.length);
            assertTrue(position > 0, "offer should succeed, returned " + position);
        } while (position <= (segment - 1L) * SEGMENT_BYTES);
    }

    private static Set<String> segments(final int first, final int end) {
        final Set<String> names = new TreeSet<>();
        for (int segment = first; segment < end; segment++) {
            names.add(SegmentFormat.name((long) segment * SEGMENT_BYTES));
        }
        return names;
    }

    /** Names of the segments of which this process has a page mapped alone. */
    private Set<String> held() throws IOException {
        final String place = path.toRealPath() + "/";
        final Set<String> names = new TreeSet<>();
        for (final String line : Files.readAllLines(MAPPINGS)) {
            final Matcher mapping = MAPPING.matcher(line);
            if (mapping.lookingAt() && line.contains(place + SegmentFormat.NAME_PREFIX)
                && Long.parseLong(mapping.group(2), 16) - Long.parseLong(mapping.group(1), 16) == PAGE_BYTES) {
                names.add(line.substring(line.indexOf(place) + place.length()));
            }
        }
        return names;
    }

    /** Segments of which this process has a descriptor. */
    private List<Path> open() throws IOException {
        final List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (final Path descriptor : descriptors) {
                try {
                    final Path file = Files.readSymbolicLink(descriptor);
                    if (file.startsWith(path.toRealPath())
                        && file.getFileName().toString().startsWith(SegmentFormat.NAME_PREFIX)) {
                        files.add(file);
                    }
                } catch (final NoSuchFileException closed) {
                    // Of somebody else, meanwhile; or the descriptor by which this looks.
                    continue;
                }
            }
        }
        return files;
    }
}
