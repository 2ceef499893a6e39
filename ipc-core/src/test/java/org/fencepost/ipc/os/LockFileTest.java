package org.fencepost.ipc.os;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass
@MethodSource("org.fencepost.ipc.os.Platforms#all")
class LockFileTest {
    private static final long FAR = 1L << 40;
    private static final long F_DUPFD_CLOEXEC = 1030;

    @Parameter
    Platform platform;

    @TempDir
    Path directory;

    private Path path;
    private LockFile first;
    private LockFile second;

    @BeforeEach
    void open() throws IOException {
        path = Files.createFile(directory.resolve("members"));
        first = platform.openLockFile(path);
        second = platform.openLockFile(path);
    }

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    @Test
    void shouldExcludeAnotherHandleWhenByteIsLocked() throws IOException {
        assertTrue(first.tryLock(7));
        assertTrue(first.tryLock(7));
        assertFalse(second.tryLock(7));
        assertFalse(second.tryLockShared(7));
        assertTrue(second.tryLock(8));
        second.unlock(7);
        assertFalse(second.tryLock(7));
        first.unlock(7);
        assertTrue(second.tryLock(7));
        assertFalse(first.tryLock(7), "another one's again");
    }

    @Test
    void shouldFreeAByteForOtherProcessesWhenItIsUnlocked() throws Exception {
        assertTrue(first.tryLock(7));
        first.unlock(7);
        assertEquals("true", lockedInChild(7, "exclusive"));
    }

    @Test
    void shouldLockWhenAnotherHandleHasItOpenForReading() throws IOException {
        final Path other = Files.createFile(directory.resolve("other"));
        try (LockFile reading = platform.openLockFileForReading(other);
            LockFile writing = platform.openLockFile(other)) {
            assertTrue(writing.tryLock(1));
            assertTrue(reading.isLockedByOther(1, 1));
        }
    }

    @Test
    void shouldSeeTheLocksOfAnotherProcessOnEitherSideOfItsOwn() throws Exception {
        assertTrue(first.tryLock(5));
        for (final int index : new int[] {3, 7}) {
            try (ChildJvm child = holder(index, "exclusive")) {
                assertEquals("true", child.line());
                assertTrue(first.isLockedByOther(0, 10));
                assertEquals(index == 3, first.isLockedByOther(0, 6));
            }
        }
    }

    /** As a process has one that is being started at that moment. */
    @Test
    void shouldGiveItsLocksUpWhenItIsClosedAlthoughSomebodyHasACopyOfItsDescriptor()
        throws Exception {
        assumeTrue(platform.scheme() == LivenessScheme.OFD, "locks of the process go with any descriptor");
        try (Arena arena = Arena.ofConfined()) {
            final SystemCall calls = new SystemCall(arena);
            assertTrue(first.tryLock(7));
            assertTrue(first.tryLockShared(FAR));
            final List<Long> copies = new ArrayList<>();
            try {
                for (final long descriptor : descriptorsOf(path)) {
                    copies.add(calls.invoke(SystemCall.NUMBERS.fcntl(), descriptor, F_DUPFD_CLOEXEC, 0, 0, 0, 0));
                }
                assertFalse(copies.isEmpty() || copies.contains(-1L), "copies " + copies);

                first.close();
                assertTrue(second.tryLock(7));
                assertTrue(second.tryLock(FAR));
            } finally {
                for (final long copy : copies) {
                    calls.invoke(SystemCall.NUMBERS.close(), copy, 0, 0, 0, 0, 0);
                }
            }
        }
    }

    private static List<Long> descriptorsOf(final Path file) throws IOException {
        final List<Long> found = new ArrayList<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (final Path descriptor : descriptors) {
                if (Files.isSymbolicLink(descriptor)
                    && Files.readSymbolicLink(descriptor).equals(file.toRealPath())) {
                    found.add(Long.parseLong(descriptor.getFileName().toString()));
                }
            }
        }
        return found;
    }

    @Test
    void shouldLockWhenByteIsBeyondTheEndOfTheFile() throws IOException {
        assertTrue(first.tryLock(FAR));
        assertFalse(second.tryLock(FAR));
        assertTrue(second.isLockedByOther(FAR, 1));
        assertEquals(0, Files.size(path));
    }

    @Test
    void shouldFreeAllLocksWhenHandleIsClosed() throws IOException {
        assertTrue(first.tryLock(1));
        assertTrue(first.tryLockShared(2));
        first.close();
        first.close();
        assertFalse(second.isLockedByOther(0, 10));
        assertTrue(second.tryLock(1));
        assertTrue(second.tryLock(2));
    }

    @Test
    void shouldHaveItsFileOpenUntilTheLastHandleIsClosed() throws IOException {
        first.close();
        assertEquals(1, descriptorsOf(path).size());
        second.close();
        assertEquals(List.of(), descriptorsOf(path));
    }

    @Test
    void shouldConvertWhenNobodyElseShares() throws IOException {
        assertTrue(first.tryLockShared(3));
        assertTrue(second.tryLockShared(3));
        assertFalse(first.tryLock(3), "shared by the other");
        second.unlock(3);
        assertFalse(second.tryLock(3), "a refused conversion must keep the shared lock");
        assertTrue(first.tryLock(3));
        assertFalse(second.tryLockShared(3));
        assertTrue(first.tryLockShared(3));
        assertTrue(second.tryLockShared(3));
    }

    @Test
    void shouldAnswerForTheRangeOnlyWhenAskedForOne() throws IOException {
        assertTrue(first.tryLock(10));
        assertTrue(first.tryLockShared(20));
        assertTrue(second.tryLock(15));
        assertTrue(second.isLockedByOther(10, 1));
        assertTrue(second.isLockedByOther(0, 11));
        assertFalse(second.isLockedByOther(0, 10));
        assertFalse(second.isLockedByOther(11, 9), "its own lock does not count");
        assertTrue(second.isLockedByOther(11, 10), "a shared lock counts");
        assertTrue(first.isLockedByOther(0, 100));
        assertFalse(first.isLockedByOther(16, Long.MAX_VALUE - 16));
        assertThrows(IllegalArgumentException.class, () -> first.isLockedByOther(0, 0));
        assertThrows(IllegalArgumentException.class, () -> first.isLockedByOther(-1, 1));
        assertThrows(IllegalArgumentException.class,
            () -> first.isLockedByOther(2, Long.MAX_VALUE - 1));
    }

    @Test
    void shouldExcludeAnotherProcessWhenByteIsLocked() throws Exception {
        assertTrue(first.tryLock(1));
        assertTrue(first.tryLockShared(2));
        assertEquals("false", lockedInChild(1, "exclusive"));
        assertEquals("false", lockedInChild(1, "shared"));
        assertEquals("false", lockedInChild(2, "exclusive"));
        assertEquals("true", lockedInChild(2, "shared"));
        assertEquals("true", lockedInChild(3, "exclusive"));
    }

    @Test
    void shouldSeeLockFreedWhenItsProcessIsKilled() throws Exception {
        try (ChildJvm child = holder(5, "exclusive")) {
            assertEquals("true", child.line());
            assertTrue(first.isLockedByOther(5, 1));
            assertTrue(first.isLockedByOther(0, 100));
            assertFalse(first.tryLock(5));
            assertFalse(first.tryLockShared(5));
            child.kill();
            await().atMost(Duration.ofSeconds(10)).until(() -> !first.isLockedByOther(5, 1));
            assertTrue(first.tryLock(5));
        }
    }

    @Test
    void shouldSeeSharedLockWhenAnotherProcessHoldsIt() throws Exception {
        assertTrue(first.tryLock(4));
        try (ChildJvm child = holder(5, "shared")) {
            assertEquals("true", child.line());
            assertTrue(first.isLockedByOther(5, 1));
            assertTrue(first.isLockedByOther(3, 3), "around the handle's own lock");
            assertFalse(first.isLockedByOther(3, 2));
            assertFalse(first.tryLock(5));
            assertTrue(first.tryLockShared(5));
            assertFalse(first.tryLock(5));
            assertTrue(first.tryLockShared(5), "a refused conversion must keep the shared lock");
        }
    }

    @Test
    void shouldKeepLockWhenAnotherHandleOfTheFileIsClosed() throws Exception {
        assertTrue(first.tryLock(1));
        second.close();
        platform.openLockFile(path).close();
        assertEquals("false", lockedInChild(1, "exclusive"));
    }

    @Test
    void shouldKeepOfdLockWhenAnyDescriptorOfTheFileIsClosed() throws Exception {
        assumeTrue(platform.scheme() == LivenessScheme.OFD);
        assertTrue(first.tryLock(1));
        assertEquals(0, Files.readAllBytes(path).length);
        assertEquals("false", lockedInChild(1, "exclusive"));
    }

    @Test
    void shouldRefuseToMapWhenThatWouldDropPortableLocks() throws Exception {
        assumeTrue(platform.scheme() == LivenessScheme.PORTABLE);
        assertTrue(first.tryLock(1));
        try (Window window = platform.reserve(4096, 1)) {
            assertThrows(IOException.class, () -> window.map(0, path, 0, true, false));
        }
        assertEquals("false", lockedInChild(1, "exclusive"));
    }

    @Test
    void shouldKeepLockWhenThreadIsInterrupted() throws Exception {
        assertTrue(first.tryLock(1));
        Thread.currentThread().interrupt();
        try {
            assertTrue(first.tryLock(2));
            assertFalse(second.tryLock(1));
            assertFalse(second.isLockedByOther(5, 1));
            first.unlock(2);
        } finally {
            assertTrue(Thread.interrupted());
        }
        assertEquals("false", lockedInChild(1, "exclusive"));
    }

    @Test
    void shouldTellFilesApartWhenPathIsReplaced() throws IOException {
        assertTrue(first.isSameFile(path));
        final Path moved = directory.resolve("moved");
        Files.move(path, moved);
        assertFalse(first.isSameFile(path));
        assertTrue(first.isSameFile(moved));
        Files.createFile(path);
        assertFalse(first.isSameFile(path));
        Files.createLink(directory.resolve("hard"), moved);
        assertTrue(first.isSameFile(directory.resolve("hard")));
        Files.move(moved, path, StandardCopyOption.REPLACE_EXISTING);
        assertTrue(first.isSameFile(path));
        assertFalse(first.isSameFile(directory));
        assertFalse(first.isSameFile(path.resolve("below-a-file")));
        assertFalse(first.isSameFile(
            Files.createSymbolicLink(directory.resolve("symbolic"), path)));
    }

    @Test
    void shouldRefuseWhenHandleIsClosed() {
        first.close();
        assertThrows(IOException.class, () -> first.tryLock(1));
        assertThrows(IOException.class, () -> first.tryLockShared(1));
        assertThrows(IOException.class, () -> first.unlock(1));
        assertThrows(IOException.class, () -> first.isLockedByOther(1, 1));
        assertThrows(IOException.class, () -> first.isSameFile(path));
    }

    @Test
    void shouldLeaveTheLocksOfAnotherFileAloneThatHasGotItsNumberWhenItIsClosedAgain() throws IOException {
        first.close();
        final Path other = Files.createFile(directory.resolve("other"));
        try (LockFile one = platform.openLockFile(other); LockFile another = platform.openLockFile(other)) {
            assertTrue(one.tryLock(1));
            first.close();
            assertThrows(IOException.class, () -> first.unlock(1));
            assertFalse(another.tryLock(1));
            one.unlock(1);
            assertTrue(another.tryLock(1));
        }
    }

    private ChildJvm holder(final long index, final String mode) throws IOException {
        return ChildJvm.start(LockHolder.class, platform.name(), path, index, mode);
    }

    private String lockedInChild(final long index, final String mode) throws Exception {
        try (ChildJvm child = holder(index, mode)) {
            return child.line();
        }
    }
}
