package org.fencepost.ipc.tests.processes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelMismatchException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Channels;
import org.fencepost.ipc.tests.child.ChildJvm;
import org.fencepost.ipc.tests.peer.ChannelPort;
import org.fencepost.ipc.tests.peer.ChildPeer;
import org.fencepost.ipc.tests.peer.SubscriberSpec;
import org.fencepost.ipc.tests.support.Deadline;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Channels that are removed beside other processes. */
@Timeout(value = 90, threadMode = ThreadMode.SEPARATE_THREAD)
class ChannelRemovalTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int REMOVALS = 50;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    @Test
    void shouldNameTheOtherProcessAndRemoveItOnceThatIsDead() {
        final Path path = temporary.resolve("channel");
        Channel.open(path, ChannelOptions.ring(1 << 16)).close();
        try (ChildPeer child = new ChildPeer()) {
            final ChannelPort joined = child.peer().join(path.toString());
            assertTrue(refusal(path).contains("somebody who neither publishes nor subscribes"));
            joined.addPublisher();
            joined.addSubscriber(SubscriberSpec.earliest());
            final String refusal = refusal(path);
            final String process = " (process " + child.peer().pid();
            assertTrue(refusal.contains("publisher 0" + process), refusal);
            assertTrue(refusal.contains("subscriber 0" + process), refusal);
            assertTrue(Files.exists(path.resolve("control")));
            child.kill();
        }
        Channels.remove(path);
        assertFalse(Files.exists(path));
    }

    private static String refusal(final Path path) {
        return assertThrows(ChannelMismatchException.class, () -> Channels.remove(path)).getMessage();
    }

    @Test
    void shouldRemoveItUnderNobodyWhoOpensItAtTheSameMoment() {
        final Path path = temporary.resolve("channel");
        final List<ChildJvm> visitors =
            List.of(ChildJvm.start(Visitor.class, path.toString(), "1"),
                ChildJvm.start(Visitor.class, path.toString(), "2"));
        try {
            visitors.forEach(visitor -> visitor.awaitLine("READY", PATIENCE));
            final Deadline deadline = Deadline.forWaitingUntil(REMOVALS + " removals are done");
            int removals = 0;
            int refusals = 0;
            int views = 0;
            while (removals < REMOVALS && visitors.stream().allMatch(ChildJvm::isAlive)) {
                if (Visitor.remove(path)) {
                    removals++;
                } else {
                    refusals++;
                }
                views += isViewed(path) ? 1 : 0;
                deadline.check(removals);
            }
            final StringBuilder totals = new StringBuilder();
            for (final ChildJvm visitor : visitors) {
                visitor.send("END");
                totals.append(", a visitor ").append(visitor.awaitLine("DONE", PATIENCE));
                visitor.awaitSuccess(PATIENCE);
            }
            System.out.println("removed " + removals + " times, refused " + refusals + ", viewed " + views + totals);
        } finally {
            visitors.forEach(ChildJvm::close);
        }
        if (Files.exists(path)) {
            Channels.remove(path);
        }
        assertEquals(0, temporary.toFile().list().length, "nothing is left");
    }

    /** Whether it was, or refused because there is no channel, or not any more. */
    private static boolean isViewed(final Path path) {
        try {
            Channel.view(path).close();
            return true;
        } catch (final ChannelException refusal) {
            final String message = refusal.getMessage();
            assertTrue(message.startsWith(Visitor.NONE) || message.contains(Visitor.REMOVED), message);
            return false;
        }
    }
}
