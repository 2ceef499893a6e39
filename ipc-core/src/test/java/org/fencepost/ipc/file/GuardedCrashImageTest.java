package org.fencepost.ipc.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.file.RecordingCalls.Effect;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The power fails after each call of a guarded change; see {@link CrashImages}. */
class GuardedCrashImageTest {
    private static final byte[] OLDEST = "oldest".getBytes(StandardCharsets.UTF_8);
    private static final byte[] OLD = "old content".getBytes(StandardCharsets.UTF_8);
    private static final byte[] NEW = "new content, longer".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    @TempDir
    Path places;

    private final RecordingCalls calls = new RecordingCalls(Platform.detect().files());
    private Path path;
    private Path versionOfOld;

    @BeforeEach
    void write() throws IOException {
        path = Files.write(directory.resolve("config"), OLD);
        final Path guard = Files.createDirectory(directory.resolve(".config.guard"));
        Files.write(guard.resolve("version-0000000000000000001"), OLDEST);
        versionOfOld = guard.resolve("version-0000000000000000002");
    }

    private List<Effect> change(final boolean rollback) {
        final GuardedFile file = GuardedFile.of(
            Surroundings.of(Platform.detect(), calls), path, GuardOptions.defaults().history(1));
        (rollback ? file.rollback() : file.replace(NEW)).orThrow();
        return calls.take();
    }

    /** Checks what is there after each cut, and after the call has returned. Returns how many. */
    private int check(
        final CrashImages images, final List<Effect> effects, final byte[] changed) {
        final Set<String> seen = new HashSet<>();
        int count = 0;
        for (final Effect effect : effects) {
            images.add(effect);
            count += images.forEach(image -> {
                final String found = text(image.get(path));
                assertTrue(found.equals(text(OLD)) || found.equals(text(changed)),
                    () -> "cut after " + effect + ": found " + found);
                if (seen.add(describe(image))) {
                    goOn(image);
                }
            });
        }
        return count + images.forEach(image -> {
            assertArrayEquals(changed, image.get(path), "the return");
            assertArrayEquals(OLD, image.get(versionOfOld), "the version after the return");
        });
    }

    private static String text(final byte[] bytes) {
        return bytes == null ? "nothing" : new String(bytes, StandardCharsets.UTF_8);
    }

    /** Contents and which names are of one file. */
    private static String describe(final Map<Path, byte[]> image) {
        final StringBuilder description = new StringBuilder();
        image.forEach((file, bytes) -> description.append(file).append('=').append(text(bytes))
            .append('@').append(System.identityHashCode(bytes)).append('\n'));
        return description.toString();
    }

    /** Puts the image on disk: the next change works, and a rollback returns to what was found. */
    private void goOn(final Map<Path, byte[]> image) {
        try {
            final Path place = Files.createTempDirectory(places, "image");
            Files.createDirectories(place.resolve(".config.guard"));
            final List<Path> written = new ArrayList<>();
            for (final Path file : image.keySet()) {
                if (Files.isDirectory(file)) {
                    continue;
                }
                final Path copy = place.resolve(directory.relativize(file));
                final var same = written.stream()
                    .filter(other -> image.get(other) == image.get(file)).findFirst();
                if (same.isPresent()) {
                    Files.createLink(copy, place.resolve(directory.relativize(same.get())));
                } else {
                    Files.write(copy, image.get(file));
                }
                written.add(file);
            }
            final GuardedFile file = GuardedFile.of(place.resolve("config"));
            file.replace("next".getBytes(StandardCharsets.UTF_8)).orThrow();
            file.rollback().orThrow();
            assertEquals(text(image.get(path)), Files.readString(place.resolve("config")));
            assertEquals(List.of(), Places.temporaries(place));
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldHaveOldOrNewContentAndGoOnWhenPowerFailsAnywhere(final boolean rollback)
        throws IOException {
        final CrashImages images = new CrashImages(directory);
        final int count = check(images, change(rollback), rollback ? OLDEST : NEW);
        assertTrue(count > 50, "expected many images, found " + count);
    }

    @Test
    void shouldFindTheMistakeWhenASyncIsLeftOut() throws IOException {
        shouldFind(effect -> effect instanceof Effect.Synced);
        shouldFind(effect -> effect instanceof Effect.DirectorySynced(Path synced)
            && synced.equals(directory));
        shouldFind(effect -> effect instanceof Effect.DirectorySynced(Path synced)
            && synced.equals(versionOfOld.getParent()));
    }

    private void shouldFind(final Predicate<Effect> leftOut) throws IOException {
        final CrashImages images = new CrashImages(directory);
        final List<Effect> effects = new ArrayList<>(change(false));
        assertTrue(effects.removeIf(leftOut));
        assertThrows(AssertionError.class, () -> check(images, effects, NEW));
        try (var versions = Files.newDirectoryStream(versionOfOld.getParent())) {
            for (final Path version : versions) {
                Files.delete(version);
            }
        }
        Files.delete(versionOfOld.getParent());
        write();
    }
}
