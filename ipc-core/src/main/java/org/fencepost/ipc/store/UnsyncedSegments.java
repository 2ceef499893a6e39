package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.TreeMap;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.Reason;
import org.slf4j.LoggerFactory;

/**
 * Holds open what this handle's endpoints have worked in until it is on the disk. What the system could not write back
 * it tells whoever syncs the file next; but when nobody has a file open or mapped it may forget the file, and the
 * error with it, and read the old content where the new one was. Then a sync finds a hole and no error.
 *
 * <p>Invariant: no error of a segment that is held is forgotten. Not invariant: every segment behind the watermark is
 * held; there are {@link #HELD_MAX} at most, and none if the system has no descriptors left. Guarded by its user.
 */
final class UnsyncedSegments implements AutoCloseable {
    /** Files that a handle holds; of a journal that nobody syncs they are the newest. */
    static final int HELD_MAX = 64;

    private final SharedMemory memory;
    private final long durableAddress;
    private final FileCalls calls;
    private final Path directory;
    private final Geometry geometry;
    private final TreeMap<Long, FileHandle> held = new TreeMap<>();

    /** Of the channel whose control file is mapped there. */
    UnsyncedSegments(
        final SharedMemory memory, final long controlAddress, final FileCalls calls,
        final Path directory, final Geometry geometry) {
        this.memory = memory;
        this.durableAddress = controlAddress + ControlFormat.DURABLE_OFFSET;
        this.calls = calls;
        this.directory = directory;
        this.geometry = geometry;
    }

    /** Holds a segment that is mapped at this moment, unless it is on the disk. */
    void hold(final long segmentStart) {
        letGoOfSynced();
        if (isSettled(segmentStart) || held.containsKey(segmentStart)) {
            return;
        }
        if (held.size() == HELD_MAX) {
            held.pollFirstEntry().getValue().close();
        }
        try {
            held.put(segmentStart,
                calls.open(directory.resolve(SegmentFormat.name(segmentStart)), false));
        } catch (final IOException e) {
            LoggerFactory.getLogger(UnsyncedSegments.class).debug(
                "cannot hold the segment at position {} of {} open: {}", segmentStart, directory,
                Reason.of(e));
        }
    }

    /** Closes what no sync is to come of. */
    void letGoOfSynced() {
        while (!held.isEmpty() && isSettled(held.firstKey())) {
            held.pollFirstEntry().getValue().close();
        }
    }

    /** Whether no sync of it is to come: it is on the disk, or removed, which raises the watermark; or one failed. */
    private boolean isSettled(final long segmentStart) {
        final long durable = memory.getLongAcquire(durableAddress);
        return (durable & ControlFormat.DURABLE_FAILED_MASK) != 0
            || segmentStart + geometry.segmentBytes() <= durable;
    }

    @Override
    public void close() {
        held.values().forEach(FileHandle::close);
        held.clear();
    }
}
