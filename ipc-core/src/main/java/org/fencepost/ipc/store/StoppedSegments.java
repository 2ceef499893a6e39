package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Window;

/** The segments of a channel that nobody has open, one of which is mapped at a time. */
final class StoppedSegments implements AutoCloseable {
    private final Path directory;
    private final FileCalls calls;
    private final Geometry geometry;
    private final SharedMemory memory;
    private final Window window;

    StoppedSegments(
        final Path directory, final Geometry geometry, final Platform platform, final FileCalls calls)
        throws IOException {
        this.directory = directory;
        this.calls = calls;
        this.geometry = geometry;
        this.memory = platform.memory();
        this.window = platform.reserve(geometry.segmentBytes(), 1);
    }

    Geometry geometry() {
        return geometry;
    }

    /** Access to what {@link #map} has mapped. */
    SharedMemory memory() {
        return memory;
    }

    /** Address of the data of a segment, for reading, until the next one is mapped. */
    long map(final long place) throws IOException {
        return map(place, false);
    }

    /** The same for writing too. */
    long mapForWriting(final long place) throws IOException {
        final long address = map(place, true);
        // Looks behind the mapping whether the channel's name led to what is mapped: a copy has the same identity.
        calls.open(file(place), true).close();
        return address;
    }

    private long map(final long place, final boolean writable) throws IOException {
        final Path file = file(place);
        SegmentFiles.verify(file, geometry.channelId(), geometry.segmentBytes(), place);
        window.map(0, file, SegmentFormat.DATA_OFFSET, writable, false);
        return window.address(0);
    }

    /** Places of those that are there, from {@code first} on, in ascending order. */
    List<Long> placesFrom(final long first) throws IOException {
        return SegmentFiles.places(directory).stream().filter(place -> place >= first).toList();
    }

    Path file(final long place) {
        return directory.resolve(SegmentFormat.name(place));
    }

    /** What cannot be looked at, behind an error of the disk, is not missing: that is an error. */
    boolean exists(final long place) throws IOException {
        return calls.status(file(place), false).isPresent();
    }

    @Override
    public void close() {
        window.close();
    }
}
