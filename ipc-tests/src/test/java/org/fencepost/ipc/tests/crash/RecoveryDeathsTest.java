package org.fencepost.ipc.tests.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.disk.Crash;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;
import org.junit.jupiter.api.Test;

/**
 * A recovery dies at each of its steps in turn, another process of the same machine goes on, and
 * when that has opened the journal the power fails: what it found, what was cut off and the epoch
 * that it gave must be on the disk then, whatever else is.
 */
class RecoveryDeathsTest {
    private static final int CHOICES_MAX = 6;
    private static final int DRAWN = 12;
    private static final int STEPS_MIN = 10;
    private static final int SEEDS = 400;
    /**
     * Of lives whose log ends in a segment, of those whose log ends where one begins, and of those behind
     * whose end there are whole segments alone.
     */
    private static final int LIVES = 3;
    private static final int SEGMENT_BYTES = 4096;

    private record Opened(long end, long earliest, long epoch, Map<String, ByteBuffer> kept) {
        private static Opened of(final Channel channel, final Path path) {
            return new Opened(channel.tailPosition(), channel.earliestPosition(),
                channel.recoveryEpoch(), Recovered.kept(path));
        }
    }

    @Test
    void shouldLoseNothingOfWhatARecoveryFoundWhereverTheOneBeforeHasDied() {
        int ending = 0;
        int beginning = 0;
        int whole = 0;
        for (long seed = 1; seed <= SEEDS && Math.min(Math.min(ending, beginning), whole) < LIVES; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final ChannelOptions options = ChannelOptions.journal(SEGMENT_BYTES);
            final Published published = new Published();
            final CrashLife life =
                new CrashLife(random.split(), 0, options, published, CrashLife.Start.OF_ALL);
            final Disk used = new Disk(true, life, CrashRun.DIRECTORY);
            life.live(new Machine(used));
            final Crash crash = new Crash(used);
            final Opened expected = recovered(crash, seed);
            if (!expected.kept().isEmpty()) {
                final boolean begins = expected.end() % SEGMENT_BYTES == 0;
                final boolean wholeOnly = expected.kept().values().stream()
                    .allMatch(file -> file.capacity() > SEGMENT_BYTES);
                if (wholeOnly ? whole++ < LIVES : begins ? beginning++ < LIVES : ending++ < LIVES) {
                    published.cut(expected.end());
                    dieAtEachStep(crash, expected, options, published, seed);
                }
            }
        }
        assertTrue(Math.min(Math.min(ending, beginning), whole) >= LIVES,
            ending + ", " + beginning + " and " + whole + " lives");
    }

    private static Opened recovered(final Crash crash, final long seed) {
        final Machine undisturbed =
            new Machine(crash.image(new SplittableRandom(seed), true, Disk.Watcher.NOBODY));
        final Path path = undisturbed.path(CrashRun.CHANNEL);
        try (Channel channel = ChannelDoor.join(path, undisturbed)) {
            return Opened.of(channel, path);
        }
    }

    private static void dieAtEachStep(
        final Crash crash, final Opened expected, final ChannelOptions options,
        final Published published, final long seed) {
        int step = 1;
        while (diesAt(step, crash.image(new SplittableRandom(seed), true, new Killer(step)),
            expected, options, published, seed)) {
            step++;
        }
        assertTrue(step > STEPS_MIN, step + " steps");
    }

    /** Whether it did, and the recovery was not done before. */
    private static boolean diesAt(
        final int step, final Disk disk, final Opened expected, final ChannelOptions options,
        final Published published, final long seed) {
        final Machine machine = new Machine(disk);
        final Path path = machine.path(CrashRun.CHANNEL);
        try (Channel channel = ChannelDoor.join(path, machine)) {
            assertEquals(expected, Opened.of(channel, path));
            return false;
        } catch (final Disk.Death dead) {
            // Its locks are gone, and everything that it had stored is there.
        }
        final Opened opened;
        final Crash second;
        try (Channel channel = ChannelDoor.join(path, machine)) {
            opened = Opened.of(channel, path);
            second = new Crash(disk);
        }
        assertEquals(expected.end(), opened.end(), "step " + step);
        final Recovered.Certain certain = new Recovered.Certain(
            true, opened.earliest(), opened.end(), opened.end(), opened.end(), opened.epoch() + 1,
            opened.epoch() + 1, opened.kept());
        final SplittableRandom drawing = new SplittableRandom(seed * 31 + step);
        for (int i = 0; i < DRAWN; i++) {
            assertNull(Recovered.flaw(second.image(drawing, false, Disk.Watcher.NOBODY), options,
                published, certain), "seed " + seed + ", step " + step + ", drawn");
        }
        for (long newest = 0; newest < 1L << Math.min(second.choices(), CHOICES_MAX); newest++) {
            assertNull(Recovered.flaw(second.image(newest, false, Disk.Watcher.NOBODY), options,
                published, certain), "seed " + seed + ", step " + step + ", with " + Long.toBinaryString(newest));
        }
        return true;
    }
}
