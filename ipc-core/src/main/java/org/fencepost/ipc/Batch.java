package org.fencepost.ipc;

import java.lang.foreign.MemorySegment;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

public final class Batch implements AutoCloseable {
    /** Bytes a record needs besides its payload; its start is aligned to 8. */
    public static final int RECORD_HEADER_BYTES = 8;
    public Batch() { }
    /** Capacity that messages of these payload length need in a batch: align(8 + length, 8). */
    public static int recordBytes(int length) { throw new UnsupportedOperationException(); }
    /** false: does not fit any more. */
    public boolean add(int typeId, DirectBuffer buffer, int offset, int length) { throw new UnsupportedOperationException(); }
    public boolean add(int typeId, byte[] bytes, int offset, int length) { throw new UnsupportedOperationException(); }
    public boolean add(int typeId, MemorySegment segment, long offset, int length) { throw new UnsupportedOperationException(); }
    /** In-place: opens the next record; returns whether it fits; buffer() is then its payload. */
    public boolean tryAppend(int typeId, int length) { throw new UnsupportedOperationException(); }
    public MutableDirectBuffer buffer() { throw new UnsupportedOperationException(); }
    public int count() { throw new UnsupportedOperationException(); }
    public int remainingBytes() { throw new UnsupportedOperationException(); }
    public long commit() { throw new UnsupportedOperationException(); }
    public void abort() { throw new UnsupportedOperationException(); }
    @Override public void close() { throw new UnsupportedOperationException(); }
}
