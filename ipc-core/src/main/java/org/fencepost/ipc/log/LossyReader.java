package org.fencepost.ipc.log;

import org.fencepost.ipc.buffer.MessageBuffer;
import org.fencepost.ipc.buffer.ReadableBuffer;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * Reads a ring that does not wait for it. Each frame is copied, then {@code clearing} is read again,
 * and only a frame whose segment was not touched in between is delivered.
 *
 * <p>Invariants: position = start + delivered + skipped + lost, all in bytes of the log; nothing is
 * delivered whose bytes may have been zeroed or written again while they were copied. It never
 * stores into the log: a hole is skipped by this reader alone. One thread.
 */
public final class LossyReader implements LogReader {

    private final Log log;
    private final SharedMemory memory;
    private final ControlWords words;
    private final SegmentMap segments;
    private final Geometry geometry;
    private final long segmentBytes;
    private final long capacityBytes;
    private final int headerBytes;
    private final int frameAlignment;
    private final Patience patience;
    private final MessageBuffer copy;

    private byte[] bytes = new byte[FrameFormat.ALIGNMENT * 16];
    private long position;
    private long segmentAddress;
    private long segmentEnd;
    /** Header word of the frame in the copy, until it is consumed. */
    private long copiedWord = NOTHING;
    private long lostBytes;

    /** A reader from {@code position} on. */
    public LossyReader(final Log log, final long position, final Patience patience) {
        this.log = log;
        this.geometry = log.geometry();
        this.memory = log.memory();
        this.words = log.words();
        this.segments = log.store().newEndpointMap(false);
        this.segmentBytes = geometry.segmentBytes();
        this.capacityBytes = geometry.capacityBytes();
        this.frameAlignment = geometry.frameAlignment();
        this.headerBytes = FrameFormat.headerBytes(geometry.frameFlags());
        this.patience = patience;
        this.copy = MessageBuffer.of(bytes);
        moveTo(position);
    }

    @Override
    public long peek() {
        if (copiedWord != NOTHING) {
            return copiedWord;
        }
        while (true) {
            if (position >= segmentEnd && !enterSegment()) {
                return NOTHING;
            }
            final long address = segmentAddress - (segmentEnd - position);
            // Pairs with the release of the header. What it says counts only once clearing was read
            // behind it: the position may lie in the middle of a frame of the next lap.
            final long word = memory.getLongAcquire(address);
            if (isLapped()) {
                if (log.isClosed()) {
                    return NOTHING;
                }
                skipLost();
            } else if (word == 0) {
                if (!resolve()) {
                    return NOTHING;
                }
            } else if (!geometry.isValid(word, segmentEnd - position)) {
                throw log.damagedFrame(position, word);
            } else if (FrameFormat.isPadding(word)) {
                position += FrameFormat.length(word);
            } else if (copyFrame(address, FrameFormat.length(word))) {
                copiedWord = word;
                return word;
            }
        }
    }

    @Override
    public void advance() {
        position += span();
        copiedWord = NOTHING;
    }

    @Override
    public long span() {
        return FrameFormat.span(FrameFormat.length(copiedWord), frameAlignment);
    }

    @Override
    public ReadableBuffer buffer() {
        return copy;
    }

    @Override
    public int payloadOffset() {
        return headerBytes;
    }

    @Override
    public void hideBuffer() {
        // The copy belongs to this reader; a handler that kept it sees the next message.
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void publishPosition(final long batchIndex) {
        // Nobody waits for this reader.
    }

    @Override
    public void beThorough() {
        patience.exhaust();
    }

    @Override
    public void moveTo(final long newPosition) {
        position = newPosition;
        segmentEnd = newPosition;
        copiedWord = NOTHING;
    }

    @Override
    public long lostBytes() {
        return lostBytes;
    }

    @Override
    public void close() {
        segments.close();
    }

    private boolean enterSegment() {
        final long start = position & -segmentBytes;
        if (position >= log.end() || words.readyAcquire() < start + segmentBytes
            || log.isClosed()) {
            return false;
        }
        segmentAddress = segments.addressOf(start) + segmentBytes;
        segmentEnd = start + segmentBytes;
        return true;
    }

    /** Whether zeroing of this segment for its next use may have begun. */
    private boolean isLapped() {
        return words.clearingAcquire() - capacityBytes > segmentEnd - segmentBytes;
    }

    private void skipLost() {
        final long earliest = words.clearingAcquire() - capacityBytes;
        lostBytes += earliest - position;
        moveTo(earliest);
    }

    /** Whether the whole frame was copied before anybody could touch it. */
    private boolean copyFrame(final long address, final int length) {
        if (bytes.length < length) {
            bytes = new byte[(int) Math.min(segmentBytes, Long.highestOneBit(length) * 2L)];
            copy.wrap(bytes);
        }
        memory.copyTo(address, bytes, 0, length);
        // Pairs with the cleaner's store-store fence: if the copy met a zero or a byte of the next
        // lap, the clearing that is read behind this fence says so.
        memory.acquireFence();
        return !isLapped();
    }

    /** Whether to go on at a header that is zero: because it may be there now, or is a hole. */
    private boolean resolve() {
        if (!patience.isExhaustedAt(position)) {
            return false;
        }
        final long tail = words.tailAcquire();
        if (tail <= position) {
            return false;
        }
        final long startAddress = segmentAddress - segmentBytes;
        final long holeEnd = log.repair().holeEnd(position, startAddress, tail);
        if (holeEnd < 0 || log.isClosed()) {
            return false;
        }
        // Skipping is the operation. It counts only if the slots and headers that were read belong
        // to this lap.
        memory.acquireFence();
        if (!isLapped()) {
            position = holeEnd;
        }
        return true;
    }
}
