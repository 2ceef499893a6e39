package org.fencepost.ipc.tests.crash;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images of crashes: an exact prefix comes back, and at least what was reported as durable. */
class CrashImagesTest {
    private static final int RUNS = 20;
    private static final int IMAGES_PER_RUN = 60;

    @TempDir
    Path disk;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path images;

    @Test
    void shouldFindAPrefixThatHoldsEverythingDurableWhateverReachedTheDisk() throws IOException {
        assumeFalse("tmpfs".equals(Files.getFileStore(disk).type()), () ->
            "crash images were not checked: " + disk + " is on tmpfs");
        final Long wanted = Long.getLong("crash.seed");
        final long first = wanted == null ? new SplittableRandom().nextLong(1L << 32) : wanted;
        System.out.println("crash images from seed " + first);
        int checked = 0;
        for (long seed = first; seed < first + (wanted == null ? RUNS : 1); seed++) {
            checked += new CrashRun(seed, disk, images).run(IMAGES_PER_RUN);
        }
        System.out.println(checked + " crash images recovered");
        assertTrue(checked >= IMAGES_PER_RUN);
    }
}
