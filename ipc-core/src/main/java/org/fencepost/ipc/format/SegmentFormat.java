package org.fencepost.ipc.format;

/**
 * A segment file: a page with {@link FileHeader} and then the data, which holds frames.
 *
 * <pre>
 *      0  page with {@link FileHeader}; specific fields: 32 segmentBytes (u64)   40 place (u64)
 *   4096  data: segmentBytes bytes of frames
 * </pre>
 *
 * <p>{@code place} is the position of the first byte of data in a journal, and the index among the
 * ring's segments in a ring. The name is the same number: {@code segment-} and 16 hexadecimal digits.
 */
public final class SegmentFormat {
    /** What every segment's name begins with. */
    public static final String NAME_PREFIX = "segment-";
    /** Offset of the bytes of data (u64). */
    public static final int SEGMENT_BYTES_OFFSET = FileHeader.SPECIFIC_OFFSET;
    /** Offset of the place (u64). */
    public static final int PLACE_OFFSET = SEGMENT_BYTES_OFFSET + Long.BYTES;
    /** Offset of the data. */
    public static final int DATA_OFFSET = FileHeader.PAGE_BYTES;

    private SegmentFormat() {
    }

    /** Name of the segment at this place. */
    public static String name(final long place) {
        final String digits = Long.toHexString(place);
        return NAME_PREFIX + "0".repeat(16 - digits.length()) + digits;
    }

    /** Bytes of the file of a segment with this many bytes of data. */
    public static long fileBytes(final long segmentBytes) {
        return DATA_OFFSET + segmentBytes;
    }
}
