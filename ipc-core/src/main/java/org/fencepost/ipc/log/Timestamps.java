package org.fencepost.ipc.log;

import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * Finds messages by their timestamps. Those are of the publishers' clocks and of the commit, so neighbours may
 * be in another order than their times; a segment later they are not, for clocks of one host, unless a claim was
 * open for so long.
 *
 * <p>Stores nothing and holds no lock: what is taken away while it is looked at is looked for again. One
 * thread.
 */
public final class Timestamps implements AutoCloseable {
    static final long NONE = Long.MIN_VALUE;

    private final Log log;
    private final SharedMemory memory;
    private final ControlWords words;
    private final Geometry geometry;
    private final SegmentMap segments;

    /** Of a log whose frames have timestamps. */
    public Timestamps(final Log log) {
        this.log = log;
        this.memory = log.memory();
        this.words = log.words();
        this.geometry = log.geometry();
        this.segments = log.store().newMap();
    }

    /**
     * Where the first frame begins, in the order of the log, that is not before a time; or that is not
     * committed yet; or the tail.
     *
     * @param nanos since 1970-01-01 UTC.
     */
    public long positionAtOrAfter(final long nanos) {
        while (true) {
            final long earliest = log.earliestPosition();
            try {
                final long position = walk(segmentBefore(earliest, nanos), nanos);
                // What was read counts if nobody had begun to clear it.
                memory.acquireFence();
                if (position >= log.earliestPosition() || log.isClosed()) {
                    return position;
                }
            } catch (final ChannelException e) {
                if (log.isClosed() || log.earliestPosition() == earliest) {
                    throw e;
                }
            }
        }
    }

    /** Start of the last segment whose first message is before a time; or the first segment. */
    private long segmentBefore(final long earliest, final long nanos) {
        long low = 0;
        long high = (words.tailAcquire() - earliest) / geometry.segmentBytes();
        while (low < high) {
            final long middle = (low + high + 1) / 2;
            final long first = first(earliest + middle * geometry.segmentBytes());
            if (first != NONE && first < nanos) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return earliest + low * geometry.segmentBytes();
    }

    /**
     * Of the first message of a segment, or behind it where that has none, because it is all padding;
     * {@link #NONE} if there is none yet.
     */
    long first(final long segmentStart) {
        final long position = walk(segmentStart, Long.MIN_VALUE);
        // Where the walk has met nothing there may be padding by now, which has no time.
        final long word = position < end() ? wordAt(position) : 0;
        return word != 0 && !FrameFormat.isPadding(word) ? timestampAt(position) : NONE;
    }

    private long walk(final long start, final long nanos) {
        long position = start;
        while (end() > position && !log.isClosed()) {
            final long end = Math.min(geometry.segmentStart(position) + geometry.segmentBytes(), log.end());
            position = walk(position, end, nanos);
            if (position < end) {
                break;
            }
        }
        return position;
    }

    /** Nothing is read behind this. */
    private long end() {
        return Math.min(words.readyAcquire(), log.end());
    }

    /** Position of the first frame that is not before a time, or not committed; or the end. */
    private long walk(final long start, final long end, final long nanos) {
        long position = start;
        while (position < end) {
            final long word = wordAt(position);
            if (word == 0) {
                break;
            }
            if (!geometry.isValid(word, end - position)) {
                throw log.damagedFrame(position, word);
            }
            if (!FrameFormat.isPadding(word) && timestampAt(position) >= nanos) {
                break;
            }
            position += geometry.span(FrameFormat.length(word));
        }
        return position;
    }

    private long wordAt(final long position) {
        return memory.getLongAcquire(addressOf(position));
    }

    private long timestampAt(final long position) {
        return memory.getLong(addressOf(position) + FrameFormat.TIMESTAMP_OFFSET);
    }

    private long addressOf(final long position) {
        final long segmentStart = geometry.segmentStart(position);
        return segments.addressOf(segmentStart) + position - segmentStart;
    }

    @Override
    public void close() {
        segments.close();
    }
}
