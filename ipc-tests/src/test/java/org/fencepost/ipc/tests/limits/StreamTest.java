package org.fencepost.ipc.tests.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** A stream through a journal that is longer than what is mapped of it at any time. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class StreamTest {
    private static final long BYTES = 400_000_000;
    /** A publisher, a subscriber, who syncs and who cleans, in two handles: two segments for each. */
    private static final int MAPPED_MAX = 12;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path directory;

    @Test
    void shouldMapAFewSegmentsOfALongStream() throws Exception {
        final StreamRun.Result result = new StreamRun(directory, BYTES).run();
        System.out.println(result);
        assertEquals(BYTES / 8_000, result.messages());
        assertTrue(result.segments() >= BYTES / StreamRun.SEGMENT_BYTES, result::toString);
        assertTrue(result.mappedMost() >= 2 && result.mappedMost() <= MAPPED_MAX, result::toString);
    }
}
