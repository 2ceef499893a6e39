package org.fencepost.ipc.format;

/**
 * What stands in a control file for good, with the arithmetic of positions.
 *
 * @param ring          whether segments are used again.
 * @param segmentBytes  data of one segment; a power of two.
 * @param segmentCount  segments of a ring; 0 for a journal.
 * @param frameAlignment frames begin at multiples of it: a power of two,
 *                      {@link FrameFormat#ALIGNMENT} or more.
 * @param checksums     whether frames carry a CRC32C.
 * @param timestamps    whether frames carry a time.
 * @param startPosition first position of the log.
 * @param flushIntervalNanos how long a flush may be put off; 0: only on demand.
 * @param retentionBytes bytes of a journal's log that are kept; 0: all.
 * @param retentionNanos how long messages of a journal are kept; 0: for ever.
 * @param channelId     random number that tells channels apart.
 */
public record Geometry(
    boolean ring,
    long segmentBytes,
    int segmentCount,
    int frameAlignment,
    boolean checksums,
    boolean timestamps,
    long startPosition,
    long flushIntervalNanos,
    long retentionBytes,
    long retentionNanos,
    long channelId) {

    /** Bytes of all segments of a ring. */
    public long capacityBytes() {
        return segmentBytes * segmentCount;
    }

    /** Position of the first byte of the segment that holds {@code position}. */
    public long segmentStart(final long position) {
        return position & -segmentBytes;
    }

    /** Bytes that a frame of this length takes in the log. */
    public long span(final int length) {
        return FrameFormat.span(length, frameAlignment);
    }

    /** What the name of the segment that holds {@code position} is made of. */
    public long place(final long position) {
        return ring ? (position / segmentBytes) & (segmentCount - 1) : segmentStart(position);
    }

    /** The flags of every frame of this channel that is not padding. */
    public int frameFlags() {
        return (timestamps ? FrameFormat.FLAG_TIMESTAMP : 0)
            | (checksums ? FrameFormat.FLAG_CHECKSUM : 0);
    }

    /** Whether this non-zero word can be the header of a frame with so many bytes left in its segment. */
    public boolean isValid(final long headerWord, final long roomBytes) {
        return FrameFormat.isValid(headerWord, roomBytes, frameAlignment, frameFlags());
    }

    /** Longest payload: what fits into a segment. */
    public int payloadBytesMax() {
        return (int) (segmentBytes - FrameFormat.headerBytes(frameFlags()));
    }
}
