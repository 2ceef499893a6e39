package org.fencepost.ipc.tests.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** A stream through a journal that is many times as long as what there is of it at any time. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class StreamTest {
    private static final long BYTES = 4_000_000_000L;
    /** What a segment's file has besides, and what the other files of a channel take at most. */
    private static final long HEADER_BYTES = 4096;
    private static final long OTHERS_BYTES = 1 << 20;
    /** A publisher, a subscriber, who syncs and who cleans, in two handles: two segments for each. */
    private static final int MAPPED_SEGMENTS_MAX = 12;
    /**
     * What is kept, less than two segments more, what the subscriber has not read, four ahead, and one that is
     * being made.
     */
    private static final long STORED_SEGMENTS_MAX =
        (StreamRun.RETENTION_BYTES + StreamRun.LEAD_BYTES) / StreamRun.SEGMENT_BYTES + 2 + 4 + 1;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path directory;

    @Test
    void shouldBeBoundedInMemoryAndOnTheDiskWhenTheStreamIsNot() throws Exception {
        final StreamRun.Result result = new StreamRun(directory, BYTES).run();
        System.out.println(result);
        assertEquals(BYTES / StreamRun.LENGTH, result.messages());
        assertTrue(result.looks() > 100, result::toString);
        final long file = StreamRun.SEGMENT_BYTES + HEADER_BYTES;
        assertTrue(result.mappedMost() >= 2 * file
            && result.mappedMost() <= MAPPED_SEGMENTS_MAX * file, result::toString);
        assertTrue(result.storedMost() > StreamRun.RETENTION_BYTES
            && result.storedMost() <= STORED_SEGMENTS_MAX * file + OTHERS_BYTES, result::toString);
    }
}
