package org.fencepost.ipc.tests.death;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Creators that kill themselves at each step, and what they leave to the next one. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class CreationDeathTest {
    private static final int OPERATIONS = 12;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path temporary;

    @ParameterizedTest
    @EnumSource(names = {"RING_CREATOR", "JOURNAL_CREATOR"})
    void shouldLeaveNothingThatTheNextDoesNotRemoveWhenACreatorDies(final Life life)
        throws IOException {
        try (Victims victims = new Victims(temporary)) {
            assertEquals("ENDED 0", victims.run(
                life, temporary.resolve("whole/channel"), 0, 0, "ChannelCreation.", 0,
                Signals.SIGKILL));
            final long steps = victims.ledger().steps();
            long deaths = 0;
            String end = "";
            // It takes more steps when there is something to remove.
            for (long step = 1; step <= steps || !end.equals("ENDED 0"); step++) {
                final Path parent = temporary.resolve("step" + step);
                final Path path = parent.resolve("channel");
                // Another one that died late.
                victims.run(life, path, 0, 0, "ChannelCreation.fill", lateStep(step),
                    Signals.SIGKILL);
                end = victims.run(life, path, 0, 0, "ChannelCreation.", step, Signals.SIGKILL);
                deaths += end.equals("ENDED 0") ? 0 : 1;
                final String place = victims.ledger().place();
                try (Survivor survivor = new Survivor(
                    path, life == Life.RING_CREATOR ? Life.ring() : Life.journal())) {
                    survivor.publishAndRead(1, OPERATIONS, false);
                }
                assertEquals(List.of("channel"), names(parent), () -> "died in " + place);
            }
            final long died = deaths;
            assertTrue(deaths >= steps, () -> died + " deaths in " + steps + " steps");
            System.out.println("creation, " + life + ": " + deaths + " deaths, each at another step");
        }
    }

    private static long lateStep(final long step) {
        return 1 + step % 20;
    }

    private static List<String> names(final Path parent) throws IOException {
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }
}
