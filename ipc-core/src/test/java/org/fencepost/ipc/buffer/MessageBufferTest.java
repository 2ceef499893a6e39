package org.fencepost.ipc.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import org.fencepost.ipc.memory.AddressMemory;
import org.fencepost.ipc.memory.ReadOnlyView;
import org.junit.jupiter.api.Test;

class MessageBufferTest {
    private static final int[] BAD_INDEXES = {
        -1, -8, Integer.MIN_VALUE, 9, 16, Integer.MAX_VALUE, Integer.MAX_VALUE - 7
    };

    @Test
    void shouldNeedNoFlagWhenTestsOfThisModuleRun() {
        for (final String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            assertFalse(argument.startsWith("--add-"), argument);
            assertFalse(argument.startsWith("--enable-native"), argument);
        }
    }

    @Test
    void shouldStoreLittleEndianWhenNoOrderIsGiven() {
        final byte[] bytes = new byte[8];
        MessageBuffer.of(bytes).putLong(0, 0x0102030405060708L);
        assertEquals(8, bytes[0]);
        assertEquals(1, bytes[7]);
        assertEquals(
            0x0807060504030201L, MessageBuffer.of(bytes).getLong(0, ByteOrder.BIG_ENDIAN));
    }

    @Test
    void shouldShowTheWrappedArrayWhenAPartIsWrapped() {
        final byte[] bytes = new byte[32];
        final MessageBuffer buffer = MessageBuffer.of(bytes, 5, 20);
        buffer.putByte(2, (byte) 42);
        assertEquals(42, bytes[7]);
        assertSame(bytes, buffer.byteArray());
        assertEquals(5, buffer.wrapAdjustment());
        assertEquals(20, buffer.capacity());
        assertNull(buffer.byteBuffer());
        // Nobody can use the address of an array in a JVM without the flag; asking is harmless.
        assertEquals(5, buffer.addressOffset());
        assertEquals(42, buffer.segment().get(java.lang.foreign.ValueLayout.JAVA_BYTE, 2));
        assertThrows(IndexOutOfBoundsException.class, () -> MessageBuffer.of(bytes, 30, 3));
    }

    @Test
    void shouldIgnorePositionAndLimitWhenAByteBufferIsWrapped() {
        final ByteBuffer heap = ByteBuffer.allocate(40).slice(8, 24).position(3).limit(5);
        final MessageBuffer buffer = MessageBuffer.of(heap);
        buffer.putByte(23, (byte) 7);
        assertEquals(24, buffer.capacity());
        assertEquals(7, heap.array()[31]);
        assertEquals(8, buffer.wrapAdjustment());
        assertSame(heap, buffer.byteBuffer());
        assertEquals(3, heap.position());

        final ByteBuffer direct = ByteBuffer.allocateDirect(40).slice(8, 24).position(3).limit(5);
        buffer.wrap(direct, 4, 10);
        buffer.putByte(9, (byte) 9);
        assertEquals(9, direct.duplicate().clear().get(13));
        assertEquals(4, buffer.wrapAdjustment());
        assertNull(buffer.byteArray());
        assertNotEquals(0, buffer.addressOffset());
    }

    @Test
    void shouldWrapASegmentWhenItIsNativeOrBytes() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment segment = arena.allocate(16);
            final MessageBuffer buffer = MessageBuffer.of(segment);
            assertEquals(segment.address(), buffer.addressOffset());
            assertNull(buffer.byteArray());
        }
        final byte[] bytes = new byte[16];
        final MessageBuffer part = MessageBuffer.of(MemorySegment.ofArray(bytes).asSlice(4, 8));
        assertSame(bytes, part.byteArray());
        assertEquals(4, part.wrapAdjustment());
        assertThrows(IllegalArgumentException.class,
            () -> MessageBuffer.of(MemorySegment.ofArray(new long[2])));
        assertThrows(IllegalArgumentException.class,
            () -> MessageBuffer.of(MemorySegment.NULL.reinterpret(1L << 31)));
    }

    @Test
    void shouldThrowWhenTheArenaIsClosed() {
        final MessageBuffer buffer;
        try (Arena arena = Arena.ofConfined()) {
            buffer = MessageBuffer.of(arena.allocate(16));
            buffer.putInt(0, 1);
        }
        assertThrows(IllegalStateException.class, () -> buffer.getInt(0));
        assertThrows(IllegalStateException.class,
            () -> MessageBuffer.allocate(16).putBytes(0, buffer, 0, 16));
    }

    @Test
    void shouldMoveWhenItIsWrappedAgain() {
        final MessageBuffer first = MessageBuffer.of(new byte[32], 4, 20);
        final MessageBuffer buffer = MessageBuffer.allocate(0);
        buffer.wrap(first, 3, 8);
        buffer.putLong(0, 99);
        assertEquals(99, first.getLong(3));
        assertEquals(7, buffer.wrapAdjustment());
        buffer.wrap(first);
        assertEquals(20, buffer.capacity());
        assertEquals(first, buffer);
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.wrap(first, 15, 6));
        assertThrows(UnsupportedOperationException.class, () -> buffer.wrap(4096L, 8));
        assertThrows(UnsupportedOperationException.class,
            () -> buffer.wrap(new ReadOnlyView(new AddressMemory())));
        assertEquals(20, buffer.capacity());
    }

    @Test
    void shouldReadAndRefuseWritesWhenTheMemoryIsReadOnly() {
        final byte[] bytes = {1, 2, 3, 4, 5, 6, 7, 8};
        final MessageBuffer[] buffers = {
            MessageBuffer.of(ByteBuffer.wrap(bytes).asReadOnlyBuffer()),
            MessageBuffer.of(ByteBuffer.allocateDirect(8).put(bytes).asReadOnlyBuffer()),
            MessageBuffer.of(MemorySegment.ofArray(bytes).asReadOnly())
        };
        for (final MessageBuffer buffer : buffers) {
            assertTrue(buffer.isReadOnly());
            assertEquals(0x0807060504030201L, buffer.getLong(0));
            assertNull(buffer.byteArray());
            assertThrows(UnsupportedOperationException.class, () -> buffer.putByte(0, (byte) 0));
            assertThrows(UnsupportedOperationException.class,
                () -> buffer.setMemory(0, 8, (byte) 0));
            assertThrows(UnsupportedOperationException.class,
                () -> buffer.putBytes(0, MessageBuffer.allocate(8), 0, 8));
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.putByte(8, (byte) 0));
            assertEquals(0x0807060504030201L, buffer.getLong(0));
        }
        assertThrows(UnsupportedOperationException.class, buffers[0]::addressOffset);
        buffers[0].wrap(new byte[8]);
        buffers[0].putByte(0, (byte) 1);
        assertThrows(ReadOnlyBufferException.class,
            () -> buffers[0].getBytes(0, ByteBuffer.allocate(8).asReadOnlyBuffer(), 0, 8));
    }

    @Test
    void shouldSayWhatWasAskedWhenARangeIsRefused() {
        final MessageBuffer buffer = MessageBuffer.allocate(16);
        for (final int index : BAD_INDEXES) {
            final IndexOutOfBoundsException e =
                assertThrows(IndexOutOfBoundsException.class, () -> buffer.getLong(index));
            assertEquals("index=" + index + " length=8 capacity=16", e.getMessage());
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.putLong(index, 1));
        }
        final byte[] bytes = new byte[4];
        for (final int length : new int[] {-1, Integer.MIN_VALUE, 17, Integer.MAX_VALUE}) {
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.boundsCheck(0, length));
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.checkLimit(length));
            assertThrows(IndexOutOfBoundsException.class,
                () -> buffer.getBytes(0, bytes, 0, length));
            assertThrows(IndexOutOfBoundsException.class,
                () -> buffer.setMemory(0, length, (byte) 1));
            assertThrows(IndexOutOfBoundsException.class,
                () -> buffer.getStringAscii(0, length, new StringBuilder()));
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.getStringUtf8(0, length));
        }
        assertThrows(IndexOutOfBoundsException.class, () -> buffer.getStringAscii(-4, 2));
        assertThrows(IndexOutOfBoundsException.class,
            () -> buffer.putNaturalIntAsciiFromEnd(12, Integer.MIN_VALUE));
        buffer.boundsCheck(16, 0);
        buffer.checkLimit(16);
        assertEquals(MessageBuffer.allocate(16), buffer);
    }

    @Test
    void shouldNotTrustAPrefixWhenItComesFromTheBytes() {
        final MessageBuffer buffer = MessageBuffer.allocate(16);
        for (final int length : new int[] {-1, 13, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            buffer.putInt(0, length);
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.getStringAscii(0));
            assertThrows(IndexOutOfBoundsException.class, () -> buffer.getStringUtf8(0));
        }
    }

    @Test
    void shouldRefuseNegativeNumbersWhenNaturalOnesAreAsked() {
        final MessageBuffer buffer = MessageBuffer.allocate(24);
        assertThrows(NumberFormatException.class, () -> buffer.putNaturalIntAscii(0, -1));
        assertThrows(NumberFormatException.class, () -> buffer.putNaturalLongAscii(0, -1));
        assertThrows(NumberFormatException.class, () -> buffer.putNaturalPaddedIntAscii(0, 4, -1));
        assertThrows(NumberFormatException.class, () -> buffer.putNaturalIntAsciiFromEnd(-1, 9));
    }

    @Test
    void shouldReadBackExtremesWhenWrittenAsText() {
        final MessageBuffer buffer = MessageBuffer.allocate(24);
        for (final long value : new long[] {
            Long.MIN_VALUE, Long.MIN_VALUE + 1, -10, -1, 0, 9, 10, Long.MAX_VALUE}) {
            final int length = buffer.putLongAscii(1, value);
            assertEquals(Long.toString(value), buffer.getStringWithoutLengthAscii(1, length));
            assertEquals(value, buffer.parseLongAscii(1, length));
        }
        for (final int value : new int[] {
            Integer.MIN_VALUE, -Integer.MAX_VALUE, -1, 0, 99, Integer.MAX_VALUE}) {
            assertEquals(value, buffer.parseIntAscii(1, buffer.putIntAscii(1, value)));
        }
        for (final String text : new String[] {
            "2147483648", "-2147483649", "9999999999", "00000000001", "", "-", "+1", "1-", "1 "}) {
            final int length = buffer.putStringWithoutLengthAscii(0, text);
            assertThrows(NumberFormatException.class, () -> buffer.parseIntAscii(0, length), text);
        }
        for (final String text : new String[] {
            "9223372036854775808", "-9223372036854775809", "9999999999999999999"}) {
            final int length = buffer.putStringWithoutLengthAscii(0, text);
            assertThrows(NumberFormatException.class, () -> buffer.parseLongAscii(0, length), text);
        }
    }

    @Test
    void shouldReportTheCauseWhenAppendingFails() {
        final MessageBuffer buffer = MessageBuffer.allocate(8);
        final IOException cause = new IOException("full");
        final Appendable full = new Appendable() {
            @Override
            public Appendable append(final CharSequence text) throws IOException {
                throw cause;
            }

            @Override
            public Appendable append(final CharSequence text, final int start, final int end)
                throws IOException {
                throw cause;
            }

            @Override
            public Appendable append(final char c) throws IOException {
                throw cause;
            }
        };
        assertSame(cause, assertThrows(UncheckedIOException.class,
            () -> buffer.getStringWithoutLengthAscii(0, 1, full)).getCause());
    }

    @Test
    void shouldCopyOverlappingRangesWhenSourceIsTheBufferItself() {
        final byte[] bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
        final MessageBuffer buffer = MessageBuffer.of(bytes);
        buffer.putBytes(2, buffer, 0, 8);
        assertEquals(MessageBuffer.of(new byte[] {1, 2, 1, 2, 3, 4, 5, 6, 7, 8}), buffer);
        buffer.getBytes(2, buffer, 0, 8);
        assertEquals(MessageBuffer.of(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 7, 8}), buffer);
    }
}
