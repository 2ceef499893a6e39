package org.fencepost.ipc.os;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.fencepost.ipc.memory.SharedMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What SharedMemory promises, on a mapped file, whose bytes are the witness. */
@ParameterizedClass
@MethodSource("org.fencepost.ipc.os.Platforms#all")
class PlatformMemoryTest {
    private static final int BYTES = 4096;
    private static final int DISK_BYTES = 4 << 20;
    private static final long PATTERN = 0x8877_6655_4433_2211L;

    @Parameter
    Platform platform;

    @TempDir
    Path directory;

    private SharedMemory memory;
    private Path file;
    private Window window;
    private long base;

    @BeforeEach
    void map() throws IOException {
        memory = platform.memory();
        file = Files.write(directory.resolve("bytes"), new byte[2 * BYTES]);
        window = platform.reserve(BYTES, 2);
        window.map(1, file, 0, true, false);
        window.map(0, file, BYTES, true, false);
        base = window.address(1);
    }

    @AfterEach
    void unmap() {
        window.close();
    }

    private ByteBuffer bytes() throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Interpreted and by each compiler, none of which has it done by the same code. */
    @ParameterizedTest
    @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:TieredStopAtLevel=4"})
    void shouldRaiseAnErrorWhenTheWordToExchangeIsNotInTheFileAnyMore(final String option)
        throws Exception {
        for (final long before : new long[] {0, 20_000}) {
            Files.write(file, new byte[2 * BYTES]);
            try (ChildJvm child = ChildJvm.start(
                List.of("--enable-native-access=ALL-UNNAMED", option), MissingPage.class,
                platform.name(), file, before)) {
                final String output = child.rest();
                assertTrue(output.endsWith("survived"), output);
            }
        }
    }

    /** As all of a file system that has shut itself down is, and on a full disk what is shared with a copy. */
    @Test
    void shouldRaiseAnErrorWhenThePageOfAWordCanBeReadAndNotBeWritten() throws Exception {
        final Path image = directory.resolve("image");
        try (RandomAccessFile disk = new RandomAccessFile(image.toFile(), "rw")) {
            disk.setLength(DISK_BYTES);
        }
        assumeTrue(run("mkfs.ext4", "-q", image.toString()), "needs mkfs.ext4");
        final Path full = Files.createDirectory(directory.resolve("full"));
        assumeTrue(run("mount", "-o", "loop", image.toString(), full.toString()), "needs the right to mount");
        try {
            final Path hole = full.resolve("hole");
            try (RandomAccessFile page = new RandomAccessFile(hole.toFile(), "rw")) {
                page.setLength(BYTES);
            }
            fill(full.resolve("ballast"));
            for (final String option : List.of("-Xint", "-XX:TieredStopAtLevel=1", "-XX:TieredStopAtLevel=4")) {
                for (final long before : new long[] {0, 20_000}) {
                    Files.write(file, new byte[2 * BYTES]);
                    try (ChildJvm child = ChildJvm.start(
                        List.of("--enable-native-access=ALL-UNNAMED", option), ReadablePage.class,
                        platform.name(), hole, before, file)) {
                        final String output = child.rest();
                        assertTrue(output.endsWith("survived"), output);
                    }
                }
            }
        } finally {
            assertTrue(run("umount", full.toString()));
        }
    }

    /** Takes what is left of a disk, block by block. */
    private static void fill(final Path ballast) throws IOException {
        final byte[] block = new byte[BYTES];
        try (OutputStream stream = Files.newOutputStream(ballast)) {
            for (int i = 0; i < DISK_BYTES / BYTES; i++) {
                stream.write(block);
            }
        } catch (final IOException expected) {
            return;
        }
        throw new AssertionError("should be full");
    }

    private static boolean run(final String... command) throws Exception {
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor() == 0;
    }

    @Test
    void shouldSyncAPartOfASlotAndAskNothingOfAClosedOne() {
        memory.putLong(base + 16, PATTERN);
        assertEquals(0, platform.sync(base, 24));
        window.close();
        assertEquals(0, platform.sync(base, 24));
    }

    @Test
    void shouldSayWithWhichErrorASyncHasFailed() {
        assumeTrue(platform.scheme() == LivenessScheme.OFD, "the JDK has no number of it");
        assertEquals(22, platform.sync(base + 1, 1), "EINVAL: no page begins there");
    }

    @Test
    void shouldStoreLittleEndianAtAnyAlignmentWhenPlain() throws IOException {
        memory.putLong(base + 1, PATTERN);
        memory.putInt(base + 17, (int) PATTERN);
        memory.putShort(base + 33, (short) PATTERN);
        memory.putByte(base + 49, (byte) PATTERN);
        final byte[] stored = bytes().array();
        assertArrayEquals(new byte[] {0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, (byte) 0x88, 0},
            Arrays.copyOfRange(stored, 0, 10));
        assertArrayEquals(new byte[] {0, 0x11, 0x22, 0x33, 0x44, 0},
            Arrays.copyOfRange(stored, 16, 22));
        assertArrayEquals(new byte[] {0, 0x11, 0x22, 0}, Arrays.copyOfRange(stored, 32, 36));
        assertArrayEquals(new byte[] {0, 0x11, 0}, Arrays.copyOfRange(stored, 48, 51));
        assertEquals(PATTERN, memory.getLong(base + 1));
        assertEquals((int) PATTERN, memory.getInt(base + 17));
        assertEquals((short) PATTERN, memory.getShort(base + 33));
        assertEquals((byte) PATTERN, memory.getByte(base + 49));
        assertEquals((byte) 0x88, memory.getByte(base + 8), "bytes are signed");
    }

    @Test
    void shouldStoreLittleEndianWhenOrdered() throws IOException {
        memory.putLongOpaque(base + 8, PATTERN);
        memory.putLongRelease(base + BYTES - 8, ~PATTERN);
        memory.fullFence();
        memory.storeStoreFence();
        memory.acquireFence();
        assertEquals(PATTERN, bytes().getLong(8));
        assertEquals(~PATTERN, bytes().getLong(BYTES - 8));
        assertEquals(PATTERN, memory.getLongOpaque(base + 8));
        assertEquals(~PATTERN, memory.getLongAcquire(base + BYTES - 8));
    }

    @Test
    void shouldExchangeOnlyWhenWordIsAsExpected() throws IOException {
        memory.putLong(base + 16, 5);
        assertEquals(5, memory.compareAndExchangeLong(base + 16, 4, 6));
        assertEquals(5, bytes().getLong(16));
        assertEquals(5, memory.compareAndExchangeLong(base + 16, 5, PATTERN));
        assertEquals(PATTERN, bytes().getLong(16));
    }

    @Test
    void shouldCopyOnlyTheRangeWhenCopying() throws IOException {
        final byte[] source = new byte[100];
        for (int i = 0; i < source.length; i++) {
            source[i] = (byte) (i + 1);
        }
        memory.copyFrom(base + 3, source, 10, 20);
        memory.copyFrom(base + 103, MemorySegment.ofArray(source), 10, 20);
        final byte[] expected = new byte[22];
        System.arraycopy(source, 10, expected, 1, 20);
        final byte[] stored = bytes().array();
        assertArrayEquals(expected, Arrays.copyOfRange(stored, 2, 24));
        assertArrayEquals(expected, Arrays.copyOfRange(stored, 102, 124));

        final byte[] target = new byte[22];
        memory.copyTo(base + 3, target, 1, 20);
        assertArrayEquals(expected, target);
        Arrays.fill(target, (byte) 0);
        memory.copyTo(base + 103, MemorySegment.ofArray(target), 1, 20);
        assertArrayEquals(expected, target);
    }

    @Test
    void shouldCopyAsIfThroughABufferWhenRangesOverlap() throws IOException {
        for (int i = 0; i < 64; i++) {
            memory.putByte(base + i, (byte) i);
            memory.putByte(base + 128 + i, (byte) i);
        }
        memory.copy(base, base + 5, 50);
        memory.copy(base + 128 + 5, base + 128, 50);
        memory.copy(base + 5, window.address(0), 50);
        final byte[] stored = bytes().array();
        for (int i = 0; i < 50; i++) {
            assertEquals(i, stored[5 + i], "upwards");
            assertEquals(i + 5, stored[128 + i], "downwards");
            assertEquals(i, stored[BYTES + i], "to another slot");
        }
    }

    @Test
    void shouldFillOnlyTheRangeWhenFilling() throws IOException {
        memory.fill(base + 1, 13, (byte) -3);
        final byte[] stored = bytes().array();
        assertEquals(0, stored[0]);
        for (int i = 1; i < 14; i++) {
            assertEquals(-3, stored[i]);
        }
        assertEquals(0, stored[14]);
    }
}
