package org.fencepost.ipc.tests.allocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.fencepost.ipc.tests.child.ChildJvm;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** A million messages, published and polled in every way, allocate nothing. */
@Timeout(value = 90, threadMode = ThreadMode.SEPARATE_THREAD)
class AllocationTest {
    private static final int SCENARIOS = 16;

    /**
     * Bytes of a whole scenario that are not the messages'. Code that is thrown back to the
     * interpreter in the middle of a million messages boxes and builds what the compiler had
     * removed, for one call or a few; one object a message would be 16,000,000.
     */
    private static final long TOLERATED_BYTES = 16 * 1024;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    @Test
    void shouldAllocateNothingWhenWarm() {
        final Map<String, Long> allocated = new TreeMap<>();
        try (ChildJvm child = ChildJvm.start(AllocationProbe.class, temporary.toString())) {
            for (int i = 0; i < SCENARIOS; i++) {
                final String[] line =
                    child.awaitLine("SCENARIO", Duration.ofSeconds(40)).split(" ", 2);
                allocated.put(line[1], Long.parseLong(line[0]));
            }
            child.awaitLine("DONE", Duration.ofSeconds(10));
            child.awaitSuccess(Duration.ofSeconds(10));
        }
        assertEquals(SCENARIOS, allocated.size());
        assertTrue(
            allocated.values().stream().allMatch(bytes -> bytes <= TOLERATED_BYTES),
            "bytes that a million messages allocated: " + allocated);
    }
}
