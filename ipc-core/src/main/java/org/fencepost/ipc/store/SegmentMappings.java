package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.fencepost.ipc.ChannelClosedException;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.PositionException;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.log.SegmentMap;
import org.fencepost.ipc.log.SegmentStore.Pages;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Reason;
import org.fencepost.ipc.os.Window;
import org.slf4j.LoggerFactory;

/**
 * What a handle has mapped of a journal. Every map has the {@link #SLOTS} segments around the place where its
 * user works, so that the address space a handle needs does not grow with the journal.
 *
 * <p>Endpoints that work in the same segment have it mapped once, between them: a sync makes the pages that
 * it writes read-only again in each mapping, and each of those then faults. Who syncs has a mapping of its own,
 * because the system reports an error once to each, and it must not be taken by somebody else.
 *
 * <p>The system may load many pages as one, up to 2 MiB, the larger the further it has read ahead. That is
 * faster for whoever fills segments, but a sync writes all of it for a message in it. So pages behind the
 * tail come one by one while small syncs follow it.
 *
 * <p>Nobody counts users: a place is free when no map holds it. So one whose thread is torn away in the
 * middle costs a place at most.
 */
final class SegmentMappings implements AutoCloseable {
    private static final int SLOTS = 2;
    private static final long NOTHING = -1;
    /**
     * Pages just ahead of those who write are loaded each time, for the system may have written them back since:
     * some milliseconds of a publisher at full speed.
     */
    private static final long NEAR_BYTES = 4 << 20;
    /**
     * So many are, until so much has been published since this handle was opened: syncs may follow yet. The system
     * makes more pages together the further it goes, and a sync writes all of those that came together.
     */
    private static final long NEAR_BYTES_FIRST = 64 << 10;
    private static final long FIRST_BYTES = 1 << 20;
    /** So far ahead of small syncs such pages are forgotten: seconds, in which they have to be written before. */
    private static final long FORGOTTEN_BYTES = 16 << 20;

    private final Platform platform;
    private final FileCalls calls;
    private final Path directory;
    private final ChannelName name;
    private final Geometry geometry;
    private final boolean writable;
    /** Guarded by this. */
    private final UnsyncedSegments unsynced;
    /** Guarded by this. */
    private final List<Place> places = new ArrayList<>();
    /** Guarded by this. */
    private final List<OwnMap> maps = new ArrayList<>();
    private final List<EndpointMap> endpoints = new CopyOnWriteArrayList<>();
    /** Pages below were loaded; by one thread at a time. */
    private long loaded;
    /** Where the tail was at first; by the same. */
    private long firstTail = NOTHING;
    /**
     * Before this pages may have come many together, for the system makes more than are asked for: the end of the
     * last segment in which any were loaded ahead; by the same.
     */
    private long large;
    private volatile boolean closed;

    SegmentMappings(
        final Platform platform, final FileCalls calls, final Path directory, final ChannelName name,
        final Geometry geometry, final boolean writable, final UnsyncedSegments unsynced) {
        this.platform = platform;
        this.calls = calls;
        this.directory = directory;
        this.name = name;
        this.geometry = geometry;
        this.writable = writable;
        this.unsynced = unsynced;
    }

    /** Addresses of one segment, and which one is there. */
    private static final class Place {
        private final Window window;
        /** Changed only while one map holds the place, or none. */
        private volatile long segmentStart = NOTHING;
        /** Guarded by the mappings: whether pages come one by one. */
        private boolean singly;

        private Place(final Window window) {
            this.window = window;
        }
    }

    /** A map whose mappings nobody else uses. */
    synchronized SegmentMap newMap() {
        requireOpen();
        final OwnMap map = new OwnMap();
        maps.add(map);
        return map;
    }

    /** As {@link org.fencepost.ipc.log.SegmentStore#newEndpointMap}. */
    synchronized SegmentMap newEndpointMap(final boolean writes) {
        requireOpen();
        final EndpointMap map = new EndpointMap(writes);
        maps.add(map);
        endpoints.add(map);
        return map;
    }

    /** As {@link org.fencepost.ipc.log.SegmentStore#mapAhead}. */
    void mapAhead(
        final long tail, final long ready, final long bytes, final Pages pages,
        final BooleanSupplier wanted) {
        boolean writing = false;
        for (final EndpointMap map : endpoints) {
            writing |= map.writes;
            try {
                map.mapAhead(ready);
            } catch (final PositionException gone) {
                // It was kept for as long as was promised; whoever comes there finds out.
            }
        }
        letGoOfSynced();
        loadSingly(tail, pages != Pages.MANY);
        if (pages == Pages.SINGLE_ANEW) {
            forgetAhead(tail);
        } else if (pages == Pages.MANY && writing) {
            loadAhead(tail, bytes, wanted);
        }
    }

    /** How pages come that are new: whoever meets the first of them decides it for all. */
    private synchronized void loadSingly(final long tail, final boolean singly) {
        for (final Place place : places) {
            if (place.segmentStart + geometry.segmentBytes() > tail) {
                loadSingly(place, singly);
            }
        }
    }

    private synchronized void loadSingly(final Place place, final boolean singly) {
        if (place.singly != singly && place.segmentStart != NOTHING) {
            place.singly = singly;
            place.window.loadSingly(0, singly);
        }
    }

    /** Has the pages there that endpoints will write soon; whose they are by then does not matter. */
    private void loadAhead(final long tail, final long bytes, final BooleanSupplier wanted) {
        if (firstTail == NOTHING) {
            firstTail = tail;
        }
        if (tail - firstTail < FIRST_BYTES) {
            load(tail, tail + NEAR_BYTES_FIRST, wanted);
            return;
        }
        final long near = tail + NEAR_BYTES;
        load(tail, near, wanted);
        loaded = Math.max(loaded, near);
        loaded = Math.max(loaded, load(loaded, tail + bytes, wanted));
        large = geometry.segmentStart(loaded - 1) + geometry.segmentBytes();
    }

    /**
     * Has the system forget pages ahead that came many together. What is dirty it only begins to write then, and is
     * told again. Who stores there meanwhile stores into the same file. What who syncs has loaded one by one is
     * mapped there, and stays.
     */
    private void forgetAhead(final long tail) {
        final long from = (tail & -FileHeader.PAGE_BYTES) + FileHeader.PAGE_BYTES;
        if (large <= from) {
            return;
        }
        loaded = tail;
        final long segmentStart = geometry.segmentStart(from);
        final long length =
            Math.min(Math.min(large, from + FORGOTTEN_BYTES), segmentStart + geometry.segmentBytes()) - from;
        final long offset = SegmentFormat.DATA_OFFSET + from - segmentStart;
        final Place place = shared(segmentStart);
        if (place != null) {
            place.window.unload(0, offset, length);
        }
        try (FileHandle file = calls.open(directory.resolve(SegmentFormat.name(segmentStart)), false)) {
            file.forget(offset, length);
        } catch (final IOException e) {
            LoggerFactory.getLogger(SegmentMappings.class).debug(
                "cannot have position {} of {} forgotten: {}", from, directory, Reason.of(e));
        }
    }

    /** As far as endpoints have it mapped, some at least and more if wanted; returns the end of what they have. */
    private long load(final long from, final long end, final BooleanSupplier wanted) {
        long done = from;
        boolean goesOn = true;
        while (done < end && goesOn) {
            final long next = Math.min(Math.min(end, done + NEAR_BYTES),
                geometry.segmentStart(done) + geometry.segmentBytes());
            if (!loadInOne(done, next)) {
                break;
            }
            done = next;
            goesOn = wanted.getAsBoolean();
        }
        return done;
    }

    /** Whether the segment of this range is mapped by an endpoint. */
    private boolean loadInOne(final long from, final long end) {
        final long segmentStart = geometry.segmentStart(from);
        final Place place = shared(segmentStart);
        if (place == null) {
            return false;
        }
        place.window.load(0, SegmentFormat.DATA_OFFSET + from - segmentStart, end - from);
        return true;
    }

    /** As {@link org.fencepost.ipc.log.SegmentStore#letGo}. */
    void letGo() {
        endpoints.forEach(EndpointMap::letGo);
    }

    /** Lets go of segments that are held for a sync that has been. */
    synchronized void letGoOfSynced() {
        unsynced.letGoOfSynced();
    }

    /** Replaces all mappings by memory that belongs to nobody. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        unsynced.close();
        places.forEach(place -> place.window.close());
    }

    private void requireOpen() {
        if (closed) {
            throw new ChannelClosedException(directory, "the channel " + directory + " is closed");
        }
    }

    /** Where endpoints have this segment, or null. */
    private synchronized Place shared(final long segmentStart) {
        for (final EndpointMap map : endpoints) {
            for (final Place place : map.held) {
                if (place != null && place.segmentStart == segmentStart) {
                    return place;
                }
            }
        }
        return null;
    }

    /** A place that this map may change: its own, if no other has it, or one that nobody has. */
    private Place changeable(final OwnMap map, final int slot) {
        if (map.held[slot] != null && holders(map.held[slot]) == 1) {
            return map.held[slot];
        }
        for (final Place place : places) {
            if (holders(place) == 0) {
                return place;
            }
        }
        return newPlace();
    }

    private int holders(final Place place) {
        int count = 0;
        for (final OwnMap map : maps) {
            for (final Place held : map.held) {
                count += held == place ? 1 : 0;
            }
        }
        return count;
    }

    private Place newPlace() {
        try {
            final Place place = new Place(
                platform.reserve(SegmentFormat.fileBytes(geometry.segmentBytes()), 1));
            places.add(place);
            return place;
        } catch (final IOException e) {
            throw new ChannelIOException(directory,
                "cannot reserve addresses for a segment of " + geometry.segmentBytes()
                    + " bytes of " + directory + ": " + Reason.of(e), e);
        }
    }

    /**
     * False if it is missing where the channel's name leads to this channel; elsewhere that says nothing. What
     * cannot be looked at, behind an error of the disk, is not missing: that is an error.
     */
    private boolean isThere(final Path file) {
        try {
            final boolean there = calls.status(file, false).isPresent();
            if (!there) {
                name.require();
            }
            return there;
        } catch (final IOException e) {
            throw notSeen(file, e);
        }
    }

    private void requireName(final Path file) {
        try {
            name.require();
        } catch (final IOException e) {
            throw notSeen(file, e);
        }
    }

    private static ChannelIOException notSeen(final Path file, final IOException e) {
        return new ChannelIOException(file, "cannot look at " + file + ": " + Reason.of(e, file), e);
    }

    private void requireKept(final Path file, final long segmentStart) {
        if (!isThere(file)) {
            throw new PositionException(directory,
                "position " + segmentStart + " of " + directory + " is not kept: expected the file "
                    + file.getFileName() + ", found nothing; begin at the earliest position, "
                    + (writable ? "" : "view it anew, ") + "or restore the file");
        }
    }

    /** Maps a segment; not beside {@link #close}, or it would come back to life behind it. */
    private synchronized void map(final OwnMap map, final int slot, final long segmentStart) {
        requireOpen();
        final Path file = directory.resolve(SegmentFormat.name(segmentStart));
        // Also if others have it mapped: that a removed one is still there for them is chance.
        requireKept(file, segmentStart);
        final Place found = map.isShared() ? shared(segmentStart) : null;
        if (found != null) {
            map.held[slot] = found;
            return;
        }
        final Place place;
        try {
            place = mapped(map, slot, file, segmentStart);
        } catch (final ChannelException failure) {
            // Retention may have removed it right behind the look; and what is there may be another channel's.
            requireKept(file, segmentStart);
            requireName(file);
            throw failure;
        }
        place.segmentStart = segmentStart;
        if (writable && map.isShared()) {
            unsynced.hold(segmentStart);
        }
    }

    private Place mapped(final OwnMap map, final int slot, final Path file, final long segmentStart) {
        SegmentFiles.verify(file, geometry.channelId(), geometry.segmentBytes(), segmentStart);
        final Place place = changeable(map, slot);
        place.segmentStart = NOTHING;
        place.singly = false;
        map.held[slot] = place;
        try {
            // With the first page, so that one sync can reach the receipt and the data.
            place.window.map(0, file, 0, writable, false);
            // A copy's segment looks as this channel's own does.
            name.require();
        } catch (final IOException e) {
            throw new ChannelIOException(file,
                "cannot map " + file + ": " + Reason.of(e, file), e);
        }
        return place;
    }

    private synchronized void remove(final OwnMap map) {
        maps.remove(map);
    }

    /** The places of one user; used by one thread at a time. */
    private class OwnMap implements SegmentMap {
        /** Changed with the lock of the mappings. */
        final Place[] held = new Place[SLOTS];

        @Override
        public long addressOf(final long segmentStart) {
            final int slot = slotOf(segmentStart);
            if (!has(segmentStart)) {
                map(this, slot, segmentStart);
            }
            return held[slot].window.address(0) + SegmentFormat.DATA_OFFSET;
        }

        @Override
        public void writeAhead(final long from, final long end) {
            final Place place = held[slotOf(from)];
            final long offset = SegmentFormat.DATA_OFFSET + from - geometry.segmentStart(from);
            loadSingly(place, true);
            try (FileHandle file = calls.open(
                directory.resolve(SegmentFormat.name(geometry.segmentStart(from))), true)) {
                file.startReading(offset, end - from);
                // That makes them dirty, too.
                place.window.load(0, offset, end - from);
                file.startWriting(offset, end - from);
            } catch (final IOException e) {
                // Then they are written by a sync, which says what is wrong.
                LoggerFactory.getLogger(SegmentMappings.class).debug(
                    "cannot write ahead from position {} of {}: {}", from, directory,
                    Reason.of(e));
            }
        }

        @Override
        public void close() {
            remove(this);
        }

        boolean isShared() {
            return false;
        }

        final boolean has(final long segmentStart) {
            final Place place = held[slotOf(segmentStart)];
            return place != null && place.segmentStart == segmentStart;
        }

        final int slotOf(final long position) {
            return (int) (position / geometry.segmentBytes() % SLOTS);
        }
    }

    private enum Taker { NOBODY, ENDPOINT, KEEPER }

    /**
     * The map of an endpoint, in which another thread maps the next segment while the endpoint works
     * in the current one. Whoever changes what it holds has taken it: the endpoint, or who keeps house.
     * An endpoint that finds it taken by the other waits for the system calls of one mapping, which are then
     * not its own. A thread of the endpoint may be torn away with the map taken, by a stack that ends or a
     * page that is missing; the next one goes on with it.
     */
    private final class EndpointMap extends OwnMap {
        private final boolean writes;
        private final AtomicReference<Taker> taker = new AtomicReference<>(Taker.NOBODY);
        private volatile boolean open = true;
        /** The segment in which the endpoint works. */
        private volatile long current = NOTHING;

        EndpointMap(final boolean writes) {
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
                open = false;
                current = NOTHING;
                endpoints.remove(this);
                super.close();
            } finally {
                taker.set(Taker.NOBODY);
            }
        }

        @Override
        boolean isShared() {
            return true;
        }

        /** By the thread that keeps house. */
        void mapAhead(final long ready) {
            final long now = current;
            final long next = now + geometry.segmentBytes();
            if (now != NOTHING && next + geometry.segmentBytes() <= ready && !has(next)
                && taker.compareAndSet(Taker.NOBODY, Taker.KEEPER)) {
                try {
                    if (open && current == now) {
                        super.addressOf(next);
                    }
                } finally {
                    taker.set(Taker.NOBODY);
                }
            }
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
}
