package org.fencepost.ipc.disk;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * Mappings of files of a {@link Disk}. The upper half of an address is the number of a slot; an
 * access outside of what is mapped there throws. One thread, so all access modes are the same.
 */
final class DiskMemory extends SharedMemory {
    private static final int SLOT_SHIFT = 32;
    private static final int PAGE_SHIFT = 12;
    private static final int OFFSET_MASK = Page.BYTES - 1;
    /** A copy is so many stores: what a sector holds may be half of one. */
    private static final int PIECE_BYTES = 256;
    private static final VarHandle LONG =
        MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
        MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final Disk disk;
    private Slot[] slots = new Slot[16];
    private int used = 1;

    /** What is mapped in a slot of a window. */
    static final class Slot {
        final Inode file;
        final int firstPage;
        final int pages;
        final Disk.Reporter reporter;

        Slot(final Inode file, final int firstPage, final int pages) {
            this.file = file;
            this.firstPage = firstPage;
            this.pages = pages;
            this.reporter = new Disk.Reporter(file);
        }
    }

    DiskMemory(final Disk disk) {
        this.disk = disk;
    }

    /** Number of the first of so many slots. */
    int reserve(final int count) {
        final int first = used;
        used += count;
        if (used > slots.length) {
            slots = Arrays.copyOf(slots, 2 * used);
        }
        return first;
    }

    void map(final int slot, final Slot mapping) {
        slots[slot] = mapping;
    }

    static long address(final int slot) {
        return (long) slot << SLOT_SHIFT;
    }

    Slot slot(final long address) {
        return slots[(int) (address >>> SLOT_SHIFT)];
    }

    static int offset(final long address) {
        return (int) address;
    }

    private Page page(final long address) {
        final Slot slot = slots[(int) (address >>> SLOT_SHIFT)];
        final int page = (int) address >>> PAGE_SHIFT;
        if (page >= slot.pages) {
            throw new IndexOutOfBoundsException("page " + page + " of a mapping of " + slot.pages);
        }
        return slot.file.pages.get(slot.firstPage + page);
    }

    private static int at(final long address) {
        return (int) address & OFFSET_MASK;
    }

    private static boolean crosses(final long address, final int bytes) {
        return at(address) > Page.BYTES - bytes;
    }

    @Override
    public byte getByte(final long address) {
        return page(address).bytes()[at(address)];
    }

    @Override
    public void putByte(final long address, final byte value) {
        page(address).forStore(disk.isRecorded())[at(address)] = value;
        disk.happened();
    }

    @Override
    public short getShort(final long address) {
        return (short) (getByte(address) & 0xff | getByte(address + 1) << Byte.SIZE);
    }

    @Override
    public void putShort(final long address, final short value) {
        putByte(address, (byte) value);
        putByte(address + 1, (byte) (value >> Byte.SIZE));
    }

    @Override
    public int getInt(final long address) {
        return crosses(address, Integer.BYTES)
            ? getShort(address) & 0xffff | getShort(address + 2) << Short.SIZE
            : (int) INT.get(page(address).bytes(), at(address));
    }

    @Override
    public void putInt(final long address, final int value) {
        if (crosses(address, Integer.BYTES)) {
            putShort(address, (short) value);
            putShort(address + 2, (short) (value >> Short.SIZE));
            return;
        }
        INT.set(page(address).forStore(disk.isRecorded()), at(address), value);
        disk.happened();
    }

    @Override
    public long getLong(final long address) {
        return crosses(address, Long.BYTES)
            ? getInt(address) & 0xffff_ffffL | (long) getInt(address + 4) << Integer.SIZE
            : (long) LONG.get(page(address).bytes(), at(address));
    }

    @Override
    public void putLong(final long address, final long value) {
        if (crosses(address, Long.BYTES)) {
            putInt(address, (int) value);
            putInt(address + 4, (int) (value >> Integer.SIZE));
            return;
        }
        LONG.set(page(address).forStore(disk.isRecorded()), at(address), value);
        disk.happened();
    }

    @Override
    public long getLongOpaque(final long address) {
        return getLong(address);
    }

    @Override
    public void putLongOpaque(final long address, final long value) {
        putLong(address, value);
    }

    @Override
    public long getLongAcquire(final long address) {
        return getLong(address);
    }

    @Override
    public void putLongRelease(final long address, final long value) {
        putLong(address, value);
    }

    @Override
    public long compareAndExchangeLong(final long address, final long expected, final long value) {
        final long found = getLong(address);
        if (found == expected) {
            // Also of the same value: the page is dirty behind it.
            putLong(address, value);
        }
        return found;
    }

    @Override
    public void copyFrom(
        final long address, final byte[] source, final int offset, final int length) {
        copyFrom(address, MemorySegment.ofArray(source), offset, length);
    }

    @Override
    public void copyFrom(
        final long address, final MemorySegment source, final long offset, final long length) {
        long done = 0;
        while (done < length) {
            final int at = at(address + done);
            final int room =
                disk.isRecorded() ? PIECE_BYTES - at % PIECE_BYTES : Page.BYTES - at;
            final int piece = (int) Math.min(length - done, room);
            MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset + done,
                page(address + done).forStore(disk.isRecorded()), at, piece);
            disk.happened();
            done += piece;
        }
    }

    @Override
    public void copyTo(
        final long address, final byte[] target, final int offset, final int length) {
        int done = 0;
        while (done < length) {
            final int at = at(address + done);
            final int piece = Math.min(length - done, Page.BYTES - at);
            System.arraycopy(page(address + done).bytes(), at, target, offset + done, piece);
            done += piece;
        }
    }

    @Override
    public void copyTo(
        final long address, final MemorySegment target, final long offset, final long length) {
        final byte[] bytes = new byte[(int) length];
        copyTo(address, bytes, 0, bytes.length);
        MemorySegment.copy(bytes, 0, target, ValueLayout.JAVA_BYTE, offset, bytes.length);
    }

    @Override
    public void copy(final long sourceAddress, final long targetAddress, final long length) {
        final byte[] bytes = new byte[(int) length];
        copyTo(sourceAddress, bytes, 0, bytes.length);
        copyFrom(targetAddress, bytes, 0, bytes.length);
    }

    @Override
    public void fill(final long address, final long length, final byte value) {
        final byte[] bytes = new byte[(int) length];
        Arrays.fill(bytes, value);
        copyFrom(address, bytes, 0, bytes.length);
    }

    @Override
    public void storeStoreFence() {
        // One thread.
    }

    @Override
    public void acquireFence() {
        // One thread.
    }

    @Override
    public void fullFence() {
        // One thread.
    }
}
