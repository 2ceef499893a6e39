package org.fencepost.ipc.tests.damage;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.fencepost.ipc.tests.child.ChildJvm;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random bytes in shared memory that is in use: named exceptions or waiting, never a crash, never a
 * read outside. To repeat a failure, run {@link GarbageInside} with the seed that it printed last.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class GarbageInsideTest {
    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    @ParameterizedTest(name = "in {0} with seeds from {1}")
    @CsvSource({"segments, 1000, 400", "words, 5000, 400"})
    void shouldNeverCrashWhenSharedBytesAreGarbage(
        final String where, final String firstSeed, final String seeds) {
        try (ChildJvm child = ChildJvm.start(
            GarbageInside.class, temporary.toString(), where, firstSeed, seeds)) {
            final String totals = child.awaitLine("DONE", Duration.ofSeconds(50));
            child.awaitSuccess(Duration.ofSeconds(5));
            assertTrue(totals.endsWith(" 0 wrong"), () -> child.describe("found " + totals));
            final int refused = Integer.parseInt(totals.split(" ")[0]);
            assertTrue(refused > 100, "garbage should be noticed, but only " + refused + " times");
        }
    }
}
