package org.fencepost.ipc.log;

import org.fencepost.ipc.buffer.ReadableBuffer;

/**
 * Walks the frames of the log for one subscriber: skips padding, repairs or skips holes, enters
 * segments. One thread.
 */
public interface LogReader extends AutoCloseable {
    /** Returned by {@link #peek}: there is no committed frame at the position yet. */
    long NOTHING = 0;

    /**
     * Header word of the next message or batch, or {@link #NOTHING}. Moves the position over padding
     * and holes. The frame is valid until {@link #advance} or the next call of this.
     */
    long peek();

    /** Consumes the frame that {@link #peek} has returned. */
    void advance();

    /** Bytes that the frame takes in the log that {@link #peek} has returned. */
    long span();

    /** A buffer that holds the frame that {@link #peek} has returned. */
    ReadableBuffer buffer();

    /** Offset of that frame's payload in {@link #buffer}. */
    int payloadOffset();

    /** Makes {@link #buffer} inaccessible until the next {@link #peek}. */
    void hideBuffer();

    /** Position of the next frame. */
    long position();

    /**
     * Tells publishers, and whoever resumes a named cursor, what has been consumed.
     *
     * @param batchIndex number of messages consumed of the batch at the position.
     */
    void publishPosition(long batchIndex);

    /** Has the next {@link #peek} that finds nothing ask who holds it up, and not rather later. */
    void beThorough();

    /** Goes on at another frame boundary; under the housekeeping lock. */
    void moveTo(long position);

    /** Bytes that were taken away before this reader came to them. */
    long lostBytes();

    /** Gives the mappings up. Not while another thread is in here. */
    @Override
    void close();
}
