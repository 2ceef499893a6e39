package org.fencepost.ipc.log;

import org.fencepost.ipc.format.FrameFormat;
import org.fencepost.ipc.format.Geometry;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * Walks frames and believes none: each has to check out, as its publisher made it for this channel and
 * this position. Changes nothing. One thread; nobody publishes meanwhile.
 */
public final class VerifiedWalk {
    private final SharedMemory memory;
    private final Geometry geometry;
    private final FrameChecksum checksum;

    /** In a channel whose frames have checksums. */
    public VerifiedWalk(final SharedMemory memory, final Geometry geometry) {
        this.memory = memory;
        this.geometry = geometry;
        this.checksum = new FrameChecksum(memory, geometry);
    }

    /**
     * The position behind the last frame that checks out together with all before it.
     *
     * @param start          a frame boundary.
     * @param segmentAddress address of its segment.
     * @return at most the segment's end.
     */
    public long end(final long start, final long segmentAddress) {
        final long segmentStart = geometry.segmentStart(start);
        final long segmentEnd = segmentStart + geometry.segmentBytes();
        final long base = segmentAddress - segmentStart;
        long position = start;
        while (position < segmentEnd) {
            if (!isRight(position, segmentAddress)) {
                break;
            }
            position += geometry.span(
                FrameFormat.length(memory.getLongAcquire(base + position)));
        }
        return position;
    }

    /** Whether a frame begins at a position and checks out. */
    public boolean isRight(final long position, final long segmentAddress) {
        final long segmentStart = geometry.segmentStart(position);
        final long address = segmentAddress + position - segmentStart;
        return checksum.isRight(address, position, memory.getLongAcquire(address),
            segmentStart + geometry.segmentBytes() - position);
    }
}
