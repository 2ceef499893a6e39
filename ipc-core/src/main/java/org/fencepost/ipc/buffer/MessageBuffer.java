package org.fencepost.ipc.buffer;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;

/**
 * A buffer of the user's own, around a {@code byte[]}, a {@link ByteBuffer} or a
 * {@link MemorySegment}, that needs no JVM flag.
 *
 * <p>Memory outside the heap comes from an {@link java.lang.foreign.Arena}:
 * {@code MessageBuffer.of(arena.allocate(1024))}. A closed arena or a foreign thread is noticed by
 * the segment itself, with {@link IllegalStateException} or {@link WrongThreadException}.
 *
 * <p>Around read-only memory the buffer can be read; writes throw
 * {@link UnsupportedOperationException}. A {@link ByteBuffer} is always wrapped as a whole, from
 * index 0 to its capacity, whatever its position, limit and order are.
 */
public final class MessageBuffer extends WritableBuffer {
    private static final ValueLayout.OfShort SHORT =
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
        ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private MemorySegment segment;
    private byte[] array;
    private ByteBuffer byteBuffer;
    private int wrapAdjustment;

    private MessageBuffer() {
    }

    /** A zero-filled buffer on the heap. */
    public static MessageBuffer allocate(final int capacity) {
        if (capacity < 0) {
            throw new IllegalArgumentException("capacity must not be negative: " + capacity);
        }
        return of(new byte[capacity]);
    }

    /** A buffer around an array. */
    public static MessageBuffer of(final byte[] array) {
        return of(array, 0, array.length);
    }

    /** A buffer around a part of an array. */
    public static MessageBuffer of(final byte[] array, final int offset, final int length) {
        final MessageBuffer buffer = new MessageBuffer();
        buffer.wrap(array, offset, length);
        return buffer;
    }

    /** A buffer around a whole byte buffer. */
    public static MessageBuffer of(final ByteBuffer byteBuffer) {
        final MessageBuffer buffer = new MessageBuffer();
        buffer.wrap(byteBuffer);
        return buffer;
    }

    /** A buffer around a segment; see {@link #wrap(MemorySegment)}. */
    public static MessageBuffer of(final MemorySegment segment) {
        final MessageBuffer buffer = new MessageBuffer();
        buffer.wrap(segment);
        return buffer;
    }

    /** The memory behind this buffer: index 0 of one is offset 0 of the other. */
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public void wrap(final byte[] buffer) {
        wrap(buffer, 0, buffer.length);
    }

    @Override
    public void wrap(final byte[] buffer, final int offset, final int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        attach(MemorySegment.ofArray(buffer).asSlice(offset, length), buffer, null, offset);
    }

    @Override
    public void wrap(final ByteBuffer buffer) {
        wrap(buffer, 0, buffer.capacity());
    }

    @Override
    public void wrap(final ByteBuffer buffer, final int offset, final int length) {
        Objects.checkFromIndexSize(offset, length, buffer.capacity());
        final MemorySegment whole = MemorySegment.ofBuffer(buffer.duplicate().clear());
        final MemorySegment part = whole.asSlice(offset, length);
        if (buffer.hasArray()) {
            attach(part, buffer.array(), buffer, buffer.arrayOffset() + offset);
        } else {
            attach(part, null, buffer, offset);
        }
    }

    /**
     * Attaches this buffer to a segment of at most {@link Integer#MAX_VALUE} bytes that is either
     * native or backed by a {@code byte[]}.
     */
    public void wrap(final MemorySegment buffer) {
        if (buffer.byteSize() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("segment of " + buffer.byteSize()
                + " bytes, at most " + Integer.MAX_VALUE + " can be indexed; wrap a slice of it");
        }
        final Object base = buffer.heapBase().orElse(null);
        if (base == null) {
            attach(buffer, null, null, 0);
        } else if (base instanceof final byte[] bytes) {
            attach(buffer, bytes, null, (int) buffer.address());
        } else {
            throw new IllegalArgumentException("segment around a "
                + base.getClass().getSimpleName() + ", expected native memory or a byte[]");
        }
    }

    @Override
    public void wrap(final DirectBuffer buffer) {
        wrap(buffer, 0, buffer.capacity());
    }

    /**
     * {@inheritDoc}
     *
     * <p>The other buffer must be a message buffer or expose a {@code byte[]} or a
     * {@link ByteBuffer}; others, such as the buffers over a channel's memory, are refused with
     * {@link UnsupportedOperationException}: copy their bytes.
     */
    @Override
    public void wrap(final DirectBuffer buffer, final int offset, final int length) {
        Objects.checkFromIndexSize(offset, length, buffer.capacity());
        final int start = buffer.wrapAdjustment() + offset;
        if (buffer instanceof final MessageBuffer other) {
            attach(other.segment.asSlice(offset, length), other.array, other.byteBuffer, start);
        } else if (buffer.byteArray() != null) {
            Objects.checkFromIndexSize(start, length, buffer.byteArray().length);
            attach(
                MemorySegment.ofArray(buffer.byteArray()).asSlice(start, length),
                buffer.byteArray(), buffer.byteBuffer(), start);
        } else if (buffer.byteBuffer() != null) {
            wrap(buffer.byteBuffer(), start, length);
        } else {
            throw new UnsupportedOperationException(buffer.getClass().getSimpleName()
                + " exposes neither a byte[] nor a ByteBuffer; copy its bytes with putBytes");
        }
    }

    /** Always refused: a number is no proof of memory. Wrap a {@link MemorySegment}. */
    @Override
    public void wrap(final long address, final int length) {
        throw new UnsupportedOperationException(
            "an address cannot be checked; wrap a MemorySegment instead");
    }

    private void attach(
        final MemorySegment memory,
        final byte[] newArray,
        final ByteBuffer newByteBuffer,
        final int adjustment) {
        segment = memory;
        array = newArray;
        byteBuffer = newByteBuffer;
        wrapAdjustment = adjustment;
        refuseWrites(memory.isReadOnly());
        resize((int) memory.byteSize());
    }

    @Override
    public byte[] byteArray() {
        return array;
    }

    @Override
    public ByteBuffer byteBuffer() {
        return byteBuffer;
    }

    @Override
    public int wrapAdjustment() {
        return wrapAdjustment;
    }

    /**
     * The address of native memory, or what {@code Unsafe} needs beside {@link #byteArray()}; zero
     * plus {@link #wrapAdjustment()} where the JVM has no flag that lets anybody use it. Throws
     * {@link UnsupportedOperationException} for a read-only array.
     */
    @Override
    public long addressOffset() {
        if (array != null) {
            return ArrayBase.OFFSET + wrapAdjustment;
        }
        if (segment.isNative()) {
            return segment.address();
        }
        throw new UnsupportedOperationException("a read-only array has no address");
    }

    /**
     * Where the elements of an array begin depends on the JVM. Agrona knows it if the flag is
     * given that its own buffers need; without that flag nothing can make use of the number.
     */
    private static final class ArrayBase {
        static final long OFFSET = offset();

        private static long offset() {
            try {
                return BufferUtil.ARRAY_BASE_OFFSET;
            } catch (final LinkageError flagMissing) {
                return 0;
            }
        }
    }

    @Override
    protected byte byteAt(final int index) {
        return segment.get(ValueLayout.JAVA_BYTE, index);
    }

    @Override
    protected short shortAt(final int index) {
        return segment.get(SHORT, index);
    }

    @Override
    protected int intAt(final int index) {
        return segment.get(INT, index);
    }

    @Override
    protected long longAt(final int index) {
        return segment.get(LONG, index);
    }

    @Override
    protected void copyTo(
        final int index, final byte[] target, final int offset, final int length) {
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, index, target, offset, length);
    }

    @Override
    protected void copyTo(
        final int index, final MemorySegment target, final long offset, final int length) {
        MemorySegment.copy(segment, index, target, offset, length);
    }

    @Override
    protected void byteAt(final int index, final byte value) {
        segment.set(ValueLayout.JAVA_BYTE, index, value);
    }

    @Override
    protected void shortAt(final int index, final short value) {
        segment.set(SHORT, index, value);
    }

    @Override
    protected void intAt(final int index, final int value) {
        segment.set(INT, index, value);
    }

    @Override
    protected void longAt(final int index, final long value) {
        segment.set(LONG, index, value);
    }

    @Override
    protected void copyFrom(
        final int index, final byte[] source, final int offset, final int length) {
        MemorySegment.copy(source, offset, segment, ValueLayout.JAVA_BYTE, index, length);
    }

    @Override
    protected void copyFrom(
        final int index, final MemorySegment source, final long offset, final int length) {
        MemorySegment.copy(source, offset, segment, index, length);
    }

    @Override
    protected void copyFrom(
        final int index, final DirectBuffer source, final int sourceIndex, final int length) {
        if (source instanceof final ReadableBuffer ours) {
            ours.copyTo(sourceIndex, segment, index, length);
            return;
        }
        final byte[] bytes = source.byteArray();
        if (bytes != null) {
            copyFrom(index, bytes, source.wrapAdjustment() + sourceIndex, length);
            return;
        }
        Content.get(this, index, source, sourceIndex, length);
    }

    @Override
    protected void fill(final int index, final int length, final byte value) {
        segment.asSlice(index, length).fill(value);
    }
}
