package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.durable.Temporary;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;

/**
 * Ends the log of a journal that nobody has open: what is behind the end is kept in files beside it, then
 * taken away. Each step may be the last one; whoever recovers the journal next comes to the same end.
 */
final class JournalCut {
    /** What is known of a journal whose end was cut begins so; the rest is epoch and place. */
    private static final String CUT_PREFIX = "cut-";
    private static final String CUTTING = ".cutting";
    private static final int PIECE_BYTES = FileHeader.PAGE_BYTES;

    private final StoppedSegments segments;
    private final Path directory;
    private final Geometry geometry;
    private final SharedMemory memory;
    private final FileCalls calls;
    private final ControlFile control;
    private final Access access;
    private final List<String> report;

    /** Of a journal with these segments; says what it does in {@code report}. */
    JournalCut(
        final StoppedSegments segments, final Path directory, final FileCalls calls,
        final ControlFile control, final Access access, final List<String> report) {
        this.segments = segments;
        this.directory = directory;
        this.geometry = segments.geometry();
        this.memory = segments.memory();
        this.calls = calls;
        this.control = control;
        this.access = access;
        this.report = report;
    }

    /** Takes away what is behind the end, keeps it in files beside; whether there was anything. */
    boolean at(final long end) throws IOException {
        final long segmentStart = geometry.segmentStart(end);
        final long segmentEnd = segmentStart + geometry.segmentBytes();
        final boolean inSegment = segments.exists(segmentStart);
        long usedEnd = end;
        if (inSegment) {
            usedEnd = usedEnd(segments.map(segmentStart), end);
        }
        final List<Long> later = new ArrayList<>();
        for (final long place : segments.placesFrom(inSegment ? segmentEnd : segmentStart)) {
            if (usedEnd(segments.map(place), place) > place) {
                later.add(place);
            }
        }
        final boolean again = !control.beginEpoch(end);
        // Also if it was said: whoever did may have met an error, behind which it is in the cache alone.
        control.write();
        for (final long place : later) {
            calls.rename(segments.file(place), beside(SegmentFormat.name(place)));
            report.add("moved the segment from position " + place + " on to "
                + beside(SegmentFormat.name(place)).getFileName());
        }
        if (usedEnd > end) {
            keep(end, usedEnd);
        }
        if (inSegment) {
            // Zeros of whoever was stopped in here may not be on the disk, and not be dirty any more either.
            erase(end, again ? segmentEnd : usedEnd);
        }
        // Also if nothing was moved: whoever did it may have died before this, or copied the journal.
        calls.syncDirectory(directory);
        if (usedEnd == end && later.isEmpty()) {
            return false;
        }
        report.add("the log ends at position " + end + ", in recovery epoch "
            + control.word(ControlFormat.EPOCH_OFFSET));
        return true;
    }

    /** Copies the bytes of the log from {@code end} to {@code usedEnd} into a file of their own. */
    private void keep(final long end, final long usedEnd) throws IOException {
        final Path kept = beside(SegmentFormat.name(end));
        if (calls.status(kept, false).isPresent()) {
            // Whole, for it has its name, which may not be on the disk yet. Some of what it holds may
            // have been erased since.
            calls.syncDirectory(directory);
            return;
        }
        final Path temporary = directory.resolve(CUTTING);
        if (calls.status(temporary, false).isPresent()) {
            calls.unlink(temporary);
        }
        try (FileHandle source = calls.open(segments.file(geometry.segmentStart(end)), false);
            FileHandle target = calls.create(temporary, Temporary.PRIVATE)) {
            access.give(target);
            final long offset = offset(end);
            final ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
            long done = 0;
            while (done < usedEnd - end) {
                piece.clear().limit((int) Math.min(PIECE_BYTES, usedEnd - end - done));
                ControlFile.readFully(source, piece, offset + done);
                piece.flip();
                Temporary.write(target, piece, done);
                done += piece.limit();
            }
            target.sync();
        }
        calls.rename(temporary, kept);
        calls.syncDirectory(directory);
        report.add("kept " + (usedEnd - end) + " bytes from position " + end + " on in "
            + kept.getFileName());
    }

    /** Who goes on with this syncs the segment, also if this one dies in here. */
    private void erase(final long end, final long usedEnd) throws IOException {
        try (FileHandle file = calls.open(segments.file(geometry.segmentStart(end)), true)) {
            final ByteBuffer zeros = ByteBuffer.allocate(PIECE_BYTES);
            long done = end;
            while (done < usedEnd) {
                zeros.clear().limit((int) Math.min(PIECE_BYTES, usedEnd - done));
                Temporary.write(file, zeros, offset(done));
                done += zeros.limit();
            }
        }
    }

    /** End of the last eight bytes from {@code start} to the segment's end that are not zero. */
    private long usedEnd(final long segmentAddress, final long start) {
        final long segmentStart = geometry.segmentStart(start);
        long position = segmentStart + geometry.segmentBytes();
        while (position > start
            && memory.getLong(segmentAddress + position - segmentStart - Long.BYTES) == 0) {
            position -= Long.BYTES;
        }
        return position;
    }

    private Path beside(final String name) {
        return directory.resolve(
            CUT_PREFIX + control.word(ControlFormat.EPOCH_OFFSET) + "-" + name);
    }

    private long offset(final long position) {
        return SegmentFormat.DATA_OFFSET + position - geometry.segmentStart(position);
    }
}
