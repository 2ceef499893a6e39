package org.fencepost.ipc.tests.damage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.fencepost.ipc.tests.child.ChildJvm;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Files that are cut while they are mapped: an exception, never a crash. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class TruncatedWhileUsedTest {
    private static final int CASES = 3 * 4 * 3;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    @Test
    void shouldSayWhatIsWrongWhenAFileIsCutUnderItsMapping() {
        try (ChildJvm child = ChildJvm.start(TruncatedWhileUsed.class, temporary.toString())) {
            for (int i = 0; i < CASES; i++) {
                final String result = child.awaitLine("REFUSED", Duration.ofSeconds(20));
                assertTrue(
                    result.startsWith("0 errors") == isSpared(result),
                    () -> child.describe("should have been refused: " + result));
            }
            assertEquals("0 wrong", child.awaitLine("DONE", Duration.ofSeconds(10)),
                () -> child.describe("failed"));
            child.awaitSuccess(Duration.ofSeconds(5));
        }
    }

    /** Lock bytes lie behind the end of members, and a ring's segments here are of 8192 bytes. */
    private static boolean isSpared(final String result) {
        return result.contains("members") || result.contains("segment cut to 8192 bytes in a ring");
    }
}
