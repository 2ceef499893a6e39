package org.fencepost.ipc;

import org.agrona.MutableDirectBuffer;

public final class Claim implements AutoCloseable {
    public Claim() { }
    /** Payload from index 0 to length; no capacity before a claim and after commit or abort. */
    public MutableDirectBuffer buffer() { throw new UnsupportedOperationException(); }
    public int length() { throw new UnsupportedOperationException(); }
    /** End position, or Publisher.CLOSED / FAILED. */
    public long commit() { throw new UnsupportedOperationException(); }
    public void abort() { throw new UnsupportedOperationException(); }
    /** Aborts if neither committed nor aborted. */
    @Override public void close() { throw new UnsupportedOperationException(); }
}
