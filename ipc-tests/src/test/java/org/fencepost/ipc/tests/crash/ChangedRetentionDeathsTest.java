package org.fencepost.ipc.tests.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.disk.Crash;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;
import org.junit.jupiter.api.Test;

/**
 * Whoever changes how much a journal keeps dies at each step of that in turn, and the power fails behind it: the
 * journal keeps what it did, what it is to keep, or more; and what it is to keep, once that was said to be changed.
 */
class ChangedRetentionDeathsTest {
    private static final ChannelOptions FOREVER = ChannelOptions.journal(4096);
    private static final ChannelOptions LITTLE = FOREVER.withRetentionBytes(8192);
    private static final ChannelOptions MUCH = FOREVER.withRetentionBytes(1 << 20);
    private static final ChannelOptions HOUR = FOREVER.withRetentionTime(Duration.ofHours(1));
    private static final ChannelOptions DAY = MUCH.withRetentionTime(Duration.ofDays(1));
    private static final List<ChannelOptions> ALL = List.of(FOREVER, LITTLE, MUCH, HOUR, DAY);
    private static final int DRAWN = 20;
    private static final int CHOICES_MAX = 8;

    @Test
    void shouldKeepWhatItDidOrWhatItIsToOrMoreWhereverWhoChangesItDies() {
        for (final ChannelOptions before : ALL) {
            for (final ChannelOptions after : ALL) {
                int step = 1;
                while (diesAt(step, before, after)) {
                    step++;
                }
                assertTrue(step > 1, step + " steps");
            }
        }
    }

    /** Whether it did, and the retention was not changed before. */
    private static boolean diesAt(final int step, final ChannelOptions before, final ChannelOptions after) {
        final Killer killer = new Killer(0);
        final Disk disk = made(before).image(-1, true, killer);
        final Machine machine = new Machine(disk);
        boolean died = false;
        // Nobody closes it: its process has died, now or later.
        final Channel channel = ChannelDoor.join(machine.path(CrashRun.CHANNEL), machine);
        killer.arm(step);
        try {
            channel.changeRetention(after.retentionBytes(), after.retentionTime());
        } catch (final Disk.Death dead) {
            died = true;
        }
        killer.disarm();
        final String when = before + " to " + after + ", step " + step;
        final Crash crash = new Crash(disk);
        final SplittableRandom random = new SplittableRandom(step);
        for (int i = 0; i < DRAWN; i++) {
            require(crash.image(random, false, Disk.Watcher.NOBODY), before, after, died, when + ", drawn " + i);
        }
        for (long newest = 0; newest < 1L << Math.min(crash.choices(), CHOICES_MAX); newest++) {
            require(crash.image(newest, false, Disk.Watcher.NOBODY), before, after, died,
                when + ", with " + Long.toBinaryString(newest) + " of " + crash.choices());
        }
        return died;
    }

    private static Crash made(final ChannelOptions options) {
        final Disk disk = new Disk(true, Disk.Watcher.NOBODY, CrashRun.DIRECTORY);
        final Machine machine = new Machine(disk);
        ChannelDoor.open(machine.path(CrashRun.CHANNEL), options, machine).close();
        return new Crash(disk);
    }

    private static void require(
        final Disk disk, final ChannelOptions before, final ChannelOptions after, final boolean died,
        final String when) {
        final Machine machine = new Machine(disk);
        final Path path = machine.path(CrashRun.CHANNEL);
        try (Channel channel = ChannelDoor.join(path, machine)) {
            final ChannelOptions found = channel.options();
            if (died) {
                assertTrue(keepsAll(found, before) || keepsAll(found, after), () -> when + ": " + found);
            } else {
                assertEquals(after, found, when);
            }
        }
    }

    /** Whether one keeps all that another one keeps. */
    private static boolean keepsAll(final ChannelOptions one, final ChannelOptions other) {
        return keepsAll(one.retentionBytes(), other.retentionBytes())
            && keepsAll(one.retentionTime().toNanos(), other.retentionTime().toNanos());
    }

    /** 0: everything. */
    private static boolean keepsAll(final long one, final long other) {
        return one == 0 || other != 0 && one >= other;
    }
}
