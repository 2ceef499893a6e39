package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.fencepost.ipc.ChannelClosedException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.PositionException;
import org.fencepost.ipc.durable.Leftovers;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.durable.Temporary;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.log.SegmentMap;
import org.fencepost.ipc.log.SegmentStore;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Window;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments of a journal: a file each, made ahead of need and kept. Every endpoint has a window of
 * {@link #SLOTS} segments around the place where it works, so that the address space a handle needs
 * does not grow with the journal. Windows of endpoints that were closed are used again.
 */
final class JournalSegments implements SegmentStore, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(JournalSegments.class);
    private static final int SLOTS = 2;
    /**
     * Pages just ahead of those who write are loaded each time, for the system may have written them back since:
     * some milliseconds of a publisher at full speed.
     */
    private static final long NEAR_BYTES = 4 << 20;

    private final Platform platform;
    private final Surroundings surroundings;
    private final Path directory;
    private final Geometry geometry;
    private final List<Window> windows = new ArrayList<>();
    private final List<EndpointMap> endpoints = new CopyOnWriteArrayList<>();
    private final Deque<Window> unused = new ArrayDeque<>();
    private final boolean writable;
    private final SegmentMap temporary;
    private final Object removal = new Object();
    private volatile boolean closed;

    JournalSegments(
        final Platform platform, final Path directory, final Geometry geometry,
        final boolean writable) {
        this.platform = platform;
        this.surroundings = Surroundings.of(platform, platform.files());
        this.directory = directory;
        this.geometry = geometry;
        this.writable = writable;
        this.temporary = new Lazy();
    }

    @Override
    public synchronized SegmentMap newMap() {
        return new PlainMap(takeWindow());
    }

    @Override
    public synchronized SegmentMap newEndpointMap(final boolean writes) {
        final EndpointMap map = new EndpointMap(takeWindow(), writes);
        endpoints.add(map);
        return map;
    }

    @Override
    public void mapAhead(final long tail, final long ready, final long bytes) {
        for (final EndpointMap map : endpoints) {
            try {
                map.mapAhead(tail, ready, bytes);
            } catch (final PositionException gone) {
                // It was kept for as long as was promised; whoever comes there finds out.
            }
        }
    }

    @Override
    public void letGo() {
        endpoints.forEach(EndpointMap::letGo);
    }

    @Override
    public SegmentMap newTemporaryMap() {
        return temporary;
    }

    /**
     * Makes the file of a segment. This happens under the housekeeping lock, but one whose handle was
     * closed under it may still be at work: each has a file of its own until it has the name.
     */
    @Override
    public void prepare(final long segmentStart) {
        final Path file = directory.resolve(SegmentFormat.name(segmentStart));
        try {
            Leftovers.remove(surroundings, directory);
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                try (Temporary made =
                    Temporary.create(surroundings, directory, Temporary.PRIVATE)) {
                    // First, because whoever finds it left over has to be able to lock it.
                    Access.of(control(), surroundings.calls()).give(made.handle());
                    SegmentFiles.write(made.handle(), geometry.channelId(),
                        geometry.segmentBytes(), segmentStart);
                    made.link(file);
                }
            }
            // Also if it was there: whoever made it may have died, or failed, before this.
            surroundings.calls().syncDirectory(directory);
        } catch (final FileAlreadyExistsException e) {
            // Made by somebody whose lock was dropped while it still worked; verified below.
        } catch (final IOException e) {
            requireOpen();
            throw new ChannelIOException(file,
                "cannot make the next segment " + file + ": " + ChannelDirectory.reason(e)
                    + "; everything up to position " + segmentStart
                    + " stays readable, and publishing goes on when this succeeds", e);
        }
        SegmentFiles.verify(file, geometry.channelId(), geometry.segmentBytes(), segmentStart);
    }

    /**
     * Closing waits for this: what it writes by file would come behind what a successor, who has got the
     * housekeeping lock from a handle that was closed, has written there, and take the log's beginning back.
     */
    @Override
    public boolean removeBelow(final long earliest) {
        synchronized (removal) {
            requireOpen();
            return remove(earliest);
        }
    }

    private boolean remove(final long earliest) {
        try {
            final List<Long> surplus = SegmentFiles.places(directory).stream()
                .filter(place -> place < earliest).toList();
            if (surplus.isEmpty()) {
                return false;
            }
            writeEarliest(earliest);
            for (final long place : surplus) {
                surroundings.calls().unlink(directory.resolve(SegmentFormat.name(place)));
            }
            surroundings.calls().syncDirectory(directory);
            return true;
        } catch (final IOException e) {
            requireOpen();
            throw new ChannelIOException(directory,
                "cannot remove the segments of " + directory + " before position " + earliest + ": "
                    + ChannelDirectory.reason(e) + "; everything from there on stays readable, and"
                    + " it is tried again", e);
        }
    }

    /** By file, and each time anew: what could not be written once is not dirty any more. */
    private void writeEarliest(final long earliest) throws IOException {
        try (FileHandle control = surroundings.calls().open(control(), true)) {
            final ByteBuffer word = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            Temporary.write(
                control, word.putLong(0, earliest), ControlFormat.EARLIEST_OFFSET);
            control.sync();
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
        synchronized (removal) {
            synchronized (this) {
                closed = true;
                windows.forEach(Window::close);
            }
        }
    }

    private Window takeWindow() {
        requireOpen();
        if (!unused.isEmpty()) {
            return unused.pop();
        }
        try {
            final Window window = platform.reserve(
                SegmentFormat.fileBytes(geometry.segmentBytes()), SLOTS);
            windows.add(window);
            return window;
        } catch (final IOException e) {
            throw new ChannelIOException(directory,
                "cannot reserve addresses for " + SLOTS + " segments of " + geometry.segmentBytes()
                    + " bytes of " + directory + ": " + ChannelDirectory.reason(e), e);
        }
    }

    private synchronized void giveBack(final Window window) {
        if (!closed) {
            unused.push(window);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new ChannelClosedException(directory, "the channel " + directory + " is closed");
        }
    }

    /** Maps a segment; not beside {@link #close}, or it would come back to life behind it. */
    private synchronized void map(final Window window, final int slot, final long segmentStart) {
        requireOpen();
        final Path file = directory.resolve(SegmentFormat.name(segmentStart));
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new PositionException(directory,
                "position " + segmentStart + " of " + directory + " is not kept: expected the file "
                    + file.getFileName() + ", found nothing; begin at the earliest position, or"
                    + " restore the file");
        }
        SegmentFiles.verify(file, geometry.channelId(), geometry.segmentBytes(), segmentStart);
        try {
            // With the first page, so that one sync can reach the receipt and the data.
            window.map(slot, file, 0, writable, false);
        } catch (final IOException e) {
            throw new ChannelIOException(file,
                "cannot map " + file + ": " + ChannelDirectory.reason(e), e);
        }
    }

    /** The window of one user; used by one thread at a time. */
    private class PlainMap implements SegmentMap {
        static final long NOTHING = -1;

        final Window window;
        final long[] mapped = new long[SLOTS];
        private boolean givenBack;

        PlainMap(final Window window) {
            this.window = window;
            Arrays.fill(mapped, NOTHING);
        }

        @Override
        public long addressOf(final long segmentStart) {
            final int slot = slotOf(segmentStart);
            if (mapped[slot] != segmentStart) {
                mapped[slot] = NOTHING;
                map(window, slot, segmentStart);
                mapped[slot] = segmentStart;
            }
            return window.address(slot) + SegmentFormat.DATA_OFFSET;
        }

        @Override
        public void writeAhead(final long from, final long end) {
            final int slot = slotOf(from);
            final long offset = offset(from);
            // That makes them dirty, too.
            window.load(slot, offset, end - from);
            try (FileHandle file = surroundings.calls().open(
                directory.resolve(SegmentFormat.name(geometry.segmentStart(from))), true)) {
                file.startWriting(offset, end - from);
            } catch (final IOException e) {
                // Then they are written by a sync, which says what is wrong.
                LOGGER.debug("cannot write ahead from position {} of {}: {}", from, directory,
                    ChannelDirectory.reason(e));
            }
        }

        @Override
        public void close() {
            if (!givenBack) {
                givenBack = true;
                giveBack(window);
            }
        }

        final int slotOf(final long segmentStart) {
            return (int) (segmentStart / geometry.segmentBytes() % SLOTS);
        }

        /** Of a position in the slot of its segment. */
        final long offset(final long position) {
            return SegmentFormat.DATA_OFFSET + position - geometry.segmentStart(position);
        }
    }

    private enum Taker { NOBODY, ENDPOINT, KEEPER }

    /**
     * The window of an endpoint, in which another thread maps the next segment while the endpoint works
     * in the current one. Whoever changes what is mapped has taken the map: the endpoint, or who keeps house.
     * An endpoint that finds it taken by the other waits for the system calls of one mapping, which are then
     * not its own. A thread of the endpoint may be torn away with the map taken, by a stack that ends or a
     * page that is missing; the next one goes on with it.
     */
    private final class EndpointMap extends PlainMap {
        private final boolean writes;
        private final AtomicReference<Taker> taker = new AtomicReference<>(Taker.NOBODY);
        private final AtomicBoolean open = new AtomicBoolean(true);
        /** The segment in which the endpoint works. */
        private volatile long current = NOTHING;
        /** By the thread that keeps house: pages below were loaded. */
        private long loaded;

        EndpointMap(final Window window, final boolean writes) {
            super(window);
            this.writes = writes;
        }

        @Override
        public long addressOf(final long segmentStart) {
            take();
            try {
                current = segmentStart;
                return super.addressOf(segmentStart);
            } finally {
                taker.set(Taker.NOBODY);
            }
        }

        @Override
        public void close() {
            take();
            try {
                open.set(false);
                current = NOTHING;
                endpoints.remove(this);
                super.close();
            } finally {
                taker.set(Taker.NOBODY);
            }
        }

        /** By the thread that keeps house. */
        void mapAhead(final long tail, final long ready, final long bytes) {
            final long segmentBytes = geometry.segmentBytes();
            final long now = current;
            final long next = now + segmentBytes;
            if (now == NOTHING) {
                return;
            }
            if (next + segmentBytes <= ready && mapped[slotOf(next)] != next
                && taker.compareAndSet(Taker.NOBODY, Taker.KEEPER)) {
                try {
                    if (open.get() && current == now) {
                        super.addressOf(next);
                    }
                } finally {
                    taker.set(Taker.NOBODY);
                }
            }
            if (writes) {
                final long near = tail + NEAR_BYTES;
                load(now, tail, near);
                load(next, tail, near);
                final long end = Math.max(near, tail + bytes);
                loaded = Math.max(loaded, near);
                loaded = Math.max(loaded, load(now, loaded, end));
                loaded = Math.max(loaded, load(next, loaded, end));
            }
        }

        /**
         * Has the pages there that the endpoint will write soon; whose they are by then does not matter. Where
         * they end, or 0.
         */
        private long load(final long segmentStart, final long from, final long end) {
            final int slot = slotOf(segmentStart);
            final long first = Math.max(from, segmentStart);
            final long last = Math.min(end, segmentStart + geometry.segmentBytes());
            if (first >= last || mapped[slot] != segmentStart) {
                return 0;
            }
            window.load(slot, SegmentFormat.DATA_OFFSET + first - segmentStart, last - first);
            return last;
        }

        private void take() {
            while (taker.get() != Taker.ENDPOINT
                && !taker.compareAndSet(Taker.NOBODY, Taker.ENDPOINT)) {
                Thread.yield();
            }
        }

        /** By the thread that keeps house, when it was torn away. */
        void letGo() {
            taker.compareAndSet(Taker.KEEPER, Taker.NOBODY);
        }
    }

    /** The window of whoever holds the housekeeping lock; made when first needed, kept. */
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
