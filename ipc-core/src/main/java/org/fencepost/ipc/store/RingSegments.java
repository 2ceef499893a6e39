package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.log.SegmentMap;
import org.fencepost.ipc.log.SegmentStore;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Reason;
import org.fencepost.ipc.os.Window;

/** All segments of a ring, mapped once for all endpoints of a handle. */
final class RingSegments implements SegmentStore, AutoCloseable {
    private final Window window;
    private final SegmentMap map;

    RingSegments(
        final Platform platform, final Path directory, final Geometry geometry,
        final boolean writable) {
        final int count = geometry.segmentCount();
        final long segmentBytes = geometry.segmentBytes();
        try {
            this.window = platform.reserve(segmentBytes, count);
            boolean mapped = false;
            try {
                for (int i = 0; i < count; i++) {
                    final Path file = directory.resolve(SegmentFormat.name(i));
                    SegmentFiles.verify(file, geometry.channelId(), segmentBytes, i);
                    window.map(i, file, SegmentFormat.DATA_OFFSET, writable, true);
                }
                mapped = true;
            } finally {
                if (!mapped) {
                    window.close();
                }
            }
        } catch (final NoSuchFileException e) {
            throw Headers.missing(Path.of(e.getFile()), e);
        } catch (final IOException e) {
            throw new ChannelIOException(directory,
                "cannot map the ring " + directory + ": " + Reason.of(e), e);
        }
        this.map = new Addresses(window, geometry);
    }

    @Override
    public SegmentMap newMap() {
        return map;
    }

    @Override
    public SegmentMap newTemporaryMap() {
        return map;
    }

    @Override
    public void prepare(final long segmentStart, final BooleanSupplier wantsPages) {
        throw new IllegalStateException("a ring has all its segments");
    }

    @Override
    public List<Long> placesBetween(final long from, final long end) {
        throw new IllegalStateException("a ring keeps all its segments");
    }

    @Override
    public void recordEarliest(final long earliest) {
        throw new IllegalStateException("a ring keeps all its segments");
    }

    @Override
    public void remove(final List<Long> places, final long earliest) {
        throw new IllegalStateException("a ring keeps all its segments");
    }

    @Override
    public int sync(final long address, final long lengthBytes) {
        throw new IllegalStateException("a ring is not synced");
    }

    @Override
    public void close() {
        window.close();
    }

    private record Addresses(Window window, Geometry geometry) implements SegmentMap {
        @Override
        public long addressOf(final long segmentStart) {
            return window.address((int) geometry.place(segmentStart));
        }

        @Override
        public void close() {
            // The mappings belong to the handle.
        }
    }
}
