package org.fencepost.ipc.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.fencepost.ipc.memory.SharedMemory;

/**
 * Memory of mapped segments: an address is the number of a window and an offset into it.
 *
 * <p>Accesses are checked by the JDK, so that a wrong address is an exception here. No access may
 * cross the end of a slot. Where nothing is mapped, because the window is closed or the slot not
 * yet mapped, everything reads as zero and stores are lost; an access that meets the end of a
 * mapping is repeated against what came in its place. Numbers of windows are never given out
 * again, so that a late access cannot reach another window.
 */
final class PortableMemory extends SharedMemory {
    private static final int OFFSET_BITS = 40;
    private static final long OFFSET_MASK = (1L << OFFSET_BITS) - 1;
    private static final int WINDOWS_MAX = 1 << Long.SIZE - 1 - OFFSET_BITS;

    private static final VarHandle WINDOW =
        MethodHandles.arrayElementVarHandle(PortableWindow[].class);
    private static final ValueLayout.OfShort SHORT =
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
        ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle ALIGNED_LONG =
        ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private volatile PortableWindow[] windows = new PortableWindow[16];
    private int windowsEver = 1;

    /** Takes a window in and gives it its number; 0 is none, so that no address is 0. */
    synchronized int add(final PortableWindow window) throws IOException {
        if (windowsEver == WINDOWS_MAX) {
            throw new IOException("reserve: expected at most " + WINDOWS_MAX
                + " windows in the life of a process on the portable platform, all of them used");
        }
        if (windowsEver == windows.length) {
            windows = Arrays.copyOf(windows, windows.length * 2);
        }
        final int index = windowsEver++;
        // Pairs with the acquire in window: whoever finds it finds it constructed.
        WINDOW.setRelease(windows, index, window);
        return index;
    }

    /** Forgets a window; its number stays used. */
    synchronized void remove(final int index) {
        WINDOW.setRelease(windows, index, null);
    }

    /** The address of an offset into a window. */
    static long address(final int windowIndex, final long windowOffset) {
        return (long) windowIndex << OFFSET_BITS | windowOffset;
    }

    private PortableWindow windowOrNull(final long address) {
        return (PortableWindow) WINDOW.getAcquire(windows, (int) (address >>> OFFSET_BITS));
    }

    private static MemorySegment segmentOrNull(final PortableWindow window, final long address) {
        return window == null ? null : window.segmentOrNull(address & OFFSET_MASK);
    }

    /** What came in the place of a segment that was closed; if it is still there, another was. */
    private static MemorySegment successorOrNull(
        final PortableWindow window, final long address, final MemorySegment segment,
        final IllegalStateException closed) {
        final MemorySegment successor = segmentOrNull(window, address);
        if (successor == segment) {
            throw closed;
        }
        return successor;
    }

    /** As {@link Platform#sync}; what is not mapped any more needs none. */
    int sync(final long address, final long lengthBytes) {
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                segment.asSlice(window.slotOffset(address), lengthBytes).force();
                return 0;
            } catch (final UncheckedIOException refusal) {
                return Errno.EIO;
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
        return 0;
    }

    @Override
    public byte getByte(final long address) {
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                return segment.get(ValueLayout.JAVA_BYTE, window.slotOffset(address));
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
        return 0;
    }

    @Override
    public void putByte(final long address, final byte value) {
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                segment.set(ValueLayout.JAVA_BYTE, window.slotOffset(address), value);
                return;
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
    }

    @Override
    public short getShort(final long address) {
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                return segment.get(SHORT, window.slotOffset(address));
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
        return 0;
    }

    @Override
    public void putShort(final long address, final short value) {
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                segment.set(SHORT, window.slotOffset(address), value);
                return;
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
    }

    @Override
    public int getInt(final long address) {
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                return segment.get(INT, window.slotOffset(address));
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
        return 0;
    }

    @Override
    public void putInt(final long address, final int value) {
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                segment.set(INT, window.slotOffset(address), value);
                return;
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
    }

    @Override
    public long getLong(final long address) {
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                return segment.get(LONG, window.slotOffset(address));
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
        return 0;
    }

    @Override
    public void putLong(final long address, final long value) {
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                segment.set(LONG, window.slotOffset(address), value);
                return;
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
    }

    @Override
    public long getLongOpaque(final long address) {
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                return (long) ALIGNED_LONG.getOpaque(segment, window.slotOffset(address));
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
        return 0;
    }

    @Override
    public void putLongOpaque(final long address, final long value) {
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                ALIGNED_LONG.setOpaque(segment, window.slotOffset(address), value);
                return;
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
    }

    @Override
    public long getLongAcquire(final long address) {
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                return (long) ALIGNED_LONG.getAcquire(segment, window.slotOffset(address));
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
        return 0;
    }

    @Override
    public void putLongRelease(final long address, final long value) {
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                ALIGNED_LONG.setRelease(segment, window.slotOffset(address), value);
                return;
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
    }

    @Override
    public long compareAndExchangeWord(final long address, final long expected, final long value) {
        // As in AddressMemory, and for the same reason.
        putLong(besideWord(address), 0);
        return compareAndExchangeLong(address, expected, value);
    }

    @Override
    public long compareAndExchangeLong(final long address, final long expected, final long value) {
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                // As in AddressMemory, and for the same reason.
                final long offset = window.slotOffset(address);
                segment.get(LONG, offset);
                long witness = expected;
                while (witness == expected
                    && !ALIGNED_LONG.compareAndSet(segment, offset, expected, value)) {
                    witness = (long) ALIGNED_LONG.getAcquire(segment, offset);
                }
                return witness;
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
        return 0;
    }

    @Override
    public void copyFrom(
        final long address, final byte[] source, final int offset, final int length) {
        if (length == 0) {
            // It may begin where the last slot ends.
            return;
        }
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                MemorySegment.copy(source, offset, segment, ValueLayout.JAVA_BYTE,
                    window.slotOffset(address), length);
                return;
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
    }

    @Override
    public void copyFrom(
        final long address, final MemorySegment source, final long offset, final long length) {
        if (length == 0) {
            // It may begin where the last slot ends.
            return;
        }
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                MemorySegment.copy(source, offset, segment, window.slotOffset(address), length);
                return;
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
    }

    @Override
    public void copyTo(
        final long address, final byte[] target, final int offset, final int length) {
        if (length == 0) {
            // It may begin where the last slot ends.
            return;
        }
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, window.slotOffset(address),
                    target, offset, length);
                return;
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
        Arrays.fill(target, offset, offset + length, (byte) 0);
    }

    @Override
    public void copyTo(
        final long address, final MemorySegment target, final long offset, final long length) {
        if (length == 0) {
            // It may begin where the last slot ends.
            return;
        }
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                MemorySegment.copy(segment, window.slotOffset(address), target, offset, length);
                return;
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
        }
        target.asSlice(offset, length).fill((byte) 0);
    }

    @Override
    public void copy(final long sourceAddress, final long targetAddress, final long length) {
        final PortableWindow window = windowOrNull(sourceAddress);
        MemorySegment segment = segmentOrNull(window, sourceAddress);
        while (segment != null) {
            try {
                // The other end is looked after over there, which fails only if this end is closed.
                copyFrom(targetAddress, segment, window.slotOffset(sourceAddress), length);
                return;
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, sourceAddress, segment, closed);
            }
        }
        fill(targetAddress, length, (byte) 0);
    }

    @Override
    public void fill(final long address, final long length, final byte value) {
        if (length == 0) {
            // It may begin where the last slot ends.
            return;
        }
        final PortableWindow window = windowOrNull(address);
        MemorySegment segment = segmentOrNull(window, address);
        while (segment != null) {
            try {
                segment.asSlice(window.slotOffset(address), length).fill(value);
                return;
            } catch (final IllegalStateException closed) {
                segment = successorOrNull(window, address, segment, closed);
            }
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
