package org.fencepost.ipc.format;

/**
 * The payload of a batch frame: how many messages, how many bytes of records, then the records.
 *
 * <pre>
 *   0        4          8          12      16
 *   +--------+----------+----------+-------+-----------+----------+-- ...
 *   | count  | usedBytes|  length  | type  |  payload  | to 8     | next record
 *   +--------+----------+----------+-------+-----------+----------+-- ...
 *                       |&lt;-------------- record --------------&gt;|
 * </pre>
 *
 * <p>{@code usedBytes} counts the records with their alignment, from offset 8 on; what is left of the
 * frame behind them is not read. Written by the publisher before the frame's header word.
 */
public final class BatchFormat {
    /** Offset in the payload of the number of messages (u32). */
    public static final int COUNT_OFFSET = 0;
    /** Offset in the payload of the bytes used by records (u32). */
    public static final int USED_OFFSET = COUNT_OFFSET + Integer.BYTES;
    /** Offset in the payload of the first record. */
    public static final int RECORDS_OFFSET = USED_OFFSET + Integer.BYTES;

    /** Records start at multiples of this many bytes of the payload. */
    public static final int RECORD_ALIGNMENT = 8;
    /** Offset in a record of its payload's length in bytes (u32). */
    public static final int RECORD_LENGTH_OFFSET = 0;
    /** Offset in a record of the user's type (i32). */
    public static final int RECORD_TYPE_OFFSET = RECORD_LENGTH_OFFSET + Integer.BYTES;
    /** Offset in a record of its payload. */
    public static final int RECORD_HEADER_BYTES = RECORD_TYPE_OFFSET + Integer.BYTES;

    private BatchFormat() {
    }

    /** Bytes that a record with this payload length takes in a batch. */
    public static long recordBytes(final int length) {
        return (RECORD_HEADER_BYTES + (long) length + RECORD_ALIGNMENT - 1) & -RECORD_ALIGNMENT;
    }
}
