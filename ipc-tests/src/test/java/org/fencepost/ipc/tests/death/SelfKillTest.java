package org.fencepost.ipc.tests.death;

import java.nio.file.Path;
import java.time.Duration;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Processes that kill themselves at a step that was drawn: a sample of {@link SelfKill}. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class SelfKillTest {
    private static final Duration BUDGET = Duration.ofSeconds(16);

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    private final long seed = Long.getLong("death.seed", System.nanoTime() & 0xFFFFFF);

    @Test
    void shouldLoseNothingWhenMembersOfARingDieAtAnyStep() {
        try (SelfKill selfKill = new SelfKill(temporary, true, seed)) {
            selfKill.run(BUDGET);
            System.out.println(selfKill.summary());
            selfKill.requireEveryPlace();
        }
    }

    @Test
    void shouldLoseNothingWhenMembersOfAJournalDieAtAnyStep() {
        try (SelfKill selfKill = new SelfKill(temporary, false, seed)) {
            selfKill.run(BUDGET);
            System.out.println(selfKill.summary());
            selfKill.requireEveryPlace();
        }
    }
}
