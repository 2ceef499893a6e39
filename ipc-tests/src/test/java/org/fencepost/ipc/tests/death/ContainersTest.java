package org.fencepost.ipc.tests.death;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.tests.peer.ChannelPort;
import org.fencepost.ipc.tests.peer.ChannelSpec;
import org.fencepost.ipc.tests.peer.ChildPeer;
import org.fencepost.ipc.tests.peer.PublisherPort;
import org.fencepost.ipc.tests.peer.SubscriberPort;
import org.fencepost.ipc.tests.peer.SubscriberSpec;
import org.fencepost.ipc.tests.support.Deadline;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Members in pid namespaces of their own, as in containers that share a directory. In each of them
 * the member is process 1: who judged by process ids would take one for the other.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ContainersTest {
    /** Two JVMs that are both process 1 want the same file for their counters, and complain aloud. */
    private static final String NO_COUNTERS = "JDK_JAVA_OPTIONS=-XX:-UsePerfData";
    private static final List<String> CONTAINER = List.of(
        "unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "env", NO_COUNTERS);
    private static final int LOOKS = 200;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    @BeforeEach
    void requireNamespaces() throws InterruptedException {
        final List<String> command = new ArrayList<>(CONTAINER);
        command.add("true");
        int status;
        try {
            final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            status = process.waitFor(10, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (final IOException missing) {
            status = -1;
        }
        Assumptions.assumeTrue(status == 0,
            "skipped: no pid namespaces here (" + String.join(" ", command) + ": " + status + ")");
    }

    @Test
    void shouldWaitForAClaimInAnotherContainerWhileItLivesAndRepairItWhenItIsDead() {
        final String path = temporary.resolve("ring").toString();
        final ChannelSpec ring = ChannelSpec.ring(Life.SEGMENT_BYTES, Life.SEGMENTS);
        try (ChildPeer first = new ChildPeer(CONTAINER);
            ChildPeer second = new ChildPeer(CONTAINER)) {
            final ChannelPort here = first.peer().open(path, ring);
            final ChannelPort there = second.peer().open(path, ring);
            final SubscriberPort subscriber = there.addSubscriber(SubscriberSpec.earliest());
            final PublisherPort dying = here.addPublisher();
            final PublisherPort staying = there.addPublisher();
            assertEquals(0, dying.id());
            assertEquals(1, staying.id(), "the slot of one that lives in another container is taken");
            dying.claim(1, 100).put(0, new byte[] {1, 2, 3});
            assertTrue(staying.offer(2, new byte[8]) > 0);
            assertEquals(0, received(subscriber, LOOKS), "its owner lives");
            first.kill();
            final Deadline deadline = Deadline.forWaitingUntil("the claim is repaired");
            int received = 0;
            while (received == 0) {
                received = received(subscriber, 1);
                deadline.check(subscriber);
            }
            assertEquals(1, received);
            assertEquals(0, there.addPublisher().id(), "the slot of the dead one is free");
        }
    }

    @Test
    void shouldHoldBackForAReaderInAnotherContainerWhileItLives() {
        final String path = temporary.resolve("ring").toString();
        final ChannelSpec ring = ChannelSpec.ring(Life.SEGMENT_BYTES, Life.SEGMENTS);
        try (ChildPeer first = new ChildPeer(CONTAINER);
            ChildPeer second = new ChildPeer(CONTAINER)) {
            final PublisherPort publisher = first.peer().open(path, ring).addPublisher();
            second.peer().open(path, ring).addSubscriber(SubscriberSpec.earliest());
            while (publisher.offer(1, new byte[100]) >= 0) {
                assertTrue(publisher.id() == 0);
            }
            for (int i = 0; i < LOOKS; i++) {
                assertEquals(Publisher.BACK_PRESSURED, publisher.offer(1, new byte[100]));
            }
            second.kill();
            final Deadline deadline = Deadline.forWaitingUntil("nobody is waited for");
            while (publisher.offer(1, new byte[100]) < 0) {
                deadline.check(path);
            }
        }
    }

    private static int received(final SubscriberPort subscriber, final int looks) {
        int received = 0;
        for (int i = 0; i < looks; i++) {
            received += subscriber.poll(10).size();
        }
        return received;
    }
}
