package org.fencepost.ipc.tests.fuzz;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.Jazzer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.fencepost.ipc.tests.child.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever stands in its files, a journal is refused by name, or read; {@link Fuzz} does this for
 * longer.
 */
class FuzzTest {
    private static final int RUNS = 1000;

    @TempDir
    Path directory;

    @Test
    @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
    void shouldThrowNothingElseWhenFilesHoldWhatOnceLedSomewhere() throws IOException {
        final List<byte[]> kept = Fuzz.kept();
        assertTrue(kept.size() > 50, kept.size() + " inputs");
        for (final byte[] input : kept) {
            assertDoesNotThrow(() -> FuzzedJournal.fuzzerTestOneInput(input),
                () -> "input " + HexFormat.of().formatHex(input));
        }
    }

    @Test
    void shouldThrowNothingElseWhenAFuzzerLooksForMore() throws IOException {
        final int seed = Integer.getInteger("seed", new SplittableRandom().nextInt(Integer.MAX_VALUE));
        System.out.println("fuzzing from seed " + seed);
        final Path inputs = directory.resolve("inputs");
        final Path findings = Files.createDirectory(directory.resolve("findings"));
        Fuzz.expand(inputs);
        // Its agent is loaded into the JVM while that runs. What a process had in memory at most begins, in Linux, with
        // what the one had that has started it (getrusage(2), ru_maxrss), and that may have had some GB mapped.
        try (ChildJvm jazzer = ChildJvm.start(
            List.of("-Xmx600m", "-XX:+EnableDynamicAgentLoading"), Jazzer.class,
            Fuzz.arguments(inputs, findings, List.of("-runs=" + RUNS, "-seed=" + seed, "-rss_limit_mb=0"))
                .toArray(String[]::new))) {
            final int status = jazzer.awaitExit(Duration.ofMinutes(2));
            assertEquals(0, status, () -> jazzer.describe("has found something"));
        }
    }
}
