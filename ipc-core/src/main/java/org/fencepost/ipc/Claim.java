package org.fencepost.ipc;

import org.fencepost.ipc.format.FrameFormat;

/**
 * Room for one message in the shared log, written in place and then committed or aborted. The caller
 * makes one and uses it for every {@link Publisher#tryClaim}; it belongs to the thread of the
 * publisher.
 *
 * <pre>{@code
 * if (publisher.tryClaim(TYPE, length, claim) >= 0) {
 *     try (claim) {
 *         claim.buffer().putLong(0, price);
 *         claim.commit();
 *     }   // aborts if an exception came before commit
 * }
 * }</pre>
 *
 * <p>Index 0 of its buffer is the first byte of the message, the capacity is the message's length.
 */
public final class Claim extends Claimed {
    private int typeId;

    /** Not open. */
    public Claim() {
    }

    /** Length of the message in bytes; 0 without an open claim. */
    public int length() {
        return view.capacity();
    }

    /**
     * Publishes the message.
     *
     * @return the position at which its frame ends, or {@link Publisher#CLOSED}.
     * @throws IllegalStateException if no claim is open, or another thread made the claim.
     */
    public long commit() {
        if (!requireOpenOnce()) {
            return Publisher.CLOSED;
        }
        final int length = view.capacity();
        view.hide();
        return publisher.commit(FrameFormat.KIND_MESSAGE, typeId, length);
    }

    void open(final long address, final int messageTypeId, final int messageLength) {
        typeId = messageTypeId;
        view.set(address, messageLength);
    }
}
