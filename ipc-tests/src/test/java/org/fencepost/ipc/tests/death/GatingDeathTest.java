package org.fencepost.ipc.tests.death;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.tests.peer.ChildPeer;
import org.fencepost.ipc.tests.peer.SubscriberPort;
import org.fencepost.ipc.tests.peer.SubscriberSpec;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Whom publishers wait for: the living, and named cursors that were made for it. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class GatingDeathTest {
    /** More than the looks at a cursor after which its owner is asked for. */
    private static final int LOOKS = 100;
    private static final byte[] MESSAGE = new byte[48];

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    @Test
    void shouldHoldPublishersBackWhileAReaderIsStoppedAndNotWhenItIsDead() {
        NativeAccess.require();
        final Path path = temporary.resolve("ring");
        try (Channel channel = Channel.open(path, Life.ring());
            Publisher publisher = channel.addPublisher();
            ChildPeer child = new ChildPeer()) {
            child.peer().join(path.toString()).addSubscriber(SubscriberSpec.earliest());
            fill(publisher);
            Signals.kill(child.pid(), Signals.SIGSTOP);
            assertEquals(0, published(publisher, LOOKS), "it lives, so nothing may be taken away");
            Signals.kill(child.pid(), Signals.SIGCONT);
            assertEquals(0, published(publisher, LOOKS));
            child.kill();
            assertTrue(published(publisher, LOOKS) > 0, "it is dead, so nobody waits for it");
            final long laps = 4 * Life.ring().segmentCount() * Life.SEGMENT_BYTES / 64;
            assertEquals(laps, published(publisher, (int) laps), "nor ever again");
        }
    }

    @Test
    void shouldGoOnHoldingBackForANamedCursorThatGatesWhileAbsent() {
        final Path path = temporary.resolve("ring");
        final SubscriberSpec named = SubscriberSpec.earliest().named("kept", true);
        try (Channel channel = Channel.open(path, Life.ring());
            Publisher publisher = channel.addPublisher()) {
            final long read;
            try (ChildPeer child = new ChildPeer()) {
                final SubscriberPort subscriber =
                    child.peer().join(path.toString()).addSubscriber(named);
                fill(publisher);
                assertEquals(5, subscriber.poll(5).size());
                read = subscriber.position();
                child.kill();
            }
            assertEquals(0, published(publisher, LOOKS), "its cursor is kept");
            try (Subscriber heir = channel.addSubscriber(named.options())) {
                assertEquals(read, heir.position());
                assertEquals(0, heir.lostBytes());
                final long tail = channel.tailPosition();
                while (heir.position() < tail) {
                    assertTrue(heir.poll((buffer, offset, length, header) -> { }, 10) > 0);
                }
                assertTrue(published(publisher, LOOKS) > 0);
            }
        }
    }

    @Test
    void shouldNotHoldBackForANamedCursorThatDoesNotGateWhileAbsent() {
        final Path path = temporary.resolve("ring");
        final SubscriberSpec named = SubscriberSpec.earliest().named("left", false);
        try (Channel channel = Channel.open(path, Life.ring());
            Publisher publisher = channel.addPublisher()) {
            try (ChildPeer child = new ChildPeer()) {
                child.peer().join(path.toString()).addSubscriber(named);
                fill(publisher);
                child.kill();
            }
            assertTrue(published(publisher, LOOKS) > 0);
            try (Subscriber heir = channel.addSubscriber(named.options())) {
                assertEquals(channel.earliestPosition(), heir.lostBytes(), "it is told of the loss");
            }
        }
    }

    private static void fill(final Publisher publisher) {
        long result = 0;
        while (result >= 0) {
            result = publisher.offer(1, MESSAGE, 0, MESSAGE.length);
        }
        assertEquals(Publisher.BACK_PRESSURED, result);
    }

    private static int published(final Publisher publisher, final int attempts) {
        int published = 0;
        for (int i = 0; i < attempts; i++) {
            published += publisher.offer(1, MESSAGE, 0, MESSAGE.length) > 0 ? 1 : 0;
        }
        return published;
    }
}
