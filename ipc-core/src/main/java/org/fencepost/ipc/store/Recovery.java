package org.fencepost.ipc.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.RepairReport;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.CursorsFormat;
import org.fencepost.ipc.format.FileHeader;
import org.fencepost.ipc.format.FileHeader.FileKind;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.log.Log;
import org.fencepost.ipc.log.VerifiedWalk;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.os.Window;

/**
 * Makes a journal whole again that nobody has open. The table of docs/recovery.md: what was found is
 * one {@link Finding}, and {@link #run} does what stands beside it there.
 *
 * <p>Trusted are the identity of each file, the segments as far as their frames check out, named
 * cursors, and of the control file's words those that only ever told the truth: {@code durable},
 * {@code earliest}, {@code epoch}, {@code cut}. Everything else is made again. Each step may be the last
 * one; whoever opens the journal next begins again and comes to the same end. What has to be there
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
        DAMAGED
    }

    /** What is known of a journal whose end was cut begins so; the rest is epoch and place. */
    static final String CUT_PREFIX = "cut-";
    private static final String CUTTING = ".cutting";
    private static final int PERMISSIONS = 0600;
    private static final int PIECE_BYTES = FileHeader.PAGE_BYTES;
    private static final Life NOWHERE = new Life(0, 0, 0, 0);

    private final Path directory;
    private final Platform platform;
    private final FileCalls calls;
    private final Geometry geometry;
    private final SharedMemory memory;
    private final Path controlFile;
    private final List<String> report = new ArrayList<>();
    private ByteBuffer control;

    Recovery(
        final ChannelDirectory directory, final Platform platform, final FileCalls calls,
        final Geometry geometry) {
        this.directory = directory.path();
        this.platform = platform;
        this.calls = calls;
        this.geometry = geometry;
        this.memory = platform.memory();
        this.controlFile = directory.control();
    }

    /** What was done, a sentence each; empty if nothing was noteworthy. */
    List<String> report() {
        return report;
    }

    /**
     * What a journal would be if it were made whole now.
     *
     * @param control its control file, whole.
     * @param end     where reading ends.
     */
    record Image(ByteBuffer control, long end) {
    }

    /** Reads the words anew; whether they are of this life, and there is nothing to be looked at again. */
    boolean isSettled() throws IOException {
        return isSameLife() && control.getLong(ControlFormat.DAMAGED_OFFSET) == 0
            && control.getLong(ControlFormat.CUT_OFFSET) == 0;
    }

    /** Reads the words anew; whether they are of this life, so that members may be there. */
    boolean isSameLife() throws IOException {
        control = read(controlFile, ControlFormat.FILE_BYTES);
        return Life.read(control).equals(Life.of(controlFile, calls));
    }

    /**
     * What {@link #run} would make of it, as far as it can be read; empty if the words are believed as
     * they are. Changes nothing, and wants nobody to be kept out: whoever makes the journal whole meanwhile
     * makes the same of it.
     */
    Optional<Image> foresee() throws IOException {
        if (isSameLife()) {
            return Optional.empty();
        }
        try (Window window = platform.reserve(geometry.segmentBytes(), 1)) {
            final long durable = durable();
            final long end = end(window, durable);
            if (end < durable) {
                setDamaged(end, durable);
            } else {
                beginEpoch(end);
                resetWords(end, readyOf(end));
            }
            return Optional.of(new Image(control.rewind(), end < durable ? Log.NO_END : end));
        }
    }

    /** Finds out what there is and does what is to be done about it. */
    Finding run() throws IOException {
        if (isSameLife() && control.getLong(ControlFormat.DAMAGED_OFFSET) == 0) {
            if (control.getLong(ControlFormat.CUT_OFFSET) != 0) {
                writeControlWords();
                settle();
            }
            return Finding.SAME_LIFE;
        }
        final Life life = Life.of(controlFile, calls);
        try (Window window = platform.reserve(geometry.segmentBytes(), 1)) {
            final long durable = durable();
            final long end = end(window, durable);
            if (end < durable) {
                refuse(end, durable, life);
                return Finding.DAMAGED;
            }
            final boolean torn = cut(window, end);
            if (life.isSameFile(Life.read(control))) {
                syncFrom(geometry.segmentStart(durable), end);
            } else {
                // A copy: nothing of it was ever synced.
                syncFrom(geometry.segmentStart(control.getLong(ControlFormat.EARLIEST_OFFSET)), end);
                calls.syncDirectory(directory);
            }
            clampCursors(end);
            restart(end, life);
            return torn ? Finding.TORN : Finding.WHOLE;
        }
    }

    /** What is damaged, and where; changes nothing. */
    RepairReport examine() throws IOException {
        return examine(new ArrayList<>());
    }

    /**
     * Looks at everything that is kept. What is above the watermark counts only in the life of the words: in
     * another one it is torn, and whoever opens the journal cuts it.
     *
     * @param holes receives where claims of the dead begin and end.
     */
    private RepairReport examine(final List<long[]> holes) throws IOException {
        final boolean believed = isSameLife();
        try (Window window = platform.reserve(geometry.segmentBytes(), 1)) {
            final long durable = durable();
            final String wrong = believed ? wrongWords(durable) : "";
            final long known = believed && wrong.isEmpty()
                ? Math.max(durable, control.getLong(ControlFormat.TAIL_OFFSET)) : durable;
            long end = endFrom(window, control.getLong(ControlFormat.EARLIEST_OFFSET));
            while (end >= durable && end < known && isZero(window, end)) {
                final long next = nextRight(window, end, known);
                holes.add(new long[] {end, next});
                end = endFrom(window, next);
            }
            return new RepairReport(directory,
                end < known ? OptionalLong.of(end) : OptionalLong.empty(), durable, wrong, report);
        }
    }

    /**
     * Ends the log at the damage. First everything is taken back that says that more was durable, the word of
     * control last, and with it that the words are of this life: from then on the journal is one with a torn
     * end, and whoever opens it does the rest if this one dies.
     */
    RepairReport repair() throws IOException {
        final List<long[]> holes = new ArrayList<>();
        final RepairReport found = examine(holes);
        if (found.damagedPosition().isPresent() || !found.wrongWords().isEmpty()) {
            // Nobody is there any more who had claimed them, and behind a hole a log ends that is cut.
            for (final long[] hole : holes) {
                pad(hole[0], hole[1]);
            }
            distrust(found);
        }
        run();
        return new RepairReport(directory, found.damagedPosition(), found.durablePosition(),
            found.wrongWords(), report);
    }

    private void distrust(final RepairReport found) throws IOException {
        if (found.damagedPosition().isPresent()) {
            final long end = found.damagedPosition().getAsLong();
            if (end < found.durablePosition()) {
                lowerReceipts(end);
                control.putLong(ControlFormat.DURABLE_OFFSET, end);
            }
            report.add("ended the log at the damaged frame");
        } else {
            report.add("made the words of " + ControlFormat.FILE_NAME + " again");
        }
        control.putLong(ControlFormat.DAMAGED_OFFSET, 0);
        NOWHERE.write(control);
        writeControlWords();
    }

    private void lowerReceipts(final long end) throws IOException {
        final long endSegment = geometry.segmentStart(end);
        for (final long place : placesFrom(endSegment).reversed()) {
            final long receipt = place > endSegment ? 0
                : SegmentFormat.receipt(geometry.channelId(), place, end - place);
            writeWord(segment(place), receipt, SegmentFormat.RECEIPT_OFFSET);
        }
    }

    private void pad(final long from, final long to) throws IOException {
        writeWord(segment(geometry.segmentStart(from)),
            FrameFormat.paddingWord(to - from), offset(from));
        report.add("passed over the claim from position " + from + " to " + to
            + ", which nobody has committed");
    }

    private void writeWord(final Path target, final long value, final long offset)
        throws IOException {
        try (FileHandle file = calls.open(target, true)) {
            writeFully(file, ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0, value), offset);
            file.sync();
        }
    }

    /** What of the words contradicts itself when nobody is there; empty if nothing does. */
    private String wrongWords(final long durable) {
        final long tail = control.getLong(ControlFormat.TAIL_OFFSET);
        final long ready = control.getLong(ControlFormat.READY_OFFSET);
        final long clearing = control.getLong(ControlFormat.CLEARING_OFFSET);
        if (durable > ready || tail < geometry.startPosition() || ready < tail || clearing < ready
            || clearing > ControlFormat.POSITION_MAX + geometry.segmentBytes()
            || tail % geometry.frameAlignment() != 0 || ready % geometry.segmentBytes() != 0) {
            return "expected aligned positions tail <= ready <= clearing, and durable up to ready, found tail "
                + tail + ", ready " + ready + ", clearing " + clearing + ", durable " + durable;
        }
        for (int slot = 0; slot < ControlFormat.PUBLISHERS_MAX; slot++) {
            final int at = ControlFormat.SLOTS_OFFSET + slot * ControlFormat.SLOT_BYTES;
            final long start = control.getLong(at + ControlFormat.SLOT_START_OFFSET);
            final long wonEnd = control.getLong(at + ControlFormat.SLOT_WON_END_OFFSET);
            if (start < ControlFormat.START_NONE || wonEnd < 0 || wonEnd > ready) {
                return "expected of publisher slot " + slot + " positions up to ready " + ready
                    + ", found start " + start + " and end " + wonEnd;
            }
        }
        return "";
    }

    /**
     * The watermark: that of the control file, if it can be what it says, or of the newest receipt, which
     * was synced when that was not.
     */
    private long durable() throws IOException {
        final long durable = newestReceipt(requirePosition("durable",
            control.getLong(ControlFormat.DURABLE_OFFSET) & ~ControlFormat.DURABLE_FAILED_MASK));
        final long earliest =
            requirePosition("earliest", control.getLong(ControlFormat.EARLIEST_OFFSET));
        // What retention has removed was not synced before, if nobody wanted that.
        return Math.max(durable, earliest);
    }

    /** The position of the newest receipt, if it is higher. A later segment's is the higher one. */
    private long newestReceipt(final long durable) throws IOException {
        for (final long place : placesFrom(geometry.segmentStart(durable)).reversed()) {
            final long word = Headers.read(segment(place), FileKind.SEGMENT, geometry.channelId())
                .getLong(SegmentFormat.RECEIPT_OFFSET);
            final long bytes = SegmentFormat.receiptBytes(
                geometry.channelId(), place, geometry.segmentBytes(), word);
            if (bytes != SegmentFormat.NO_RECEIPT) {
                return Math.max(durable, place + bytes);
            }
        }
        return durable;
    }

    /** Where the log ends: behind the last frame that checks out with all before it. */
    private long end(final Window window, final long durable) throws IOException {
        final long start = Math.max(
            control.getLong(ControlFormat.EARLIEST_OFFSET), geometry.segmentStart(durable));
        return endFrom(window, start);
    }

    private long endFrom(final Window window, final long start) throws IOException {
        final VerifiedWalk walk = new VerifiedWalk(memory, geometry);
        long position = start;
        while (exists(segment(geometry.segmentStart(position)))) {
            final long segmentStart = geometry.segmentStart(position);
            map(window, segmentStart);
            position = walk.end(position, window.address(0));
            if (position < segmentStart + geometry.segmentBytes()) {
                break;
            }
        }
        return position;
    }

    /** Whether nobody has written a header there. */
    private boolean isZero(final Window window, final long position) throws IOException {
        final long segmentStart = geometry.segmentStart(position);
        if (!exists(segment(segmentStart))) {
            return false;
        }
        map(window, segmentStart);
        return memory.getLong(window.address(0) + position - segmentStart) == 0;
    }

    /** Where the next frame is that checks out in the segment that is mapped; its end, or the limit. */
    private long nextRight(final Window window, final long position, final long limit) {
        final VerifiedWalk walk = new VerifiedWalk(memory, geometry);
        final long end = Math.min(
            limit, geometry.segmentStart(position) + geometry.segmentBytes());
        long next = position + geometry.frameAlignment();
        while (next < end && !walk.isRight(next, window.address(0))) {
            next += geometry.frameAlignment();
        }
        return Math.min(next, end);
    }

    /** Takes away what is behind the end, keeps it in files beside; whether there was anything. */
    private boolean cut(final Window window, final long end) throws IOException {
        final long segmentStart = geometry.segmentStart(end);
        final long segmentEnd = segmentStart + geometry.segmentBytes();
        final boolean inSegment = exists(segment(segmentStart));
        long usedEnd = end;
        if (inSegment) {
            map(window, segmentStart);
            usedEnd = usedEnd(window.address(0), end);
        }
        final List<Long> later = new ArrayList<>();
        for (final long place : placesFrom(inSegment ? segmentEnd : segmentStart)) {
            map(window, place);
            if (usedEnd(window.address(0), place) > place) {
                later.add(place);
            }
        }
        if (beginEpoch(end)) {
            writeControlWords();
        }
        if (usedEnd == end && later.isEmpty()) {
            return false;
        }
        for (final long place : later) {
            calls.rename(segment(place), beside(SegmentFormat.name(place)));
            report.add("moved the segment from position " + place + " on to "
                + beside(SegmentFormat.name(place)).getFileName());
        }
        if (usedEnd > end) {
            keep(end, usedEnd);
            erase(end, usedEnd);
        }
        calls.syncDirectory(directory);
        report.add("the log ends at position " + end + ", in recovery epoch "
            + control.getLong(ControlFormat.EPOCH_OFFSET));
        return true;
    }

    /**
     * Positions behind the end may be used again, although nothing is found there now: somebody may have
     * read what was never written to the disk. False if whoever was stopped in here has begun it.
     */
    private boolean beginEpoch(final long end) {
        if (control.getLong(ControlFormat.CUT_OFFSET) == end + 1) {
            return false;
        }
        control.putLong(
            ControlFormat.EPOCH_OFFSET, control.getLong(ControlFormat.EPOCH_OFFSET) + 1);
        control.putLong(ControlFormat.CUT_OFFSET, end + 1);
        return true;
    }

    /** Copies the bytes of the log from {@code end} to {@code usedEnd} into a file of their own. */
    private void keep(final long end, final long usedEnd) throws IOException {
        final Path kept = beside(SegmentFormat.name(end));
        if (exists(kept)) {
            // Whole, for it has its name, which may not be on the disk yet. Some of what it holds may
            // have been erased since.
            calls.syncDirectory(directory);
            return;
        }
        final Path temporary = directory.resolve(CUTTING);
        if (exists(temporary)) {
            calls.unlink(temporary);
        }
        try (FileHandle source = calls.open(segment(geometry.segmentStart(end)), false);
            FileHandle target = calls.create(temporary, PERMISSIONS)) {
            final long offset = offset(end);
            final ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
            long done = 0;
            while (done < usedEnd - end) {
                piece.clear().limit((int) Math.min(PIECE_BYTES, usedEnd - end - done));
                readFully(source, piece, offset + done);
                piece.flip();
                writeFully(target, piece, done);
                done += piece.limit();
            }
            target.sync();
        }
        calls.rename(temporary, kept);
        calls.syncDirectory(directory);
        report.add("kept " + (usedEnd - end) + " bytes from position " + end + " on in "
            + kept.getFileName());
    }

    private void erase(final long end, final long usedEnd) throws IOException {
        try (FileHandle file = calls.open(segment(geometry.segmentStart(end)), true)) {
            final ByteBuffer zeros = ByteBuffer.allocate(PIECE_BYTES);
            long done = end;
            while (done < usedEnd) {
                zeros.clear().limit((int) Math.min(PIECE_BYTES, usedEnd - done));
                writeFully(file, zeros, offset(done));
                done += zeros.limit();
            }
            file.sync();
        }
    }

    /** The segments may be dirty: of a copy, or of whoever recovered before. */
    private void syncFrom(final long start, final long end) throws IOException {
        for (final long place : placesFrom(start)) {
            if (place < end) {
                try (FileHandle file = calls.open(segment(place), true)) {
                    file.sync();
                }
            }
        }
        final Path last = segment(geometry.segmentStart(end));
        if (exists(last)) {
            // A copy may have holes where there were zeros.
            platform.allocate(last, SegmentFormat.fileBytes(geometry.segmentBytes()));
        }
    }

    /** No cursor may stand beyond the end, and nobody owns one. */
    private void clampCursors(final long end) throws IOException {
        final Path file = directory.resolve(CursorsFormat.FILE_NAME);
        final ByteBuffer cursors = read(file, CursorsFormat.FILE_BYTES);
        for (int record = 0; record < CursorsFormat.SUBSCRIBERS_MAX; record++) {
            final int at = CursorsFormat.recordOffset(record);
            final long state = cursors.getLong(at + CursorsFormat.STATE_OFFSET);
            if ((state & CursorsFormat.STATE_NAMED) == 0) {
                cursors.putLong(at + CursorsFormat.STATE_OFFSET, 0);
                continue;
            }
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
        write(file, cursors);
    }

    /**
     * The words as of a channel that everybody has left. That they count is said last, together with the
     * end of the cut: both are in one sector, so that the epoch grows once.
     */
    private void restart(final long end, final Life life) throws IOException {
        resetWords(end, readyOf(end));
        control.putLong(ControlFormat.CUT_OFFSET, end + 1);
        writeControlWords();
        control.putLong(ControlFormat.CUT_OFFSET, ControlFormat.CUT_MADE);
        life.write(control);
        writeControlWords();
        settle();
    }

    /** The epoch is on the disk: what is published from now on is never taken for what was before it. */
    private void settle() throws IOException {
        control.putLong(ControlFormat.CUT_OFFSET, 0);
        writeControlWords();
    }

    /** Nothing is changed but the words: whoever opens it can read, and is told of the damage. */
    private void refuse(final long end, final long durable, final Life life) throws IOException {
        setDamaged(end, durable);
        life.write(control);
        writeControlWords();
        report.add("the frame at position " + end + " does not check out although everything below "
            + durable + " was on the disk; nothing was cut, and the channel can only be read");
    }

    private void setDamaged(final long end, final long durable) {
        final long cut = control.getLong(ControlFormat.CUT_OFFSET);
        resetWords(durable, geometry.segmentStart(durable - 1) + geometry.segmentBytes());
        control.putLong(ControlFormat.CUT_OFFSET, cut);
        control.putLong(ControlFormat.DAMAGED_OFFSET, end + 1);
    }

    /** End of the segment of a log's end, if that is there. */
    private long readyOf(final long end) {
        final long segmentStart = geometry.segmentStart(end);
        return exists(segment(segmentStart))
            ? segmentStart + geometry.segmentBytes() : segmentStart;
    }

    /** The words of a log that ends here and that nobody has joined; epoch and earliest stay. */
    private void resetWords(final long end, final long ready) {
        final long earliest = control.getLong(ControlFormat.EARLIEST_OFFSET);
        final long epoch = control.getLong(ControlFormat.EPOCH_OFFSET);
        for (int at = FileHeader.PAGE_BYTES; at < ControlFormat.FILE_BYTES; at += Long.BYTES) {
            control.putLong(at, 0);
        }
        for (int slot = 0; slot < ControlFormat.PUBLISHERS_MAX; slot++) {
            control.putLong(ControlFormat.SLOTS_OFFSET + slot * ControlFormat.SLOT_BYTES
                + ControlFormat.SLOT_START_OFFSET, ControlFormat.START_NONE);
        }
        control.putLong(ControlFormat.TAIL_OFFSET, end);
        control.putLong(ControlFormat.READY_OFFSET, ready);
        control.putLong(ControlFormat.CLEARING_OFFSET, ready);
        control.putLong(ControlFormat.DURABLE_OFFSET, end);
        control.putLong(ControlFormat.EARLIEST_OFFSET, earliest);
        control.putLong(ControlFormat.EPOCH_OFFSET, epoch);
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

    private List<Long> placesFrom(final long first) throws IOException {
        return SegmentFiles.places(directory).stream().filter(place -> place >= first).toList();
    }

    private void map(final Window window, final long segmentStart) throws IOException {
        final Path file = segment(segmentStart);
        SegmentFiles.verify(file, geometry.channelId(), geometry.segmentBytes(), segmentStart);
        window.map(0, file, SegmentFormat.DATA_OFFSET, false, false);
    }

    private Path segment(final long place) {
        return directory.resolve(SegmentFormat.name(place));
    }

    private Path beside(final String name) {
        return directory.resolve(
            CUT_PREFIX + control.getLong(ControlFormat.EPOCH_OFFSET) + "-" + name);
    }

    private long offset(final long position) {
        return SegmentFormat.DATA_OFFSET + position - geometry.segmentStart(position);
    }

    private boolean exists(final Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    private long requirePosition(final String word, final long value) {
        if (value < geometry.startPosition() || value > ControlFormat.POSITION_MAX
            || value % geometry.frameAlignment() != 0) {
            throw new ChannelDamagedException(controlFile,
                controlFile + ": wrong " + word + ": expected a position from "
                    + geometry.startPosition() + " on, found " + value + "; nothing was changed");
        }
        return value;
    }

    private ByteBuffer read(final Path file, final int bytes) throws IOException {
        final ByteBuffer content = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        try (FileHandle handle = calls.open(file, false)) {
            readFully(handle, content, 0);
        }
        return content;
    }

    /** Everything behind the identity, which never changes. */
    private void writeControlWords() throws IOException {
        write(controlFile, control);
    }

    private void write(final Path file, final ByteBuffer content) throws IOException {
        try (FileHandle handle = calls.open(file, true)) {
            content.position(FileHeader.PAGE_BYTES).limit(content.capacity());
            writeFully(handle, content, FileHeader.PAGE_BYTES);
            handle.sync();
        } finally {
            content.clear();
        }
    }

    private static void readFully(
        final FileHandle handle, final ByteBuffer target, final long offset) throws IOException {
        final int start = target.position();
        while (target.hasRemaining()) {
            if (handle.read(target, offset + target.position() - start) < 0) {
                throw new IOException("the file ends at " + (offset + target.position() - start)
                    + ", expected " + target.remaining() + " bytes more");
            }
        }
    }

    private static void writeFully(
        final FileHandle handle, final ByteBuffer source, final long offset) throws IOException {
        final int start = source.position();
        while (source.hasRemaining()) {
            handle.write(source, offset + source.position() - start);
        }
    }
}
