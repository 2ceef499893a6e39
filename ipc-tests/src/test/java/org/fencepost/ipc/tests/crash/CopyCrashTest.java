package org.fencepost.ipc.tests.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDamagedException;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.disk.Crash;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;
import org.fencepost.ipc.format.SegmentFormat;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;
import org.junit.jupiter.api.Test;

/**
 * A copy whose first segment the system has not written yet, and that ends where the next one
 * begins. The power fails while it is recovered: the log may end earlier then, and what was cut off
 * already is kept beside what the next recovery cuts off.
 */
class CopyCrashTest {
    private static final int SEGMENT_BYTES = 16_384;
    private static final String COPY = CrashRun.DIRECTORY + "/journals/copy";
    private static final int STEPS_MIN = 20;
    private static final int DRAWN = 40;

    /** Lets the power fail once, when it is told how many events are left. */
    private static final class Failure implements Disk.Watcher {
        private Disk disk;
        private int stepsLeft;
        private Crash crash;

        @Override
        public void happened() {
            if (--stepsLeft == 0) {
                crash = new Crash(disk);
                throw new Disk.Death();
            }
        }
    }

    @Test
    void shouldKeepWhatWasCutOffWhereverTheNextRecoveryEndsTheLog() throws IOException {
        final long first = Long.getLong("crash.seed", System.nanoTime());
        System.out.println("crash images of a copy from seed " + first);
        int step = 1;
        int kept = 0;
        Crash crash = crash(step);
        while (crash != null) {
            final SplittableRandom random = new SplittableRandom(first + step);
            for (int i = 0; i < DRAWN; i++) {
                kept += requireKept(crash.image(random, false, Disk.Watcher.NOBODY),
                    "repeat with -Dcrash.seed=" + first + "; step " + step + ", image " + i);
            }
            crash = crash(++step);
        }
        assertTrue(step > STEPS_MIN && kept > 0, step + " steps, " + kept + " files kept");
    }

    /** When the power fails behind that step of the recovery of the copy; null if it has fewer. */
    private static Crash crash(final int step) throws IOException {
        final Failure failure = new Failure();
        failure.disk = new Disk(true, failure, CrashRun.DIRECTORY);
        final Machine machine = new Machine(failure.disk);
        try (Channel channel = ChannelDoor.open(machine.path(CrashRun.CHANNEL),
                ChannelOptions.journal(SEGMENT_BYTES), machine);
            Publisher publisher = channel.addPublisher()) {
            while (channel.tailPosition() < 2 * SEGMENT_BYTES - 2000) {
                assertTrue(publisher.offer(1, new byte[1000], 0, 1000) > 0);
            }
        }
        copy(machine);
        failure.stepsLeft = step;
        try (Channel channel = ChannelDoor.join(machine.path(COPY), machine)) {
            assertEquals(SEGMENT_BYTES, channel.tailPosition());
            return null;
        } catch (final Disk.Death atThatStep) {
            return failure.crash;
        }
    }

    private static void copy(final Machine machine) throws IOException {
        final FileCalls calls = machine.files();
        final Path copy = machine.path(COPY);
        calls.makeDirectory(copy, 0700);
        for (final String file : machine.disk().names(CrashRun.CHANNEL)) {
            final String name = file.substring(CrashRun.CHANNEL.length() + 1);
            final byte[] content = machine.disk().content(file);
            if (name.equals(SegmentFormat.name(SEGMENT_BYTES))) {
                // Somebody was publishing there.
                content[SegmentFormat.DATA_OFFSET + 100] ^= 1;
            }
            try (FileHandle handle = calls.create(copy.resolve(name), 0600)) {
                handle.write(ByteBuffer.wrap(content), 0);
                if (!name.equals(SegmentFormat.name(0))) {
                    handle.sync();
                }
            }
        }
        calls.syncDirectory(copy);
        calls.syncDirectory(copy.getParent());
    }

    /** How many files there were that have to be the same behind the recovery. */
    private static int requireKept(final Disk disk, final String where) {
        final Machine machine = new Machine(disk);
        final Path path = machine.path(COPY);
        final Map<String, ByteBuffer> before = Recovered.kept(path);
        try {
            ChannelDoor.join(path, machine).close();
        } catch (final ChannelDamagedException lost) {
            // The first page of its first segment.
        }
        final Map<String, ByteBuffer> after = Recovered.kept(path);
        before.forEach((name, content) -> assertEquals(content, after.get(name), name + "; " + where));
        return before.size();
    }
}
