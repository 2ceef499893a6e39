package org.fencepost.ipc.memory;

import java.lang.foreign.MemorySegment;
import org.agrona.DirectBuffer;
import org.fencepost.ipc.buffer.WritableBuffer;

/**
 * The bytes of a claim in shared memory, to be written in place.
 *
 * <p>Moved from message to message by the thread that owns it; other threads must not touch it. A
 * move does not allocate. Neither address nor capacity is doubted here: who sets them has validated
 * them against the mapping.
 */
public final class WritableView extends WritableBuffer {
    private SharedMemory memory;
    private long address;

    /** Hidden until it is set, which needs a memory first. */
    public WritableView() {
        hideAll();
    }

    /** Hidden until it is set. */
    public WritableView(final SharedMemory memory) {
        this();
        attach(memory);
    }

    /** Says what addresses mean. */
    public void attach(final SharedMemory newMemory) {
        memory = newMemory;
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

    /** Whether it was set and not hidden since. */
    public boolean isShown() {
        return !isHidden();
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

    @Override
    protected void byteAt(final int index, final byte value) {
        memory.putByte(address + index, value);
    }

    @Override
    protected void shortAt(final int index, final short value) {
        memory.putShort(address + index, value);
    }

    @Override
    protected void intAt(final int index, final int value) {
        memory.putInt(address + index, value);
    }

    @Override
    protected void longAt(final int index, final long value) {
        memory.putLong(address + index, value);
    }

    @Override
    protected void copyFrom(
        final int index, final byte[] source, final int offset, final int length) {
        memory.copyFrom(address + index, source, offset, length);
    }

    @Override
    protected void copyFrom(
        final int index, final MemorySegment source, final long offset, final int length) {
        memory.copyFrom(address + index, source, offset, length);
    }

    @Override
    protected void copyFrom(
        final int index, final DirectBuffer source, final int sourceIndex, final int length) {
        Copying.copyIn(memory, address + index, source, sourceIndex, length);
    }

    @Override
    protected void fill(final int index, final int length, final byte value) {
        // Not memory.fill: it makes a slice for each call, and parts of a message are short.
        final long word = (value & 0xFFL) * 0x0101010101010101L;
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            memory.putLong(address + index + i, word);
        }
        for (; i < length; i++) {
            memory.putByte(address + index + i, value);
        }
    }
}
