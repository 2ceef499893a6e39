package org.fencepost.ipc.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

class PlatformTest {
    @TempDir
    Path directory;

    private static boolean isNative() {
        return Platform.detect() != Platform.portable();
    }

    @Test
    void shouldBeNativeWhenThisIsLinuxOnAKnownArchitecture() {
        assumeTrue(System.getProperty("os.name").equals("Linux"));
        assumeTrue(System.getProperty("os.arch").equals("amd64"));
        assertEquals("linux", Platform.detect().name());
        assertEquals(LivenessScheme.OFD, Platform.detect().scheme());
        assertEquals("portable", Platform.portable().name());
        assertEquals(LivenessScheme.PORTABLE, Platform.portable().scheme());
        assertSame(Platform.detect(), Platform.detect());
        assertSame(Platform.portable(), Platform.portable());
    }

    @Test
    void shouldFallBackAndSayWhyOnceWhenNativeAccessIsDenied() throws Exception {
        try (ChildJvm child =
            ChildJvm.start(List.of("--illegal-native-access=deny"), NameProbe.class)) {
            final String output = child.rest();
            assertEquals(0, child.exitCode(), output);
            final List<String> lines = output.lines().toList();
            assertTrue(lines.contains("portable"), output);
            final List<String> reasons = lines.stream()
                .filter(line -> line.contains("using the portable platform")).toList();
            assertEquals(1, reasons.size(), output);
            assertTrue(reasons.getFirst().contains("IllegalCallerException"), output);
        }
    }

    @Test
    void shouldNameCallAndErrorWhenSystemRefuses() throws IOException {
        assumeTrue(isNative());
        final Path missing = directory.resolve("missing");
        final String message = assertThrows(NoSuchFileException.class,
            () -> Platform.detect().openLockFile(missing)).getMessage();
        assertEquals(missing
            + ": open for writing failed with errno 2 (ENOENT: no such file or directory)",
            message);

        final Path file = Files.write(directory.resolve("file"), new byte[10]);
        try (FileHandle handle = Platform.detect().files().open(file, true)) {
            final String tooLarge = assertThrows(IOException.class,
                () -> handle.allocate(Long.MAX_VALUE)).getMessage();
            assertTrue(tooLarge.startsWith(file + ": fallocate of"), tooLarge);
            assertTrue(tooLarge.contains("errno 27 (EFBIG"), tooLarge);
        }
    }

    @Test
    void shouldKeepTheNumbersThatStandForSchemesInFiles() {
        assertEquals(1, LivenessScheme.OFD.code());
        assertEquals(2, LivenessScheme.PORTABLE.code());
    }

    @Nested
    @ParameterizedClass
    @MethodSource("org.fencepost.ipc.os.Platforms#all")
    class OnEachPlatform {
        @Parameter
        Platform platform;

        private Path file;

        @BeforeEach
        void create() throws IOException {
            file = Files.write(directory.resolve("file"), new byte[] {1, 2, 3});
        }

        @Test
        void shouldRefuseWhenPathIsNotARegularFile() throws IOException {
            final Path symbolic = Files.createSymbolicLink(directory.resolve("symbolic"), file);
            refused(directory, "directory");
            refused(symbolic, "symbolic link");
            refused(directory.resolve("missing"), "no such file");
        }

        @Test
        void shouldRefuseWhenFileIsNotPermitted() throws IOException {
            assumeTrue(file.toFile().setReadOnly());
            assumeFalse(Files.isWritable(file), "this user may write everything");
            assertThrows(IOException.class, () -> platform.openLockFile(file));
        }

        private void refused(final Path path, final String reason) throws IOException {
            final List<String> messages;
            try (Window window = platform.reserve(4096, 1)) {
                messages = List.of(
                    assertThrows(IOException.class,
                        () -> platform.openLockFile(path)).getMessage(),
                    assertThrows(IOException.class,
                        () -> window.map(0, path, 0, true, false)).getMessage(),
                    assertThrows(IOException.class,
                        () -> window.map(0, path, 0, false, false)).getMessage());
            }
            for (final String message : messages) {
                assertTrue(message.startsWith(path.toString()), message);
                assertTrue(message.contains(reason), message);
            }
        }

        @Test
        void shouldReturnWhenBarrierIsAskedForByManyThreads() throws InterruptedException {
            final Thread[] threads = new Thread[3];
            for (int i = 0; i < threads.length; i++) {
                threads[i] = Thread.ofPlatform().start(() -> {
                    for (int round = 0; round < 20; round++) {
                        platform.barrier();
                    }
                });
            }
            for (final Thread thread : threads) {
                thread.join(60_000);
                assertEquals(Thread.State.TERMINATED, thread.getState());
            }
        }
    }
}
