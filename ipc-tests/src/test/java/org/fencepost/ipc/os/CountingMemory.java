package org.fencepost.ipc.os;

import java.lang.foreign.MemorySegment;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * Memory that calls {@code step} before each access. Copies and fills are made in two halves, with a
 * step between: who dies there leaves half of a payload, or half of a segment's zeros.
 */
final class CountingMemory extends SharedMemory {
    private final SharedMemory memory;
    private final Runnable step;

    CountingMemory(final SharedMemory memory, final Runnable step) {
        this.memory = memory;
        this.step = step;
    }

    @Override
    public byte getByte(final long address) {
        step.run();
        return memory.getByte(address);
    }

    @Override
    public void putByte(final long address, final byte value) {
        step.run();
        memory.putByte(address, value);
    }

    @Override
    public short getShort(final long address) {
        step.run();
        return memory.getShort(address);
    }

    @Override
    public void putShort(final long address, final short value) {
        step.run();
        memory.putShort(address, value);
    }

    @Override
    public int getInt(final long address) {
        step.run();
        return memory.getInt(address);
    }

    @Override
    public void putInt(final long address, final int value) {
        step.run();
        memory.putInt(address, value);
    }

    @Override
    public long getLong(final long address) {
        step.run();
        return memory.getLong(address);
    }

    @Override
    public void putLong(final long address, final long value) {
        step.run();
        memory.putLong(address, value);
    }

    @Override
    public long getLongOpaque(final long address) {
        step.run();
        return memory.getLongOpaque(address);
    }

    @Override
    public void putLongOpaque(final long address, final long value) {
        step.run();
        memory.putLongOpaque(address, value);
    }

    @Override
    public long getLongAcquire(final long address) {
        step.run();
        return memory.getLongAcquire(address);
    }

    @Override
    public void putLongRelease(final long address, final long value) {
        step.run();
        memory.putLongRelease(address, value);
    }

    @Override
    public long compareAndExchangeLong(final long address, final long expected, final long value) {
        step.run();
        return memory.compareAndExchangeLong(address, expected, value);
    }

    @Override
    public void copyFrom(final long address, final byte[] source, final int offset, final int length) {
        final int half = length / 2;
        step.run();
        memory.copyFrom(address, source, offset, half);
        step.run();
        memory.copyFrom(address + half, source, offset + half, length - half);
    }

    @Override
    public void copyFrom(
        final long address, final MemorySegment source, final long offset, final long length) {
        final long half = length / 2;
        step.run();
        memory.copyFrom(address, source, offset, half);
        step.run();
        memory.copyFrom(address + half, source, offset + half, length - half);
    }

    @Override
    public void copyTo(final long address, final byte[] target, final int offset, final int length) {
        final int half = length / 2;
        step.run();
        memory.copyTo(address, target, offset, half);
        step.run();
        memory.copyTo(address + half, target, offset + half, length - half);
    }

    @Override
    public void copyTo(
        final long address, final MemorySegment target, final long offset, final long length) {
        final long half = length / 2;
        step.run();
        memory.copyTo(address, target, offset, half);
        step.run();
        memory.copyTo(address + half, target, offset + half, length - half);
    }

    @Override
    public void copy(final long sourceAddress, final long targetAddress, final long length) {
        step.run();
        memory.copy(sourceAddress, targetAddress, length);
    }

    @Override
    public void fill(final long address, final long length, final byte value) {
        final long half = length / 2;
        step.run();
        memory.fill(address, half, value);
        step.run();
        memory.fill(address + half, length - half, value);
    }

    @Override
    public void storeStoreFence() {
        memory.storeStoreFence();
    }

    @Override
    public void acquireFence() {
        memory.acquireFence();
    }

    @Override
    public void fullFence() {
        memory.fullFence();
    }
}
