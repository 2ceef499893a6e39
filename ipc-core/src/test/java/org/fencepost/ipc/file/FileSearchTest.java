package org.fencepost.ipc.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSearchTest {
    private static final int WINDOW = 4096;

    @TempDir
    Path directory;

    private Path file(final byte[] content) throws IOException {
        return Files.write(directory.resolve("data"), content);
    }

    private static byte[] bytes(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<Long> found(final Path file, final byte[] pattern, final long from) {
        final List<Long> found = new ArrayList<>();
        FileSearch.of(file).windowBytes(WINDOW).forEach(pattern, from, found::add);
        return found;
    }

    /** The same by the simplest means. */
    private static List<Long> expected(
        final byte[] content, final byte[] pattern, final int from) {
        final List<Long> expected = new ArrayList<>();
        for (int i = from; i + pattern.length <= content.length; i++) {
            int equal = 0;
            while (equal < pattern.length && content[i + equal] == pattern[equal]) {
                equal++;
            }
            if (equal == pattern.length) {
                expected.add((long) i);
                i += pattern.length - 1;
            }
        }
        return expected;
    }

    @Test
    void shouldFindWhatASimpleSearchFindsWhenContentIsRandom() throws IOException {
        final long seed = Long.getLong("seed", System.nanoTime());
        final Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            final byte[] content = new byte[random.nextInt(3 * WINDOW)];
            for (int i = 0; i < content.length; i++) {
                content[i] = (byte) (random.nextInt(3) - 1);
            }
            final byte[] pattern = new byte[1 + random.nextInt(round % 2 == 0 ? 6 : 40)];
            for (int i = 0; i < pattern.length; i++) {
                pattern[i] = (byte) (random.nextInt(round % 3 == 0 ? 3 : 1) - 1);
            }
            final int from = random.nextInt(20);
            assertEquals(expected(content, pattern, from), found(file(content), pattern, from),
                "seed " + seed + ", round " + round);
        }
    }

    @Test
    void shouldFindAMatchWhereverItCrossesTheBorderOfAWindow() throws IOException {
        final byte[] pattern = bytes("needle-in-a-haystack");
        for (int place = WINDOW - 30; place < WINDOW + 30; place++) {
            final byte[] content = new byte[2 * WINDOW];
            System.arraycopy(pattern, 0, content, place, pattern.length);
            final Path file = file(content);
            assertEquals(List.of((long) place), found(file, pattern, 0));
            assertEquals(place, FileSearch.of(file).indexOf(pattern, 0));
            assertEquals(-1, FileSearch.of(file).indexOf(pattern, place + 1));
        }
    }

    @Test
    void shouldFindPatternsThatAreLongerThanAWindow() throws IOException {
        final byte[] pattern = new byte[3 * WINDOW];
        new Random(1).nextBytes(pattern);
        final byte[] content = new byte[10 * WINDOW];
        System.arraycopy(pattern, 0, content, 5000, pattern.length);
        assertEquals(List.of(5000L), found(file(content), pattern, 0));
    }

    @Test
    void shouldFindNothingWhenThereIsNothing() throws IOException {
        final Path file = file(new byte[0]);
        assertEquals(0, FileSearch.of(file).count(bytes("a")));
        assertEquals(-1, FileSearch.of(file).indexOf(bytes("a"), 100));
        assertEquals(-1, FileSearch.of(file).indexOf(bytes("a"), Long.MAX_VALUE));
        assertThrows(IllegalArgumentException.class, () -> FileSearch.of(file).count(new byte[0]));
        assertThrows(IllegalArgumentException.class,
            () -> FileSearch.of(file).indexOf(bytes("a"), -1));
        assertThrows(FileFailedException.class, () -> FileSearch.of(directory).count(bytes("a")));
        assertThrows(FileFailedException.class,
            () -> FileSearch.of(directory.resolve("missing")).count(bytes("a")));
    }

    @Test
    void shouldFindMatchesBeyondTwoGibibytesWhenTheFileIsSparse() throws IOException {
        final Path file = directory.resolve("sparse");
        final long far = (1L << 31) + (1L << 20) - 3;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.wrap(bytes("needle")), far);
            channel.write(ByteBuffer.wrap(bytes("needle")), far + (1L << 20));
        }
        final List<Long> found = new ArrayList<>();
        FileSearch.of(file).windowBytes(1 << 20)
            .forEach(bytes("needle"), (1L << 31) - 4096, found::add);
        assertEquals(List.of(far, far + (1L << 20)), found);
    }

    @Test
    void shouldStayInterruptedAndFindEverythingWhenTheThreadIsInterrupted() throws IOException {
        final Path file = file(bytes("abc".repeat(5_000)));
        Thread.currentThread().interrupt();
        try {
            assertEquals(5_000, found(file, bytes("abc"), 0).size());
        } finally {
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void shouldSayThatTheFileWasCutWhenItIsCutMeanwhile() throws IOException {
        final Path file = file(new byte[64 * WINDOW]);
        Files.write(file, bytes("abc"), StandardOpenOption.WRITE);
        final FileFailedException failure = assertThrows(FileFailedException.class,
            () -> FileSearch.of(file).forEach(bytes("abc"), 0, position -> cut(file, 10)));
        assertTrue(failure.getMessage().contains("cut to 10 "), failure.getMessage());
    }

    @Test
    void shouldSayThatTheFileWasCutWhenTheNextWindowIsNotThere() throws IOException {
        final Path file = file(new byte[64 * WINDOW]);
        Files.write(file, bytes("abc"), StandardOpenOption.WRITE);
        final FileFailedException failure = assertThrows(FileFailedException.class,
            () -> FileSearch.of(file).windowBytes(WINDOW)
                .forEach(bytes("abc"), 0, position -> cut(file, WINDOW)));
        assertTrue(failure.getMessage().contains("cut to " + WINDOW), failure.getMessage());
    }

    @Test
    void shouldRefuseAFileThatHidesItsContentFromAMapping() {
        final Path hidden = Path.of("/proc/self/status");
        assumeTrue(Files.isReadable(hidden), "needs /proc");
        final FileFailedException failure = assertThrows(FileFailedException.class,
            () -> FileSearch.of(hidden).count(bytes("Name")));
        assertTrue(failure.getMessage().contains("copy it"), failure.getMessage());
    }

    @Test
    void shouldLeaveNoDescriptorOpenWhenTheFileCannotBeRead() throws IOException {
        final Path unreadable = Path.of("/proc/self/mem");
        assumeTrue(Files.isReadable(unreadable), "needs /proc");
        // It says that it is empty, and nothing is mapped where it begins.
        final FileFailedException failure = assertThrows(FileFailedException.class,
            () -> FileSearch.of(unreadable).count(bytes("abc")));
        assertTrue(failure.getMessage().contains("searching failed"), failure.getMessage());
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            assertEquals(List.of(), descriptors.filter(FileSearchTest::isOfMemory).toList());
        }
    }

    private static boolean isOfMemory(final Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).endsWith("mem");
        } catch (final IOException closed) {
            return false;
        }
    }

    private static boolean cut(final Path file, final long bytes) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
            return true;
        } catch (final IOException failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void shouldGoOnInTheSameFileWhenItIsReplacedMeanwhile() throws IOException {
        final Path file = file(bytes("abc ".repeat(5_000)));
        final List<Long> found = new ArrayList<>();
        FileSearch.of(file).windowBytes(WINDOW).forEach(bytes("abc"), 0, position -> {
            if (found.isEmpty()) {
                AtomicFile.of(file).writeText("replaced");
            }
            return found.add(position);
        });
        assertEquals(5_000, found.size());
    }
}
