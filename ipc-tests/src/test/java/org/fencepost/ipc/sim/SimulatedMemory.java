package org.fencepost.ipc.sim;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.memory.SharedMemory;
import org.fencepost.ipc.sim.MemoryModel.Mode;

/**
 * Shared memory in which each access is a step of a simulation. {@link MemoryModel} says what a
 * step does; this class knows addresses, and makes bulk accesses of single steps, word by word, in
 * any direction.
 */
public final class SimulatedMemory extends SharedMemory {
    static final int REGION_SHIFT = 32;
    private static final int WORD = Long.BYTES;

    private final Simulation simulation;
    private final MemoryModel model;
    private final List<Region> regions = new ArrayList<>();

    private record Region(String name, long length, Word[] words, boolean raceChecked) {
    }

    @FunctionalInterface
    private interface Piece {
        void at(long address, int size);
    }

    SimulatedMemory(final Simulation simulation, final MemoryModel model) {
        this.simulation = simulation;
        this.model = model;
    }

    /**
     * Zeroed memory, as a mapped file would be; its address is far from that of any other.
     *
     * @param raceChecked whether unordered plain accesses are a failure
     */
    public long allocate(final String name, final long length, final boolean raceChecked) {
        final int words = Math.toIntExact(length + WORD - 1 >>> 3);
        regions.add(new Region(name, length, new Word[words], raceChecked));
        return (long) regions.size() << REGION_SHIFT;
    }

    /**
     * Puts private zeroed memory in the place of a region for one process, as the kernel does when
     * a mapping is replaced: in one step, after which no thread of the process reaches the region,
     * and all that they had stored there is there.
     */
    public void replace(final SimulatedProcess process, final long address) {
        simulation.systemCall();
        final long index = address >>> REGION_SHIFT;
        final Region region = regions.get((int) index - 1);
        final long substitute = allocate(process + "'s " + region.name, region.length, false);
        process.replaced.put(index, substitute >>> REGION_SHIFT);
        simulation.fenceAll(process);
        simulation.note("replaced " + region.name + " of " + process);
    }

    /** The newest value of a word, whoever knows it; no step. For checkers. */
    public long peek(final long address) {
        final Word word = region(address, WORD).words[(int) (offset(address) >>> 3)];
        return word == null ? 0 : word.latest().whole;
    }

    /** As a system call writes a file: to all, whatever the process has mapped. */
    void write(final long address, final long value) {
        region(aligned(address), WORD);
        simulation.step();
        model.store(simulation.current(),
            word(regions.get((int) (address >>> REGION_SHIFT) - 1), address), value, -1L,
            Mode.ORDERED, false);
        record("write", address, value, 0);
    }

    @Override
    public byte getByte(final long address) {
        return (byte) load(address, 1, Mode.PLAIN);
    }

    @Override
    public void putByte(final long address, final byte value) {
        store(address, 1, value, Mode.PLAIN);
    }

    @Override
    public short getShort(final long address) {
        return (short) load(address, Short.BYTES, Mode.PLAIN);
    }

    @Override
    public void putShort(final long address, final short value) {
        store(address, Short.BYTES, value, Mode.PLAIN);
    }

    @Override
    public int getInt(final long address) {
        return (int) load(address, Integer.BYTES, Mode.PLAIN);
    }

    @Override
    public void putInt(final long address, final int value) {
        store(address, Integer.BYTES, value, Mode.PLAIN);
    }

    @Override
    public long getLong(final long address) {
        return load(address, Long.BYTES, Mode.PLAIN);
    }

    @Override
    public void putLong(final long address, final long value) {
        store(address, Long.BYTES, value, Mode.PLAIN);
    }

    @Override
    public long getLongOpaque(final long address) {
        return load(aligned(address), Long.BYTES, Mode.OPAQUE);
    }

    @Override
    public void putLongOpaque(final long address, final long value) {
        store(aligned(address), Long.BYTES, value, Mode.OPAQUE);
    }

    @Override
    public long getLongAcquire(final long address) {
        return load(aligned(address), Long.BYTES, Mode.ORDERED);
    }

    @Override
    public void putLongRelease(final long address, final long value) {
        store(aligned(address), Long.BYTES, value, Mode.ORDERED);
    }

    @Override
    public long compareAndExchangeLong(final long address, final long expected, final long value) {
        region(aligned(address), WORD);
        simulation.step();
        requireWritable(address);
        final Region region = mapped(address);
        final long found =
            model.exchange(simulation.current(), word(region, address), expected, value);
        record(found == expected ? "exchange" : "failed exchange", address, found, value);
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
        final byte[] bytes = source.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
        inPieces(address, length,
            (at, size) -> store(at, size, pack(bytes, at - address, size), Mode.PLAIN));
    }

    @Override
    public void copyTo(
        final long address, final byte[] target, final int offset, final int length) {
        copyTo(address, MemorySegment.ofArray(target), offset, length);
    }

    @Override
    public void copyTo(
        final long address, final MemorySegment target, final long offset, final long length) {
        inPieces(address, length, (at, size) -> {
            final long value = load(at, size, Mode.PLAIN);
            for (int i = 0; i < size; i++) {
                target.set(
                    ValueLayout.JAVA_BYTE, offset + at - address + i, (byte) (value >>> 8 * i));
            }
        });
    }

    @Override
    public void copy(final long sourceAddress, final long targetAddress, final long length) {
        final byte[] bytes = new byte[Math.toIntExact(length)];
        copyTo(sourceAddress, bytes, 0, bytes.length);
        copyFrom(targetAddress, bytes, 0, bytes.length);
    }

    @Override
    public void fill(final long address, final long length, final byte value) {
        final long word = (value & 0xffL) * 0x0101010101010101L;
        inPieces(address, length, (at, size) -> store(at, size, word, Mode.PLAIN));
    }

    @Override
    public void storeStoreFence() {
        simulation.step();
        if (simulation.current() != null) {
            simulation.current().storeFence();
            record("storeStoreFence", 0, 0, 0);
        }
    }

    @Override
    public void acquireFence() {
        simulation.step();
        if (simulation.current() != null) {
            simulation.current().acquireFence();
            record("acquireFence", 0, 0, 0);
        }
    }

    @Override
    public void fullFence() {
        simulation.step();
        if (simulation.current() != null) {
            model.fullFence(simulation.current());
            record("fullFence", 0, 0, 0);
        }
    }

    private long load(final long address, final int size, final Mode mode) {
        final int inWord = (int) address & WORD - 1;
        if (inWord + size > WORD) {
            final int low = WORD - inWord;
            return load(address, low, mode) | load(address + low, size - low, mode) << 8 * low;
        }
        region(address, size);
        simulation.step();
        final Region region = mapped(address);
        final Word word = word(region, address);
        final int order = model.load(simulation.current(), word, mode, region.raceChecked);
        final long value = word.value(order).whole >>> 8 * inWord & mask(size);
        record(mode == Mode.PLAIN ? "load" : mode == Mode.OPAQUE ? "loadOpaque" : "loadAcquire",
            address, value, order - word.count() + 1);
        return value;
    }

    private void store(final long address, final int size, final long value, final Mode mode) {
        final int inWord = (int) address & WORD - 1;
        if (inWord + size > WORD) {
            final int low = WORD - inWord;
            store(address, low, value, mode);
            store(address + low, size - low, value >>> 8 * low, mode);
            return;
        }
        region(address, size);
        simulation.step();
        requireWritable(address);
        final Region region = mapped(address);
        final int overtaken = model.store(simulation.current(), word(region, address),
            (value & mask(size)) << 8 * inWord, mask(size) << 8 * inWord, mode, region.raceChecked);
        record(mode == Mode.PLAIN ? "store" : mode == Mode.OPAQUE ? "storeOpaque" : "storeRelease",
            address, value & mask(size), -overtaken);
    }

    /** Splits at word boundaries and visits the pieces up or down, perhaps from the middle on. */
    private void inPieces(final long address, final long length, final Piece piece) {
        if (length <= 0) {
            return;
        }
        region(address, length);
        final int count = (int) ((address + length - 1 >>> 3) - (address >>> 3)) + 1;
        final boolean simulated = simulation.current() != null;
        final boolean down = simulated && simulation.random(2) == 0;
        final int first = simulated && simulation.random(2) == 0 ? simulation.random(count) : 0;
        for (int i = 0; i < count; i++) {
            final int index = (first + (down ? count - i : i)) % count;
            final long at = Math.max(address, (address >>> 3) + index << 3);
            final long end = Math.min(address + length, (address >>> 3) + index + 1 << 3);
            piece.at(at, (int) (end - at));
        }
    }

    private static long pack(final byte[] bytes, final long offset, final int size) {
        long value = 0;
        for (int i = 0; i < size; i++) {
            value |= (bytes[(int) offset + i] & 0xffL) << 8 * i;
        }
        return value;
    }

    private static long mask(final int size) {
        return size == WORD ? -1L : (1L << 8 * size) - 1;
    }

    private static long offset(final long address) {
        return address & (1L << REGION_SHIFT) - 1;
    }

    private static Word word(final Region region, final long address) {
        final int index = (int) (offset(address) >>> 3);
        Word word = region.words[index];
        if (word == null) {
            word = new Word();
            region.words[index] = word;
        }
        return word;
    }

    private long aligned(final long address) {
        if ((address & WORD - 1) != 0) {
            throw simulation.failure("misaligned access at 0x" + Long.toHexString(address), null);
        }
        return address;
    }

    private Region region(final long address, final long length) {
        final long index = (address >>> REGION_SHIFT) - 1;
        if (index < 0 || index >= regions.size()
            || offset(address) + length > regions.get((int) index).length) {
            throw simulation.failure("access to " + length + " bytes at 0x"
                + Long.toHexString(address) + ", where nothing is mapped", null);
        }
        return regions.get((int) index);
    }

    /** What the thread whose step it is has at an address that was checked. */
    private Region mapped(final long address) {
        final SimulatedThread thread = simulation.current();
        final long index = address >>> REGION_SHIFT;
        return regions.get((int) (thread == null
            ? index : thread.process.replaced.getOrDefault(index, index)) - 1);
    }

    private void requireWritable(final long address) {
        final SimulatedThread thread = simulation.current();
        if (thread != null && thread.process.readOnly) {
            throw simulation.failure(thread.process + " may only read, and stores" + name(address), null);
        }
    }

    private void record(
        final String what, final long address, final long value, final long detail) {
        final Trace trace = simulation.trace();
        final SimulatedThread thread = simulation.current();
        trace.add(thread == null ? 0 : thread.index, what.length(), address, value * 31 + detail);
        if (thread != null) {
            thread.lastStep = what;
            thread.lastAddress = address;
        }
        if (trace.isTextual()) {
            simulation.note(
                what + name(address) + " 0x" + Long.toHexString(value) + " (" + detail + ')');
        }
    }

    /** The place of an address in words, for messages; empty for none. */
    String name(final long address) {
        return address == 0 ? ""
            : " " + regions.get((int) (address >>> REGION_SHIFT) - 1).name + '+' + offset(address);
    }
}
