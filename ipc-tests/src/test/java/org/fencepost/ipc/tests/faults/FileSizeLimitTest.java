package org.fencepost.ipc.tests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.fencepost.ipc.tests.child.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that may not make files as long as a segment: RLIMIT_FSIZE, whose signal ends others.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class FileSizeLimitTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @Test
    void shouldRefuseAndGoOnWhenASegmentIsLongerThanAFileMayBe()
        throws IOException, InterruptedException {
        final Path journal = directory.resolve("journal");
        try (ChildJvm child = ChildJvm.start(LimitedProcess.class, journal.toString())) {
            child.awaitLine("READY", LONG);
            limit(child.pid(), Integer.toString(LimitedProcess.SEGMENT_BYTES / 2));
            child.send("1000");
            final String[] refused = child.awaitLine("READ ", LONG).split(" ", 2);
            final int published = Integer.parseInt(refused[0]);
            assertTrue(published > 50 && published < 70, "a segment, but " + published);
            assertTrue(refused[1].contains("EFBIG") && refused[1].contains("segment-"), refused[1]);
            for (int i = 0; i < 3; i++) {
                final List<Path> before = files(journal);
                child.send("1");
                assertTrue(child.awaitLine("READ 0 ", LONG).contains("EFBIG"));
                assertEquals(before, files(journal), "nothing half-made stays");
            }
            limit(child.pid(), "unlimited");
            child.send("100");
            assertEquals("READ 100", child.awaitLine("", LONG).strip());
            child.closeInput();
            child.awaitSuccess(LONG);
        }
    }

    private static void limit(final long pid, final String bytes) throws InterruptedException {
        try {
            assumeTrue(new ProcessBuilder("prlimit", "--pid", Long.toString(pid),
                "--fsize=" + bytes + ":unlimited").start().waitFor() == 0, "prlimit may not");
        } catch (final IOException missing) {
            assumeTrue(false, "needs prlimit");
        }
    }

    private static List<Path> files(final Path journal) throws IOException {
        try (Stream<Path> files = Files.list(journal)) {
            return files.sorted().toList();
        }
    }
}
