package org.fencepost.ipc.tests.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** The kernel itself returns the errors, made to do so by strace. Skipped where there is none. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class RealErrorsTest {
    private static final String JAVA =
        Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir
    Path directory;

    /** Calls 1 and 3 of fsync fail, then call 2 of renameat, then call 4 of pwrite64. */
    @Test
    void shouldNameTheErrorAndTheContentWhenTheKernelRefuses() throws Exception {
        final Path file = Files.writeString(directory.resolve("config"), "0");
        final List<String> lines = run("strace", "-f", "-qq", "-o", "/dev/null",
            "-e", "inject=fsync:error=EIO:when=1+2", "-e", "inject=renameat:error=EXDEV:when=2",
            "-e", "inject=pwrite64:error=ENOSPC:when=4", "--",
            JAVA, "-Xmx64m", "-cp", System.getProperty("java.class.path"),
            FailingWriter.class.getName(), file.toString(), "4");
        final String all = String.join("\n", lines);
        assertEquals(4, lines.size(), all);
        shouldBe(lines.get(0), "OLD ", "fsync failed with errno 5 (EIO");
        shouldBe(lines.get(1), "NEW ", "fsync of the directory failed with errno 5 (EIO");
        shouldBe(lines.get(2), "OLD ", "failed with errno 18 (EXDEV");
        shouldBe(lines.get(3), "OLD ", "failed with errno 28 (ENOSPC");
        assertEquals("2", Files.readString(file), all);
        try (Stream<Path> entries = Files.list(directory)) {
            assertEquals(List.of(file), entries.toList());
        }
    }

    private static void shouldBe(final String line, final String content, final String error) {
        assertTrue(line.startsWith(content) && line.contains(error), line);
    }

    private static List<String> run(final String... command) throws Exception {
        final Process process;
        try {
            process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        } catch (final IOException missing) {
            assumeTrue(false, "needs strace: " + missing);
            throw missing;
        }
        final List<String> lines = new String(
            process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        assumeTrue(process.waitFor() == 0 || !lines.isEmpty(), "strace may not trace here");
        return lines;
    }
}
