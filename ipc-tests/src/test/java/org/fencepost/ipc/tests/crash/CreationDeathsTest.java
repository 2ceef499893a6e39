package org.fencepost.ipc.tests.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.disk.Crash;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;
import org.junit.jupiter.api.Test;

/**
 * Whoever makes a journal dies at each step of that in turn. Another process opens it, or makes it, and waits
 * until a message is on the disk; then the power fails, and of everything that is not certainly on the disk
 * nothing is. The message must be there.
 */
class CreationDeathsTest {
    private static final ChannelOptions OPTIONS = ChannelOptions.journal(4096);
    private static final Duration LONG = Duration.ofHours(1);
    private static final int STEPS_MIN = 20;

    /** Kills once. */
    private static final class Killer implements Disk.Watcher {
        private int stepsLeft;

        private Killer(final int steps) {
            this.stepsLeft = steps;
        }

        @Override
        public void happened() {
            if (--stepsLeft == 0) {
                throw new Disk.Death();
            }
        }
    }

    @Test
    void shouldHaveWhatWasDurableWhereverItsMakerHasDied() {
        int step = 1;
        while (diesAt(step)) {
            step++;
        }
        assertTrue(step > STEPS_MIN, step + " steps");
    }

    /** Whether it did, and the journal was not made before. */
    private static boolean diesAt(final int step) {
        final Disk disk = new Disk(true, new Killer(step), CrashRun.DIRECTORY);
        final Machine machine = new Machine(disk);
        final Path path = machine.path(CrashRun.CHANNEL);
        try (Channel channel = ChannelDoor.open(path, OPTIONS, machine)) {
            assertEquals(0, channel.tailPosition());
            return false;
        } catch (final Disk.Death dead) {
            // Its locks are gone, and everything that it had stored is there.
        }
        final Published published = new Published();
        final byte[] message = {1, 2, 3, 4, 5, 6, 7, 8};
        final long end;
        final Crash crash;
        try (Channel channel = ChannelDoor.open(path, OPTIONS, machine);
            Publisher publisher = channel.addPublisher()) {
            end = publisher.offer(1, message, 0, message.length);
            published.add(end, List.of(message));
            assertTrue(channel.awaitDurable(end, LONG));
            crash = new Crash(disk);
        }
        final Recovered.Certain certain =
            new Recovered.Certain(true, 0, end, end, end, 1, 1, Map.of());
        assertNull(Recovered.flaw(crash.image(0, false, Disk.Watcher.NOBODY), OPTIONS, published,
            certain), "step " + step);
        return true;
    }
}
