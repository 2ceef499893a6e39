package org.fencepost.ipc.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.file.FaultyCalls.Fault;
import org.fencepost.ipc.file.FileFailedException.Content;
import org.fencepost.ipc.file.RecordingCalls.Effect;
import org.fencepost.ipc.os.FileCalls;
import org.fencepost.ipc.os.FileHandle;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replacing bytes inside a file, and what a failure or a crash in the middle leaves. */
class InPlaceChangeTest {
    private static final byte[] FIND = bytes("abcd");
    private static final byte[] REPLACE = bytes("ABxy");
    private static final String OLD = "__abcd__abcd";
    private static final String NEW = "__ABxy__ABxy";

    @TempDir
    Path directory;

    private Path path;

    @BeforeEach
    void write() throws IOException {
        path = Files.writeString(directory.resolve("data"), OLD);
    }

    private static byte[] bytes(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private GuardedFile file() {
        return GuardedFile.of(path);
    }

    private static Path record(final Path file) {
        return file.resolveSibling(".data.guard").resolve(InPlaceChange.RECORD);
    }

    @Test
    void shouldReplaceEveryMatchWhenLengthsAreEqual() throws IOException {
        final Object inode = Files.getAttribute(path, "unix:ino");
        assertEquals(new Replacement.ReplacedInPlace(2), file().replaceInPlace(FIND, REPLACE));
        assertEquals(NEW, Files.readString(path));
        assertEquals(inode, Files.getAttribute(path, "unix:ino"));
        assertFalse(Files.exists(record(path)));
        assertEquals(new Replacement.ReplacedInPlace(0), file().replaceInPlace(FIND, REPLACE));
        assertThrows(IllegalArgumentException.class,
            () -> file().replaceInPlace(FIND, bytes("longer")));
        assertThrows(IllegalArgumentException.class,
            () -> file().replaceInPlace(new byte[0], new byte[0]));
        final byte[] tooLong = new byte[(64 << 20) + 1];
        assertThrows(IllegalArgumentException.class, () -> file().replaceInPlace(tooLong, tooLong));
    }

    @Test
    void shouldAskNoValidatorAndKeepNoVersionWhenItReplacesInPlace() throws IOException {
        final GuardedFile strict = GuardedFile.of(path, GuardOptions.defaults().validator(content -> {
            if (!new String(content, StandardCharsets.UTF_8).startsWith("valid")) {
                throw new IllegalStateException("not valid");
            }
        }));
        strict.replace(bytes("valid 1")).orThrow();
        strict.replace(bytes("valid 2")).orThrow();
        assertEquals(new Replacement.ReplacedInPlace(1), strict.replaceInPlace(bytes("valid"), bytes("wrong")));
        assertEquals("wrong 2", Files.readString(path));
        assertEquals(2, strict.versions().size());
        strict.rollback().orThrow();
        assertEquals("valid 1", Files.readString(path));
    }

    @Test
    void shouldFindNothingWhenTheFileIsEmptyOrMissing() throws IOException {
        Files.write(path, new byte[0]);
        assertEquals(new Replacement.ReplacedInPlace(0), file().replaceInPlace(FIND, REPLACE));
        Files.delete(path);
        assertEquals(new Replacement.ReplacedInPlace(0), file().replaceInPlace(FIND, REPLACE));
        assertFalse(Files.exists(path));
    }

    @Test
    void shouldReplaceOverManyWindowsOfTheRecordWhenThereAreManyMatches() throws IOException {
        Files.writeString(path, OLD.repeat(5_000));
        assertEquals(
            new Replacement.ReplacedInPlace(10_000), file().replaceInPlace(FIND, REPLACE));
        assertEquals(NEW.repeat(5_000), Files.readString(path));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldReturnToOldOrGoOnToNewWhenPowerFailsAnywhere(final boolean forward)
        throws IOException {
        Files.createDirectories(record(path).getParent());
        final CrashImages images = new CrashImages(directory);
        final RecordingCalls calls = new RecordingCalls(Platform.detect().files());
        GuardedFile.of(Surroundings.of(Platform.detect(), calls), path, GuardOptions.defaults())
            .replaceInPlace(FIND, REPLACE);
        final Path place = Files.createDirectory(directory.resolve("image"));
        final Set<String> seen = new HashSet<>();
        for (final Effect effect : calls.take()) {
            images.add(effect);
            images.forEach(image -> {
                recover(image, place, forward, seen);
            });
        }
        images.forEach(image -> assertArrayEquals(bytes(NEW), image.get(path)));
        assertTrue(seen.size() > 10, "expected mixed contents too, found " + seen);
    }

    /** Puts the image on disk, lets it recover, and looks. */
    private void recover(
        final Map<Path, byte[]> image, final Path place, final boolean forward,
        final Set<String> seen) {
        try {
            final Path file = place.resolve("data");
            final byte[] record = image.get(record(path));
            Files.createDirectories(record(file).getParent());
            Files.write(file, image.get(path));
            Files.deleteIfExists(record(file));
            if (record != null) {
                Files.write(record(file), record);
            }
            final String before = new String(image.get(path), StandardCharsets.UTF_8);
            final boolean added = seen.add(before + (record == null));
            if (!added) {
                return;
            }
            GuardedFile.of(file).recover(forward).orThrow();
            final String after = Files.readString(file);
            final String expected = record == null ? before
                : forward || before.equals(NEW) ? NEW : OLD;
            assertEquals(expected, after, "from " + before);
            assertTrue(after.equals(OLD) || after.equals(NEW), after + " from " + before);
            assertFalse(Files.exists(record(file)));
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Fault.class, names = {"EIO", "ENOSPC", "EINTR"})
    void shouldHaveTheContentThatTheErrorNamesWhenACallFails(final Fault fault)
        throws IOException {
        final FaultyCalls calls = new FaultyCalls(Platform.detect().files());
        final GuardedFile file = GuardedFile.of(
            Surroundings.of(Platform.detect(), calls), path, GuardOptions.defaults());
        final Set<Content> seen = new HashSet<>();
        for (final int further : fault == Fault.EINTR
            ? new int[] {0} : new int[] {0, Integer.MAX_VALUE / 2}) {
            boolean reached;
            int failing = 0;
            do {
                Files.writeString(path, OLD);
                Files.deleteIfExists(record(path));
                calls.failing(fault, failing, failing + further, failing % 2 == 1);
                Content said = Content.NEW;
                try {
                    file.replaceInPlace(FIND, REPLACE).orThrow();
                } catch (final FileFailedException failure) {
                    said = failure.content();
                    seen.add(said);
                    assertTrue(fault != Fault.EINTR, "a signal should be no failure");
                }
                reached = failing < calls.made().size();
                final String made = calls.made().toString();
                calls.failing(fault, -1, -1, false);
                final String found = Files.readString(path);
                switch (said) {
                    case OLD -> assertEquals(OLD, found, made);
                    case NEW -> assertEquals(NEW, found, made);
                    default -> assertTrue(Files.exists(record(path)));
                }
                file.recover(false).orThrow();
                final String recovered = Files.readString(path);
                assertEquals(found.equals(NEW) ? NEW : OLD, recovered);
                failing++;
            } while (reached);
        }
        if (fault == Fault.EIO) {
            assertEquals(Set.of(Content.OLD, Content.NEW, Content.MIXED), seen);
        }
    }

    @Test
    void shouldHaveTheContentThatTheErrorNamesWhenACallOfCompletingFails() throws IOException {
        final FaultyCalls calls = new FaultyCalls(Platform.detect().files());
        final GuardedFile file = GuardedFile.of(
            Surroundings.of(Platform.detect(), calls), path, GuardOptions.defaults());
        final String mixed = "__ABcd__abxy";
        final Set<Content> seen = new HashSet<>();
        Files.createDirectories(record(path).getParent());
        for (final boolean afterEffect : new boolean[] {false, true}) {
            int failing = 0;
            do {
                Files.writeString(path, mixed);
                Files.write(record(path), recordOf().encode());
                calls.failing(Fault.EIO, failing, failing, afterEffect);
                Content said = Content.NEW;
                try {
                    file.recover(true).orThrow();
                } catch (final FileFailedException failure) {
                    said = failure.content();
                    seen.add(said);
                }
                final String found = Files.readString(path);
                switch (said) {
                    case OLD -> assertEquals(mixed, found, calls.made().toString());
                    case NEW -> assertEquals(NEW, found, calls.made().toString());
                    default -> assertTrue(Files.exists(record(path)));
                }
                failing++;
            } while (failing <= calls.made().size());
        }
        assertEquals(Set.of(Content.OLD, Content.NEW, Content.MIXED), seen);
    }

    @Test
    void shouldSayWhichRecordIsInTheWayWhenItsFileIsGone() throws IOException {
        Files.createDirectories(record(path).getParent());
        Files.write(record(path), recordOf().encode());
        Files.delete(path);
        final FileFailedException refusal =
            assertThrows(FileFailedException.class, () -> file().replace(bytes("other")));
        assertTrue(refusal.getMessage().contains("remove " + record(path)), refusal.getMessage());
    }

    private static UndoRecord recordOf() {
        return new UndoRecord(OLD.length(), FIND, REPLACE, new long[] {2, 8});
    }

    /** There is no record to remove then. */
    @Test
    void shouldSayToTryAgainWhenAnotherWritesBeforeThereIsARecord() {
        final FileCalls calls = new FaultyCalls(Platform.detect().files()) {
            @Override
            public FileHandle open(final Path opened, final boolean writable) throws IOException {
                if (opened.equals(path)) {
                    Files.writeString(path, OLD + "!");
                }
                return super.open(opened, writable);
            }
        };
        final FileFailedException refusal = assertThrows(FileFailedException.class, () -> GuardedFile.of(
            Surroundings.of(Platform.detect(), calls), path, GuardOptions.defaults()).replaceInPlace(FIND, REPLACE));
        assertTrue(refusal.getMessage().endsWith("; try again"), refusal.getMessage());
        assertFalse(Files.exists(record(path)));
    }

    @Test
    void shouldBeUnfinishedAsLongAsThereIsARecord() throws IOException {
        assertFalse(file().isUnfinished());
        Files.createDirectories(record(path).getParent());
        Files.write(record(path), recordOf().encode());
        assertTrue(file().isUnfinished());
        file().recover(false).orThrow();
        assertFalse(file().isUnfinished());
    }

    @Test
    void shouldRefuseWhenTheRecordDoesNotFitOrIsDamaged() throws IOException {
        final UndoRecord record = recordOf();
        Files.createDirectories(record(path).getParent());
        Files.write(record(path), record.encode());
        Files.writeString(path, "__abcd__????");
        final FileFailedException misfit =
            assertThrows(FileFailedException.class, () -> file().replace(bytes("other")));
        assertTrue(misfit.getMessage().contains("at 8"), misfit.getMessage());
        assertEquals("__abcd__????", Files.readString(path));
        Files.writeString(path, OLD + "!");
        assertThrows(FileFailedException.class, () -> file().recover(true));
        Files.writeString(path, OLD);
        for (int i = 0; i < record.encode().length; i++) {
            final byte[] damaged = record.encode();
            damaged[i] ^= 4;
            Files.write(record(path), damaged);
            assertThrows(FileFailedException.class, () -> file().recover(true));
            Files.write(record(path), Arrays.copyOf(record.encode(), i));
            assertThrows(FileFailedException.class, () -> file().recover(true));
        }
        assertEquals(OLD, Files.readString(path));
        Files.write(record(path), record.encode());
        assertEquals(new Replacement.ReplacedInPlace(2), file().recover(true));
        assertEquals(NEW, Files.readString(path));
        assertEquals(List.of(), Places.temporaries(directory));
    }
}
