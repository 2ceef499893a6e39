package org.fencepost.ipc.sim;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.EpochNanoClock;
import org.fencepost.ipc.ChannelClosedException;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.PositionException;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.FrameFormat;
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
    private static final int MAPPED_AT_A_TIME = 2;
    static final long NO_TIMESTAMP = Long.MIN_VALUE;

    private final Simulation simulation;
    private final Sleeping sleeping;
    private final SimulatedMemory memory;
    private final Geometry geometry;
    private final long control;
    private final long cursors;
    private final KernelLocks locks;
    private final Map<Long, Long> segments = new HashMap<>();
    /** Those that were removed, too: whoever has mapped them has them. */
    private final List<Long> allSegments = new ArrayList<>();
    private final EpochNanoClock clock;
    private final List<SimulatedSubscriber> holders = new ArrayList<>();
    /** In the middle of a removal, which writes by file, so that closing waits for it. */
    private final Set<SimulatedProcess> removing = new HashSet<>();
    private final int[] ofRemovers = new int[Simulation.THREADS_MAX];
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
        this(simulation, geometry, new SimulatedSleeping(simulation, simulation.memory()));
    }

    SimulatedChannel(
        final Simulation simulation, final Geometry geometry, final Sleeping sleeping) {
        this(simulation, geometry, sleeping, simulation::steps);
    }

    SimulatedChannel(
        final Simulation simulation, final Geometry geometry, final Sleeping sleeping,
        final EpochNanoClock clock) {
        this.sleeping = sleeping;
        this.clock = clock;
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
        memory.putLong(control + FileHeader.MAGIC_OFFSET, FileHeader.MAGIC);
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

    /** From here on what this subscriber has not read must stay, as long as its process lives. */
    void isHeldBy(final SimulatedSubscriber holder) {
        holders.add(holder);
    }

    void isNotHeldBy(final SimulatedSubscriber holder) {
        holders.remove(holder);
    }

    /** Where the log begins, as it is in memory, for checkers. */
    long earliest() {
        return memory.peek(control + ControlFormat.EARLIEST_OFFSET);
    }

    /** Whether the file of a segment is there. */
    boolean hasSegment(final long segmentStart) {
        return segments.containsKey(geometry.place(segmentStart));
    }

    /** Whether retention allows, and nobody forbids, that everything before this segment goes. */
    boolean isSurplus(final long segmentStart) {
        return segmentStart <= geometry.segmentStart(tail()) && isOld(segmentStart)
            && !isNamedCursorBelow(segmentStart)
            && holders.stream().noneMatch(holder -> holder.position() < segmentStart
                && !holder.handle().process().isGone());
    }

    /**
     * By the first message of any segment from there on: where a claim is open at the beginning of one a later one says
     * how old what lies before is, and the claim may be committed until that goes.
     */
    private boolean isOld(final long segmentStart) {
        if (geometry.retentionBytes() > 0 && tail() - segmentStart >= geometry.retentionBytes()) {
            return true;
        }
        boolean old = false;
        for (long start = segmentStart; start <= geometry.segmentStart(tail()); start += geometry.segmentBytes()) {
            final long first = timestamp(firstMessage(start));
            old |= geometry.retentionNanos() > 0 && first != NO_TIMESTAMP
                && clock.nanoTime() - first > geometry.retentionNanos();
        }
        return old;
    }

    private boolean isNamedCursorBelow(final long position) {
        for (int i = 0; i < CursorsFormat.SUBSCRIBERS_MAX; i++) {
            final long record = cursors + CursorsFormat.recordOffset(i);
            if ((memory.peek(record + CursorsFormat.STATE_OFFSET)
                & CursorsFormat.STATE_GATES_WHILE_ABSENT) != 0
                && memory.peek(record + CursorsFormat.POSITION_OFFSET) < position) {
                return true;
            }
        }
        return false;
    }

    /** Position of the first frame from a segment on that is no padding, whether or not it is there. */
    private long firstMessage(final long segmentStart) {
        long position = segmentStart;
        while (FrameFormat.isPadding(header(position))) {
            position += geometry.span(FrameFormat.length(header(position)));
        }
        return position;
    }

    /** The header at a position, as it is in memory; 0 where there is none. */
    long header(final long position) {
        final Long address = segments.get(geometry.place(geometry.segmentStart(position)));
        return address == null ? 0 : memory.peek(
            address + SegmentFormat.DATA_OFFSET + position - geometry.segmentStart(position));
    }

    /** When the frame there was committed; {@link #NO_TIMESTAMP} if it is not. */
    long timestamp(final long position) {
        final long word = header(position);
        return word == 0 || FrameFormat.isPadding(word) ? NO_TIMESTAMP : memory.peek(
            segments.get(geometry.place(geometry.segmentStart(position))) + SegmentFormat.DATA_OFFSET
                + position - geometry.segmentStart(position) + FrameFormat.TIMESTAMP_OFFSET);
    }

    /** Opens the channel in a process that only looks. */
    Handle view(final SimulatedProcess process) {
        process.readOnly = true;
        return open(process, false);
    }

    /** Opens the channel in a process. */
    Handle open(final SimulatedProcess process) {
        return open(process, true);
    }

    private Handle open(final SimulatedProcess process, final boolean writable) {
        final Members members =
            new Members(PATH, new SimulatedLockFile(simulation, locks, process));
        final Log log = new Log(PATH, geometry, memory, words, new CursorTable(memory, cursors),
            members, new Store(process), clock, sleeping, writable, Log.NO_END);
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
        while (removing.contains(handle.process())) {
            simulation.idle();
        }
        handle.process().closing = true;
        simulation.systemCall();
        simulation.fenceAll(handle.process());
        // The kernel replaces a window slot by slot, or all at once.
        List.copyOf(allSegments).forEach(
            segment -> memory.replace(handle.process(), segment));
        halfway.run();
        memory.replace(handle.process(), cursors);
        memory.replace(handle.process(), control);
        handle.members().close();
        handle.process().closed = true;
    }

    private void makeSegment(final long start) {
        segments.computeIfAbsent(geometry.place(start), place -> {
            final long address = memory.allocate(
                "segment" + place, SegmentFormat.fileBytes(geometry.segmentBytes()), true);
            allSegments.add(address);
            return address;
        });
    }

    private long slotOf(final long segmentStart) {
        return segmentStart / geometry.segmentBytes() % MAPPED_AT_A_TIME;
    }

    private final class Store implements SegmentStore {
        private final SimulatedProcess process;

        Store(final SimulatedProcess process) {
            this.process = process;
        }

        @Override
        public SegmentMap newMap() {
            return new SegmentMap() {
                /** Of a journal, which may lose their files meanwhile. */
                private final Map<Long, Long> mapped = new HashMap<>();

                @Override
                public long addressOf(final long segmentStart) {
                    final Long address = segments.getOrDefault(
                        geometry.place(segmentStart), mapped.get(segmentStart));
                    if (process.isClosing() && !process.hasReplaced(address)) {
                        throw new ChannelClosedException(PATH, "nothing is mapped any more");
                    }
                    if (address == null) {
                        if (segmentStart < earliest()) {
                            // Who finds no file knows what was known to whoever removed it.
                            SimulatedThread.learn(simulation.current().knowledge, ofRemovers);
                            throw new PositionException(PATH, segmentStart + " was removed");
                        }
                        throw simulation.failure("there is no segment at " + segmentStart, null);
                    }
                    if (!geometry.ring() && !mapped.containsKey(segmentStart)) {
                        mapped.keySet().removeIf(start -> slotOf(start) == slotOf(segmentStart));
                        mapped.put(segmentStart, address);
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
        public void prepare(final long segmentStart, final BooleanSupplier wantsPages) {
            simulation.systemCall();
            makeSegment(segmentStart);
            simulation.systemCall();
        }

        @Override
        public List<Long> placesBetween(final long from, final long end) {
            simulation.systemCall();
            return segments.keySet().stream().filter(place -> place >= from && place < end).sorted().toList();
        }

        @Override
        public void recordEarliest(final long earliest) {
            removing.add(process);
            try {
                simulation.systemCall();
                requireOpen();
                if (earliest < earliest()) {
                    throw simulation.failure(
                        "the log begins at " + earliest() + " and would at " + earliest, null);
                }
                memory.write(control + ControlFormat.EARLIEST_OFFSET, earliest);
                simulation.systemCall();
            } finally {
                removing.remove(process);
            }
        }

        @Override
        public void remove(final List<Long> places, final long earliest) {
            removing.add(process);
            try {
                simulation.systemCall();
                requireOpen();
                remove(places);
            } finally {
                removing.remove(process);
            }
        }

        private void requireOpen() {
            if (process.isClosing()) {
                throw new ChannelClosedException(PATH, "is closed");
            }
        }

        private void remove(final List<Long> places) {
            for (final long place : places) {
                simulation.systemCall();
                final long end = place + geometry.segmentBytes();
                if (earliest() < end || !isSurplus(end)) {
                    throw simulation.failure("the segment at " + place + " is removed, but the log"
                        + " begins at " + earliest() + ", ends at " + tail() + " and is held by "
                        + holders.stream().map(SimulatedSubscriber::toString).toList(), null);
                }
                simulation.note("removed the segment at " + place);
                segments.remove(place);
                SimulatedThread.learn(ofRemovers, simulation.current().knowledge);
            }
            simulation.systemCall();
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
