package org.fencepost.ipc.tests.death;

import java.nio.file.Path;
import java.time.Duration;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that kill themselves at a step that was drawn: a sample of {@link SelfKill}. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class SelfKillTest {
    private static final Duration BUDGET = Duration.ofSeconds(12);
    private static final Duration BUDGET_IN_BACKGROUND = Duration.ofSeconds(3);

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    private final long seed = Long.getLong("death.seed", System.nanoTime() & 0xFFFFFF);

    @ParameterizedTest(name = "ring: {0}")
    @ValueSource(booleans = {true, false})
    void shouldLoseNothingWhenMembersDieAtAnyStep(final boolean ring) {
        try (SelfKill selfKill = new SelfKill(temporary, ring, seed)) {
            selfKill.run(BUDGET);
            System.out.println(selfKill.summary());
            selfKill.requireEveryPlace();
            selfKill.runInBackground(BUDGET_IN_BACKGROUND);
            System.out.println("in the background: " + selfKill.summary());
        }
    }
}
