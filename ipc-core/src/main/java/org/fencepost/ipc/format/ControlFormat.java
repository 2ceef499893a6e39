package org.fencepost.ipc.format;

/**
 * The file {@code control}: what the channel is, and the words of the protocol.
 *
 * <pre>
 *       0  page with {@link FileHeader}; specific fields:
 *              32 kind (u32)   36 flags (u32)   40 segmentBytes (u64)   48 segmentCount (u32)
 *              52 livenessScheme (u32)   56 startPosition (u64)   64 createdNanos (i64)
 *              72 frameAlignment (u32)   80 flushIntervalNanos (u64)   88 retentionBytes (u64)
 *              96 retentionNanos (u64)
 *    4096  tail                                        publishers
 *    4224  ready, clearing                             housekeeping lock
 *    4352  durable, syncTurn, suspect                  holders of sync slots
 *    4480  slotsUsed, exclusive, earliest              housekeeping lock
 *    4608  15 sync slots of 128 bytes: from, to, errno, ownerPid, kept
 *    6528  bootId, device, inode, epoch, cut, damaged, born   whoever opens it with nobody alive
 *    6656  changedBytes, changedNanos                  housekeeping lock
 *    7936  arrivals                                    sleepers, and who wakes them
 *    8064  progress                                    the same
 *    8192  256 publisher slots of 128 bytes: start, wonEnd, ownerPid, thread, lent
 *   40960  end
 * </pre>
 *
 * <p>Each group of words that one party writes has 128 bytes for itself, two cache lines, because
 * processors fetch lines in pairs. docs/protocol.md says who writes each word and with which access
 * mode.
 */
public final class ControlFormat {
    /** Name of the file in the channel's directory. */
    public static final String FILE_NAME = "control";
    /** Distance between words with different writers. */
    public static final int LINE_BYTES = 128;
    /** Positions end here. */
    public static final long POSITION_MAX = 1L << 62;
    /** Publishers a channel. */
    public static final int PUBLISHERS_MAX = 256;

    /** Offset of the channel's kind (u32): {@link #KIND_RING} or {@link #KIND_JOURNAL}. */
    public static final int KIND_OFFSET = FileHeader.SPECIFIC_OFFSET;
    /** Offset of the channel's flags (u32). */
    public static final int FLAGS_OFFSET = KIND_OFFSET + Integer.BYTES;
    /** Offset of the bytes of data in a segment (u64). */
    public static final int SEGMENT_BYTES_OFFSET = FLAGS_OFFSET + Integer.BYTES;
    /** Offset of the number of segments (u32); 0 in a journal. */
    public static final int SEGMENT_COUNT_OFFSET = SEGMENT_BYTES_OFFSET + Long.BYTES;
    /** Offset of the liveness scheme (u32). */
    public static final int LIVENESS_OFFSET = SEGMENT_COUNT_OFFSET + Integer.BYTES;
    /** Offset of the first position of the log (u64). */
    public static final int START_POSITION_OFFSET = LIVENESS_OFFSET + Integer.BYTES;
    /** Offset of the time of creation (i64, nanoseconds since 1970 UTC). */
    public static final int CREATED_OFFSET = START_POSITION_OFFSET + Long.BYTES;
    /** What frames are aligned to (u32). */
    public static final int FRAME_ALIGNMENT_OFFSET = CREATED_OFFSET + Long.BYTES;
    /** Offset of the most time that a flush may be put off (u64, nanoseconds); 0: only on demand. */
    public static final int FLUSH_INTERVAL_OFFSET = FRAME_ALIGNMENT_OFFSET + Long.BYTES;
    /** Offset of how many bytes of its log a journal keeps (u64); 0: all. */
    public static final int RETENTION_BYTES_OFFSET = FLUSH_INTERVAL_OFFSET + Long.BYTES;
    /** Offset of how long a journal keeps messages (u64, nanoseconds); 0: for ever. */
    public static final int RETENTION_TIME_OFFSET = RETENTION_BYTES_OFFSET + Long.BYTES;

    /** A ring. */
    public static final int KIND_RING = 1;
    /** A journal. */
    public static final int KIND_JOURNAL = 2;
    /** Frames carry checksums. */
    public static final int FLAG_CHECKSUMS = 1;
    /** Frames carry timestamps. */
    public static final int FLAG_TIMESTAMPS = 2;

    /** Offset of the tail (u64): everything below is claimed. */
    public static final int TAIL_OFFSET = FileHeader.PAGE_BYTES;
    /** Offset of ready (u64): everything below is zeroed or used. */
    public static final int READY_OFFSET = TAIL_OFFSET + LINE_BYTES;
    /** Offset of clearing (u64): zeroing has begun up to here. */
    public static final int CLEARING_OFFSET = READY_OFFSET + Long.BYTES;
    /**
     * Offset of the durable watermark (u64): a position, and in the bits below its alignment 0, or
     * 1 + the sync slot whose sync failed. Both are one word so that nothing becomes durable
     * behind a failure.
     */
    public static final int DURABLE_OFFSET = READY_OFFSET + LINE_BYTES;
    /** Of the durable word: the bits that say which sync slot failed. */
    public static final long DURABLE_FAILED_MASK = 15;
    /** Offset of the bell of whoever waits for a sync of somebody else; it is rung when any sync ends. */
    public static final int SYNC_TURN_OFFSET = DURABLE_OFFSET + Long.BYTES;
    /** Offset of the position below which what is synced is verified first (u64). */
    public static final int SUSPECT_OFFSET = SYNC_TURN_OFFSET + Long.BYTES;
    /** Offset of the number of slots ever used (u64); it only grows. */
    public static final int SLOTS_USED_OFFSET = DURABLE_OFFSET + LINE_BYTES;
    /** Offset of the mark of an exclusive publisher (u64): its slot + 1, or 0. */
    public static final int EXCLUSIVE_OFFSET = SLOTS_USED_OFFSET + Long.BYTES;
    /** Offset of the oldest position that a journal keeps (u64). */
    public static final int EARLIEST_OFFSET = EXCLUSIVE_OFFSET + Long.BYTES;

    /** Syncs that may run at a time: one word holds the number of each beside a position. */
    public static final int SYNCS_MAX = (int) DURABLE_FAILED_MASK;
    /** Offset of the first sync slot. */
    public static final int SYNC_SLOTS_OFFSET = SLOTS_USED_OFFSET + LINE_BYTES;
    /** Bytes of a sync slot. */
    public static final int SYNC_SLOT_BYTES = LINE_BYTES;
    /** Offset in a sync slot of where its sync begins (u64). */
    public static final int SYNC_FROM_OFFSET = 0;
    /** Offset in a sync slot of where its sync ends (u64); 0: no sync is under way. */
    public static final int SYNC_TO_OFFSET = SYNC_FROM_OFFSET + Long.BYTES;
    /** Offset in a sync slot of the error that its sync has met (u64); 0: none. */
    public static final int SYNC_ERRNO_OFFSET = SYNC_TO_OFFSET + Long.BYTES;
    /** Offset in a sync slot of its owner's process id (i64); for people, decides nothing. */
    public static final int SYNC_PID_OFFSET = SYNC_ERRNO_OFFSET + Long.BYTES;
    /** Offset in a sync slot of whether its owner keeps it between two syncs (u64): 1, or 0. */
    public static final int SYNC_KEPT_OFFSET = SYNC_PID_OFFSET + Long.BYTES;

    /** Offset of the boot of the system in which the words here were last believed (two u64). */
    public static final int BOOT_ID_OFFSET = SYNC_SLOTS_OFFSET + SYNCS_MAX * SYNC_SLOT_BYTES;
    /** Offset of the device that this file was on then (u64). */
    public static final int DEVICE_OFFSET = BOOT_ID_OFFSET + 2 * Long.BYTES;
    /** Offset of the inode that this file was then (u64). */
    public static final int INODE_OFFSET = DEVICE_OFFSET + Long.BYTES;
    /** Offset of how often the end of the log was cut (u64). */
    public static final int EPOCH_OFFSET = INODE_OFFSET + Long.BYTES;
    /**
     * Offset of 1 + the position of a cut that has begun and not ended (u64), or {@link #CUT_MADE}; 0:
     * none.
     */
    public static final int CUT_OFFSET = EPOCH_OFFSET + Long.BYTES;
    /** A cut has ended, and perhaps that is not on the disk yet. */
    public static final long CUT_MADE = -1;
    /** Offset of 1 + the position of a frame below the watermark that is damaged (u64); 0: none. */
    public static final int DAMAGED_OFFSET = CUT_OFFSET + Long.BYTES;
    /**
     * Offset of when this file's inode was made (i64, nanoseconds since 1970 UTC), 0 where the file system does not
     * tell: one that takes the place of another may have its number.
     */
    public static final int BORN_OFFSET = DAMAGED_OFFSET + Long.BYTES;

    /**
     * Offset of 1 + how many bytes of its log a journal keeps (u64), if that was changed behind its creation; 0: it was
     * not.
     */
    public static final int CHANGED_BYTES_OFFSET = BOOT_ID_OFFSET + LINE_BYTES;
    /** Offset of 1 + how long a journal keeps messages (u64, nanoseconds), if that was changed; 0: it was not. */
    public static final int CHANGED_NANOS_OFFSET = CHANGED_BYTES_OFFSET + Long.BYTES;

    /** Offset of the first publisher slot. */
    public static final int SLOTS_OFFSET = 2 * FileHeader.PAGE_BYTES;

    /**
     * Offset of the bell of those who wait for messages (u64): in its low half how often it was rung,
     * on which they sleep; in its high half 0, or a number that every one who is about to sleep changes.
     * Publishers read it after each message, so nothing that changes often is beside it.
     */
    public static final int ARRIVALS_OFFSET = SLOTS_OFFSET - 2 * LINE_BYTES;
    /** Offset of the bell of those who wait for room or for the disk; as the other one. */
    public static final int PROGRESS_OFFSET = ARRIVALS_OFFSET + LINE_BYTES;
    /** Bytes of a publisher slot. */
    public static final int SLOT_BYTES = LINE_BYTES;
    /** Offset in a slot of the tail value that its publisher is about to claim from (i64). */
    public static final int SLOT_START_OFFSET = 0;
    /** Offset in a slot of the end of its publisher's claim, once it is won (i64). */
    public static final int SLOT_WON_END_OFFSET = SLOT_START_OFFSET + Long.BYTES;
    /** Offset in a slot of its owner's process id (i64); for people, decides nothing. */
    public static final int SLOT_PID_OFFSET = SLOT_WON_END_OFFSET + Long.BYTES;
    /** Offset in a slot of the number of the thread that claims (i64), or 0; for people. */
    public static final int SLOT_THREAD_OFFSET = SLOT_PID_OFFSET + Long.BYTES;
    /** Offset in a slot of the claim that an exclusive publisher has lent (i64); for people. */
    public static final int SLOT_LENT_OFFSET = SLOT_THREAD_OFFSET + Long.BYTES;
    /** In {@code start} and {@code lent}: no claim. */
    public static final long START_NONE = -1;

    /** Bytes of the file. */
    public static final int FILE_BYTES = SLOTS_OFFSET + PUBLISHERS_MAX * SLOT_BYTES;

    private ControlFormat() {
    }

    /** Whether a word may be a position: one at which a frame could begin. */
    public static boolean isPosition(final long word) {
        return word >= 0 && (word & (FrameFormat.ALIGNMENT - 1)) == 0;
    }
}
