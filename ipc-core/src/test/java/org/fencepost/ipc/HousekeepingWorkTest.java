package org.fencepost.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.log.Log;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.store.ChannelDirectory;
import org.fencepost.ipc.store.MappedChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What who keeps house by hand has done, and says that it has. */
@Timeout(60)
class HousekeepingWorkTest {
    private static final int SEGMENT = 4096;
    /** Over whenever it is looked at again. */
    private static final Duration INTERVAL = Duration.ofNanos(1);

    @TempDir
    Path directory;

    private Channel open() {
        final Channel channel = Channel.open(
            directory.resolve("journal"), ChannelOptions.journal(SEGMENT).withFlushInterval(INTERVAL));
        assertSame(channel.housekeeping(), channel.housekeeping().byHand());
        return channel;
    }

    private static void publish(final Publisher publisher, final int count) {
        for (int i = 0; i < count; i++) {
            assertTrue(publisher.offer(1, new byte[1000], 0, 1000) > 0);
        }
    }

    @Test
    void shouldCountTheSegmentThatItHasMadeAndTheFlush() {
        try (Channel channel = open(); Publisher publisher = channel.addPublisher()) {
            final Housekeeping housekeeping = channel.housekeeping();
            assertEquals(0, housekeeping.doWork());
            publish(publisher, 1);
            assertEquals(2, housekeeping.doWork(), "a segment and a flush");
            assertEquals(channel.tailPosition(), channel.durablePosition());
            publish(publisher, 4);
            assertEquals(1, housekeeping.doWork(), "a segment; what is to be flushed was not seen before");
            assertTrue(channel.durablePosition() < channel.tailPosition());
            assertEquals(1, housekeeping.doWork(), "a flush");
            assertEquals(channel.tailPosition(), channel.durablePosition());
            assertEquals(0, housekeeping.doWork());
        }
    }

    @Test
    void shouldMapEachSegmentBeforeItIsPublishedTo() throws IOException {
        final Path maps = Path.of("/proc/self/maps");
        assumeTrue(Files.exists(maps), "of Linux");
        try (Channel channel = open(); Publisher publisher = channel.addPublisher()) {
            for (int segment = 1; segment <= 3; segment++) {
                publish(publisher, segment == 1 ? 1 : 4);
                assertTrue(channel.tailPosition() <= segment * SEGMENT);
                final String next =
                    channel.path().toRealPath().resolve(SegmentFormat.name(segment * SEGMENT)).toString();
                assertFalse(isIn(maps, next));
                channel.housekeeping().doWork();
                assertTrue(isIn(maps, next), "segment " + segment);
            }
        }
    }

    private static boolean isIn(final Path maps, final String file) throws IOException {
        try (Stream<String> lines = Files.lines(maps)) {
            return lines.anyMatch(line -> line.contains(file));
        }
    }

    @Test
    void shouldSayTheSameNewsOnce() {
        final Channel channel = open();
        final Housekeeping housekeeping = channel.housekeeping();
        assertTrue(housekeeping.isNewsworthy(new IllegalStateException("a disk is full")));
        assertFalse(housekeeping.isNewsworthy(new IllegalArgumentException("a disk is full")));
        assertTrue(housekeeping.isNewsworthy(new IllegalStateException()));
        assertFalse(housekeeping.isNewsworthy(new IllegalStateException()));
        assertTrue(housekeeping.isNewsworthy(new IllegalStateException("a disk is full")));
        channel.close();
        assertFalse(housekeeping.isNewsworthy(new IllegalStateException("and another")));
    }

    @Test
    void shouldDoNothingWhenItIsClosedOrAView() {
        final Channel channel = open();
        try (Channel view = Channel.view(channel.path())) {
            assertEquals(0, view.housekeeping().doWork());
            assertSame(view.housekeeping(), view.housekeeping().inBackground());
        }
        channel.close();
        assertEquals(0, channel.housekeeping().doWork());
    }

    @Test
    void shouldNotHaveTheThreadGoOnWithWhatTakesLongWhenSomebodyWaitsForIt() {
        open().close();
        final Platform platform = Platform.detect();
        try (MappedChannel mapped = MappedChannel.open(
            new ChannelDirectory(directory.resolve("journal"), platform), platform, System::nanoTime)) {
            final Log log = mapped.log();
            final Housekeeping housekeeping =
                new Housekeeping(log, new Durability(log, platform, 0, Durability.PATIENCE_NANOS), 0);
            housekeeping.inBackground();
            assertTrue(log.keeperStays());
            housekeeping.byHand();
            assertFalse(log.keeperStays());
        }
    }
}
