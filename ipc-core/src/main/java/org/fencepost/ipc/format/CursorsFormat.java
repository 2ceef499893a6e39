package org.fencepost.ipc.format;

/**
 * The file {@code cursors}: where subscribers are. Apart from {@code control}, so that a reader needs
 * write permission for this file only.
 *
 * <pre>
 *       0  page with {@link FileHeader}
 *    4096  recordsUsed (u64)                                   joiners; only grows
 *    8192  256 records of 256 bytes
 *              0 position (u64)    8 batchIndex (u64)                      the owner
 *            128 state (u64)     136 ownerPid (i64)    144 nameBytes (u32)   joiner under its lock byte
 *            152 name (96 bytes, UTF-8)
 *   73728  end
 * </pre>
 *
 * <p>A record belongs to whoever holds lock byte {@link MembersFormat#subscriberByte} of the same
 * index. An unnamed record means nothing while that byte is free; a named one is kept.
 */
public final class CursorsFormat {
    /** Name of the file in the channel's directory. */
    public static final String FILE_NAME = "cursors";
    /** Records, and so subscribers and named cursors together, a channel. */
    public static final int SUBSCRIBERS_MAX = 256;

    /** Offset of the number of records ever used (u64). */
    public static final int RECORDS_USED_OFFSET = FileHeader.PAGE_BYTES;
    /** Offset of the first record. */
    public static final int RECORDS_OFFSET = 2 * FileHeader.PAGE_BYTES;
    /** Bytes of a record. */
    public static final int RECORD_BYTES = 2 * ControlFormat.LINE_BYTES;

    /** Offset in a record of the position up to which everything is consumed (u64). */
    public static final int POSITION_OFFSET = 0;
    /** Offset in a record of the number of messages consumed of the batch at position (u64). */
    public static final int BATCH_INDEX_OFFSET = POSITION_OFFSET + Long.BYTES;
    /** Offset in a record of its state (u64): 0 or a combination of the STATE_ bits. */
    public static final int STATE_OFFSET = ControlFormat.LINE_BYTES;
    /** Offset in a record of its owner's process id (i64); for people, decides nothing. */
    public static final int PID_OFFSET = STATE_OFFSET + Long.BYTES;
    /** Offset in a record of the length of its name (u32). */
    public static final int NAME_LENGTH_OFFSET = PID_OFFSET + Long.BYTES;
    /** Offset in a record of its name. */
    public static final int NAME_OFFSET = NAME_LENGTH_OFFSET + Long.BYTES;
    /** Longest name in bytes. */
    public static final int NAME_BYTES_MAX = 96;

    /** The record is in use, or was by somebody who died. */
    public static final long STATE_USED = 1;
    /** Segments at or behind the position are not used again while the owner lives. */
    public static final long STATE_GATES = 2;
    /** The record has a name and is kept. */
    public static final long STATE_NAMED = 4;
    /** The record gates without an owner too. */
    public static final long STATE_GATES_WHILE_ABSENT = 8;

    /** Bytes of the file. */
    public static final int FILE_BYTES = RECORDS_OFFSET + SUBSCRIBERS_MAX * RECORD_BYTES;

    private CursorsFormat() {
    }

    /** Offset of a record in the file. */
    public static int recordOffset(final int index) {
        return RECORDS_OFFSET + index * RECORD_BYTES;
    }
}
