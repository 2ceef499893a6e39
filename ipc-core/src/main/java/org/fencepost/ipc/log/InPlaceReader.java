package org.fencepost.ipc.log;

import org.fencepost.ipc.buffer.ReadableBuffer;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.memory.ReadOnlyView;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * Reads frames where they are: in a ring behind a gating cursor, which keeps the segment from being
 * used again, and in a journal, whose segments are never used again. The subscriber's steps in
 * docs/protocol.md.
 *
 * <p>Invariants: the published cursor never leads the position; a segment is entered only when
 * {@code ready} covers it, or the frames of the last lap would be read again. One thread.
 */
public final class InPlaceReader implements LogReader {

    private final Log log;
    private final SharedMemory memory;
    private final ControlWords words;
    private final SegmentMap segments;
    private final Geometry geometry;
    private final ReadOnlyView view;
    private final long segmentBytes;
    private final int headerBytes;
    private final int frameAlignment;
    private final long messageBits;
    private final int record;
    private final Patience patience;

    private long position;
    private long segmentAddress;
    private long segmentEnd;
    /** Every frame from here to the position was seen with a header, or repaired, by this reader. */
    private long walkedFrom;
    private long publishedPosition = -1;
    private long publishedBatchIndex;
    /** When this left a segment somebody else was cleaning; its own unit is still to be done. */
    private boolean owesCleaning;
    private final long lostBytes;

    /**
     * A reader for whoever has joined so.
     */
    public InPlaceReader(
        final Log log, final Subscription subscription, final Patience patience) {
        this.log = log;
        this.geometry = log.geometry();
        this.memory = log.memory();
        this.words = log.words();
        this.segments = log.store().newEndpointMap(false);
        this.view = new ReadOnlyView(memory);
        this.segmentBytes = geometry.segmentBytes();
        this.frameAlignment = geometry.frameAlignment();
        this.headerBytes = FrameFormat.headerBytes(geometry.frameFlags());
        this.messageBits = FrameFormat.messageBits(geometry.frameFlags());
        this.record = subscription.record();
        this.lostBytes = subscription.lostBytes();
        this.publishedBatchIndex = subscription.batchIndex();
        this.patience = patience;
        moveTo(subscription.position());
    }

    @Override
    public long peek() {
        while (true) {
            if (position >= segmentEnd && !enterSegment()) {
                return NOTHING;
            }
            final long address = segmentAddress - (segmentEnd - position);
            // Pairs with the release of the header: payload read later is the committed one.
            final long word = memory.getLongAcquire(address);
            final int length = FrameFormat.length(word);
            if (FrameFormat.hasMessageBits(word, messageBits)
                && length >= headerBytes && length <= segmentEnd - position) {
                view.set(address, length);
                return word;
            }
            if (word == 0) {
                if (!resolve()) {
                    return NOTHING;
                }
            } else if (!geometry.isValid(word, segmentEnd - position)) {
                throw log.damagedFrame(position, word);
            } else if (FrameFormat.isPadding(word)) {
                position += length;
            } else {
                view.set(address, length);
                return word;
            }
        }
    }

    @Override
    public void advance() {
        position += span();
    }

    @Override
    public long span() {
        return FrameFormat.span(view.capacity(), frameAlignment);
    }

    @Override
    public ReadableBuffer buffer() {
        return view;
    }

    @Override
    public int payloadOffset() {
        return headerBytes;
    }

    /** Where the frame is that {@link #peek} has returned. */
    long frameAddress() {
        return segmentAddress - (segmentEnd - position);
    }

    @Override
    public void hideBuffer() {
        view.hide();
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void publishPosition(final long batchIndex) {
        // Mostly there was nothing, and a store would take the cursor's line from whoever cleans.
        if (position == publishedPosition && batchIndex == publishedBatchIndex) {
            return;
        }
        if (record == Subscription.NO_RECORD || log.isClosed()) {
            // What was passed over may have been private memory; a named cursor must not lose it.
            return;
        }
        // The index goes to zero before the position moves and up after it: a death in between repeats
        // messages of a batch and skips none.
        if (publishedBatchIndex != 0) {
            log.cursors().batchIndexRelease(record, 0);
        }
        log.cursors().positionRelease(record, position);
        if (batchIndex != 0) {
            log.cursors().batchIndexRelease(record, batchIndex);
        }
        publishedPosition = position;
        publishedBatchIndex = batchIndex;
    }

    @Override
    public void beThorough() {
        patience.exhaust();
    }

    @Override
    public void moveTo(final long newPosition) {
        position = newPosition;
        segmentEnd = newPosition;
        walkedFrom = newPosition;
    }

    @Override
    public long lostBytes() {
        return lostBytes;
    }

    @Override
    public void close() {
        segments.close();
    }

    /**
     * Goes on to the segment that begins at, or contains, the position. {@link #segmentAddress} is kept
     * as the address of its end, so that one subtraction gives the address of a position.
     */
    private boolean enterSegment() {
        final long start = position & -segmentBytes;
        if (position == start && position > walkedFrom) {
            leaveSegment();
        }
        final long end = Math.min(start + segmentBytes, log.end());
        requireKept(start);
        if (end <= position || words.readyAcquire() < start + segmentBytes || log.isClosed()) {
            return false;
        }
        segmentAddress = segments.addressOf(start) + end - start;
        segmentEnd = end;
        return true;
    }

    private void requireKept(final long segmentStart) {
        if (segmentStart < log.earliestPosition()) {
            throw log.removed(position);
        }
    }

    /** What was just read is warm in this core's cache: the cheapest moment to clean it. */
    private void leaveSegment() {
        if (log.geometry().ring() && !log.isClosed()) {
            publishPosition(0);
            clean();
        }
    }

    private void clean() {
        owesCleaning = log.cleaner().tryUnit(walkedFrom, position) == Cleaner.BUSY;
    }

    /** Whether to go on at a header that is zero: because it may be there now, or is a hole. */
    private boolean resolve() {
        if (owesCleaning && !log.isClosed()) {
            clean();
        }
        if (!patience.isExhaustedAt(position)) {
            return false;
        }
        final long tail = words.tailAcquire();
        if (tail <= position) {
            return false;
        }
        final long startAddress = frameAddress() - (position & segmentBytes - 1);
        final long holeEnd = log.repair().holeEnd(position, startAddress, tail);
        if (holeEnd == HoleRepair.WAIT) {
            // Whoever has it published it to nobody once the segment is gone.
            requireKept(position & -segmentBytes);
        }
        if (holeEnd < 0 || log.isClosed()) {
            return false;
        }
        if (log.isWritable()) {
            log.repair().pad(position, startAddress, holeEnd);
        } else {
            position = holeEnd;
        }
        return true;
    }
}
