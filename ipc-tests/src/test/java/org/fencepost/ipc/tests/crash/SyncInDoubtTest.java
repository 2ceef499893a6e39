package org.fencepost.ipc.tests.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.disk.Crash;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;
import org.fencepost.ipc.format.ControlFormat;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.log.GroupCommit;
import org.fencepost.ipc.store.ChannelDirectory;
import org.fencepost.ipc.store.MappedChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The disk refuses a sync, the kernel tells that to the process that syncs and to nobody else, and that
 * process dies of something else before it has said so. To the kernel the pages are clean then.
 */
class SyncInDoubtTest {
    private static final int SEGMENT_BYTES = 8192;
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
        try (Channel channel = ChannelDoor.open(path, ChannelOptions.journal(SEGMENT_BYTES), machine);
            Publisher publisher = channel.addPublisher()) {
            end = publisher.offer(1, new byte[3000], 0, 3000);
            die(path, machine, failure);
            assertTrue(channel.awaitDurable(end, LONG));
            crash = new Crash(disk);
        }
        // Of everything that is not certainly on the disk the oldest.
        final Machine next = new Machine(crash.image(0, false, Disk.Watcher.NOBODY));
        try (Channel recovered = ChannelDoor.join(next.path(CrashRun.CHANNEL), next)) {
            assertEquals(end, recovered.tailPosition());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldWriteAgainWhatTheSyncOfADeadOneMayHaveLostWhenTheJournalIsRepaired(
        final boolean inherited) {
        final OneFailure failure = new OneFailure();
        final Disk disk = new Disk(true, failure, CrashRun.DIRECTORY);
        final Machine machine = new Machine(disk);
        final Path path = machine.path(CrashRun.CHANNEL);
        final long end;
        try (Channel channel = ChannelDoor.open(path, ChannelOptions.journal(SEGMENT_BYTES), machine);
            Publisher publisher = channel.addPublisher()) {
            // Its first page is in nothing that is stored later.
            end = publisher.offer(1, new byte[5000], 0, 5000);
            die(path, machine, failure);
            publisher.offer(1, new byte[100], 0, 100);
        }
        if (inherited) {
            inherit(disk);
        }
        disk.overwrite(CrashRun.CHANNEL + "/" + SegmentFormat.name(0),
            SegmentFormat.DATA_OFFSET + end + 20, new byte[] {1});
        assertEquals(OptionalLong.of(end), MappedChannel.repair(
            new ChannelDirectory(path, machine), machine).damagedPosition());
        try (Channel repaired = ChannelDoor.join(path, machine)) {
            assertEquals(end, repaired.durablePosition());
        }
        final Crash crash = new Crash(disk);
        final Machine next = new Machine(crash.image(0, false, Disk.Watcher.NOBODY));
        try (Channel recovered = ChannelDoor.join(next.path(CrashRun.CHANNEL), next)) {
            assertEquals(end, recovered.tailPosition());
            // It is refused where something durable is damaged.
            recovered.addPublisher().close();
        }
    }

    /** Makes the words say what they do when somebody has gone on in the place of the dead one. */
    private static void inherit(final Disk disk) {
        final String control = CrashRun.CHANNEL + "/" + ControlFormat.FILE_NAME;
        disk.overwrite(control, ControlFormat.SYNC_SLOTS_OFFSET + ControlFormat.SYNC_TO_OFFSET,
            new byte[Long.BYTES]);
        disk.overwrite(control, ControlFormat.SUSPECT_OFFSET, ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN).putLong(0, SEGMENT_BYTES).array());
    }

    private static void die(final Path path, final Machine machine, final OneFailure failure) {
        try (MappedChannel dying = MappedChannel.open(
            new ChannelDirectory(path, machine), machine, System::nanoTime)) {
            final GroupCommit commit = new GroupCommit(dying.log());
            failure.armed = true;
            assertThrows(Disk.Death.class, () -> commit.trySync(1));
        }
    }
}
