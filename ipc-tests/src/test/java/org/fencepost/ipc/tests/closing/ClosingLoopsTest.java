package org.fencepost.ipc.tests.closing;

import java.nio.file.Path;
import java.time.Duration;
import org.fencepost.ipc.tests.child.ChildJvm;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Closing under threads at work never crashes a JVM, never hangs one, and leaves a sound channel.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ClosingLoopsTest {
    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    @ParameterizedTest
    @ValueSource(strings = {"ring", "journal"})
    void shouldSurviveWhenClosedUnderThreadsAtWork(final String kind) {
        try (ChildJvm child = ChildJvm.start(
            ClosingLoops.class, temporary.resolve(kind).toString(), kind, "150")) {
            child.awaitLine("DONE", Duration.ofSeconds(50));
            child.awaitSuccess(Duration.ofSeconds(5));
        }
    }
}
