package org.fencepost.ipc.tests.crash;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Images of crashes: an exact prefix comes back, and at least what was reported as durable. */
class CrashImagesTest {
    private static final long IMAGES = 80_000;

    @Test
    void shouldFindAPrefixThatHoldsEverythingDurableWhateverReachedTheDisk()
        throws InterruptedException {
        final Long wanted = Long.getLong("crash.seed");
        final long first = wanted == null ? new SplittableRandom().nextLong(1L << 32) : wanted;
        System.out.println("crash images from seed " + first);
        final CrashImages images = new CrashImages(IMAGES, first);
        assertTrue(images.run(2) >= IMAGES);
        assertTrue(images.ofRemoval() > 0, "no journal has removed a segment");
        System.out.println(images.summary());
    }
}
