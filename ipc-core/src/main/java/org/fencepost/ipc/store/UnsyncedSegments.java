package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Reason;
import org.fencepost.ipc.os.Window;
import org.slf4j.LoggerFactory;

/**
 * Keeps a page mapped of what this handle's endpoints have worked in until it is on the disk. What the system could not
 * write back it tells whoever syncs the file next; but when nobody has a file open or mapped it may forget the file,
 * and the error with it, and read the old content where the new one was. Then a sync finds a hole and no error. Mapped
 * and not open: of descriptors a process has few, and others want them.
 *
 * <p>Invariant: no error of a segment that is held is forgotten. Not invariant: every segment behind the watermark is
 * held; there are {@link #HELD_MAX} at most, and none if the system has no addresses left. Guarded by its user.
 */
final class UnsyncedSegments implements AutoCloseable {
    /** Files that a handle holds; of a journal that nobody syncs they are the newest. */
    static final int HELD_MAX = 64;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Platform platform;
    private final long durableAddress;
    private final Path directory;
    private final Geometry geometry;
    /** The slot of each. */
    private final TreeMap<Long, Integer> held = new TreeMap<>();
    private final BitSet used = new BitSet(HELD_MAX);
    /** Null until there is something to hold. */
    private Window window;

    /** Of the channel whose control file is mapped there. */
    UnsyncedSegments(
        final Platform platform, final long controlAddress, final Path directory, final Geometry geometry) {
        this.platform = platform;
        this.durableAddress = controlAddress + ControlFormat.DURABLE_OFFSET;
        this.directory = directory;
        this.geometry = geometry;
    }

    /** Holds a segment that is mapped at this moment, unless it is on the disk. */
    void hold(final long segmentStart) {
        letGoOfSynced();
        if (isSettled(segmentStart) || held.containsKey(segmentStart)) {
            return;
        }
        try {
            if (window == null) {
                window = platform.reserve(FileHeader.PAGE_BYTES, HELD_MAX);
            }
            if (held.size() == HELD_MAX) {
                letGo(held.firstEntry());
            }
            final int slot = used.nextClearBit(0);
            window.map(slot, directory.resolve(SegmentFormat.name(segmentStart)), 0, false, false);
            used.set(slot);
            held.put(segmentStart, slot);
        } catch (final IOException e) {
            LoggerFactory.getLogger(UnsyncedSegments.class).debug(
                "cannot hold the segment at position {} of {}: {}", segmentStart, directory, Reason.of(e));
        }
    }

    /** Lets go of what no sync is to come of. */
    void letGoOfSynced() {
        try {
            while (!held.isEmpty() && isSettled(held.firstKey())) {
                letGo(held.firstEntry());
            }
        } catch (final IOException e) {
            LoggerFactory.getLogger(UnsyncedSegments.class).debug(
                "cannot let go of a segment of {} yet: {}", directory, Reason.of(e));
        }
    }

    private void letGo(final Map.Entry<Long, Integer> segment) throws IOException {
        window.hold(segment.getValue(), NOTHING);
        used.clear(segment.getValue());
        held.remove(segment.getKey());
    }

    /** Whether no sync of it is to come: it is on the disk, or removed, which raises the watermark; or one failed. */
    private boolean isSettled(final long segmentStart) {
        final long durable = platform.memory().getLongAcquire(durableAddress);
        return (durable & ControlFormat.DURABLE_FAILED_MASK) != 0
            || segmentStart + geometry.segmentBytes() <= durable;
    }

    @Override
    public void close() {
        if (window != null) {
            window.close();
        }
        held.clear();
    }
}
