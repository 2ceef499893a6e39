package org.fencepost.ipc.tests.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.disk.Crash;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;
import org.fencepost.ipc.log.GroupCommit;
import org.fencepost.ipc.store.ChannelDirectory;
import org.fencepost.ipc.store.MappedChannel;
import org.junit.jupiter.api.Test;

/**
 * The disk refuses a sync, the kernel tells that to the process that syncs and to nobody else, and that
 * process dies of something else before it has said so. To the kernel the pages are clean then.
 */
class SyncInDoubtTest {
    private static final Duration LONG = Duration.ofHours(1);

    /** Lets one sync fail so. */
    private static final class OneFailure implements Disk.Watcher {
        private boolean armed;

        @Override
        public Disk.Outcome outcome() {
            final Disk.Outcome outcome =
                armed ? Disk.Outcome.FAILED_AND_DIED : Disk.Outcome.DONE;
            armed = false;
            return outcome;
        }
    }

    @Test
    void shouldWriteAgainWhatTheSyncOfADeadOneMayHaveLost() {
        final OneFailure failure = new OneFailure();
        final Disk disk = new Disk(true, failure, CrashRun.DIRECTORY);
        final Machine machine = new Machine(disk);
        final Path path = machine.path(CrashRun.CHANNEL);
        final long end;
        final Crash crash;
        try (Channel channel = ChannelDoor.open(path, ChannelOptions.journal(8192), machine);
            Publisher publisher = channel.addPublisher()) {
            end = publisher.offer(1, new byte[3000], 0, 3000);
            try (MappedChannel dying = MappedChannel.open(
                new ChannelDirectory(path, machine), machine, System::nanoTime)) {
                final GroupCommit commit = new GroupCommit(dying.log());
                failure.armed = true;
                assertThrows(Disk.Death.class, () -> commit.trySync(1));
            }
            assertTrue(channel.awaitDurable(end, LONG));
            crash = new Crash(disk);
        }
        // Of everything that is not certainly on the disk the oldest.
        final Machine next = new Machine(crash.image(0, false, Disk.Watcher.NOBODY));
        try (Channel recovered = ChannelDoor.join(next.path(CrashRun.CHANNEL), next)) {
            assertEquals(end, recovered.tailPosition());
        }
    }
}
