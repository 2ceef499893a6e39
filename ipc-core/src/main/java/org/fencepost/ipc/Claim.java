package org.fencepost.ipc;

import org.agrona.MutableDirectBuffer;
import org.fencepost.ipc.buffer.MessageBuffer;
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
 */
public final class Claim implements AutoCloseable {
    private static final MutableDirectBuffer NOTHING = MessageBuffer.allocate(0);

    private Publisher publisher;
    /** Apart from the publisher, which stays: storing a reference costs the collector's barrier. */
    private boolean open;
    private int typeId;
    private int length;

    /** Not open. */
    public Claim() {
    }

    /**
     * The message: index 0 is its first byte, its capacity is its length. Without an open claim it has
     * no capacity, and neither has one that was kept from before.
     */
    public MutableDirectBuffer buffer() {
        return !open ? NOTHING : publisher.claimBuffer();
    }

    /** Length of the message in bytes; 0 without an open claim. */
    public int length() {
        return !open ? 0 : length;
    }

    /** Whether it is neither committed nor aborted. */
    public boolean isOpen() {
        return open;
    }

    /**
     * Publishes the message.
     *
     * @return the position at which its frame ends, or {@link Publisher#CLOSED}.
     * @throws IllegalStateException if no claim is open.
     */
    public long commit() {
        final Publisher owner = take();
        return owner.isOpenIn(this)
            ? owner.commit(FrameFormat.KIND_MESSAGE, typeId, length, length)
            : Publisher.CLOSED;
    }

    /**
     * Gives the room up; subscribers never see it.
     *
     * @throws IllegalStateException if no claim is open.
     */
    public void abort() {
        final Publisher owner = take();
        if (owner.isOpenIn(this)) {
            owner.abort();
        }
    }

    /** Aborts if neither committed nor aborted. */
    @Override
    public void close() {
        if (open) {
            abort();
        }
    }

    void checkUnused() {
        if (open && publisher.isOpenIn(this)) {
            throw new IllegalStateException("this claim is open; commit or abort it first");
        }
    }

    void open(final Publisher owner, final int messageTypeId, final int messageLength) {
        if (publisher != owner) {
            publisher = owner;
        }
        typeId = messageTypeId;
        length = messageLength;
        owner.showClaim(0, messageLength);
        // Last and without a call: it is open only if its publisher goes on to lend it.
        open = true;
    }

    private Publisher take() {
        if (!open) {
            throw new IllegalStateException("no claim is open: it was never made or is resolved");
        }
        open = false;
        return publisher;
    }
}
