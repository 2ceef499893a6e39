package org.fencepost.ipc.memory;

import java.lang.foreign.MemorySegment;

/**
 * Every access to bytes that another process may see, addressed by one {@code long}.
 *
 * <p>What an address means is the implementation's business; what matters here is that
 * {@code address + n} is the n-th byte behind {@code address} inside one mapping. All values are
 * little-endian. The access mode is part of the method's name; plain accesses may have any
 * alignment, the others must be naturally aligned.
 *
 * <p>An abstract class and not an interface because one process normally loads one implementation
 * of it: the JIT then binds the calls statically, without a guard. The implementations do not check
 * addresses. Callers read lengths and offsets from shared bytes once, into a local, and validate
 * them before they compute an address; an address that was never mapped crashes the JVM.
 *
 * <p>An access behind the end of a file that was truncated while it was mapped raises
 * {@link InternalError}, in compiled code some instructions later than the access itself.
 */
public abstract class SharedMemory {
    /** What each word that is exchanged outside of the log has for itself and its neighbours. */
    private static final int WORD_SPACE_BYTES = 128;

    /** What an error says where native access would help. */
    public static final String ALLOW_NATIVE_ACCESS = "allow this process native access, on Linux"
        + " (--enable-native-access=ALL-UNNAMED; as a module: =org.fencepost.ipc)";

    /** For who wants the address of a view where there are none. */
    static final String NO_ADDRESSES = "a message has no address without native access, so Agrona's UnsafeBuffer cannot"
        + " wrap it: copy the bytes, or " + ALLOW_NATIVE_ACCESS;

    /** Only the implementations. */
    protected SharedMemory() {
    }

    /** Plain read of one byte. */
    public abstract byte getByte(long address);

    /** Plain write of one byte. */
    public abstract void putByte(long address, byte value);

    /** Plain read, any alignment, little-endian. */
    public abstract short getShort(long address);

    /** Plain write, any alignment, little-endian. */
    public abstract void putShort(long address, short value);

    /** Plain read, any alignment, little-endian. */
    public abstract int getInt(long address);

    /** Plain write, any alignment, little-endian. */
    public abstract void putInt(long address, int value);

    /** Plain read, any alignment, little-endian. */
    public abstract long getLong(long address);

    /** Plain write, any alignment, little-endian. */
    public abstract void putLong(long address, long value);

    /** Read that is atomic and coherent, and orders nothing else. */
    public abstract long getLongOpaque(long address);

    /** Write that is atomic and coherent, and orders nothing else. */
    public abstract void putLongOpaque(long address, long value);

    /** Read before which no later access of this thread can move. */
    public abstract long getLongAcquire(long address);

    /** Write behind which no earlier access of this thread can move. */
    public abstract void putLongRelease(long address, long value);

    /**
     * Stores {@code value} if the word holds {@code expected}; returns what the word held. Both
     * acquire and release, whether or not it stored.
     */
    public abstract long compareAndExchangeLong(long address, long expected, long value);

    /**
     * As {@link #compareAndExchangeLong}, of a word that is not in the log: the last 8 of its 128 bytes are
     * nobody's and stay zero. Where they can be stored to the page can be written, and if it cannot, as on a
     * file system that has shut itself down, that is an error: the exchange itself would end the JVM.
     */
    public long compareAndExchangeWord(final long address, final long expected, final long value) {
        return compareAndExchangeLong(address, expected, value);
    }

    /** The bytes that are nobody's beside a word that is not in the log. */
    protected static long besideWord(final long address) {
        return (address | WORD_SPACE_BYTES - 1) - (Long.BYTES - 1);
    }

    /** Makes the page of a word dirty and leaves the word as it is, whoever stores into it at this moment. */
    public final void makeDirty(final long wordAddress) {
        long seen = getLongAcquire(wordAddress);
        long witness = compareAndExchangeLong(wordAddress, seen, seen);
        while (witness != seen) {
            seen = witness;
            witness = compareAndExchangeLong(wordAddress, seen, seen);
        }
    }

    /** As {@link #makeDirty}, of a word that is not in the log. */
    public final void makeWordDirty(final long wordAddress) {
        putLong(besideWord(wordAddress), 0);
    }

    /** Copies {@code length} bytes of {@code source} to {@code address}; plain. */
    public abstract void copyFrom(long address, byte[] source, int offset, int length);

    /** Copies {@code length} bytes of {@code source} to {@code address}; plain. */
    public abstract void copyFrom(long address, MemorySegment source, long offset, long length);

    /** Copies {@code length} bytes at {@code address} to {@code target}; plain. */
    public abstract void copyTo(long address, byte[] target, int offset, int length);

    /** Copies {@code length} bytes at {@code address} to {@code target}; plain. */
    public abstract void copyTo(long address, MemorySegment target, long offset, long length);

    /** Copies {@code length} bytes between two addresses, which may overlap; plain. */
    public abstract void copy(long sourceAddress, long targetAddress, long length);

    /** Fills {@code length} bytes with {@code value}; plain. */
    public abstract void fill(long address, long length, byte value);

    /** Earlier stores become visible before later stores. */
    public abstract void storeStoreFence();

    /** Earlier loads are performed before later loads and stores. */
    public abstract void acquireFence();

    /** Earlier loads and stores are performed before later loads and stores. */
    public abstract void fullFence();
}
