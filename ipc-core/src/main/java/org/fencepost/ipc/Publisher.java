package org.fencepost.ipc;

import java.lang.foreign.MemorySegment;
import org.agrona.DirectBuffer;

public final class Publisher implements AutoCloseable {
    public static final long BACK_PRESSURED = -1;
    public static final long PREPARING = -2;
    public static final long CLOSED = -3;
    public static final long FAILED = -4;
    Publisher() { }
    public long offer(int typeId, DirectBuffer buffer, int offset, int length) { throw new UnsupportedOperationException(); }
    public long offer(int typeId, byte[] bytes, int offset, int length) { throw new UnsupportedOperationException(); }
    public long offer(int typeId, MemorySegment segment, long offset, int length) { throw new UnsupportedOperationException(); }
    public long tryClaim(int typeId, int length, Claim claim) { throw new UnsupportedOperationException(); }
    public long tryClaimBatch(int capacityBytes, Batch batch) { throw new UnsupportedOperationException(); }
    public int maxMessageLength() { throw new UnsupportedOperationException(); }
    public boolean hasSubscribers() { throw new UnsupportedOperationException(); }
    public boolean isExclusive() { throw new UnsupportedOperationException(); }
    public boolean isClosed() { throw new UnsupportedOperationException(); }
    /** Slot 0..255, what Header.publisherId() shows. */
    public int id() { throw new UnsupportedOperationException(); }
    /** Name of a negative result, for messages. */
    public static String describe(long result) { throw new UnsupportedOperationException(); }
    @Override public void close() { throw new UnsupportedOperationException(); }
}
