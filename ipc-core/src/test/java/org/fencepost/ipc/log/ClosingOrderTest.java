package org.fencepost.ipc.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In which order a handle that is closed gives up what its thread is storing into. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ClosingOrderTest {
    private static final ChannelOptions RING = ChannelOptions.ring(4 * 4096, 4);
    private static final int ROUNDS = 40;

    @TempDir
    Path directory;

    /**
     * One thread stores a number that grows first into the control file, then into a segment, until
     * its handle is closed. What the segment has at last must not be newer than what the control
     * file has, or a claim could have been won in private memory and written into the log. And while
     * the thread's slot is live both may grow, afterwards neither.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldGiveUpSegmentsThenControlThenLocks(final boolean portable) throws Exception {
        final Platform platform = portable ? Platform.portable() : Platform.detect();
        final Path path = directory.resolve("ring" + portable);
        for (int round = 0; round < ROUNDS; round++) {
            try (Handle watching = new Handle(path, RING, platform)) {
                final Handle closing = new Handle(path, RING, platform);
                final int slot = closing.membership.joinShared().slot();
                final AtomicBoolean stopped = new AtomicBoolean();
                final CountDownLatch running = new CountDownLatch(1);
                final Thread storing = Thread.ofPlatform().start(
                    () -> store(closing, slot, running, stopped));
                running.await();
                final Thread closer = Thread.ofPlatform().start(closing::close);
                while (watching.log.members().isPublisherLive(slot)) {
                    Thread.onSpinWait();
                }
                final long control = watching.log.words().slotWonEndAcquire(slot);
                final long segment = watching.memory.getLongAcquire(watching.addressOf(64));
                closer.join();
                stopped.set(true);
                storing.join();
                assertEquals(control, watching.log.words().slotWonEndAcquire(slot),
                    "stored into the control file after its lock was free");
                assertEquals(segment, watching.memory.getLongAcquire(watching.addressOf(64)),
                    "stored into a segment after its lock was free");
                assertTrue(segment <= control, segment + " in the segment, " + control + " before");
                watching.log.words().slotWonEndRelease(slot, 0);
                watching.memory.putLongRelease(watching.addressOf(64), 0);
            }
        }
    }

    private static void store(
        final Handle handle, final int slot, final CountDownLatch running,
        final AtomicBoolean stopped) {
        final long address = handle.addressOf(64);
        for (long i = 16; !stopped.get(); i += 16) {
            handle.log.words().slotWonEndRelease(slot, i);
            handle.memory.putLongRelease(address, i);
            if (i == 1600) {
                running.countDown();
            }
        }
    }
}
