package org.fencepost.ipc.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.fencepost.ipc.buffer.MessageBuffer;
import org.fencepost.ipc.buffer.ReadableBuffer;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ViewTest {
    private static final int MAPPED = 4096;

    @TempDir
    private Path directory;
    private Arena arena;
    private MemorySegment mapped;
    private final SharedMemory memory = new AddressMemory();
    private final WritableView writable = new WritableView(memory);
    private final ReadOnlyView view = new ReadOnlyView(memory);
    private static long sink;

    @BeforeEach
    void map() throws IOException {
        arena = Arena.ofConfined();
        try (FileChannel file = FileChannel.open(directory.resolve("segment"),
            StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            mapped = file.map(FileChannel.MapMode.READ_WRITE, 0, MAPPED, arena);
        }
    }

    @AfterEach
    void unmap() {
        arena.close();
    }

    @Test
    void shouldSeeTheSameBytesWhenBothViewsLieOverTheMapping() {
        writable.set(mapped.address() + 100, 64);
        view.set(mapped.address() + 108, 56);
        writable.putLong(9, 0x1122334455667788L);
        assertEquals(0x1122334455667788L, view.getLong(1));
        assertEquals(0x1122334455667788L, mapped.get(
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 109));
        assertEquals(mapped.address() + 100, writable.addressOffset());
        assertEquals(mapped.address() + 108, view.addressOffset());
        assertNull(view.byteArray());
        assertNull(view.byteBuffer());
        assertEquals(0, view.wrapAdjustment());
        assertFalse(writable.isExpandable());
    }

    @Test
    void shouldSayWhatToDoWhenItHasNoAddress() {
        final SharedMemory portable = Platform.portable().memory();
        for (final ReadableBuffer buffer : List.of(new ReadOnlyView(portable), new WritableView(portable))) {
            final String message =
                assertThrows(UnsupportedOperationException.class, buffer::addressOffset).getMessage();
            assertTrue(message.contains("copy the bytes, or allow this process native access"), message);
        }
    }

    @Test
    void shouldHaveNoWritingMethodsWhenReadOnly() {
        final Object readOnly = view;
        assertFalse(readOnly instanceof MutableDirectBuffer);
    }

    @Test
    void shouldReadPagesMappedReadOnlyWhenTheViewLiesOverThem() throws IOException {
        mapped.set(ValueLayout.JAVA_BYTE, 5, (byte) 77);
        try (Arena other = Arena.ofConfined();
            FileChannel file = FileChannel.open(directory.resolve("segment"))) {
            final MemorySegment pages = file.map(FileChannel.MapMode.READ_ONLY, 0, MAPPED, other);
            view.set(pages.address(), MAPPED);
            assertEquals(77, view.getByte(5));
            final MessageBuffer copy = MessageBuffer.allocate(MAPPED);
            view.getBytes(0, copy, 0, MAPPED);
            assertEquals(view, copy);
            assertEquals(view.hashCode(), copy.hashCode());
            view.hide();
        }
    }

    @Test
    void shouldThrowWhenCleared() {
        writable.set(mapped.address(), 64);
        view.set(mapped.address(), 64);
        writable.hide();
        view.hide();
        for (final ReadableBuffer cleared : List.of(view, writable)) {
            assertEquals(0, cleared.capacity());
            assertEquals(0, cleared.addressOffset());
            assertThrows(IndexOutOfBoundsException.class, () -> cleared.getByte(0));
            assertThrows(IndexOutOfBoundsException.class, () -> cleared.getLong(0));
            assertThrows(IndexOutOfBoundsException.class, () -> cleared.getStringUtf8(0));
            assertThrows(IndexOutOfBoundsException.class,
                () -> MessageBuffer.allocate(8).putBytes(0, cleared, 0, 1));
            assertThrows(IndexOutOfBoundsException.class,
                () -> Copying.copyIn(memory, mapped.address(), cleared, 0, 1));
            assertThrows(
                IndexOutOfBoundsException.class, () -> cleared.getBytes(0, new byte[0]));
        }
        assertThrows(IndexOutOfBoundsException.class, () -> writable.putByte(0, (byte) 1));
        assertThrows(IndexOutOfBoundsException.class, () -> writable.setMemory(0, 1, (byte) 1));
        assertThrows(IllegalArgumentException.class, () -> view.set(mapped.address(), -1));
    }

    @Test
    void shouldNotReachBeyondItsCapacityWhenAskedForExtremes() {
        writable.set(mapped.address() + 64, 64);
        for (final int index : new int[] {
            -1, -8, 57, 64, Integer.MAX_VALUE, Integer.MAX_VALUE - 7, Integer.MIN_VALUE}) {
            assertThrows(IndexOutOfBoundsException.class, () -> writable.getLong(index));
            assertThrows(IndexOutOfBoundsException.class, () -> writable.putLong(index, -1));
            assertThrows(IndexOutOfBoundsException.class,
                () -> writable.putBytes(index, new byte[8]));
            assertThrows(IndexOutOfBoundsException.class,
                () -> writable.putStringUtf8(index, "text5678"));
        }
        writable.putLong(56, -1);
        assertEquals(0, mapped.get(ValueLayout.JAVA_LONG, 56));
        assertEquals(0, mapped.get(ValueLayout.JAVA_LONG, 128));
    }

    @Test
    void shouldRefuseToWrapWhenItShowsAChannel() {
        for (final DirectBuffer flyweight : List.of(view, writable)) {
            final byte[] bytes = new byte[8];
            final ByteBuffer byteBuffer = ByteBuffer.wrap(bytes);
            final MessageBuffer buffer = MessageBuffer.of(bytes);
            final List<Runnable> wraps = List.of(
                () -> flyweight.wrap(bytes), () -> flyweight.wrap(bytes, 0, 8),
                () -> flyweight.wrap(byteBuffer), () -> flyweight.wrap(byteBuffer, 0, 8),
                () -> flyweight.wrap(buffer), () -> flyweight.wrap(buffer, 0, 8),
                () -> flyweight.wrap(0L, 8));
            for (final Runnable wrap : wraps) {
                assertThrows(UnsupportedOperationException.class, wrap::run);
            }
        }
    }

    @Test
    void shouldCopyInFromEveryKindWhenLengthsAreOdd() {
        final byte[] bytes = new byte[64];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 7 + 1);
        }
        view.set(mapped.address() + 1024, 64);
        mapped.asSlice(1024, 64).copyFrom(MemorySegment.ofArray(bytes));
        final WritableView other = new WritableView(memory);
        other.set(mapped.address() + 1024, 64);
        final ReadOnlyView elsewhere = new ReadOnlyView(new AddressMemory());
        elsewhere.set(mapped.address() + 1024, 64);
        final byte[] wide = new byte[80];
        System.arraycopy(bytes, 0, wide, 9, 64);
        final ByteBuffer direct = ByteBuffer.allocateDirect(80).put(wide).slice(9, 64);
        final List<DirectBuffer> sources = List.of(
            view, other, elsewhere, MessageBuffer.of(bytes), MessageBuffer.of(wide, 9, 64),
            MessageBuffer.of(direct), MessageBuffer.of(mapped.asSlice(1024, 64)),
            interfaceOnly(MessageBuffer.of(bytes), null, 0),
            interfaceOnly(MessageBuffer.of(bytes), wide, 9));
        for (final DirectBuffer source : sources) {
            for (int length = 0; length <= 33; length++) {
                mapped.asSlice(0, 512).fill((byte) 0);
                Copying.copyIn(memory, mapped.address() + 131, source, 3, length);
                final byte[] expected = new byte[128];
                System.arraycopy(bytes, 3, expected, 3, length);
                assertArrayEquals(expected,
                    mapped.asSlice(128, 128).toArray(ValueLayout.JAVA_BYTE), "" + source);
            }
            assertThrows(IndexOutOfBoundsException.class,
                () -> Copying.copyIn(memory, mapped.address(), source, 60, 5));
            assertThrows(IndexOutOfBoundsException.class,
                () -> Copying.copyIn(memory, mapped.address(), source, 0, -1));
        }
    }

    @Test
    void shouldRefuseALyingSourceWhenItsArrayIsTooShort() {
        final DirectBuffer liar = interfaceOnly(MessageBuffer.allocate(64), new byte[10], 0);
        assertThrows(IndexOutOfBoundsException.class,
            () -> Copying.copyIn(memory, mapped.address(), liar, 0, 64));
        assertThrows(IndexOutOfBoundsException.class,
            () -> MessageBuffer.allocate(64).putBytes(0, liar, 0, 64));
    }

    @Test
    void shouldAllocateNothingWhenWarm() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        assertTrue(threads.isThreadAllocatedMemorySupported());
        final long thread = Thread.currentThread().threadId();
        final byte[] bytes = new byte[64];
        final MessageBuffer own = MessageBuffer.of(new byte[64]);
        final MessageBuffer outside = MessageBuffer.of(arena.allocate(64));
        for (int i = 0; i < 30_000; i++) {
            work(i, bytes, own, outside);
        }
        final long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < 100_000; i++) {
            work(i, bytes, own, outside);
        }
        final long allocated = threads.getThreadAllocatedBytes(thread) - before;
        // The measurement itself and a last compilation may allocate, but not once in a round.
        assertTrue(allocated < 10_000, () -> allocated + " bytes in 100000 rounds");
    }

    private void work(
        final int i, final byte[] bytes, final MessageBuffer own, final MessageBuffer outside) {
        writable.set(mapped.address() + 128 + (i & 63), 64);
        view.set(mapped.address() + 128 + (i & 63), 64);
        writable.putLong(0, i);
        writable.putInt(8, i, ByteOrder.BIG_ENDIAN);
        writable.putDouble(12, i);
        writable.putBytes(20, bytes, 0, 24);
        writable.putBytes(20, own, 0, 24);
        writable.putBytes(20, outside, 0, 24);
        writable.setMemory(44, 8, (byte) i);
        writable.putStringWithoutLengthAscii(52, "fixed");
        writable.putLongAscii(44, i);
        view.getBytes(0, bytes, 0, 64);
        view.getBytes(0, own, 0, 64);
        sink += view.getLong(0) + view.getInt(8) + (long) view.getDouble(12) + view.getByte(30)
            + view.parseNaturalIntAscii(44, 1);
        view.hide();
        writable.hide();
    }

    /** A buffer of nobody we know: all calls go to another one, the array is made up. */
    private static DirectBuffer interfaceOnly(
        final DirectBuffer buffer, final byte[] array, final int adjustment) {
        return (DirectBuffer) Proxy.newProxyInstance(
            DirectBuffer.class.getClassLoader(), new Class<?>[] {DirectBuffer.class},
            (proxy, method, arguments) -> switch (method.getName()) {
                case "byteArray" -> array;
                case "byteBuffer" -> null;
                case "wrapAdjustment" -> adjustment;
                case "addressOffset" -> throw new AssertionError("an address is not believed");
                default -> {
                    try {
                        yield method.invoke(buffer, arguments);
                    } catch (final java.lang.reflect.InvocationTargetException e) {
                        throw e.getCause();
                    }
                }
            });
    }
}
