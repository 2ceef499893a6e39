package org.fencepost.ipc.tests.death;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Members that are killed from outside at any moment: a short run of {@link RandomKiller}. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class RandomKillerTest {
    private static final Duration BUDGET = Duration.ofSeconds(14);
    /** More than there are slots: those of the dead have to be used again. */
    private static final int KILLS_MIN = 2 * Publisher.PUBLISHERS_MAX;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    @ParameterizedTest(name = "ring: {0}")
    @ValueSource(booleans = {true, false})
    void shouldLoseNothingWhenMembersAreKilledAtAnyMoment(final boolean ring) {
        final long seed = Long.getLong("death.seed", System.nanoTime() & 0xFFFFFF);
        try (RandomKiller killer = new RandomKiller(temporary, ring, seed)) {
            killer.run(ring ? KILLS_MIN : KILLS_MIN / 2, BUDGET);
            System.out.println(killer.summary());
            assertTrue(killer.kills() >= KILLS_MIN / 2);
        }
    }
}
