package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.fencepost.ipc.ChannelMismatchException;
import org.fencepost.ipc.RepairReport;
import org.fencepost.ipc.durable.Temporary;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;

/**
 * Looks for damage in a journal, and ends the log there when it is told to: docs/recovery.md, <i>Repair</i>. It
 * takes back what says that more was durable, or that the words are of this life, and leaves the rest to
 * {@link Recovery}. Each step may be the last one: then the journal is damaged as it was, or whoever opens it
 * goes on. To repair, with the opening and presence bytes held exclusively.
 */
final class JournalRepair {
    private static final Life NOWHERE = new Life(0, 0, 0, 0, 0);

    private final Recovery recovery;
    private final Path directory;
    private final FileCalls calls;
    private final Geometry geometry;
    private final SharedMemory memory;
    private final ControlFile control;

    JournalRepair(
        final Recovery recovery, final Path directory, final FileCalls calls,
        final Geometry geometry, final SharedMemory memory) {
        this.recovery = recovery;
        this.directory = directory;
        this.calls = calls;
        this.geometry = geometry;
        this.memory = memory;
        this.control = recovery.control();
    }

    /** A claim that nobody has committed. */
    private record Hole(long from, long to) {
    }

    /** What is damaged, and where; changes nothing. */
    RepairReport examine() throws IOException {
        return examine(new ArrayList<>());
    }

    /**
     * Looks at everything that is kept. What is above the watermark counts only in the life of the words: in
     * another one it is torn, and whoever opens the journal cuts it.
     *
     * @param holes receives the claims of the dead before the damage.
     */
    private RepairReport examine(final List<Hole> holes) throws IOException {
        final boolean believed = recovery.isSameLife();
        try (StoppedSegments segments = recovery.segments()) {
            final long durable = recovery.durable(segments);
            final String wrong = believed ? wrongWords(durable) : "";
            final long known = believed && wrong.isEmpty()
                ? Math.max(durable, control.word(ControlFormat.TAIL_OFFSET)) : durable;
            long end = recovery.endFrom(segments, control.word(ControlFormat.EARLIEST_OFFSET));
            while (end >= durable && end < known && isZero(segments, end)) {
                final Hole hole = new Hole(end, holeEnd(segments, end, known));
                holes.add(hole);
                end = recovery.endFrom(segments, hole.to());
            }
            if (end < known || !wrong.isEmpty() || !believed) {
                requireToBeCut(segments, end);
            }
            return new RepairReport(directory,
                end < known ? OptionalLong.of(end) : OptionalLong.empty(), durable, wrong,
                recovery.report());
        }
    }

    /** What is refused stays as it is, so all that a cut takes away is looked at before anything is changed. */
    private void requireToBeCut(final StoppedSegments segments, final long end) throws IOException {
        for (final long place : segments.placesFrom(geometry.segmentStart(end))) {
            SegmentFiles.verify(segments.file(place), geometry.channelId(), geometry.segmentBytes(), place);
        }
    }

    /** Ends the log at the damage, and makes words again that contradict each other. */
    RepairReport repair() throws IOException {
        final List<Hole> holes = new ArrayList<>();
        final RepairReport found = examine(holes);
        if (found.isDamaged()) {
            requireTheCacheToBeTrue();
            // Nobody is there any more who had claimed them, and recovery would cut at the first one.
            for (final Hole hole : holes) {
                pad(hole);
            }
            distrust(found);
        }
        recovery.run();
        return new RepairReport(directory, found.damagedPosition(), found.durablePosition(),
            found.wrongWords(), recovery.report());
    }

    /** Behind a sync that has failed the cache shows what is not on the disk, until the system starts anew. */
    private void requireTheCacheToBeTrue() throws IOException {
        if (recovery.isSameLife() && (control.hasFailedSync() || control.hasFailedSyncUnmarked())) {
            throw new ChannelMismatchException(directory, directory + " cannot be repaired here: expected"
                + " that no sync has failed, found that one has, so what is read may not be on the"
                + " disk; copy the directory to a disk that is whole, and repair the copy");
        }
    }

    private void distrust(final RepairReport found) throws IOException {
        if (found.damagedPosition().isPresent()) {
            final long end = found.damagedPosition().getAsLong();
            if (end < found.durablePosition()) {
                takeReceiptsBack(end);
                control.word(ControlFormat.DURABLE_OFFSET, end);
            }
            recovery.report().add("ended the log at the damaged frame");
        } else {
            recovery.report().add("made the words of " + ControlFormat.FILE_NAME + " again");
        }
        control.word(ControlFormat.DAMAGED_OFFSET, 0);
        control.life(NOWHERE);
        control.write();
    }

    /** No receipt says that more was durable than what is before the end. */
    private void takeReceiptsBack(final long end) throws IOException {
        final long endSegment = geometry.segmentStart(end);
        try (StoppedSegments segments = recovery.segments()) {
            for (final long place : segments.placesFrom(endSegment).reversed()) {
                writeWord(segments.file(place), place > endSegment ? 0
                    : SegmentFormat.receipt(geometry.channelId(), place, end - place),
                    SegmentFormat.RECEIPT_OFFSET);
            }
        }
    }

    private void pad(final Hole hole) throws IOException {
        final long segmentStart = geometry.segmentStart(hole.from());
        try (StoppedSegments segments = recovery.segments()) {
            writeWord(segments.file(segmentStart), FrameFormat.paddingWord(hole.to() - hole.from()),
                SegmentFormat.DATA_OFFSET + hole.from() - segmentStart);
        }
        recovery.report().add("passed over the claim from position " + hole.from() + " to "
            + hole.to() + ", which nobody has committed");
    }

    private void writeWord(final Path file, final long value, final long offset)
        throws IOException {
        try (FileHandle handle = calls.open(file, true)) {
            Temporary.write(handle, ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN).putLong(0, value), offset);
            handle.sync();
        }
    }

    /** What of the words contradicts itself when nobody is there; empty if nothing does. */
    private String wrongWords(final long durable) {
        final long tail = control.word(ControlFormat.TAIL_OFFSET);
        final long ready = control.word(ControlFormat.READY_OFFSET);
        final long clearing = control.word(ControlFormat.CLEARING_OFFSET);
        if (durable > ready || tail < geometry.startPosition() || ready < tail || clearing < ready
            || clearing > ControlFormat.POSITION_MAX + geometry.segmentBytes()
            || tail % geometry.frameAlignment() != 0 || ready % geometry.segmentBytes() != 0) {
            return "expected aligned positions tail <= ready <= clearing, and durable up to ready,"
                + " found tail " + tail + ", ready " + ready + ", clearing " + clearing
                + ", durable " + durable;
        }
        for (int slot = 0; slot < ControlFormat.PUBLISHERS_MAX; slot++) {
            final int at = ControlFormat.SLOTS_OFFSET + slot * ControlFormat.SLOT_BYTES;
            final long start = control.word(at + ControlFormat.SLOT_START_OFFSET);
            final long wonEnd = control.word(at + ControlFormat.SLOT_WON_END_OFFSET);
            if (start != ControlFormat.START_NONE && !ControlFormat.isPosition(start)
                || !ControlFormat.isPosition(wonEnd) || wonEnd > ready) {
                return "expected of publisher slot " + slot + " aligned positions up to ready " + ready
                    + ", found start " + start + " and end " + wonEnd;
            }
        }
        for (int slot = 0; slot < ControlFormat.SYNCS_MAX; slot++) {
            final int at = ControlFormat.SYNC_SLOTS_OFFSET + slot * ControlFormat.SYNC_SLOT_BYTES;
            final long from = control.word(at + ControlFormat.SYNC_FROM_OFFSET);
            final long to = control.word(at + ControlFormat.SYNC_TO_OFFSET);
            if (!ControlFormat.isPosition(from) || !ControlFormat.isPosition(to)) {
                return "expected of sync slot " + slot + " aligned positions, found from " + from + " to " + to;
            }
        }
        final long suspect = control.word(ControlFormat.SUSPECT_OFFSET);
        return ControlFormat.isPosition(suspect) ? "" : "expected an aligned position suspect, found " + suspect;
    }

    /** Whether nobody has written a header there. */
    private boolean isZero(final StoppedSegments segments, final long position)
        throws IOException {
        final long segmentStart = geometry.segmentStart(position);
        return segments.exists(segmentStart)
            && memory.getLong(segments.map(segmentStart) + position - segmentStart) == 0;
    }

    /**
     * Where a claim ends: where its publisher's slot says, or else, as for who reads it, at the next header in its
     * segment, right or not, at the end of that, or the limit.
     */
    private long holeEnd(final StoppedSegments segments, final long position, final long limit)
        throws IOException {
        final long segmentStart = geometry.segmentStart(position);
        final long end = Math.min(limit, segmentStart + geometry.segmentBytes());
        for (int slot = 0; slot < ControlFormat.PUBLISHERS_MAX; slot++) {
            final int at = ControlFormat.SLOTS_OFFSET + slot * ControlFormat.SLOT_BYTES;
            final long wonEnd = control.word(at + ControlFormat.SLOT_WON_END_OFFSET);
            if (control.word(at + ControlFormat.SLOT_START_OFFSET) == position && wonEnd > position
                && wonEnd <= end) {
                return wonEnd;
            }
        }
        final long address = segments.map(segmentStart) - segmentStart;
        long next = position + geometry.frameAlignment();
        while (next < end && memory.getLong(address + next) == 0) {
            next += geometry.frameAlignment();
        }
        return Math.min(next, end);
    }
}
