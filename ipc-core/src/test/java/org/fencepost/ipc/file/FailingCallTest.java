package org.fencepost.ipc.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.file.FaultyCalls.Fault;
import org.fencepost.ipc.file.FileFailedException.Content;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every call of a replacement and of a guarded change fails in every way, once or from then on. */
class FailingCallTest {
    private static final byte[] OLDEST = "oldest content".getBytes();
    private static final byte[] OLD = "old content".getBytes();
    private static final byte[] NEW = new byte[70_000];

    static {
        Arrays.fill(NEW, (byte) 'n');
    }

    @TempDir(factory = MemoryDirectory.class)
    Path directory;

    private final FaultyCalls calls = new FaultyCalls(Platform.detect().files());
    private final Surroundings surroundings = Surroundings.of(Platform.detect(), calls);

    /** How a file gets other content. */
    private enum Way {
        WRITE_NEW, WRITE, GUARDED_NEW, GUARDED, ROLLBACK;

        boolean isNew() {
            return this == WRITE_NEW || this == GUARDED_NEW;
        }

        boolean isGuarded() {
            return this != WRITE_NEW && this != WRITE;
        }

        /** What the file is to hold. */
        byte[] content() {
            return this == ROLLBACK ? OLDEST : NEW;
        }
    }

    private AtomicFile file(final Path path) {
        return AtomicFile.of(surroundings, path, FileOptions.defaults());
    }

    private GuardedFile guarded(final Path path) {
        return GuardedFile.of(surroundings, path, GuardOptions.defaults().history(2));
    }

    private void prepare(final Way way, final Path path) throws IOException {
        if (way.isNew()) {
            return;
        }
        Files.createDirectories(path.getParent());
        Files.write(path, OLD);
        if (way.isGuarded()) {
            final Path guard = Files.createDirectory(path.resolveSibling(".config.guard"));
            Files.write(guard.resolve("version-0000000000000000001"), NEW);
            Files.write(guard.resolve("version-0000000000000000002"), OLDEST);
        }
    }

    private void change(final Way way, final Path path) {
        switch (way) {
            case WRITE_NEW, WRITE -> file(path).writeBytes(NEW);
            case GUARDED_NEW, GUARDED -> guarded(path).replace(NEW).orThrow();
            case ROLLBACK -> guarded(path).rollback().orThrow();
        }
    }

    private List<String> callsWithoutFault(final Way way, final Path path) throws IOException {
        prepare(way, path);
        calls.failing(Fault.EIO, -1, -1, false);
        change(way, path);
        return List.copyOf(calls.made());
    }

    @Test
    void shouldMakeTheCallsThatTheNextTestsFailWhenNothingFails() throws IOException {
        assertTrue(callsWithoutFault(Way.WRITE, directory.resolve("write/config"))
            .containsAll(Set.of("create", "chmod", "write", "sync", "rename", "sync of directory",
                "status")));
        assertTrue(callsWithoutFault(Way.WRITE_NEW, directory.resolve("a/b/config"))
            .contains("mkdir"));
        assertTrue(callsWithoutFault(Way.GUARDED, directory.resolve("guarded/config"))
            .containsAll(Set.of("open", "read", "link", "unlink", "rename")));
    }

    @ParameterizedTest
    @EnumSource
    void shouldHaveTheContentThatTheErrorNamesWhenACallFailsBeforeItsEffect(final Way way)
        throws IOException {
        shouldHaveTheContentThatTheErrorNames(way, false, 0);
    }

    @ParameterizedTest
    @EnumSource
    void shouldHaveTheContentThatTheErrorNamesWhenACallFailsAfterItsEffect(final Way way)
        throws IOException {
        shouldHaveTheContentThatTheErrorNames(way, true, 0);
    }

    @ParameterizedTest
    @EnumSource
    void shouldHaveTheContentThatTheErrorNamesWhenEveryCallFailsFromThenOn(final Way way)
        throws IOException {
        shouldHaveTheContentThatTheErrorNames(way, false, Integer.MAX_VALUE / 2);
    }

    @ParameterizedTest
    @EnumSource
    void shouldHaveTheContentThatTheErrorNamesWhenTheNextCallFailsToo(final Way way)
        throws IOException {
        shouldHaveTheContentThatTheErrorNames(way, true, 1);
    }

    private void shouldHaveTheContentThatTheErrorNames(
        final Way way, final boolean afterEffect, final int furtherFailures) throws IOException {
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
                prepare(way, path);
                calls.failing(fault, failing, failing + furtherFailures, afterEffect);
                check(way, path, fault, seen);
                reached = failing < calls.made().size();
                calls.failing(fault, -1, -1, false);
                goOn(way, path);
                assertEquals(List.of(), Places.temporaries(place));
                failing++;
            } while (reached);
        }
        assertTrue(seen.containsAll(Set.of(Content.OLD, Content.NEW)), seen.toString());
    }

    /** The next change works, and what was there before it is what a rollback returns to. */
    private void goOn(final Way way, final Path path) throws IOException {
        if (!way.isGuarded()) {
            file(path).writeBytes(NEW);
            assertArrayEquals(NEW, Files.readAllBytes(path));
            return;
        }
        final Optional<byte[]> before = guarded(path).read().map(GuardedFile.Snapshot::bytes);
        guarded(path).replace("next".getBytes()).orThrow();
        if (before.isPresent()) {
            guarded(path).rollback().orThrow();
            assertArrayEquals(before.get(), Files.readAllBytes(path));
        } else {
            assertEquals(List.of(), guarded(path).versions());
        }
    }

    private void check(
        final Way way, final Path path, final Fault fault, final Set<Content> seen)
        throws IOException {
        final boolean isOld;
        final boolean isNew;
        Content said = Content.NEW;
        FileFailedException thrown = null;
        try {
            change(way, path);
        } catch (final FileFailedException failure) {
            thrown = failure;
            said = failure.content();
            seen.add(said);
        }
        if (Files.exists(path)) {
            final byte[] content = Files.readAllBytes(path);
            isOld = !way.isNew() && Arrays.equals(OLD, content);
            isNew = Arrays.equals(way.content(), content);
        } else {
            isOld = way.isNew();
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
        final Path path = directory.resolve("config");
        final List<String> made = callsWithoutFault(Way.WRITE, path);
        Files.write(path, OLD);
        calls.failing(Fault.EIO, made.indexOf("rename"), Integer.MAX_VALUE, false);
        final FileFailedException failure =
            assertThrows(FileFailedException.class, () -> file(path).writeBytes(NEW));
        assertEquals(Content.OLD_OR_NEW, failure.content());
        assertArrayEquals(OLD, Files.readAllBytes(path));
    }

    @Test
    void shouldBelongToItsWriterOnlyWhenTheOwnerNeedNotBeKept() throws IOException {
        assumeTrue((int) Files.getAttribute(directory, "unix:uid") == 0, "only root may give away");
        final Path path = Files.write(directory.resolve("config"), OLD);
        Files.setAttribute(path, "unix:uid", 12_345);
        Files.setAttribute(path, "unix:mode", 04755);
        calls.refusing("chown");
        final FileFailedException refusal =
            assertThrows(FileFailedException.class, () -> file(path).writeBytes(NEW));
        assertEquals(Content.OLD, refusal.content());
        assertArrayEquals(OLD, Files.readAllBytes(path));

        AtomicFile.of(surroundings, path, FileOptions.defaults().keepOwner(false)).writeBytes(NEW);
        assertArrayEquals(NEW, Files.readAllBytes(path));
        assertEquals(0, Files.getAttribute(path, "unix:uid"));
        assertEquals(0755, (int) Files.getAttribute(path, "unix:mode") & 07777,
            "what ran as its old owner must not run as its new one");
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
