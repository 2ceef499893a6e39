package org.fencepost.ipc.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Memory by its virtual address: an address here is the address of the CPU.
 *
 * <p>All accesses go through one {@code static final} segment that spans the address space. Because
 * it is a constant with constant bounds, the JIT folds its checks away and what is left of an
 * access is one machine instruction. Making that segment is a restricted operation, so this class
 * fails to initialise where native access is denied.
 */
public final class AddressMemory extends SharedMemory {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final ValueLayout.OfShort SHORT =
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
        ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle ALIGNED_LONG =
        ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    /** What is copied to zero memory; small enough to stay in the first cache. */
    private static final byte[] ZEROS = new byte[4096];

    /** The memory of this process. */
    public AddressMemory() {
    }

    @Override
    public byte getByte(final long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address);
    }

    @Override
    public void putByte(final long address, final byte value) {
        ALL.set(ValueLayout.JAVA_BYTE, address, value);
    }

    @Override
    public short getShort(final long address) {
        return ALL.get(SHORT, address);
    }

    @Override
    public void putShort(final long address, final short value) {
        ALL.set(SHORT, address, value);
    }

    @Override
    public int getInt(final long address) {
        return ALL.get(INT, address);
    }

    @Override
    public void putInt(final long address, final int value) {
        ALL.set(INT, address, value);
    }

    @Override
    public long getLong(final long address) {
        return ALL.get(LONG, address);
    }

    @Override
    public void putLong(final long address, final long value) {
        ALL.set(LONG, address, value);
    }

    @Override
    public long getLongOpaque(final long address) {
        return (long) ALIGNED_LONG.getOpaque(ALL, address);
    }

    @Override
    public void putLongOpaque(final long address, final long value) {
        ALIGNED_LONG.setOpaque(ALL, address, value);
    }

    @Override
    public long getLongAcquire(final long address) {
        return (long) ALIGNED_LONG.getAcquire(ALL, address);
    }

    @Override
    public void putLongRelease(final long address, final long value) {
        ALIGNED_LONG.setRelease(ALL, address, value);
    }

    @Override
    public long compareAndExchangeLong(final long address, final long expected, final long value) {
        // Not VarHandle's own: before C2 has compiled it that is a function of the JVM, and a page that is missing in
        // there ends the process. So it is with compareAndSet where it is interpreted; the read before it, which
        // C2 leaves out, meets the missing page first.
        ALL.get(LONG, address);
        long witness = expected;
        while (witness == expected && !ALIGNED_LONG.compareAndSet(ALL, address, expected, value)) {
            witness = (long) ALIGNED_LONG.getAcquire(ALL, address);
        }
        return witness;
    }

    @Override
    public long compareAndExchangeWord(final long address, final long expected, final long value) {
        // An interpreted exchange ends the process where its page can be read and not be written; a store does not.
        ALL.set(LONG, besideWord(address), 0L);
        return compareAndExchangeLong(address, expected, value);
    }

    @Override
    public void copyFrom(final long address, final byte[] source, final int offset, final int length) {
        MemorySegment.copy(source, offset, ALL, ValueLayout.JAVA_BYTE, address, length);
    }

    @Override
    public void copyFrom(
        final long address, final MemorySegment source, final long offset, final long length) {
        MemorySegment.copy(source, offset, ALL, address, length);
    }

    @Override
    public void copyTo(final long address, final byte[] target, final int offset, final int length) {
        MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, address, target, offset, length);
    }

    @Override
    public void copyTo(
        final long address, final MemorySegment target, final long offset, final long length) {
        MemorySegment.copy(ALL, address, target, offset, length);
    }

    @Override
    public void copy(final long sourceAddress, final long targetAddress, final long length) {
        MemorySegment.copy(ALL, sourceAddress, ALL, targetAddress, length);
    }

    @Override
    public void fill(final long address, final long length, final byte value) {
        if (value != 0) {
            ALL.asSlice(address, length).fill(value);
            return;
        }
        // Not a slice's fill: the slice is allocated until this is compiled, and cleaning is no warm path.
        long done = 0;
        while (done < length) {
            final int piece = (int) Math.min(ZEROS.length, length - done);
            MemorySegment.copy(ZEROS, 0, ALL, ValueLayout.JAVA_BYTE, address + done, piece);
            done += piece;
        }
    }

    @Override
    public void storeStoreFence() {
        VarHandle.storeStoreFence();
    }

    @Override
    public void acquireFence() {
        VarHandle.acquireFence();
    }

    @Override
    public void fullFence() {
        VarHandle.fullFence();
    }
}
