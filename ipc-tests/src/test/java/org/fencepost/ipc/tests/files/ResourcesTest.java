package org.fencepost.ipc.tests.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.fencepost.ipc.tests.child.ChildJvm;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Few descriptors, little heap, large files. Children have 64 MiB of heap. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class ResourcesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(100);
    /** Over 4 GiB; more takes the longer run. */
    private static final long LARGE_BYTES = 5_000_000_000L;
    private static final long HEAP_BYTES = 64 << 20;
    private static final int OPERATIONS = 100_000;
    private static final int DESCRIPTORS = 256;

    @TempDir
    Path onDisk;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path inMemory;

    @Test
    void shouldLeakNoDescriptorWhenManyAreOpenedAndFail() {
        try (ChildJvm child = ChildJvm.startWithDescriptorLimit(DESCRIPTORS, DescriptorLoop.class,
            inMemory.toString(), String.valueOf(OPERATIONS))) {
            final String[] counts = child.awaitLine("descriptors", PATIENCE).split(" ");
            assertEquals(counts[0], counts[1], child.describe("leaked descriptors"));
            child.awaitSuccess(PATIENCE);
        }
    }

    @Test
    void shouldWriteAndReadJsonLinesThatAreLargerThanTheHeap() throws IOException {
        final Path file = inMemory.resolve("lines");
        final long lines = 150_000;
        try (ChildJvm child = ChildJvm.start(
            JsonLinesLoop.class, file.toString(), String.valueOf(lines))) {
            assertEquals(lines + " " + lines * (lines - 1) / 2, child.awaitLine("read", PATIENCE));
            child.awaitSuccess(PATIENCE);
        }
        assertTrue(Files.size(file) > 2 * HEAP_BYTES);
    }

    @Test
    void shouldReadAndChangeAFileThatIsMuchLargerThanTheHeap() throws IOException {
        new LargeFileRun(onDisk, LARGE_BYTES).run(PATIENCE);
    }
}
