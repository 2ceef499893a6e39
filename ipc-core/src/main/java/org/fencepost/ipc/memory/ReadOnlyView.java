package org.fencepost.ipc.memory;

import java.lang.foreign.MemorySegment;
import org.fencepost.ipc.buffer.ReadableBuffer;

/**
 * The bytes of a message in shared memory, to be read in place.
 *
 * <p>It has no writing methods at all, since it may lie over pages that are mapped read-only.
 *
 * <p>Moved from message to message by the thread that owns it; other threads must not touch it. A
 * move does not allocate. Neither address nor capacity is doubted here: who sets them has validated
 * them against the mapping.
 */
public final class ReadOnlyView extends ReadableBuffer {
    private final SharedMemory memory;
    private long address;

    /** Hidden until it is set. */
    public ReadOnlyView(final SharedMemory memory) {
        this.memory = memory;
        hideAll();
    }

    /** Shows {@code capacity} bytes from {@code address} on, all of them mapped. */
    public void set(final long address, final int capacity) {
        this.address = address;
        resize(capacity);
    }

    /** Every access throws until it is set again. */
    public void hide() {
        hideAll();
    }

    SharedMemory memory() {
        return memory;
    }

    long address() {
        return address;
    }

    /**
     * The address for {@code Unsafe} and native code. Memory without true addresses throws
     * {@link UnsupportedOperationException}, because any number would make such code crash.
     */
    @Override
    public long addressOffset() {
        if (memory instanceof AddressMemory) {
            return isHidden() ? 0 : address;
        }
        throw new UnsupportedOperationException(SharedMemory.NO_ADDRESSES);
    }

    @Override
    protected byte byteAt(final int index) {
        return memory.getByte(address + index);
    }

    @Override
    protected short shortAt(final int index) {
        return memory.getShort(address + index);
    }

    @Override
    protected int intAt(final int index) {
        return memory.getInt(address + index);
    }

    @Override
    protected long longAt(final int index) {
        return memory.getLong(address + index);
    }

    @Override
    protected void copyTo(
        final int index, final byte[] target, final int offset, final int length) {
        memory.copyTo(address + index, target, offset, length);
    }

    @Override
    protected void copyTo(
        final int index, final MemorySegment target, final long offset, final int length) {
        memory.copyTo(address + index, target, offset, length);
    }
}
