package org.fencepost.ipc;

import org.agrona.DirectBuffer;

/** Receives the messages of a {@link Subscriber#poll(MessageHandler, int) poll}. */
@FunctionalInterface
public interface MessageHandler {
    /**
     * One message. Called on the polling thread, which must not poll, seek or close the same
     * subscriber from inside.
     *
     * <p>For a gating subscriber the bytes are those of the shared log, in place. They are valid until
     * this method returns; after that the buffer has no capacity and every access to it fails.
     * What throws here passes through {@code poll}; the message counts as consumed.
     *
     * @param buffer read-only view that holds the payload.
     * @param offset of the payload in the buffer, in bytes.
     * @param length of the payload, in bytes; may be 0.
     * @param header of this message; re-used for the next one.
     */
    void onMessage(DirectBuffer buffer, int offset, int length, Header header);
}
