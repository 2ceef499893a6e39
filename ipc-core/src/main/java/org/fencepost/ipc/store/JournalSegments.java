package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.fencepost.ipc.ChannelClosedException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.durable.Leftovers;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.durable.Temporary;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.log.SegmentMap;
import org.fencepost.ipc.log.SegmentStore;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Reason;

/** The segments of a journal: a file each, made ahead of need and kept until retention removes it. */
final class JournalSegments implements SegmentStore, AutoCloseable {
    /** Pages of a segment up to this are made at once: that takes its thread from other work for some 15 ms. */
    private static final long PAGES_BYTES_MAX = 64 << 20;

    /** So many segments are looked for by name at most: to list those of a long journal takes longer. */
    private static final int LOOKED_FOR_MAX = 64;

    private final Platform platform;
    private final Surroundings surroundings;
    private final Path directory;
    private final ChannelName name;
    private final Geometry geometry;
    private final SegmentMappings mappings;
    private final SegmentMap temporary = new Lazy();
    /** Held by whoever is about to change a name or a word by file; a handle that is closed changes none. */
    private final Object changes = new Object();
    private volatile boolean closed;

    JournalSegments(
        final Platform platform, final Path directory, final ChannelName name,
        final Geometry geometry, final boolean writable, final long controlAddress) {
        this.platform = platform;
        this.surroundings = Surroundings.of(platform, platform.files());
        this.directory = directory;
        this.name = name;
        this.geometry = geometry;
        this.mappings =
            new SegmentMappings(platform, surroundings.calls(), directory, name, geometry, writable,
                new UnsyncedSegments(platform, controlAddress, directory, geometry));
    }

    @Override
    public SegmentMap newMap() {
        return mappings.newMap();
    }

    @Override
    public SegmentMap newEndpointMap(final boolean writes) {
        return mappings.newEndpointMap(writes);
    }

    @Override
    public void mapAhead(
        final long tail, final long ready, final long bytes, final Pages pages,
        final BooleanSupplier wanted) {
        mappings.mapAhead(tail, ready, bytes, pages, wanted);
    }

    @Override
    public void letGo() {
        mappings.letGo();
    }

    @Override
    public SegmentMap newTemporaryMap() {
        return temporary;
    }

    /**
     * Makes the file of a segment. This happens under the housekeeping lock, but one whose handle was
     * closed under it may still be at work: each has a file of its own, and that one's gets no name.
     */
    @Override
    public void prepare(final long segmentStart, final BooleanSupplier wantsPages) {
        final Path file = directory.resolve(SegmentFormat.name(segmentStart));
        try {
            name.require();
            Leftovers.beforeWrite(surroundings, directory);
            if (surroundings.calls().status(file, false).isEmpty()) {
                make(file, segmentStart, wantsPages);
            }
            // Also if it was there: whoever made it may have died, or failed, before this.
            surroundings.calls().syncDirectory(directory);
        } catch (final IOException e) {
            requireOpen();
            throw new ChannelIOException(file,
                "cannot make the next segment " + file + ": " + Reason.of(e)
                    + "; everything up to position " + segmentStart
                    + " stays readable, and publishing goes on when this succeeds", e);
        }
        SegmentFiles.verify(file, geometry.channelId(), geometry.segmentBytes(), segmentStart);
    }

    private void make(
        final Path file, final long segmentStart, final BooleanSupplier wantsPages)
        throws IOException {
        try (Temporary made = Temporary.create(surroundings, directory, Temporary.PRIVATE)) {
            // First, because whoever finds it left over has to be able to lock it.
            Access.of(control(), surroundings.calls()).give(made.handle());
            SegmentFiles.write(
                made.handle(), geometry.channelId(), geometry.segmentBytes(), segmentStart);
            if (geometry.segmentBytes() <= PAGES_BYTES_MAX) {
                SegmentFiles.makePages(made.handle(), geometry.segmentBytes(), wantsPages);
            }
            name(made, file);
        } catch (final FileAlreadyExistsException e) {
            // Made by somebody whose lock was dropped while it still worked; verified by the caller.
        } catch (final IOException e) {
            // Those of the dead may be what takes the room.
            Leftovers.remove(surroundings, directory);
            throw e;
        }
    }

    /**
     * Closing waits for this: behind it a successor may have made this segment, used it and removed it, and would not
     * look for it again.
     */
    private void name(final Temporary made, final Path file) throws IOException {
        synchronized (changes) {
            requireOpen();
            // Again, for all that takes its time.
            name.require();
            made.link(file);
        }
    }

    @Override
    public List<Long> placesBetween(final long from, final long end) {
        try {
            return (end - from) / geometry.segmentBytes() > LOOKED_FOR_MAX
                ? SegmentFiles.places(directory).stream().filter(place -> place >= from && place < end).toList()
                : lookedFor(from, end);
        } catch (final IOException e) {
            requireOpen();
            throw notRemoved(end, e);
        }
    }

    private List<Long> lookedFor(final long from, final long end) throws IOException {
        final List<Long> places = new ArrayList<>();
        for (long place = from; place < end; place += geometry.segmentBytes()) {
            if (surroundings.calls().status(directory.resolve(SegmentFormat.name(place)), false).isPresent()) {
                places.add(place);
            }
        }
        return places;
    }

    @Override
    public void recordCursors(final long earliest) {
        synchronized (changes) {
            requireOpen();
            try {
                name.require();
                // What a named cursor has let go of is not to be missing when it stands before it again.
                sync(CursorsFormat.FILE_NAME);
            } catch (final IOException e) {
                throw notRemoved(earliest, e);
            }
        }
    }

    /**
     * Closing waits for this, too: what it writes by file would come behind what a successor, who has got the
     * housekeeping lock from a handle that was closed, has written there, and take the log's beginning back.
     */
    @Override
    public void recordEarliest(final long earliest) {
        synchronized (changes) {
            requireOpen();
            try {
                name.require();
                writeEarliest(earliest);
            } catch (final IOException e) {
                throw notRemoved(earliest, e);
            }
        }
    }

    @Override
    public void recordRetention() {
        synchronized (changes) {
            requireOpen();
            try {
                name.require();
                sync(ControlFormat.FILE_NAME);
            } catch (final IOException e) {
                throw new ChannelIOException(directory, "the retention of " + directory + " is changed for those who"
                    + " have it open, and is perhaps what it was when the machine starts anew: "
                    + Reason.of(e) + "; change it again", e);
            }
        }
    }

    @Override
    public void remove(final List<Long> places, final long earliest) {
        synchronized (changes) {
            requireOpen();
            mappings.letGoOfSynced();
            try {
                for (final long place : places) {
                    name.require();
                    surroundings.calls().unlink(directory.resolve(SegmentFormat.name(place)));
                }
                surroundings.calls().syncDirectory(directory);
            } catch (final IOException e) {
                throw notRemoved(earliest, e);
            }
        }
    }

    private ChannelIOException notRemoved(final long earliest, final IOException cause) {
        return new ChannelIOException(directory,
            "cannot remove the segments of " + directory + " before position " + earliest + ": "
                + Reason.of(cause) + "; everything from there on stays readable, and"
                + " it is tried again", cause);
    }

    /** By file, and each time anew: what could not be written once is not dirty any more. */
    private void writeEarliest(final long earliest) throws IOException {
        try (FileHandle control = surroundings.calls().open(control(), true)) {
            // What was opened is this channel's, unless the name had led elsewhere by then, and back again since.
            name.require();
            final ByteBuffer word = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            Temporary.write(
                control, word.putLong(0, earliest), ControlFormat.EARLIEST_OFFSET);
            control.sync();
        }
    }

    private void sync(final String fileName) throws IOException {
        try (FileHandle file = surroundings.calls().open(directory.resolve(fileName), true)) {
            file.sync();
        }
    }

    private Path control() {
        return directory.resolve(ControlFormat.FILE_NAME);
    }

    @Override
    public int sync(final long address, final long lengthBytes) {
        return platform.sync(address, lengthBytes);
    }

    @Override
    public void close() {
        synchronized (changes) {
            closed = true;
            mappings.close();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new ChannelClosedException(directory, "the channel " + directory + " is closed");
        }
    }

    /** The map of whoever holds the housekeeping lock; made when first needed, kept. */
    private final class Lazy implements SegmentMap {
        private SegmentMap map;

        @Override
        public long addressOf(final long segmentStart) {
            if (map == null) {
                map = newMap();
            }
            return map.addressOf(segmentStart);
        }

        @Override
        public void close() {
            // Kept for the next holder of the lock.
        }
    }
}
