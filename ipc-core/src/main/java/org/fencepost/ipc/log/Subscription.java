package org.fencepost.ipc.log;

/**
 * What a subscriber has joined with.
 *
 * @param record     its record in the cursors file, or {@link #NO_RECORD}.
 * @param position   the frame boundary at which it begins.
 * @param batchIndex number of messages to pass over in the batch at that position.
 * @param lostBytes  bytes between where a named cursor had stopped and the position.
 */
public record Subscription(int record, long position, long batchIndex, long lostBytes) {
    /** Of who only looks: nobody knows its position, and nothing is kept for it. */
    public static final int NO_RECORD = -1;
}
