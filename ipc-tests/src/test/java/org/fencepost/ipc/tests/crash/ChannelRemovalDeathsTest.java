package org.fencepost.ipc.tests.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.Publisher;
import org.fencepost.ipc.Subscriber;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.disk.Crash;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;
import org.junit.jupiter.api.Test;

/**
 * Whoever removes a channel dies at each step of that in turn, or one of its calls fails, or the power does: the
 * channel is whole then, or there is none, and the next creation has the place for itself.
 */
class ChannelRemovalDeathsTest {
    private static final String PARENT = CrashRun.DIRECTORY + "/journals";
    private static final List<ChannelOptions> KINDS =
        List.of(ChannelOptions.journal(4096), ChannelOptions.ring(1 << 15, 4));
    private static final String ANOTHER = PARENT + "/another";
    private static final int MESSAGES = 10;
    private static final byte[] MESSAGE = new byte[1000];
    /** A rename, two syncs, and a removal for each of four files or more, and for the directory. */
    private static final int STEPS_MIN = 8;
    private static final int CALLS_MIN = 12;
    private static final int DRAWN = 50;
    private static final int CHOICES_MAX = 10;
    private static final int EIO = 5;

    /** Lets one call fail. */
    private static final class Refusal implements Disk.Watcher {
        private int callsLeft;

        private Refusal(final int calls) {
            this.callsLeft = calls;
        }

        /** Whether it was to be so many; no more fail. */
        private boolean end() {
            final boolean refused = callsLeft == 0;
            callsLeft = 0;
            return refused;
        }

        @Override
        public int errno(final String call, final String path) {
            return callsLeft > 0 && --callsLeft == 0 ? EIO : 0;
        }
    }

    @Test
    void shouldLeaveAWholeChannelOrNoneWhereverItsRemoverDies() {
        for (final ChannelOptions options : KINDS) {
            int step = 1;
            while (diesAt(step, options)) {
                step++;
            }
            assertTrue(step > STEPS_MIN, step + " steps");
        }
    }

    /** Whether it did, and the channel was not removed before. */
    private static boolean diesAt(final int step, final ChannelOptions options) {
        final Crash made = made(options);
        final Killer killer = new Killer(step);
        final Disk disk = made.image(-1, true, killer);
        final Machine machine = new Machine(disk);
        final Path path = machine.path(CrashRun.CHANNEL);
        boolean died = false;
        try {
            ChannelDoor.remove(path, machine);
        } catch (final Disk.Death dead) {
            // Its locks are gone, and everything that it had done is done.
            died = true;
        }
        killer.disarm();
        final String when = options.kind() + ", step " + step;
        requireAfterALossOfPower(new Crash(disk), options, !died, when);
        requireWholeOrNone(disk, options, !died, when);
        return died;
    }

    private static void requireAfterALossOfPower(
        final Crash crash, final ChannelOptions options, final boolean removed, final String when) {
        final SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < DRAWN; i++) {
            requireWholeOrNone(
                crash.image(random, false, Disk.Watcher.NOBODY), options, removed, when + ", drawn " + i);
        }
        for (long newest = 0; newest < 1L << Math.min(crash.choices(), CHOICES_MAX); newest++) {
            requireWholeOrNone(crash.image(newest, false, Disk.Watcher.NOBODY), options, removed,
                when + ", with " + Long.toBinaryString(newest) + " of " + crash.choices());
        }
    }

    @Test
    void shouldRemoveAllThatIsLeftWhereverThePowerFailsInThat() {
        for (final ChannelOptions options : KINDS) {
            final Crash left = left(options);
            int step = 1;
            while (failsAt(step, left, options)) {
                step++;
            }
            assertTrue(step > STEPS_MIN, step + " steps");
        }
    }

    /** What a remover has left that died before the first file was gone. */
    private static Crash left(final ChannelOptions options) {
        final Crash made = made(options);
        for (int step = 1; step < STEPS_MIN; step++) {
            final Killer killer = new Killer(step);
            final Disk disk = made.image(-1, true, killer);
            final Machine machine = new Machine(disk);
            assertThrows(Disk.Death.class, () -> ChannelDoor.remove(machine.path(CrashRun.CHANNEL), machine));
            killer.disarm();
            if (!disk.names(PARENT).contains(CrashRun.CHANNEL)) {
                return new Crash(disk);
            }
        }
        throw new AssertionError("expected that it is renamed in the first steps");
    }

    /** Whether it did while a channel was made, which removes what is left, and not behind that. */
    private static boolean failsAt(final int step, final Crash left, final ChannelOptions options) {
        final Killer killer = new Killer(step);
        final Disk disk = left.image(-1, true, killer);
        final Machine machine = new Machine(disk);
        boolean failed = false;
        try (Channel next = ChannelDoor.open(machine.path(CrashRun.CHANNEL), options, machine)) {
            assertEquals(0, next.tailPosition());
        } catch (final Disk.Death dead) {
            failed = true;
        }
        killer.disarm();
        final Crash crash = new Crash(disk);
        final SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < DRAWN; i++) {
            final Disk after = crash.image(random, false, Disk.Watcher.NOBODY);
            final Machine started = new Machine(after);
            ChannelDoor.open(started.path(ANOTHER), options, started).close();
            assertTrue(List.of(CrashRun.CHANNEL, ANOTHER).containsAll(directories(after)),
                options.kind() + ", step " + step + ", drawn " + i + ": " + after.names(PARENT));
        }
        return failed;
    }

    @Test
    void shouldLeaveAWholeChannelOrNoneWhicheverCallFails() {
        for (final ChannelOptions options : KINDS) {
            final Crash made = made(options);
            int call = 0;
            boolean refused;
            do {
                final Refusal refusal = new Refusal(++call);
                final Disk disk = made.image(-1, true, refusal);
                final Machine machine = new Machine(disk);
                final Path path = machine.path(CrashRun.CHANNEL);
                final String when = options.kind() + ", call " + call;
                String said = "";
                try {
                    ChannelDoor.remove(path, machine);
                } catch (final ChannelException e) {
                    said = e.getMessage();
                }
                refused = refusal.end();
                assertEquals(refused, said.contains("EIO"), when + ": " + said);
                assertEquals(List.of(), disk.open(), when);
                if (disk.names(PARENT).contains(CrashRun.CHANNEL)) {
                    ChannelDoor.remove(path, machine);
                }
                requireWholeOrNone(disk, options, true, when);
            } while (refused);
            assertTrue(call > CALLS_MIN, call + " calls");
        }
    }

    /** A channel that nobody has open, of which everything is on the disk. */
    private static Crash made(final ChannelOptions options) {
        final Disk disk = new Disk(true, Disk.Watcher.NOBODY, CrashRun.DIRECTORY);
        final Machine machine = new Machine(disk);
        try (Channel channel = ChannelDoor.open(machine.path(CrashRun.CHANNEL), options, machine);
            Publisher publisher = channel.addPublisher()) {
            for (int i = 0; i < MESSAGES; i++) {
                assertTrue(publisher.offer(i, MESSAGE, 0, MESSAGE.length) > 0);
            }
            if (options.kind() == ChannelOptions.Kind.JOURNAL) {
                assertTrue(channel.awaitDurable(channel.tailPosition(), Duration.ofHours(1)));
            }
        }
        return new Crash(disk);
    }

    private static void requireWholeOrNone(
        final Disk disk, final ChannelOptions options, final boolean removed, final String when) {
        final Machine machine = new Machine(disk);
        final Path path = machine.path(CrashRun.CHANNEL);
        if (disk.names(PARENT).contains(CrashRun.CHANNEL)) {
            assertTrue(!removed, () -> when + ": it is there again");
            requireWhole(path, options, machine, when);
            ChannelDoor.remove(path, machine);
        }
        final ChannelIOException none =
            assertThrows(ChannelIOException.class, () -> ChannelDoor.join(path, machine), when);
        assertTrue(none.getMessage().startsWith("no channel at "), () -> when + ": " + none.getMessage());
        try (Channel next = ChannelDoor.open(path, options, machine)) {
            assertEquals(0, next.tailPosition(), when);
        }
        assertEquals(List.of(CrashRun.CHANNEL), directories(disk), when);
    }

    private static void requireWhole(
        final Path path, final ChannelOptions options, final Machine machine, final String when) {
        try (Channel channel = ChannelDoor.join(path, machine);
            Subscriber subscriber = channel.addSubscriber(SubscriberOptions.earliest())) {
            // A ring of another life is emptied.
            final boolean kept = options.kind() == ChannelOptions.Kind.JOURNAL;
            assertEquals(kept ? MESSAGES : 0, read(subscriber), when);
        } catch (final ChannelException flaw) {
            throw new AssertionError(when + ": " + flaw, flaw);
        }
    }

    private static int read(final Subscriber subscriber) {
        final List<Integer> types = new ArrayList<>();
        while (subscriber.poll((buffer, offset, length, header) -> types.add(header.typeId()), MESSAGES) > 0) {
            // All of them.
        }
        return types.size();
    }

    private static List<String> directories(final Disk disk) {
        return disk.names(PARENT).stream().filter(name -> name.lastIndexOf('/') == PARENT.length()).toList();
    }
}
