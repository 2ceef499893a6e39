package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.OffsetEpochNanoClock;
import org.fencepost.ipc.file.RecordingCalls;
import org.fencepost.ipc.file.RecordingCalls.Effect;
import org.fencepost.ipc.os.PlatformWithCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** What the thread of a process does for one that publishes fast. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class FastPublisherTest {
    /** Full, at more than 256 KiB a second, before pages are made any further ahead. */
    private static final int SEGMENT_BYTES = 64 << 10;
    private static final byte[] MESSAGE = new byte[1000];

    @TempDir
    Path directory;

    @Test
    void shouldFindPagesInTheSegmentsThatAreMadeAhead() {
        final List<RecordingCalls> calls = new CopyOnWriteArrayList<>();
        final PlatformWithCalls platform = new PlatformWithCalls(real -> {
            final RecordingCalls recording = new RecordingCalls(real);
            calls.add(recording);
            return recording;
        });
        try (Channel channel = Channel.open(directory.resolve("journal"),
            ChannelOptions.journal(SEGMENT_BYTES), platform, new OffsetEpochNanoClock());
            Publisher publisher = channel.addPublisher()) {
            final long beginNanos = System.nanoTime();
            while (!havePages(calls)) {
                // Fast, and not so fast that it waits for every segment: then nobody makes pages.
                for (int i = 0; i < 8; i++) {
                    publisher.offer(1, MESSAGE, 0, MESSAGE.length);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
                assertTrue(System.nanoTime() - beginNanos < TimeUnit.SECONDS.toNanos(20),
                    "no segment was made with its pages");
            }
        }
    }

    /** Whether something was written behind the header of a file that has no name yet. */
    private static boolean havePages(final List<RecordingCalls> calls) {
        return calls.stream().flatMap(recording -> recording.take().stream()).anyMatch(effect ->
            effect instanceof final Effect.Written write && write.bytes().length > 4096
                && write.file().getFileName().toString().startsWith(".fencepost"));
    }
}
