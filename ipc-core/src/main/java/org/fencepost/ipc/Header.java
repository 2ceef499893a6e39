package org.fencepost.ipc;

/**
 * What the log knows about a message besides its payload. One instance per subscriber, overwritten
 * for every message: copy what must outlive the handler.
 */
public final class Header {
    /** What {@link #timestamp()} returns in a channel without timestamps. */
    public static final long NO_TIMESTAMP = Long.MIN_VALUE;

    private int typeId;
    private int publisherId;
    private int batchIndex;
    private int batchCount;
    private long position;
    private long timestamp;

    Header() {
    }

    void set(final int typeId, final int publisherId, final long position, final long timestamp) {
        this.typeId = typeId;
        this.publisherId = publisherId;
        this.position = position;
        this.timestamp = timestamp;
        this.batchIndex = 0;
        this.batchCount = 1;
    }

    void setInBatch(final int typeId, final int batchIndex, final int batchCount) {
        this.typeId = typeId;
        this.batchIndex = batchIndex;
        this.batchCount = batchCount;
    }

    /** The type that the publisher gave; any {@code int}, its meaning is the user's. */
    public int typeId() {
        return typeId;
    }

    /** The publisher's slot, 0 to 255. Slots of publishers that have gone are used again. */
    public int publisherId() {
        return publisherId;
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
        return timestamp;
    }

    /** Index of this message in its batch; 0 outside a batch. */
    public int batchIndex() {
        return batchIndex;
    }

    /** Number of messages in this message's batch; 1 outside a batch. */
    public int batchCount() {
        return batchCount;
    }
}
