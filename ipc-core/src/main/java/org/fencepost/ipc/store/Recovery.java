package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fencepost.ipc.durable.Temporary;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.FileHeader.FileKind;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.MembersFormat;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.log.Log;
import org.fencepost.ipc.log.VerifiedWalk;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.Platform;

/**
 * Makes a journal whole again that nobody has open, and empties a ring. The table of docs/recovery.md: what
 * was found is one {@link Finding}, and {@link #run} does what stands beside it there.
 *
 * <p>Trusted are the identity of each file, the segments as far as their frames check out, named
 * cursors, and of the control file's words those that only ever told the truth: {@code durable},
 * {@code earliest}, {@code epoch}, {@code cut}. Everything else is made again. Each step may be the last
 * one; whoever opens the channel next begins again and comes to the same end. What has to be there
 * before the next step is synced before it. With the presence byte held exclusively.
 */
final class Recovery {
    /** What an opener finds. */
    enum Finding {
        /** The words are of this life: whatever is left is of processes that died. */
        SAME_LIFE,
        /** All frames check out up to the end, and there is nothing but zeros behind it. */
        WHOLE,
        /** There is something behind the last frame that checks out: torn, or beyond a hole. */
        TORN,
        /** A frame that was durable is not what was published, or its segment is missing. */
        DAMAGED,
        /** A ring of another life: of what is in it nothing is vouched for. */
        RING_OF_ANOTHER_LIFE
    }

    private static final int PIECE_BYTES = 1 << 16;

    private final Path directory;
    private final Platform platform;
    private final FileCalls calls;
    private final Geometry geometry;
    private final Path controlFile;
    private final ControlFile control;
    private final List<String> report = new ArrayList<>();

    Recovery(
        final ChannelDirectory directory, final Platform platform, final FileCalls calls,
        final Geometry geometry) {
        this.directory = directory.path();
        this.platform = platform;
        this.calls = calls;
        this.geometry = geometry;
        this.controlFile = directory.control();
        this.control = new ControlFile(controlFile, platform, calls, geometry);
    }

    /** The control file, as it was read last and changed since. */
    ControlFile control() {
        return control;
    }

    /** What was done, a sentence each; empty if nothing was noteworthy. */
    List<String> report() {
        return report;
    }

    /**
     * What a channel would be if it were recovered now.
     *
     * @param control its control file, whole.
     * @param end     where reading ends.
     */
    record Image(ByteBuffer control, long end) {
    }

    /** Reads the words anew; whether they are of this life, and there is nothing to be looked at again. */
    boolean isSettled() throws IOException {
        return isSameLife() && control.word(ControlFormat.DAMAGED_OFFSET) == 0
            && control.word(ControlFormat.CUT_OFFSET) == 0;
    }

    /**
     * Reads the words anew; whether they are of this life, so that members may be there, and the log has not gone on
     * without them. Nobody says that they are before a cut has ended: who has begun it was stopped.
     */
    boolean isSameLife() throws IOException {
        if (!control.isSameLife()) {
            return false;
        }
        final long cut = control.word(ControlFormat.CUT_OFFSET);
        return (cut == 0 || cut == ControlFormat.CUT_MADE) && !isOvertaken();
    }

    /**
     * Whether a frame begins where nothing is claimed yet: the file system was mounted anew, and the words are older
     * than the segments. Also beside publishers, for they move the tail first, and one that is alone moves it behind
     * each frame.
     */
    private boolean isOvertaken() throws IOException {
        final long tail = control.word(ControlFormat.TAIL_OFFSET);
        if (geometry.ring() || control.hasFailedSync() || tail < geometry.startPosition()
            || tail > ControlFormat.POSITION_MAX || tail % geometry.frameAlignment() != 0) {
            return false;
        }
        final long exclusive = control.word(ControlFormat.EXCLUSIVE_OFFSET);
        long header = header(tail);
        if (header != 0 && exclusive != 0) {
            header = header(tail + geometry.span(FrameFormat.length(header)));
        }
        if (header == 0) {
            return false;
        }
        control.read();
        return control.word(ControlFormat.TAIL_OFFSET) == tail
            && control.word(ControlFormat.EXCLUSIVE_OFFSET) == exclusive;
    }

    /** What stands at a position, or 0. */
    private long header(final long position) throws IOException {
        final long segmentStart = geometry.segmentStart(position);
        final Path segment = directory.resolve(SegmentFormat.name(segmentStart));
        if (calls.status(segment, false).isEmpty()) {
            return 0;
        }
        final ByteBuffer header = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (FileHandle file = calls.open(segment, false)) {
            final int found = file.read(header, SegmentFormat.DATA_OFFSET + position - segmentStart);
            return found < Long.BYTES ? 0 : header.getLong(0);
        } catch (final AccessDeniedException notReadable) {
            // Whoever comes there is told so.
            return 0;
        }
    }

    /**
     * What {@link #run} would make of it, as far as it can be read; empty if the words are believed as
     * they are. Changes nothing, and wants nobody to be kept out: whoever recovers the channel meanwhile
     * makes the same of it.
     */
    Optional<Image> foresee() throws IOException {
        if (isSameLife()) {
            return Optional.empty();
        }
        if (geometry.ring()) {
            final long end = ringEnd();
            resetRing(end);
            return Optional.of(new Image(control.content(), end));
        }
        try (StoppedSegments segments = segments()) {
            final long durable = durable(segments);
            final long end = end(segments, durable, isCopy(control.lifeOfNow()));
            if (end < durable) {
                setDamaged(end, durable);
            } else {
                control.beginEpoch(end);
                control.reset(end, end, readyOf(segments, end));
            }
            return Optional.of(new Image(control.content(), end < durable ? Log.NO_END : end));
        }
    }

    /** Finds out what there is and does what is to be done about it. */
    Finding run() throws IOException {
        if (isSameLife() && control.word(ControlFormat.DAMAGED_OFFSET) == 0) {
            if (control.word(ControlFormat.CUT_OFFSET) != 0) {
                control.write();
                settle();
            }
            return Finding.SAME_LIFE;
        }
        // In a file that comes from a lower layer of an overlayfs the words would be of what it was: it becomes
        // another one, younger, when it is first opened for writing.
        calls.open(controlFile, true).close();
        final Life life = control.lifeOfNow();
        if (geometry.ring()) {
            emptyRing(life);
            return Finding.RING_OF_ANOTHER_LIFE;
        }
        try (StoppedSegments segments = segments()) {
            final long durable = durable(segments);
            final boolean copy = isCopy(life);
            final long end = end(segments, durable, copy);
            if (end < durable) {
                refuse(end, durable, life);
                return Finding.DAMAGED;
            }
            // Of whoever was stopped in here before, perhaps by an error of the disk; or in a sync, before a repair.
            final boolean again = control.hasBegun(end) || control.hasSyncInDoubt();
            final boolean torn = new JournalCut(
                segments, directory, calls, control, Access.of(controlFile, calls), report).at(end);
            if (copy) {
                syncAll(segments, again);
            } else {
                syncFrom(segments, geometry.segmentStart(durable), end);
            }
            allocateFrom(segments, end);
            clampCursors(end);
            control.reset(end, end, readyOf(segments, end));
            restart(end, life);
            return torn ? Finding.TORN : Finding.WHOLE;
        }
    }

    /**
     * The watermark: that of the control file, if it can be what it says, or of the newest receipt, which
     * was synced when that was not.
     */
    long durable(final StoppedSegments segments) throws IOException {
        final long durable = newestReceipt(segments, control.position(
            "durable", ControlFormat.DURABLE_OFFSET, ControlFormat.DURABLE_FAILED_MASK, geometry.frameAlignment()));
        final long earliest = control.position(
            "earliest", ControlFormat.EARLIEST_OFFSET, 0, geometry.segmentBytes());
        // What retention has removed was not synced before, if nobody wanted that.
        return Math.max(durable, earliest);
    }

    /** The position of the newest receipt, if it is higher. A later segment's is the higher one. */
    private long newestReceipt(final StoppedSegments segments, final long durable)
        throws IOException {
        for (final long place : segments.placesFrom(geometry.segmentStart(durable)).reversed()) {
            final long word =
                Headers.read(segments.file(place), FileKind.SEGMENT, geometry.channelId())
                    .getLong(SegmentFormat.RECEIPT_OFFSET);
            final long bytes = SegmentFormat.receiptBytes(
                geometry.channelId(), place, geometry.segmentBytes(), word);
            if (bytes != SegmentFormat.NO_RECEIPT) {
                return Math.max(durable, place + bytes);
            }
        }
        return durable;
    }

    /** Whether the words are of another file, so that nothing in this directory was ever synced. */
    private boolean isCopy(final Life life) {
        return !life.isSameFile(control.life());
    }

    /**
     * Where the log ends: behind the last frame that checks out with all before it. Of a copy from the beginning:
     * what was durable in the channel that it was made of may have been published when it was made in part.
     */
    private long end(final StoppedSegments segments, final long durable, final boolean copy)
        throws IOException {
        final long earliest = control.word(ControlFormat.EARLIEST_OFFSET);
        return endFrom(
            segments, copy ? earliest : Math.max(earliest, geometry.segmentStart(durable)));
    }

    /** The same for what is behind a frame boundary. */
    long endFrom(final StoppedSegments segments, final long start) throws IOException {
        final VerifiedWalk walk = new VerifiedWalk(platform.memory(), geometry);
        long position = start;
        while (segments.exists(geometry.segmentStart(position))) {
            final long segmentStart = geometry.segmentStart(position);
            position = walk.end(position, segments.map(segmentStart));
            if (position < segmentStart + geometry.segmentBytes()) {
                break;
            }
        }
        return position;
    }

    /**
     * Zeroes all of a ring. What reached the disk of it, or into a copy, is no log: segments are used again and
     * nothing is synced. Positions go on behind everything that can have been claimed. What is refused stays as it is,
     * so all of it is looked at first.
     */
    private void emptyRing(final Life life) throws IOException {
        for (int place = 0; place < geometry.segmentCount(); place++) {
            SegmentFiles.verify(directory.resolve(SegmentFormat.name(place)),
                geometry.channelId(), geometry.segmentBytes(), place);
        }
        final long end = ringEnd();
        if (control.beginEpoch(end)) {
            control.write();
        }
        try (StoppedSegments segments = segments()) {
            for (int place = 0; place < geometry.segmentCount(); place++) {
                platform.memory().fill(
                    segments.mapForWriting(place), geometry.segmentBytes(), (byte) 0);
            }
        }
        clampCursors(end);
        resetRing(end);
        restart(end, life);
        report.add("emptied the ring, because nothing in it is vouched for; it goes on at position " + end
            + ", in recovery epoch " + control.word(ControlFormat.EPOCH_OFFSET));
    }

    /** Where an emptied ring goes on: the start of a segment, and the same for whoever goes on with this. */
    private long ringEnd() {
        final long begun = control.word(ControlFormat.CUT_OFFSET) - 1;
        if (isSegmentStart(begun)) {
            return begun;
        }
        final long ready = control.word(ControlFormat.READY_OFFSET);
        return isSegmentStart(ready) ? ready : geometry.startPosition();
    }

    private boolean isSegmentStart(final long position) {
        return position >= geometry.startPosition() && position <= ControlFormat.POSITION_MAX
            && position % geometry.segmentBytes() == 0;
    }

    private void resetRing(final long end) {
        control.beginEpoch(end);
        control.reset(end, geometry.startPosition(), end + geometry.capacityBytes());
    }

    StoppedSegments segments() throws IOException {
        return new StoppedSegments(directory, geometry, platform, calls);
    }

    /**
     * The segments may be dirty, that of the end too: of whoever recovered before and died between erasing what
     * is behind the end and syncing that.
     */
    private void syncFrom(final StoppedSegments segments, final long start, final long end)
        throws IOException {
        for (final long place : segments.placesFrom(start)) {
            if (place <= end) {
                sync(segments.file(place), false);
            }
        }
    }

    /** Every file that is not written anew in any case, also those that are ahead of the end. */
    private void syncAll(final StoppedSegments segments, final boolean again) throws IOException {
        for (final long place : segments.placesFrom(geometry.startPosition())) {
            sync(segments.file(place), again);
        }
        sync(directory.resolve(MembersFormat.FILE_NAME), again);
        for (final String name : List.of(ControlFormat.FILE_NAME, CursorsFormat.FILE_NAME)) {
            // Their first pages, which nobody writes.
            sync(directory.resolve(name), again);
        }
    }

    /** Writes it anew before, where a page may be clean because it could not be written. */
    private void sync(final Path path, final boolean writesAnew) throws IOException {
        try (FileHandle file = calls.open(path, true)) {
            if (writesAnew) {
                writeAnew(file);
            }
            file.sync();
        }
    }

    private static void writeAnew(final FileHandle file) throws IOException {
        final ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
        long at = 0;
        while (file.read(piece.clear(), at) > 0) {
            piece.flip();
            final int length = piece.remaining();
            Temporary.write(file, piece, at);
            at += length;
        }
    }

    /** A copy may have holes where there were zeros. */
    private void allocateFrom(final StoppedSegments segments, final long end) throws IOException {
        for (final long place : segments.placesFrom(geometry.segmentStart(end))) {
            try (FileHandle file = calls.open(segments.file(place), true)) {
                file.allocate(SegmentFormat.fileBytes(geometry.segmentBytes()));
            }
        }
    }

    /** No cursor may stand beyond the end, and nobody owns one. */
    private void clampCursors(final long end) throws IOException {
        final Path file = directory.resolve(CursorsFormat.FILE_NAME);
        final ByteBuffer cursors = ControlFile.read(file, CursorsFormat.FILE_BYTES, calls);
        long used = cursors.getLong(CursorsFormat.RECORDS_USED_OFFSET);
        for (int record = 0; record < CursorsFormat.SUBSCRIBERS_MAX; record++) {
            final int at = CursorsFormat.recordOffset(record);
            final long state = cursors.getLong(at + CursorsFormat.STATE_OFFSET);
            if ((state & CursorsFormat.STATE_NAMED) == 0) {
                cursors.putLong(at + CursorsFormat.STATE_OFFSET, 0);
                continue;
            }
            // The word may have reached the disk before the record, or behind it.
            used = Math.max(used, record + 1);
            final long position = cursors.getLong(at + CursorsFormat.POSITION_OFFSET);
            if (position > end) {
                cursors.putLong(at + CursorsFormat.POSITION_OFFSET, end);
                report.add("moved the named cursor in record " + record + " from position " + position
                    + " back to the end");
            }
            if (position >= end) {
                cursors.putLong(at + CursorsFormat.BATCH_INDEX_OFFSET, 0);
            }
        }
        cursors.putLong(CursorsFormat.RECORDS_USED_OFFSET, used);
        ControlFile.write(file, cursors, calls);
    }

    /**
     * The words, as of a channel that everybody has left, are written. That they count is said last, together
     * with the end of the cut: both are in one sector, so that the epoch grows once.
     */
    private void restart(final long end, final Life life) throws IOException {
        control.word(ControlFormat.CUT_OFFSET, end + 1);
        control.write();
        control.word(ControlFormat.CUT_OFFSET, ControlFormat.CUT_MADE);
        control.life(life);
        control.write();
        settle();
    }

    /** The epoch is on the disk: what is published from now on is never taken for what was before it. */
    private void settle() throws IOException {
        control.word(ControlFormat.CUT_OFFSET, 0);
        control.write();
    }

    /** Nothing is changed but the words: whoever opens it can read, and is told of the damage. */
    private void refuse(final long end, final long durable, final Life life) throws IOException {
        setDamaged(end, durable);
        control.life(life);
        control.write();
        report.add("the frame at position " + end + " does not check out although everything below "
            + durable + " was on the disk; nothing was cut, and the channel can only be read");
    }

    private void setDamaged(final long end, final long durable) {
        final long cut = control.word(ControlFormat.CUT_OFFSET);
        control.reset(
            durable, durable, geometry.segmentStart(durable - 1) + geometry.segmentBytes());
        control.word(ControlFormat.CUT_OFFSET, cut);
        control.word(ControlFormat.DAMAGED_OFFSET, end + 1);
    }

    /** End of the segment of a log's end, if that is there. */
    private long readyOf(final StoppedSegments segments, final long end) throws IOException {
        final long segmentStart = geometry.segmentStart(end);
        return segments.exists(segmentStart)
            ? segmentStart + geometry.segmentBytes() : segmentStart;
    }
}
