package org.fencepost.ipc.tests.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelDoor;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.disk.Crash;
import org.fencepost.ipc.disk.Disk;
import org.fencepost.ipc.disk.Machine;
import org.fencepost.ipc.os.LivenessScheme;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The power fails behind each step of a journal's creation. Whatever of it reached the disk: there is a channel or
 * none, the next one can be made, and with that everything goes that is left of the first.
 */
class CreationCrashTest {
    private static final ChannelOptions OPTIONS = ChannelOptions.journal(4096);
    private static final int STEPS_MIN = 20;
    private static final int IMAGES_PER_STEP = 40;

    /** Remembers what may be on the disk, step by step. */
    private static final class Steps implements Disk.Watcher {
        private final List<Crash> crashes = new ArrayList<>();
        private Disk disk;

        @Override
        public void happened() {
            crashes.add(new Crash(disk));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveNothingThatTheNextCreatorDoesNotRemove(final LivenessScheme scheme) {
        final Steps steps = new Steps();
        final Disk disk = new Disk(true, steps, CrashRun.DIRECTORY);
        steps.disk = disk;
        open(disk, scheme);
        assertTrue(steps.crashes.size() > STEPS_MIN, steps.crashes.size() + " steps");
        final SplittableRandom random = new SplittableRandom(1);
        for (int step = 0; step < steps.crashes.size(); step++) {
            for (int i = 0; i < IMAGES_PER_STEP; i++) {
                final Disk image = steps.crashes.get(step).image(random, false, Disk.Watcher.NOBODY);
                final List<String> found = image.names(CrashRun.DIRECTORY);
                open(image, scheme);
                assertEquals(List.of(), image.names(CrashRun.DIRECTORY).stream()
                    .filter(name -> name.contains("/.fencepost-")).toList(), "step " + step + " left " + found);
            }
        }
    }

    private static void open(final Disk disk, final LivenessScheme scheme) {
        final Machine machine = new Machine(disk, scheme);
        try (Channel channel = ChannelDoor.open(machine.path(CrashRun.CHANNEL), OPTIONS, machine)) {
            assertEquals(0, channel.tailPosition());
        }
    }
}
