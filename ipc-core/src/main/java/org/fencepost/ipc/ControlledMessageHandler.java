package org.fencepost.ipc;

import org.agrona.DirectBuffer;

/**
 * Receives messages and decides after each one how the poll goes on. Agrona has another type of this name in
 * {@code org.agrona.concurrent}: import this one by its name.
 */
@FunctionalInterface
public interface ControlledMessageHandler {
    /** What a poll does after a message. */
    enum Action {
        /** Do not consume this message: end the poll, the next poll delivers it again. */
        ABORT,
        /** Consume this message and end the poll. */
        BREAK,
        /** Consume this message, publish the position at once, go on. */
        COMMIT,
        /** Consume this message and go on; the position is published when the poll ends. */
        CONTINUE,
        /**
         * As {@link #CONTINUE}, but go on behind the batch that this message is of: what is left of it
         * counts as consumed, and is not delivered.
         */
        SKIP_BATCH
    }

    /**
     * One message; see {@link MessageHandler#onMessage} for threads and the life of the buffer.
     *
     * @param buffer read-only view that holds the payload.
     * @param offset of the payload in the buffer, in bytes.
     * @param length of the payload, in bytes; may be 0.
     * @param header of this message; re-used for the next one.
     * @return how to go on.
     */
    Action onMessage(DirectBuffer buffer, int offset, int length, Header header);
}
