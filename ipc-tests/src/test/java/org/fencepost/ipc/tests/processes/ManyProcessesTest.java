package org.fencepost.ipc.tests.processes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.tests.child.ChildJvm;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Four producers and three subscribers, each a JVM of its own. */
@Timeout(value = 90, threadMode = ThreadMode.SEPARATE_THREAD)
class ManyProcessesTest {
    private static final int PRODUCERS = 4;
    private static final int GATING = 2;
    private static final int PER_PRODUCER = 60_000;
    private static final Duration PATIENCE = Duration.ofSeconds(45);

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    @Test
    void shouldDeliverEverythingWhenManyProcessesShareARing() {
        // 16 KiB segments that no message divides: about 500 laps of the ring.
        runAll(ChannelOptions.ring(128 * 1024).withChecksums(true));
    }

    @Test
    void shouldDeliverEverythingWhenManyProcessesShareAJournal() {
        runAll(ChannelOptions.journal(1 << 20));
    }

    private void runAll(final ChannelOptions options) {
        final String path = temporary.resolve("channel").toString();
        final List<ChildJvm> children = new ArrayList<>();
        try (Channel channel = Channel.open(Path.of(path), options)) {
            final List<ChildJvm> checkers = new ArrayList<>();
            for (int i = 0; i < GATING + 1; i++) {
                checkers.add(started(children, ChildJvm.start(
                    Checker.class, path, i < GATING ? "gating" : "lossy",
                    Integer.toString(PRODUCERS), Integer.toString(PER_PRODUCER))));
            }
            final List<ChildJvm> producers = new ArrayList<>();
            for (int i = 0; i < PRODUCERS; i++) {
                producers.add(started(children, ChildJvm.start(
                    Producer.class, path, Integer.toString(i), Integer.toString(PER_PRODUCER))));
            }
            // Nobody publishes before everybody listens, or a ring would lap those who come late.
            children.forEach(child -> child.awaitLine("READY", PATIENCE));
            producers.forEach(producer -> producer.send("GO"));
            long end = 0;
            for (final ChildJvm producer : producers) {
                end = Math.max(end, Long.parseLong(producer.awaitLine("DONE", PATIENCE)));
                producer.awaitSuccess(PATIENCE);
            }
            assertEquals(channel.tailPosition(), end, "each producer ends with a message");
            final ChildJvm lossy = checkers.get(GATING);
            lossy.send(Long.toString(end));
            lossy.closeInput();
            for (final ChildJvm checker : checkers) {
                final String totals = checker.awaitLine("DONE", PATIENCE);
                checker.awaitSuccess(PATIENCE);
                if (checker != lossy) {
                    assertEquals(
                        "received " + PRODUCERS * PER_PRODUCER,
                        totals.substring(0, totals.indexOf(" lost")));
                }
            }
        } finally {
            children.forEach(ChildJvm::close);
        }
    }

    private static ChildJvm started(final List<ChildJvm> children, final ChildJvm child) {
        children.add(child);
        return child;
    }
}
