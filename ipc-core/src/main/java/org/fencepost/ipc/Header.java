package org.fencepost.ipc;

import org.fencepost.ipc.buffer.ReadableBuffer;
import org.fencepost.ipc.format.FrameFormat;

/**
 * What the log knows about a message besides its payload. One instance per subscriber, which shows
 * another message each time: copy what must outlive the handler. Outside a handler it throws
 * {@link IndexOutOfBoundsException} or tells of the last message.
 */
public final class Header {
    /** What {@link #timestamp()} returns in a channel without timestamps. */
    public static final long NO_TIMESTAMP = Long.MIN_VALUE;

    private final ReadableBuffer frame;
    private long headerWord;
    private long position;
    /** Of a message in a batch; a message alone is described by its frame. */
    private int recordTypeId;
    private int batchIndex;
    private int batchCount;

    /** Of the frames that {@code frame} shows one after the other. */
    Header(final ReadableBuffer frame) {
        this.frame = frame;
    }

    /** The frame in the buffer has this header word and ends at this position. */
    void set(final long headerWord, final long position) {
        this.headerWord = headerWord;
        this.position = position;
    }

    /** The frame is a batch of so many messages. */
    void setBatch(final int count) {
        batchCount = count;
    }

    /** The next message is this one of the batch. */
    void setInBatch(final int typeId, final int index) {
        recordTypeId = typeId;
        batchIndex = index;
    }

    private boolean isInBatch() {
        return FrameFormat.kind(headerWord) == FrameFormat.KIND_BATCH;
    }

    /** The type that the publisher gave; any {@code int}, its meaning is the user's. */
    public int typeId() {
        return isInBatch() ? recordTypeId : frame.getInt(FrameFormat.TYPE_OFFSET);
    }

    /** The publisher's slot, 0 to 255. Slots of publishers that have gone are used again. */
    public int publisherId() {
        return FrameFormat.publisher(headerWord);
    }

    /**
     * The log position at the end of this message's frame, in bytes: what {@code offer} or
     * {@code commit} returned to the publisher. All messages of a batch share the batch's.
     */
    public long position() {
        return position;
    }

    /** Nanoseconds since 1970-01-01 UTC at commit, or {@link #NO_TIMESTAMP}. */
    public long timestamp() {
        return (FrameFormat.flags(headerWord) & FrameFormat.FLAG_TIMESTAMP) == 0
            ? NO_TIMESTAMP : frame.getLong(FrameFormat.TIMESTAMP_OFFSET);
    }

    /** Index of this message in its batch; 0 outside a batch. */
    public int batchIndex() {
        return isInBatch() ? batchIndex : 0;
    }

    /** Number of messages in this message's batch; 1 outside a batch. */
    public int batchCount() {
        return isInBatch() ? batchCount : 1;
    }
}
