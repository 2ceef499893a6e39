package org.fencepost.ipc.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.file.FaultyCalls.Fault;
import org.fencepost.ipc.file.FileFailedException.Content;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every call of a replacement fails in every way, once or from then on. */
class FailingCallTest {
    private static final byte[] OLD = "old content".getBytes();
    private static final byte[] NEW = new byte[150_000];

    static {
        Arrays.fill(NEW, (byte) 'n');
    }

    @TempDir
    Path directory;

    private final FaultyCalls calls = new FaultyCalls(Platform.detect().files());
    private final Surroundings surroundings = Surroundings.of(Platform.detect(), calls);

    private AtomicFile file(final Path path) {
        return AtomicFile.of(surroundings, path, FileOptions.defaults());
    }

    private List<String> callsWithoutFault(final Path path) {
        calls.failing(Fault.EIO, -1, -1, false);
        file(path).writeBytes(NEW);
        return List.copyOf(calls.made());
    }

    @Test
    void shouldMakeTheCallsThatTheNextTestsFailWhenNothingFails() throws IOException {
        final Path path = Files.write(directory.resolve("config"), OLD);
        assertTrue(new TreeSet<>(callsWithoutFault(path)).containsAll(Set.of("create", "chmod",
            "write", "sync", "rename", "sync of directory", "status")));
        assertTrue(callsWithoutFault(directory.resolve("a/b/config")).contains("mkdir"));
    }

    @ParameterizedTest
    @CsvSource({"true, false", "true, true", "false, false", "false, true"})
    void shouldHaveTheContentThatTheErrorNamesWhenACallFailsOnce(
        final boolean replacing, final boolean afterEffect) throws IOException {
        shouldHaveTheContentThatTheErrorNames(replacing, afterEffect, 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldHaveTheContentThatTheErrorNamesWhenEveryCallFailsFromThenOn(
        final boolean replacing) throws IOException {
        shouldHaveTheContentThatTheErrorNames(replacing, false, Integer.MAX_VALUE / 2);
    }

    @Test
    void shouldHaveTheContentThatTheErrorNamesWhenTheNextCallFailsToo() throws IOException {
        shouldHaveTheContentThatTheErrorNames(true, true, 1);
    }

    private void shouldHaveTheContentThatTheErrorNames(
        final boolean replacing, final boolean afterEffect, final int furtherFailures)
        throws IOException {
        final Set<Content> seen = EnumSet.noneOf(Content.class);
        int number = 0;
        for (final Fault fault : Fault.values()) {
            if (fault == Fault.EINTR && furtherFailures > 1) {
                // A signal for every call is no failure; the call is repeated until none comes.
                continue;
            }
            int failing = 0;
            boolean reached;
            do {
                final Path place = Files.createDirectory(directory.resolve("place" + number++));
                final Path path = place.resolve("made/config");
                if (replacing) {
                    Files.createDirectory(path.getParent());
                    Files.write(path, OLD);
                }
                calls.failing(fault, failing, failing + furtherFailures, afterEffect);
                check(path, replacing, fault, seen);
                reached = failing < calls.made().size();
                calls.failing(fault, -1, -1, false);
                file(path).writeBytes(NEW);
                assertArrayEquals(NEW, Files.readAllBytes(path));
                assertEquals(List.of(), Places.temporaries(place));
                failing++;
            } while (reached);
        }
        assertTrue(seen.containsAll(Set.of(Content.OLD, Content.NEW)), seen.toString());
    }

    private void check(
        final Path path, final boolean replacing, final Fault fault, final Set<Content> seen)
        throws IOException {
        final boolean isOld;
        final boolean isNew;
        Content said = Content.NEW;
        FileFailedException thrown = null;
        try {
            file(path).writeBytes(NEW);
        } catch (final FileFailedException failure) {
            thrown = failure;
            said = failure.content();
            seen.add(said);
        }
        if (Files.exists(path)) {
            final byte[] content = Files.readAllBytes(path);
            isOld = replacing && Arrays.equals(OLD, content);
            isNew = Arrays.equals(NEW, content);
        } else {
            isOld = !replacing;
            isNew = false;
        }
        final String what = fault + " in " + calls.made() + ": said " + said;
        assertTrue(isOld || isNew, what);
        assertTrue(said == Content.OLD_OR_NEW || isOld == (said == Content.OLD), what);
        if (fault == Fault.EINTR) {
            assertEquals(null, thrown, what);
        }
        if (thrown != null) {
            assertTrue(thrown.getMessage().contains(fault.name()), thrown.getMessage());
            assertTrue(thrown.getMessage().contains(path.getParent().getParent().toString()),
                thrown.getMessage());
        }
    }

    @Test
    void shouldSayOldOrNewWhenNobodyCanLook() throws IOException {
        final Path path = Files.write(directory.resolve("config"), OLD);
        final List<String> made = callsWithoutFault(path);
        Files.write(path, OLD);
        calls.failing(Fault.EIO, made.indexOf("rename"), Integer.MAX_VALUE, false);
        try {
            file(path).writeBytes(NEW);
        } catch (final FileFailedException failure) {
            assertEquals(Content.OLD_OR_NEW, failure.content());
            assertArrayEquals(OLD, Files.readAllBytes(path));
            return;
        }
        throw new AssertionError("should have failed");
    }

    @Test
    void shouldWriteEverythingWhenWritesAreShort() throws IOException {
        final Path path = directory.resolve("config");
        calls.writingAtMost(777);
        file(path).writeBytes(NEW);
        assertArrayEquals(NEW, Files.readAllBytes(path));
        assertTrue(calls.made().stream().filter("write"::equals).count() >= NEW.length / 777);
    }
}
