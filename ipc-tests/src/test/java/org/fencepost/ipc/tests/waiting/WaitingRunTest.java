package org.fencepost.ipc.tests.waiting;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Two processes that sleep until the other one wakes them, beside sleepers that are killed. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class WaitingRunTest {
    @TempDir(factory = SharedMemoryDirectory.class)
    Path directory;

    @Test
    void shouldLoseNoWakeUpWhenBothSidesSleep() throws Exception {
        final long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("waiting from seed " + seed);
        final WaitingRun.Result result =
            new WaitingRun(directory, seed).run(Duration.ofSeconds(4));
        System.out.println(result);
        assertTrue(result.trips() > 500 && result.waits() > 500,
            () -> "too little to show anything: " + result);
        assertTrue(result.kills() >= 1, () -> "nobody was killed: " + result);
    }
}
