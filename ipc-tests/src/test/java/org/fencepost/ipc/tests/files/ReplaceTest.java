package org.fencepost.ipc.tests.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.fencepost.ipc.file.AtomicFile;
import org.fencepost.ipc.file.GuardedFile;
import org.fencepost.ipc.file.Replacement;
import org.fencepost.ipc.tests.child.ChildJvm;
import org.fencepost.ipc.tests.support.SharedMemoryDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class ReplaceTest {
    private static final Duration RUN = Duration.ofSeconds(8);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path onDisk;

    @TempDir(factory = SharedMemoryDirectory.class)
    Path inMemory;

    @Test
    void shouldNeverShowTornContentWhenManyReplaceAndAreKilled() throws Exception {
        final long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("replacing from seed " + seed);
        final ReplaceRun.Result result = new ReplaceRun(inMemory, seed).run(RUN);
        assertEquals(List.of(), result.problems());
        assertTrue(result.kills() >= 4, "too few kills to show anything: " + result);
        assertTrue(result.changesSeen() > 100, "too few changes to show anything: " + result);
        assertTrue(result.temporariesOfDead() > 0, "nothing was left to remove: " + result);
        System.out.println(result);
    }

    private static List<Path> entries(final Path directory) throws Exception {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }

    @Test
    void shouldRemoveTheTemporaryWhenItsWriterWasKilledAndNotBefore() throws Exception {
        final Path file = Files.writeString(onDisk.resolve("config"), "old");
        try (ChildJvm writer = ChildJvm.start(StoppedWriter.class, "write", file.toString())) {
            writer.awaitLine("written", PATIENCE);
            AtomicFile.of(onDisk.resolve("other")).writeText("while it lives");
            assertEquals(3, entries(onDisk).size(), "the living one's temporary should be there");
            writer.kill();
            assertEquals(3, entries(onDisk).size());
        }
        assertEquals("old", Files.readString(file));
        AtomicFile.of(onDisk.resolve("other")).writeText("after its death");
        assertEquals(2, entries(onDisk).size(), "the dead one's temporary should be gone");
    }

    @Test
    void shouldSayWhichProcessIsBusyAndGoOnWhenItIsKilled() throws Exception {
        final Path file = Files.writeString(onDisk.resolve("config"), "old");
        final GuardedFile guarded = GuardedFile.of(file);
        try (ChildJvm holder = ChildJvm.start(StoppedWriter.class, "guard", file.toString())) {
            final long thread = Long.parseLong(holder.awaitLine("inside", PATIENCE));
            assertEquals(new Replacement.Busy(holder.pid(), thread),
                guarded.replace("new".getBytes(StandardCharsets.UTF_8)));
            assertEquals("old", Files.readString(file));
            holder.kill();
        }
        assertTrue(guarded.replace("new".getBytes(StandardCharsets.UTF_8)).isDone());
        assertEquals("new", Files.readString(file));
        assertFalse(guarded.versions().isEmpty());
    }
}
