package org.fencepost.ipc;

import org.agrona.DirectBuffer;

/**
 * Receives the messages of a {@link Subscriber#poll(MessageHandler, int) poll}. Agrona has another type of this
 * name in {@code org.agrona.concurrent}: import this one by its name.
 */
@FunctionalInterface
public interface MessageHandler {
    /**
     * One message. Called on the polling thread, which is refused if it polls or seeks the same
     * subscriber from inside. It may close it, or its channel: this is called for no further message then.
     *
     * <p>For a gating subscriber the bytes are those of the shared log, in place. They are valid until
     * this method returns; after that the buffer shows the next message, and behind the poll it has no
     * capacity and every access to it fails. That of a lossy one in a ring is a copy, and shows the last
     * message until there is another. What throws here passes through {@code poll}; the message counts as
     * consumed. Only an {@link InternalError} becomes a {@link ChannelDamagedException} with it as its cause: the
     * JVM has no other word for a page that is missing, and does not say whose.
     *
     * <p>It may publish, also into the channel that it reads. But a gating subscriber's position is seen by
     * publishers when the poll ends: who waits in here for room in the same ring may wait for itself.
     *
     * @param buffer read-only view that holds the payload.
     * @param offset of the payload in the buffer, in bytes.
     * @param length of the payload, in bytes; may be 0.
     * @param header of this message; re-used for the next one.
     */
    void onMessage(DirectBuffer buffer, int offset, int length, Header header);
}
