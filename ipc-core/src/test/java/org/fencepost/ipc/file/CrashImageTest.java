package org.fencepost.ipc.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.file.RecordingCalls.Effect;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The power fails after each call of a replacement; see {@link CrashImages} for what is left. */
class CrashImageTest {
    private static final String OLD = "old content\n";
    private static final String NEW = "new content, written in one piece\n";

    @TempDir
    Path directory;

    private final RecordingCalls calls = new RecordingCalls(Platform.detect().files());

    private List<Effect> replace(final Path path) {
        AtomicFile.of(
            Surroundings.of(Platform.detect(), calls), path, FileOptions.defaults()).writeText(NEW);
        return calls.take();
    }

    /** Checks what is there after each cut, and after the call has returned. Returns how many. */
    private static int check(
        final CrashImages images, final List<Effect> effects, final Path path, final String old) {
        int count = images.forEach(image -> check(image, path, Set.of(old), "nothing yet"));
        for (final Effect effect : effects) {
            images.add(effect);
            count += images.forEach(image -> check(image, path, Set.of(old, NEW), "" + effect));
        }
        return count + images.forEach(image -> check(image, path, Set.of(NEW), "the return"));
    }

    private static void check(
        final Map<Path, byte[]> image, final Path path, final Set<String> allowed,
        final String cut) {
        final byte[] bytes = image.get(path);
        final String found = bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
        assertTrue(allowed.contains(found), () -> "cut after " + cut + ": found " + found);
    }

    @Test
    void shouldHaveOldOrNewContentWhenPowerFailsAnywhere() throws IOException {
        final Path path = Files.writeString(directory.resolve("config"), OLD);
        final CrashImages images = new CrashImages(directory);
        final int count = check(images, replace(path), path, OLD);
        assertTrue(count > 20, "expected many images, found " + count);
    }

    @Test
    void shouldHaveNewFileOrNoneWhenPowerFailsAnywhere() throws IOException {
        final Path path = directory.resolve("a/b/config");
        final CrashImages images = new CrashImages(directory);
        check(images, replace(path), path, "");
    }

    @Test
    void shouldLeaveNothingThatStaysWhenPowerFailsAnywhere() throws IOException {
        final Path path = Files.writeString(directory.resolve("config"), OLD);
        final CrashImages images = new CrashImages(directory);
        final List<Map<Path, byte[]>> all = new ArrayList<>();
        for (final Effect effect : replace(path)) {
            images.add(effect);
            images.forEach(all::add);
        }
        for (final Map<Path, byte[]> image : all) {
            final Path place = Files.createTempDirectory(directory, "image");
            for (final Path file : image.keySet()) {
                if (!file.equals(directory)) {
                    Files.write(place.resolve(directory.relativize(file)), image.get(file));
                }
            }
            AtomicFile.of(place.resolve("config")).writeText("next");
            assertEquals(List.of(), Places.temporaries(place));
        }
    }

    @Test
    void shouldFindTheMistakeWhenASyncIsLeftOut() throws IOException {
        final Path path = Files.writeString(directory.resolve("config"), OLD);
        shouldFind(path, OLD, effect -> effect instanceof Effect.Synced);
        shouldFind(path, OLD, effect -> effect instanceof Effect.DirectorySynced);
        final Path deep = directory.resolve("a/b/config");
        shouldFind(deep, "", effect -> effect instanceof Effect.DirectorySynced(Path synced)
            && synced.equals(directory));
        final Path deeper = directory.resolve("c/d/config");
        shouldFind(deeper, "", effect -> effect instanceof Effect.DirectorySynced(Path synced)
            && synced.equals(directory.resolve("c")));
    }

    private void shouldFind(final Path path, final String old, final Predicate<Effect> leftOut)
        throws IOException {
        final CrashImages images = new CrashImages(directory);
        final List<Effect> effects = new ArrayList<>(replace(path));
        assertTrue(effects.removeIf(leftOut));
        assertThrows(AssertionError.class, () -> check(images, effects, path, old));
        if (Files.exists(path) && !old.isEmpty()) {
            Files.writeString(path, old);
        }
    }
}
