package org.fencepost.ipc.os;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.memory.SharedMemory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@MethodSource("org.fencepost.ipc.os.Platforms#all")
class WindowTest {
    private static final int SLOT_BYTES = 3 * 4096;

    @Parameter
    Platform platform;

    @TempDir
    Path directory;

    private SharedMemory memory;
    private Path file;

    @BeforeEach
    void create() throws IOException {
        memory = platform.memory();
        file = Files.write(directory.resolve("segmént"), new byte[2 * SLOT_BYTES]);
    }

    private long fileLong(final int offset) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN)
            .getLong(offset);
    }

    @Test
    void shouldSeeStoresOfEachOtherWhenTwoWindowsMapOneFile() throws IOException {
        try (Window one = platform.reserve(SLOT_BYTES, 2);
            Window two = platform.reserve(SLOT_BYTES, 4)) {
            one.map(0, file, 0, true, true);
            one.map(1, file, SLOT_BYTES, true, false);
            two.map(3, file, SLOT_BYTES, true, false);
            two.map(2, file, 0, false, true);
            memory.putLongRelease(one.address(0) + SLOT_BYTES - 8, 41);
            memory.putLongRelease(two.address(3) + 8, 42);
            assertEquals(41, memory.getLongAcquire(two.address(2) + SLOT_BYTES - 8));
            assertEquals(42, memory.getLongAcquire(one.address(1) + 8));
            assertEquals(41, fileLong(SLOT_BYTES - 8));
            assertEquals(42, fileLong(SLOT_BYTES + 8));
        }
    }

    @Test
    void shouldReachNobodyElseWhenASlotsLengthIsUsedFromItsEndOn() throws IOException {
        assumeTrue(platform.scheme() == LivenessScheme.OFD, "the JDK refuses such an access");
        final List<Window> windows = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                windows.add(platform.reserve(SLOT_BYTES, 2));
            }
            for (final Window window : windows) {
                final long end = window.address(1) + SLOT_BYTES;
                memory.putLong(end, 1);
                memory.putLong(end + SLOT_BYTES - 8, 1);
            }
            for (final Window window : windows) {
                for (int offset = 0; offset < 2 * SLOT_BYTES; offset += 8) {
                    assertEquals(0, memory.getLong(window.address(0) + offset));
                }
            }
        } finally {
            windows.forEach(Window::close);
        }
    }

    @Test
    void shouldReplaceWhenSlotIsMappedAgain() throws IOException {
        final Path other = Files.write(directory.resolve("other"), new byte[SLOT_BYTES]);
        try (Window window = platform.reserve(SLOT_BYTES, 1)) {
            window.map(0, file, 0, true, false);
            memory.putLong(window.address(0), 1);
            window.map(0, other, 0, true, false);
            assertEquals(0, memory.getLong(window.address(0)));
            memory.putLong(window.address(0), 2);
            assertEquals(1, fileLong(0));
        }
    }

    @Test
    void shouldKeepMappingWhenNextOneIsRefused() throws IOException {
        try (Window window = platform.reserve(SLOT_BYTES, 1)) {
            window.map(0, file, 0, true, false);
            assertThrows(IOException.class,
                () -> window.map(0, directory.resolve("missing"), 0, true, false));
            memory.putLong(window.address(0), 3);
            assertEquals(3, fileLong(0));
        }
    }

    @Test
    void shouldReadZeroWhenSlotWasNeverMapped() throws IOException {
        try (Window window = platform.reserve(SLOT_BYTES, 2)) {
            assertEquals(0, memory.getLongAcquire(window.address(1)));
        }
    }

    @Test
    void shouldBeHarmlessWhenAddressIsStale() throws Exception {
        try (ChildJvm child = ChildJvm.start(StaleAccess.class, platform.name(), file)) {
            final String output = child.rest();
            assertEquals(0, child.exitCode(), output);
            assertTrue(output.endsWith("survived"), output);
        }
    }

    @Test
    void shouldHoldPrivatelyWhatIsLeftOfABufferAndZerosBehindIt() throws IOException {
        final ByteBuffer content = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
        content.putLong(1).putLong(2).putLong(3).position(8);
        final Window window = platform.reserve(SLOT_BYTES, 2);
        try (window) {
            final long address = window.address(0);
            window.map(0, file, 0, true, false);
            window.map(1, file, SLOT_BYTES, true, false);
            memory.putLong(address + SLOT_BYTES - 8, 5);
            window.hold(0, content);
            assertEquals(8, content.position());
            assertEquals(2, memory.getLong(address));
            assertEquals(3, memory.getLong(address + 8));
            assertEquals(0, memory.getLong(address + 16));
            assertEquals(0, memory.getLong(address + SLOT_BYTES - 8));
            memory.putLong(address, 4);
            memory.putLong(window.address(1), 6);
            assertEquals(0, fileLong(0));
            assertEquals(5, fileLong(SLOT_BYTES - 8));
            assertEquals(6, fileLong(SLOT_BYTES), "the other slot has the file still");
        }
        assertThrows(IOException.class, () -> window.hold(0, content));
    }

    @Test
    void shouldBePrivateInEverySlotOnceItIsClosed() throws IOException {
        final Window window = platform.reserve(SLOT_BYTES, 2);
        window.map(0, file, 0, true, false);
        window.map(1, file, SLOT_BYTES, true, false);
        window.close();
        for (int slot = 0; slot < 2; slot++) {
            for (int offset = 0; offset < SLOT_BYTES; offset += 4096) {
                memory.putLong(window.address(slot) + offset, 1);
            }
        }
        assertArrayEquals(new byte[2 * SLOT_BYTES], Files.readAllBytes(file));
    }

    @Test
    void shouldHaveAddressesOfItsOwnOneSlotAfterTheOther() throws IOException {
        assumeTrue(platform.scheme() == LivenessScheme.OFD, "addresses of the JDK are not the kernel's");
        try (Window one = platform.reserve(SLOT_BYTES, 2); Window two = platform.reserve(SLOT_BYTES, 2)) {
            assertEquals(SLOT_BYTES, one.address(1) - one.address(0));
            assertTrue(Math.abs(one.address(0) - two.address(0)) >= 3 * SLOT_BYTES, "one more behind the last");
        }
        final int large = 2 << 20;
        try (Window window = platform.reserve(large + SLOT_BYTES, 2)) {
            assertEquals(0, window.address(0) % large, "where the pages of a file can be mapped together");
            assertEquals(2 * large, window.address(1) - window.address(0));
        }
    }

    @Test
    void shouldRefuseToMapWhenWindowIsClosed() throws IOException {
        final Window window = platform.reserve(SLOT_BYTES, 2);
        window.close();
        window.close();
        assertThrows(IOException.class, () -> window.map(0, file, 0, true, false));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, SLOT_BYTES, 2 * SLOT_BYTES, 1L << 50})
    void shouldRefuseWhenFileIsTooShort(final long offset) throws IOException {
        final int size = SLOT_BYTES - 1;
        final Path shorter = Files.write(directory.resolve("short"), new byte[size]);
        try (Window window = platform.reserve(SLOT_BYTES, 1)) {
            final String message = assertThrows(IOException.class,
                () -> window.map(0, shorter, offset, true, false)).getMessage();
            assertTrue(message.contains(shorter.toString()), message);
            assertTrue(message.contains("expected at least " + SLOT_BYTES), message);
            assertTrue(message.contains("offset " + offset), message);
            assertTrue(message.contains("found a size of " + size), message);
        }
    }

    @Test
    void shouldRefuseWhenArgumentsAreWrong() throws IOException {
        assertThrows(IllegalArgumentException.class, () -> platform.reserve(0, 1));
        assertThrows(IllegalArgumentException.class, () -> platform.reserve(4097, 1));
        assertThrows(IllegalArgumentException.class, () -> platform.reserve(4096, 0));
        assertThrows(IllegalArgumentException.class, () -> platform.reserve(1L << 40, 2));
        try (Window window = platform.reserve(SLOT_BYTES, 2)) {
            assertThrows(IndexOutOfBoundsException.class, () -> window.address(2));
            assertThrows(IndexOutOfBoundsException.class, () -> window.address(-1));
            assertThrows(IndexOutOfBoundsException.class,
                () -> window.map(2, file, 0, true, false));
            assertThrows(IllegalArgumentException.class,
                () -> window.map(0, file, 100, true, false));
            assertThrows(IllegalArgumentException.class,
                () -> window.map(0, file, -4096, true, false));
        }
    }

    @Test
    void shouldMapWhenThreadIsInterrupted() throws IOException {
        try (Window window = platform.reserve(SLOT_BYTES, 1)) {
            Thread.currentThread().interrupt();
            try {
                window.map(0, file, 0, true, true);
            } finally {
                assertTrue(Thread.interrupted(), "the interruption must not be lost");
            }
            memory.putLong(window.address(0), 8);
            assertEquals(8, fileLong(0));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"replace", "close"})
    void shouldNotCrashWhenMappingsGoUnderRunningThreads(final String what) throws Exception {
        try (ChildJvm child =
            ChildJvm.start(WindowStress.class, platform.name(), directory, what)) {
            final String output = child.rest();
            assertEquals(0, child.exitCode(), output);
            assertTrue(output.endsWith("survived"), output);
            assertFalse(output.contains("Exception"), output);
        }
    }
}
