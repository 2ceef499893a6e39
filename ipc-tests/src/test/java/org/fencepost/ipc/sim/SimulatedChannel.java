package org.fencepost.ipc.sim;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.fencepost.ipc.ChannelClosedException;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.log.ControlWords;
import org.fencepost.ipc.log.CursorTable;
import org.fencepost.ipc.log.Log;
import org.fencepost.ipc.log.Members;
import org.fencepost.ipc.log.Membership;
import org.fencepost.ipc.log.SegmentMap;
import org.fencepost.ipc.log.SegmentStore;
import org.fencepost.ipc.log.Subscriptions;
import org.fencepost.ipc.os.Sleeping;

/** A new channel in simulated memory, and the real protocol on top of it for each process. */
final class SimulatedChannel {
    private static final Path PATH = Path.of("simulated");
    /** Others run while a sync goes from one such part to the next. */
    private static final int SYNC_STEP_BYTES = 64;

    private final Simulation simulation;
    private final Sleeping sleeping;
    private final SimulatedMemory memory;
    private final Geometry geometry;
    private final long control;
    private final long cursors;
    private final KernelLocks locks;
    private final Map<Long, Long> segments = new HashMap<>();
    /** What syncs have written of the segments' words. */
    private final Map<Long, Long> disk = new HashMap<>();
    private final ControlWords words;
    private final GhostLog ghost;

    /** What one process has of the channel; {@code control} is where the words are. */
    record Handle(
        SimulatedProcess process, Log log, Members members, Membership membership,
        Subscriptions subscriptions, long control) {

        /** Whether nothing that the process does reaches the channel any more. */
        boolean isReplaced() {
            return process.hasReplaced(control);
        }

        /** Whoever meets private zeros in the place of words may take them for anything. */
        void requireClosed(final Simulation simulation, final ChannelException e) {
            if (!log.isClosed()) {
                throw e;
            }
            simulation.note(e.getMessage());
        }
    }

    SimulatedChannel(final Simulation simulation, final Geometry geometry) {
        this(simulation, geometry, new SimulatedSleeping(simulation, simulation.memory(), true));
    }

    SimulatedChannel(
        final Simulation simulation, final Geometry geometry, final Sleeping sleeping) {
        this.sleeping = sleeping;
        this.simulation = simulation;
        this.memory = simulation.memory();
        this.geometry = geometry;
        ghost = new GhostLog(simulation);
        control = memory.allocate("control", ControlFormat.FILE_BYTES, false);
        cursors = memory.allocate("cursors", CursorsFormat.FILE_BYTES, false);
        locks = new KernelLocks(simulation, "locks");
        words = new ControlWords(PATH, memory, control);
        final long start = geometry.startPosition();
        final long ready =
            start + (geometry.ring() ? geometry.capacityBytes() : geometry.segmentBytes());
        for (long at = start; at < ready; at += geometry.segmentBytes()) {
            makeSegment(at);
        }
        words.tailRelease(start);
        words.clearingOpaque(ready);
        words.readyRelease(ready);
        memory.putLong(control + ControlFormat.EARLIEST_OFFSET, start);
        memory.putLong(control + ControlFormat.DURABLE_OFFSET, start);
    }

    Geometry geometry() {
        return geometry;
    }

    /** What really happened to it. */
    GhostLog ghost() {
        return ghost;
    }

    /** The tail as it is in memory, for checkers. */
    long tail() {
        return memory.peek(control + ControlFormat.TAIL_OFFSET);
    }

    /** Whether zeroing has begun that has not ended, for checkers. */
    boolean isBeingCleared() {
        return memory.peek(control + ControlFormat.CLEARING_OFFSET)
            > memory.peek(control + ControlFormat.READY_OFFSET);
    }

    /** What is reported as durable must be on the disk, as it is in memory: it changes no more. */
    void requireOnDisk() {
        final long durable = memory.peek(control + ControlFormat.DURABLE_OFFSET);
        for (long at = geometry.startPosition(); at < durable; at += Long.BYTES) {
            final long address = segments.get(geometry.place(at)) + SegmentFormat.DATA_OFFSET
                + at - geometry.segmentStart(at);
            if (disk.getOrDefault(address, 0L) != memory.peek(address)) {
                throw simulation.failure("durable is " + durable + ", but at " + at
                    + " the disk has " + disk.get(address) + " for " + memory.peek(address), null);
            }
        }
    }

    /** Opens the channel in a process. */
    Handle open(final SimulatedProcess process) {
        final Members members =
            new Members(PATH, new SimulatedLockFile(simulation, locks, process));
        final Log log = new Log(PATH, geometry, memory, words, new CursorTable(memory, cursors),
            members, new Store(process), simulation::steps, sleeping, true, Log.NO_END);
        final Membership membership = new Membership(log);
        return new Handle(
            process, log, members, membership, new Subscriptions(log, membership), control);
    }

    /** What closing a handle does, in its order, whatever the other threads of its process are at. */
    void close(final Handle handle) {
        close(handle, () -> { });
    }

    /** The same, and something when the segments are private already and the words are not. */
    void close(final Handle handle, final Runnable halfway) {
        handle.log().close();
        handle.process().closing = true;
        simulation.systemCall();
        simulation.fenceAll(handle.process());
        // The kernel replaces a window slot by slot, or all at once.
        List.copyOf(segments.values()).forEach(
            segment -> memory.replace(handle.process(), segment));
        halfway.run();
        memory.replace(handle.process(), cursors);
        memory.replace(handle.process(), control);
        handle.members().close();
        handle.process().closed = true;
    }

    private void makeSegment(final long start) {
        segments.computeIfAbsent(geometry.place(start), place ->
            memory.allocate(
                "segment" + place, SegmentFormat.fileBytes(geometry.segmentBytes()), true));
    }

    private final class Store implements SegmentStore {
        private final SimulatedProcess process;

        Store(final SimulatedProcess process) {
            this.process = process;
        }

        @Override
        public SegmentMap newMap() {
            return new SegmentMap() {
                @Override
                public long addressOf(final long segmentStart) {
                    final Long address = segments.get(geometry.place(segmentStart));
                    if (process.isClosing() && !process.hasReplaced(address)) {
                        throw new ChannelClosedException(PATH, "nothing is mapped any more");
                    }
                    if (address == null) {
                        throw simulation.failure("there is no segment at " + segmentStart, null);
                    }
                    return address + SegmentFormat.DATA_OFFSET;
                }

                @Override
                public void close() {
                    // Simulated memory stays.
                }
            };
        }

        @Override
        public SegmentMap newTemporaryMap() {
            return newMap();
        }

        @Override
        public void prepare(final long segmentStart) {
            simulation.systemCall();
            makeSegment(segmentStart);
            simulation.systemCall();
        }

        @Override
        public boolean removeBelow(final long earliest) {
            throw simulation.failure("nothing is to be removed", null);
        }

        @Override
        public int sync(final long address, final long lengthBytes) {
            simulation.systemCall();
            for (long at = address; at < address + lengthBytes; at += Long.BYTES) {
                if (at % SYNC_STEP_BYTES == 0) {
                    simulation.systemCall();
                }
                disk.put(at, memory.peek(at));
            }
            simulation.systemCall();
            return 0;
        }
    }
}
