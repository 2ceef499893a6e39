package org.fencepost.ipc.os;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.NonWritableChannelException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("org.fencepost.ipc.os.Platforms#all")
class FileCallsTest {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path ANOTHER_FILE_SYSTEM = Path.of("/dev/shm");

    @Parameter
    Platform platform;

    @TempDir
    Path directory;

    private FileCalls calls;
    private Path path;

    @BeforeEach
    void open() {
        calls = platform.files();
        path = directory.resolve("file");
    }

    private static ByteBuffer bytes(final String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldSayWhatAPathOfAnotherFileSystemIs() throws IOException {
        final URI archive = URI.create("jar:" + directory.resolve("archive.zip").toUri());
        try (FileSystem zip = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
            final Path inside = zip.getPath("/channel");
            final String message =
                assertThrows(IllegalArgumentException.class, () -> calls.status(inside, false)).getMessage();
            assertTrue(message.startsWith("/channel: expected a path of")
                && message.endsWith("found " + inside.toUri()), message);
        }
    }

    @Test
    void shouldWriteReadAndDescribeWhenAFileIsCreated() throws IOException {
        try (FileHandle handle = calls.create(path, 0640)) {
            final ByteBuffer content = bytes("content");
            assertEquals(7, handle.write(content, 3));
            assertFalse(content.hasRemaining());
            handle.sync();
            final ByteBuffer read = ByteBuffer.allocate(4);
            assertEquals(4, handle.read(read, 6));
            assertEquals(bytes("tent"), read.flip());
            assertEquals(-1, handle.read(read.clear(), 10));
            assertEquals(10, handle.status().sizeBytes());
            assertEquals(0640, handle.status().permissions() | 0640);
            handle.changePermissions(0604);
            assertTrue(handle.status().isSameFile(calls.status(path, false).orElseThrow()));
        }
        assertEquals("rw----r--",
            PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        assertEquals(0604, calls.status(path, false).orElseThrow().permissions());
        assertEquals("\0\0\0content", Files.readString(path));
        calls.syncDirectory(directory);
    }

    @Test
    void shouldHaveBlocksForWhatIsAllocatedAndKeepWhatIsThere() throws IOException {
        try (FileHandle handle = calls.create(path, 0600)) {
            handle.write(bytes("content"), 0);
            handle.allocate(100_000);
            assertEquals(100_000, handle.status().sizeBytes());
            assertTrue(handle.status().allocatedBytes() >= 100_000);
            handle.allocate(50_000);
            assertEquals(100_000, handle.status().sizeBytes());
            final byte[] found = Files.readAllBytes(path);
            assertEquals("content", new String(found, 0, 7, StandardCharsets.UTF_8));
            assertArrayEquals(new byte[100_000 - 7], Arrays.copyOfRange(found, 7, 100_000));
        }
    }

    @Test
    void shouldAllocateWhenTheThreadIsInterrupted() throws IOException {
        try (FileHandle handle = calls.create(path, 0600)) {
            Thread.currentThread().interrupt();
            try {
                handle.allocate(10_000);
            } finally {
                assertTrue(Thread.interrupted(), "the interruption must not be lost");
            }
            assertEquals(10_000, handle.status().sizeBytes());
        }
    }

    @Test
    void shouldTellAFileFromItsCopyAndOneDeviceFromAnother() throws IOException {
        calls.create(path, 0600).close();
        final Path copy = Files.copy(path, directory.resolve("copy"));
        final FileStatus original = calls.status(path, false).orElseThrow();
        assertEquals(Files.getAttribute(path, "unix:ino"), original.inode());
        assertEquals(original.inode(), calls.status(path, false).orElseThrow().inode(), "it stays");
        assertFalse(original.isSameFile(calls.status(copy, false).orElseThrow()));
        assertEquals(original.device(), calls.status(copy, false).orElseThrow().device());
        if (platform == Platform.portable()) {
            assertEquals(0, original.bornNanos(), "the JDK does not say whether it knows");
        } else {
            // The JDK says this in place of a time of birth that it does not know.
            Files.setLastModifiedTime(path, FileTime.fromMillis(0));
            assertEquals(((FileTime) Files.getAttribute(path, "creationTime")).to(TimeUnit.NANOSECONDS),
                original.bornNanos());
            final long device = (long) Files.getAttribute(path, "unix:dev");
            assertEquals(
                (device >>> 8 & 0xfff) << 32 | device >>> 12 & 0xfff00 | device & 0xff, original.device());
        }
        assumeTrue(Files.isDirectory(ANOTHER_FILE_SYSTEM) && !Files.getFileStore(directory)
            .equals(Files.getFileStore(ANOTHER_FILE_SYSTEM)), "needs two file systems");
        assertNotEquals(
            original.device(), calls.status(ANOTHER_FILE_SYSTEM, true).orElseThrow().device());
    }

    /** Where a buffer has its memory, and who may give it up. */
    private enum Memory {
        HEAP, COLLECTED, OWN, SHARED;

        Arena arena() {
            return this == OWN ? Arena.ofConfined() : Arena.ofShared();
        }

        ByteBuffer allocate(final Arena arena, final int bytes) {
            return switch (this) {
                case HEAP -> ByteBuffer.allocate(bytes);
                case COLLECTED -> ByteBuffer.allocateDirect(bytes);
                default -> arena.allocate(bytes).asByteBuffer();
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldMoveAllWhenABufferIsLarge(final Memory memory) throws IOException {
        try (Arena arena = memory.arena(); FileHandle handle = calls.create(path, 0600)) {
            final ByteBuffer source = memory.allocate(arena, 200_000);
            source.put(199_999, (byte) 7);
            while (source.hasRemaining()) {
                handle.write(source, source.position());
            }
            final ByteBuffer target = ByteBuffer.allocate(200_000);
            while (target.hasRemaining()) {
                handle.read(target, target.position());
            }
            assertEquals(source.flip(), target.flip());
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldWriteWhatABufferHasLeft(final Memory memory) throws IOException {
        final byte[] content = "before, what is left, behind".getBytes(StandardCharsets.UTF_8);
        try (Arena arena = memory.arena(); FileHandle handle = calls.create(path, 0600)) {
            final ByteBuffer source = memory.allocate(arena, content.length);
            source.put(content).position(8).limit(20);
            assertEquals(12, handle.write(source, 0));
            assertEquals(20, source.position());
        }
        assertEquals("what is left", Files.readString(path));
    }

    @ParameterizedTest
    @EnumSource(names = {"OWN", "SHARED"})
    void shouldRefuseABufferWhoseMemoryWasGivenUp(final Memory memory) throws IOException {
        final ByteBuffer source;
        try (Arena arena = memory.arena()) {
            source = memory.allocate(arena, 200_000);
        }
        try (FileHandle handle = calls.create(path, 0600)) {
            assertThrows(IllegalStateException.class, () -> handle.write(source, 0));
        }
        assertEquals(0, Files.size(path));
    }

    @Test
    void shouldRefuseABufferThatIsAnotherThreadsAlone() throws Exception {
        try (Arena arena = Arena.ofConfined(); FileHandle handle = calls.create(path, 0600)) {
            final ByteBuffer source = arena.allocate(200_000).asByteBuffer();
            final FutureTask<Object> other = new FutureTask<>(() -> handle.write(source, 0));
            Thread.ofPlatform().start(other).join();
            assertInstanceOf(WrongThreadException.class,
                assertThrows(ExecutionException.class, other::get).getCause());
        }
        assertEquals(0, Files.size(path));
    }

    @Test
    void shouldWriteNothingOfABufferWhoseMemoryIsGone() throws IOException {
        final ByteBuffer source;
        try (Arena arena = Arena.ofShared()) {
            source = arena.allocate(200_000).asByteBuffer();
        }
        try (FileHandle handle = calls.create(path, 0600)) {
            assertThrows(IllegalStateException.class, () -> handle.write(source, 0));
        }
        assertEquals(0, Files.size(path));
        assertEquals(0, source.position());
    }

    @Test
    void shouldRefuseToCreateWhenSomethingIsThere() throws IOException {
        Files.createFile(path);
        assertThrows(FileAlreadyExistsException.class, () -> calls.create(path, 0600));
        final Path link = Files.createSymbolicLink(
            directory.resolve("link"), directory.resolve("nothing"));
        assertThrows(FileAlreadyExistsException.class, () -> calls.create(link, 0600));
        assertThrows(NoSuchFileException.class,
            () -> calls.create(directory.resolve("none/file"), 0600));
        calls.makeDirectory(directory.resolve("made"), 0700);
        calls.changePermissions(directory.resolve("made"), 01735);
        assertEquals(01735, calls.status(directory.resolve("made"), false).orElseThrow().permissions());
        assertThrows(NoSuchFileException.class,
            () -> calls.changePermissions(directory.resolve("none"), 0700));
        assertThrows(FileAlreadyExistsException.class,
            () -> calls.makeDirectory(directory.resolve("made"), 0700));
    }

    @Test
    void shouldRefuseToOpenWhatIsNoRegularFile() throws Exception {
        assertThrows(NoSuchFileException.class, () -> calls.open(path, true));
        assertThrows(FileSystemException.class, () -> calls.open(directory, false));
        final Path link = Files.createSymbolicLink(directory.resolve("link"), path);
        Files.createFile(path);
        assertThrows(FileSystemException.class, () -> calls.open(link, false));
        final Path pipe = directory.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        assertThrows(FileSystemException.class, () -> calls.open(pipe, false));
        assertThrows(FileSystemException.class, () -> platform.openLockFile(pipe));
        assumeTrue(Files.isDirectory(DESCRIPTORS), "needs " + DESCRIPTORS);
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
            for (final Path descriptor : descriptors) {
                assertFalse(Files.exists(descriptor) && (Files.isSameFile(descriptor, pipe)
                    || Files.isSameFile(descriptor, directory)), "what is refused is closed");
            }
        }
    }

    @Test
    void shouldDoWithAFileOnlyWhatItIsOpenFor() throws IOException {
        Files.writeString(path, "content");
        try (FileHandle handle = calls.open(path, false)) {
            final Class<? extends Exception> refusal = platform == Platform.portable()
                ? NonWritableChannelException.class : FileSystemException.class;
            assertThrows(refusal, () -> handle.write(bytes("a"), 0));
            assertThrows(refusal, () -> handle.allocate(4096));
            assertEquals(0, handle.read(ByteBuffer.allocate(0), 0), "not its end");
        }
        try (FileHandle handle = calls.open(path, true)) {
            assertEquals(1, handle.write(bytes("C"), 0));
        }
        assertEquals("Content", Files.readString(path));
        try (LockFile locks = platform.openLockFileForReading(path)) {
            assertThrows(Exception.class, () -> locks.tryLock(0), "that nobody else has it does not say that");
        }
    }

    @Test
    void shouldFollowALinkOnlyWhenAsked() throws IOException {
        Files.createFile(path);
        final Path link = Files.createSymbolicLink(directory.resolve("link"), path);
        assertTrue(calls.status(link, false).orElseThrow().isSymbolicLink());
        assertTrue(calls.status(link, true).orElseThrow()
            .isSameFile(calls.status(path, false).orElseThrow()));
        assertTrue(calls.status(directory, false).orElseThrow().isDirectory());
        assertTrue(calls.status(directory.resolve("none"), true).isEmpty());
        assertTrue(calls.status(path.resolve("below-a-file"), true).isEmpty());
        assertFalse(calls.status(path, false).orElseThrow().isSymbolicLink());
        assertFalse(calls.status(path, false).orElseThrow().isDirectory());
    }

    @Test
    void shouldNotFollowALinkToADirectoryWhoseNameIsNotAscii() throws IOException {
        assumeTrue(Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder().canEncode('\u00e4'),
            "needs a locale that has the letter");
        final Path target = Files.createDirectory(directory.resolve("target"));
        final Path link = Files.createSymbolicLink(directory.resolve("\u00e4"), target);
        assertTrue(calls.status(link, false).orElseThrow().isSymbolicLink());
        assertTrue(calls.status(link, true).orElseThrow().isDirectory());
        final Path renamed = directory.resolve("\u00f6");
        calls.rename(link, renamed);
        assertTrue(Files.isSymbolicLink(renamed));
        calls.unlink(renamed);
        assertTrue(Files.notExists(renamed, LinkOption.NOFOLLOW_LINKS));
        assertTrue(Files.isDirectory(target));
    }

    @Test
    void shouldNotTakeWhatItCannotLookAtForNothing() throws IOException {
        final Path loop = Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"));
        assertThrows(FileSystemException.class, () -> calls.status(loop.resolve("file"), false));
        assertThrows(FileSystemException.class, () -> calls.status(loop, true));
    }

    @Test
    void shouldFindAFileWhoseNameCannotBeDecoded() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell to make the name");
        assertEquals(0, new ProcessBuilder("/bin/sh", "-c", "printf content > \"$(printf 'a\\377%%')\"")
            .directory(directory.toFile()).start().waitFor());
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            final Path file = files.iterator().next();
            assertEquals(7, calls.status(file, false).orElseThrow().sizeBytes());
            try (FileHandle handle = calls.open(file, false)) {
                assertEquals(7, handle.status().sizeBytes());
            }
        }
    }

    @Test
    void shouldMoveLinkAndRemoveNames() throws IOException {
        final Path other = Files.writeString(directory.resolve("other"), "other");
        Files.writeString(path, "content");
        assertThrows(FileAlreadyExistsException.class, () -> calls.link(path, other));
        calls.rename(path, other);
        assertEquals("content", Files.readString(other));
        calls.link(other, path);
        assertTrue(calls.status(other, false).orElseThrow()
            .isSameFile(calls.status(path, false).orElseThrow()));
        calls.unlink(other);
        assertThrows(NoSuchFileException.class, () -> calls.unlink(other));
        assertThrows(NoSuchFileException.class, () -> calls.rename(other, path));
        assertEquals("content", Files.readString(path));
        assertThrows(FileSystemException.class, () -> calls.rename(path, directory));
        assertThrows(FileSystemException.class, () -> calls.syncDirectory(other));
    }

    @Test
    void shouldRefuseToRenameToAnotherFileSystem() throws IOException {
        assumeTrue(Files.isWritable(ANOTHER_FILE_SYSTEM) && !Files.getFileStore(directory)
            .equals(Files.getFileStore(ANOTHER_FILE_SYSTEM)), "needs two file systems");
        Files.writeString(path, "content");
        final Path there = Files.createTempDirectory(ANOTHER_FILE_SYSTEM, "fencepost-test-");
        try {
            assertThrows(FileSystemException.class,
                () -> calls.rename(path, there.resolve("file")));
            assertEquals("content", Files.readString(path));
        } finally {
            Files.delete(there);
        }
    }

    @Test
    void shouldLockBesideAnotherWhenAFileIsOpenedForReading() throws IOException {
        Files.createFile(path, PosixFilePermissions.asFileAttribute(
            PosixFilePermissions.fromString("r--r--r--")));
        try (LockFile first = platform.openLockFileForReading(path);
             LockFile second = platform.openLockFileForReading(path)) {
            assertTrue(first.tryLockShared(0));
            assertTrue(second.tryLockShared(0));
            assertTrue(first.isSameFile(path));
        }
    }

    @Test
    void shouldRefuseWhenTheHandleIsClosed() throws IOException {
        final FileHandle handle = calls.create(path, 0600);
        handle.close();
        handle.close();
        assertThrows(IOException.class, handle::sync);
        assertThrows(IOException.class, () -> handle.write(bytes("a"), 0));
        assertThrows(IOException.class, () -> handle.read(ByteBuffer.allocate(1), 0));
    }

    @Test
    void shouldNotTouchAnotherFileThatHasGotItsNumberWhenTheHandleIsClosed() throws IOException {
        final FileHandle closed = calls.create(path, 0600);
        closed.close();
        final Path there = directory.resolve("other");
        // It gets the lowest number that is free.
        try (FileHandle other = calls.create(there, 0600)) {
            closed.close();
            assertThrows(IOException.class, () -> closed.write(bytes("a"), 0));
            assertThrows(IOException.class, () -> closed.read(ByteBuffer.allocate(1), 0));
            assertThrows(IOException.class, () -> closed.allocate(4096));
            assertThrows(IOException.class, closed::sync);
            assertThrows(IOException.class, closed::status);
            assertEquals(1, other.write(bytes("b"), 0));
        }
        assertEquals("b", Files.readString(there));
    }
}
