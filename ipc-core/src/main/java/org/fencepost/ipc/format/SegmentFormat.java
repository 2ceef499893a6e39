package org.fencepost.ipc.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * A segment file: a page with {@link FileHeader} and then the data, which holds frames.
 *
 * <pre>
 *      0  page with {@link FileHeader}; specific fields: 32 segmentBytes (u64)   40 place (u64)
 *   2048  receipt (u64)   journals; by who syncs, compare-and-exchange upwards; 0: none
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
    /**
     * Offset of the receipt (u64): how much of the segment, and everything before it, was on the disk. In a
     * sector of its own, because it changes and the header does not.
     */
    public static final int RECEIPT_OFFSET = FileHeader.PAGE_BYTES / 2;
    /** Offset of the data. */
    public static final int DATA_OFFSET = FileHeader.PAGE_BYTES;
    /** What a word that is no receipt says. */
    public static final long NO_RECEIPT = -1;

    private static final int RECEIPT_UNITS_BITS = Integer.SIZE;
    private static final long RECEIPT_UNITS_MASK = (1L << RECEIPT_UNITS_BITS) - 1;

    private SegmentFormat() {
    }

    /**
     * The word that says that so many bytes of this segment's data, and everything before it, are on the
     * disk: in units of {@link FrameFormat#ALIGNMENT}, with a CRC32C above them.
     */
    public static long receipt(final long channelId, final long place, final long bytes) {
        final long units = bytes / FrameFormat.ALIGNMENT;
        return units | (long) receiptChecksum(channelId, place, units) << RECEIPT_UNITS_BITS;
    }

    /** The bytes in a receipt of this segment, or {@link #NO_RECEIPT}. */
    public static long receiptBytes(
        final long channelId, final long place, final long segmentBytes, final long word) {
        final long units = word & RECEIPT_UNITS_MASK;
        final long bytes = units * FrameFormat.ALIGNMENT;
        return bytes <= segmentBytes
            && (int) (word >>> RECEIPT_UNITS_BITS) == receiptChecksum(channelId, place, units)
            ? bytes : NO_RECEIPT;
    }

    private static int receiptChecksum(
        final long channelId, final long place, final long units) {
        final ByteBuffer bytes =
            ByteBuffer.allocate(3 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        final CRC32C crc = new CRC32C();
        crc.update(bytes.putLong(channelId).putLong(place).putLong(units).flip());
        return (int) crc.getValue();
    }

    /** Name of the segment at this place. */
    public static String name(final long place) {
        final String digits = Long.toHexString(place);
        return NAME_PREFIX + "0".repeat(16 - digits.length()) + digits;
    }

    /** The place of the segment that has this name, or -1 if it is not the name of any. */
    public static long place(final String name) {
        if (!name.startsWith(NAME_PREFIX)) {
            return -1;
        }
        try {
            final long place = Long.parseUnsignedLong(name.substring(NAME_PREFIX.length()), 16);
            return place >= 0 && name(place).equals(name) ? place : -1;
        } catch (final NumberFormatException notASegment) {
            return -1;
        }
    }

    /** Bytes of the file of a segment with this many bytes of data. */
    public static long fileBytes(final long segmentBytes) {
        return DATA_OFFSET + segmentBytes;
    }
}
