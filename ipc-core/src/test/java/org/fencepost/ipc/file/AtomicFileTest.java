package org.fencepost.ipc.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import org.fencepost.ipc.file.FileFailedException.Content;
import org.fencepost.ipc.os.ChildJvm;
import org.fencepost.ipc.os.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AtomicFileTest extends OnEveryPlatform {
    private static final Serializer<Object> JSON = (value, out) ->
        out.write(String.valueOf(value).getBytes(StandardCharsets.UTF_8));

    AtomicFileTest() {
        super("old");
    }

    private AtomicFile file() {
        return file(path, FileOptions.defaults());
    }

    private AtomicFile file(final Path at, final FileOptions options) {
        return AtomicFile.of(surroundings, at, options);
    }

    @Test
    void shouldReplaceContentWhenBytesOfAnySizeAreWritten() throws IOException {
        for (final int size : new int[] {0, 1, 65_535, 65_536, 65_537, 1_000_000}) {
            final byte[] bytes = new byte[size];
            new Random(size).nextBytes(bytes);
            file().writeBytes(bytes);
            assertArrayEquals(bytes, Files.readAllBytes(path));
        }
    }

    @Test
    void shouldJoinPiecesWhenTheyAreWrittenOneByOne() throws IOException {
        final StringBuilder expected = new StringBuilder();
        try (AtomicWriter writer = file().writer()) {
            for (int i = 0; i < 30_000; i++) {
                writer.write((i + "\n").getBytes(StandardCharsets.UTF_8));
                expected.append(i).append('\n');
            }
            writer.write('x');
            expected.append('x');
            assertEquals(expected.length(), writer.lengthBytes());
            writer.commit();
        }
        assertEquals(expected.toString(), Files.readString(path));
    }

    @Test
    void shouldKeepOldContentWhenWriterIsNotCommitted() throws IOException {
        try (AtomicWriter writer = file().writer()) {
            writer.write(new byte[200_000]);
            assertEquals("old", Files.readString(path));
        }
        assertEquals("old", Files.readString(path));
    }

    @Test
    void shouldKeepOldContentWhenSourceThrows() throws IOException {
        final IllegalStateException own = new IllegalStateException("own");
        assertSame(own, assertThrows(IllegalStateException.class, () -> file().write(out -> {
            out.write(new byte[100_000]);
            throw own;
        })));
        final IOException ownIo = new IOException("own");
        assertSame(ownIo, assertThrows(UncheckedIOException.class, () -> file().write(out -> {
            throw ownIo;
        })).getCause());
        assertThrows(StackOverflowError.class, () -> file().write(out -> {
            throw new StackOverflowError();
        }));
        assertEquals("old", Files.readString(path));
        final Path missing = directory.resolve("missing");
        assertThrows(IllegalStateException.class,
            () -> file(missing, FileOptions.defaults()).write(out -> {
                throw own;
            }));
        assertFalse(Files.exists(missing));
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 100_000})
    void shouldKeepOldContentWhenMemoryToWriteIsNotThereAnyMore(final int length)
        throws IOException {
        final ByteBuffer closed;
        try (Arena arena = Arena.ofConfined()) {
            closed = arena.allocate(length).asByteBuffer();
        }
        try (AtomicWriter writer = file().writer()) {
            writer.write(new byte[100]);
            assertThrows(IllegalStateException.class, () -> writer.write(closed));
            assertThrows(IllegalStateException.class, () -> writer.write('1'));
            assertThrows(IllegalStateException.class, writer::commit);
            assertEquals(List.of(), Places.temporaries(directory));
        }
        assertEquals("old", Files.readString(path));
    }

    @Test
    void shouldRefuseWhenWriterIsCommittedOrClosed() throws IOException {
        final AtomicWriter writer = file().writer();
        writer.write('1');
        writer.commit();
        assertThrows(IllegalStateException.class, () -> writer.write('2'));
        assertThrows(IllegalStateException.class, writer::commit);
        writer.close();
        writer.close();
        final AtomicWriter closed = file().writer();
        closed.close();
        assertThrows(IllegalStateException.class, closed::commit);
        assertEquals("1", Files.readString(path));
    }

    @Test
    void shouldEndTextWithNewlineWhenThereIsNone() throws IOException {
        file().writeText("grün");
        assertEquals("grün\n", Files.readString(path));
        file().writeText("two\nlines\n");
        assertEquals("two\nlines\n", Files.readString(path));
        file().writeText("");
        assertEquals("", Files.readString(path));
        file(path, FileOptions.defaults().trailingNewline(false)).writeText("none");
        assertEquals("none", Files.readString(path));
        final String longText = "\uD83D\uDE00".repeat(50_000);
        file().writeText(longText);
        assertEquals(longText + "\n", Files.readString(path));
    }

    @Test
    void shouldKeepOldContentWhenTextIsNotText() throws IOException {
        for (final String bad : new String[] {
            "a\uD83D", "a\uDE00b", "x".repeat(20_000) + "\uD83D"}) {
            assertThrows(IllegalArgumentException.class, () -> file().writeText(bad));
            assertEquals("old", Files.readString(path));
        }
    }

    @Test
    void shouldWriteJsonWhenSerializerClosesItsStream() throws IOException {
        file().writeJson(17, (value, out) -> {
            JSON.write(value, out);
            out.close();
        });
        assertEquals("17\n", Files.readString(path));
    }

    @Test
    void shouldWriteOneLineForEachValueWhenJsonLinesAreWritten() throws IOException {
        file().writeJsonLines(List.of(1, 2, 3), JSON);
        assertEquals("1\n2\n3\n", Files.readString(path));
        file().writeJsonLines(List.of(), JSON);
        assertEquals("", Files.readString(path));
        file(path, FileOptions.defaults().trailingNewline(false))
            .writeJsonLines(List.of(1, 2), JSON);
        assertEquals("1\n2", Files.readString(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\n}", "1\r", "\n", ""})
    void shouldKeepOldContentWhenAValueIsNotOneLine(final String value) throws IOException {
        final String message = assertThrows(IllegalArgumentException.class,
            () -> file().writeJsonLines(List.of("1", value), JSON)).getMessage();
        assertTrue(message.startsWith(path + ": JSON Lines: expected a value"), message);
        assertEquals("old", Files.readString(path));
    }

    @Test
    void shouldMakeParentsWhenTheyAreMissing() throws IOException {
        final Path deep = directory.resolve("a/b/c/file");
        file(deep, FileOptions.defaults()).writeText("deep");
        assertEquals("deep\n", Files.readString(deep));
        final Path other = directory.resolve("x/y/file");
        final FileFailedException refusal = assertThrows(FileFailedException.class,
            () -> file(other, FileOptions.defaults().createParents(false)).writeText("no"));
        assertEquals(Content.OLD, refusal.content());
        assertTrue(refusal.getMessage().contains(other.getParent().toString()));
        assertFalse(Files.exists(directory.resolve("x")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rwxr-xr-x", "r--r--r--", "rw-rw-rw-", "-w-------"})
    void shouldKeepPermissionsWhenAFileIsReplaced(final String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
        file().writeText("new");
        assertEquals(permissions,
            PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }

    @Test
    void shouldKeepPermissionsWhenTheyChangeWhileItIsWritten() throws IOException {
        try (AtomicWriter writer = file().writer()) {
            writer.write('1');
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            writer.commit();
        }
        assertEquals("rw-------",
            PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }

    @Test
    void shouldNotShowContentToOthersWhenTheOldOneIsPrivate() throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        try (AtomicWriter writer = file().writer()) {
            writer.write(new byte[100_000]);
            final Path temporary = Places.temporaries(directory).getFirst();
            assertEquals("rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(temporary)));
        }
    }

    @Test
    void shouldKeepOwnerWhenAFileIsReplaced() throws IOException {
        assumeTrue((int) Files.getAttribute(directory, "unix:uid") == 0, "only root may give away");
        Files.setAttribute(path, "unix:uid", 12_345);
        Files.setAttribute(path, "unix:gid", 23_456);
        Files.setAttribute(path, "unix:mode", 04755);
        file().writeText("new");
        assertEquals(12_345, Files.getAttribute(path, "unix:uid"));
        assertEquals(23_456, Files.getAttribute(path, "unix:gid"));
        assertEquals(04755, mode(path));
    }

    @ParameterizedTest
    @ValueSource(ints = {04755, 02755, 06711, 01644})
    void shouldKeepAllTwelveBitsWhenItsOwnUserReplacesIt(final int mode) throws Exception {
        final Path place = placeOf(12_345, 23_456);
        final Path file = fileOf(place, 12_345, 23_456, mode);
        assertEquals("written", replacedBy(12_345, 23_456, file));
        assertEquals("new\n", Files.readString(file));
        assertEquals(mode, mode(file));
    }

    @Test
    void shouldFailWhenABitOfThePermissionsCannotBeKept() throws Exception {
        final Path place = placeOf(12_345, 23_456);
        // Files in it have its group, of which their maker need not be a member.
        Files.setAttribute(place, "unix:mode", 02755);
        final Path file = fileOf(place, 12_345, 23_456, 02755);
        final String said = replacedBy(12_345, 34_567, file);
        assertTrue(said.startsWith("OLD") && said.contains("expected 02755"), said);
        assertEquals("old", Files.readString(file));
        assertEquals(02755, mode(file));
    }

    private Path placeOf(final int user, final int group) throws IOException {
        assumeTrue((int) Files.getAttribute(directory, "unix:uid") == 0, "only root may give away");
        final Path place = Files.createDirectory(directory.resolve("place"));
        Files.setAttribute(place, "unix:uid", user);
        Files.setAttribute(place, "unix:gid", group);
        return place;
    }

    private static Path fileOf(
        final Path place, final int user, final int group, final int mode) throws IOException {
        final Path file = Files.writeString(place.resolve("config"), "old");
        Files.setAttribute(file, "unix:uid", user);
        Files.setAttribute(file, "unix:gid", group);
        Files.setAttribute(file, "unix:mode", mode);
        return file;
    }

    private static int mode(final Path file) throws IOException {
        return (int) Files.getAttribute(file, "unix:mode") & 07777;
    }

    /** What another user says who replaces the file on this platform. */
    private String replacedBy(final int user, final int group, final Path file) throws Exception {
        try (ChildJvm child = ChildJvm.startAs(
            user, group, group, "0022", ReplacingUser.class, file,
            surroundings.platform() == Platform.portable())) {
            final String said = child.line();
            assertEquals("", child.rest());
            return said;
        }
    }

    @Test
    void shouldGiveNewFileThePermissionsThatTheUmaskLeaves() throws IOException {
        final Path plain = Files.createFile(directory.resolve("plain"));
        final Path created = directory.resolve("created");
        file(created, FileOptions.defaults()).writeText("new");
        assertEquals(Files.getPosixFilePermissions(plain), Files.getPosixFilePermissions(created));
        final Path secret = directory.resolve("secret");
        file(secret, FileOptions.defaults().newFilePermissions(0600)).writeText("new");
        assertEquals("rw-------",
            PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)));
        final Path readOnly = directory.resolve("read-only");
        file(readOnly, FileOptions.defaults().newFilePermissions(0440)).writeText("new");
        assertEquals("r--r-----",
            PosixFilePermissions.toString(Files.getPosixFilePermissions(readOnly)));
        assertThrows(IllegalArgumentException.class,
            () -> FileOptions.defaults().newFilePermissions(01777));
    }

    @Test
    void shouldReplaceWhatALinkLeadsToWhenLinksAreFollowed() throws IOException {
        final Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        final Path there = Files.writeString(elsewhere.resolve("real"), "old");
        Files.createSymbolicLink(elsewhere.resolve("second"), Path.of("../elsewhere/real"));
        final Path link = Files.createSymbolicLink(
            directory.resolve("link"), Path.of("elsewhere/second"));
        file(link, FileOptions.defaults()).writeText("new");
        assertEquals("new\n", Files.readString(there));
        assertTrue(Files.isSymbolicLink(link));
        final Path dangling = Files.createSymbolicLink(
            directory.resolve("dangling"), Path.of("elsewhere/made"));
        file(dangling, FileOptions.defaults()).writeText("made");
        assertEquals("made\n", Files.readString(elsewhere.resolve("made")));
    }

    @Test
    void shouldRefuseWhenALinkIsNotToBeFollowedOrHasNoEnd() throws IOException {
        final Path link = Files.createSymbolicLink(directory.resolve("link"), path);
        assertThrows(FileFailedException.class,
            () -> file(link, FileOptions.defaults().followLinks(false)).writeText("new"));
        assertEquals("old", Files.readString(path));
        final Path loop = directory.resolve("loop");
        Files.createSymbolicLink(loop, loop);
        assertThrows(FileFailedException.class,
            () -> file(loop, FileOptions.defaults()).writeText("new"));
        assertTrue(Files.isSymbolicLink(loop));
    }

    @Test
    void shouldRefuseWhenSomethingElseThanAFileIsThere() throws Exception {
        final Path folder = Files.createDirectory(directory.resolve("folder"));
        assertThrows(FileFailedException.class,
            () -> file(folder, FileOptions.defaults()).writeText("new"));
        final Path pipe = directory.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        assertThrows(FileFailedException.class,
            () -> file(pipe, FileOptions.defaults()).writeText("new"));
        assertTrue(Files.exists(pipe, LinkOption.NOFOLLOW_LINKS));
        assertThrows(FileFailedException.class,
            () -> file(Path.of("/"), FileOptions.defaults()).writeText("new"));
    }

    @Test
    void shouldKeepOldContentWhenADirectoryTakesThePlaceMeanwhile() throws IOException {
        try (AtomicWriter writer = file().writer()) {
            Files.delete(path);
            Files.createDirectory(path);
            assertEquals(Content.OLD,
                assertThrows(FileFailedException.class, writer::commit).content());
        }
        assertTrue(Files.isDirectory(path));
    }

    @Test
    void shouldWriteWhenTheNameIsAsLongAsANameCanBe() throws IOException {
        final Path longest = directory.resolve("n".repeat(255));
        file(longest, FileOptions.defaults()).writeText("new");
        assertEquals("new\n", Files.readString(longest));
        final Path foreign = directory.resolve("größe").resolve("日本");
        file(foreign, FileOptions.defaults()).writeText("new");
        assertEquals("new\n", Files.readString(foreign));
    }

    @Test
    void shouldWriteAndStayInterruptedWhenTheThreadIsInterrupted() throws IOException {
        Thread.currentThread().interrupt();
        try {
            file().writeBytes(new byte[300_000]);
        } finally {
            assertTrue(Thread.interrupted());
        }
        assertEquals(300_000, Files.size(path));
    }
}
