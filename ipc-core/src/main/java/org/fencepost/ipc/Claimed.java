package org.fencepost.ipc;

import org.agrona.MutableDirectBuffer;
import org.fencepost.ipc.memory.WritableView;

/**
 * The user's end of an open claim. Whether it is open is one word, that its view is shown: a publisher
 * should have few stores to make for a message.
 */
abstract sealed class Claimed implements AutoCloseable permits Claim, Batch {
    final WritableView view = new WritableView();
    Publisher publisher;
    /** Its publisher was closed while it was open; whoever holds it has not been told yet. */
    private boolean closed;

    Claimed() {
    }

    /**
     * Where to write. The buffer stays the same from claim to claim; without an open one it has no
     * capacity, and every access throws {@link IndexOutOfBoundsException}.
     */
    public final MutableDirectBuffer buffer() {
        return view;
    }

    /** Whether it is neither committed nor aborted. */
    public final boolean isOpen() {
        return view.isShown();
    }

    /**
     * Gives the room up; subscribers never see it.
     *
     * @throws IllegalStateException if nothing is open, or another thread made the claim.
     */
    public final void abort() {
        if (requireOpenOnce()) {
            view.hide();
            publisher.abort();
        }
    }

    /** Aborts if neither committed nor aborted. */
    @Override
    public final void close() {
        if (isOpen()) {
            abort();
        }
    }

    /**
     * Whether it can be written to; false if its publisher was closed meanwhile. Not by another thread, beside
     * which this one may be about to write or resolve it, too: what it writes would end up in somebody else's claim.
     */
    final boolean requireOpen() {
        if (!view.isShown() && !closed) {
            throw new IllegalStateException("no claim is open: it is resolved, was never made, or what"
                + " was to make it returned a negative value, which says why not");
        }
        if (!publisher.isUser()) {
            throw publisher.usedByTwo();
        }
        return !closed;
    }

    /** As {@link #requireOpen}, before it is resolved: afterwards it has been told. */
    final boolean requireOpenOnce() {
        final boolean open = requireOpen();
        closed = false;
        return open;
    }

    /** Its publisher gives the room up because it is closed. */
    final void closeUnder() {
        view.hide();
        closed = true;
    }

    /** Before {@code owner} makes a claim for it. */
    final void prepareFor(final Publisher owner) {
        if (publisher != owner) {
            if (isOpen()) {
                throw new IllegalStateException(
                    "it holds an open claim of another publisher; commit or abort that first");
            }
            closed = false;
            view.attach(owner.memory());
            // Only when it changes: storing a reference costs the collector's barrier.
            publisher = owner;
        }
    }
}
