package org.fencepost.ipc.demo;

import static org.fencepost.ipc.demo.ToolRun.misused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Command lines that do not get as far as starting a process. */
class DemoCommandTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {
        "demo --nonsense",
        "demo surplus",
        "demo --messages",
        "demo --messages many",
        "demo --messages 0",
        "demo --messages -1",
        "demo --messages 9223372036854775807",
        "demo --producers 0",
        "demo --producers 257",
        "demo --consumers 0",
        "demo --consumers 257",
        "demo --rate 0",
        "demo --rate 1000000001",
        "demo --input /no/such/file",
        "demo --kill --producers 1",
        "demo --kill --producers 3 --messages 2",
    })
    void shouldShowUsageWhenDemoOptionIsWrong(final String line) {
        final ToolRun run = ToolRun.of(line.split(" "));
        misused("ipc demo", run);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "dmeo", "--nonsense"})
    void shouldShowUsageWhenCommandIsWrong(final String line) {
        final ToolRun run = ToolRun.of(line.isEmpty() ? new String[0] : line.split(" "));
        misused("ipc", run);
    }

    @Test
    void shouldNameOptionValueAndLimitsWhenNumberIsOutOfRange() {
        final ToolRun run = ToolRun.of("demo", "--producers", "300");
        assertTrue(
            run.err().contains("'--producers': expected 1 to 256, but was 300"), run::toString);
    }

    @Test
    void shouldExplainOptionsWhenHelpIsAskedFor() {
        final ToolRun run = ToolRun.of("demo", "--help");
        assertEquals(0, run.exitCode());
        for (final String option : List.of(
            "--input", "--messages", "--producers", "--consumers", "--journal", "--json",
            "--rate", "--kill")) {
            assertTrue(run.out().contains(option), option);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "demo ", "help ", "tail ", "file ", "file history "})
    void shouldPrintTheVersionWhenItIsAskedFor(final String command) {
        for (final String option : List.of("--version", "-V")) {
            assertEquals("Fencepost (not packaged)\n", ToolRun.done(ToolRun.of((command + option).split(" "))));
        }
    }

    @Test
    void shouldFailWhenInputHasNoTextFile() throws IOException {
        Files.write(directory.resolve("binary"), new byte[100]);
        final ToolRun run = ToolRun.of("demo", "--input", directory.toString());
        assertEquals(ExitCode.FAILED, run.exitCode());
        assertTrue(run.err().startsWith("ipc: no text file to send in " + directory
            + " (1 binary and 0 unreadable"), run::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\ufffd"})
    void shouldMakeNoJournalWhenWhatWasTypedIsNoPath(final String typed) {
        final ToolRun run = ToolRun.of("demo", "--input", directory.toString(), "--journal=" + typed);
        misused("ipc demo", run);
        assertTrue(run.err().contains("option '--journal': expected a path"), run::toString);
    }

    @Test
    void shouldFailWhenJournalDirectoryIsNotEmpty() throws IOException {
        Files.writeString(directory.resolve("text"), "a line\n");
        final ToolRun run = ToolRun.of(
            "demo", "--input", directory.toString(), "--journal", directory.toString());
        assertEquals(ExitCode.FAILED, run.exitCode());
        assertTrue(run.err().contains("is not empty: " + directory), run::toString);
        assertTrue(Files.exists(directory.resolve("text")));
    }

    @Test
    void shouldFailWhenJournalDirectoryIsFile() throws IOException {
        final Path file = Files.writeString(directory.resolve("text"), "a line\n");
        final ToolRun run = ToolRun.of(
            "demo", "--input", directory.toString(), "--journal", file.toString());
        assertEquals(ExitCode.FAILED, run.exitCode());
        assertTrue(run.err().contains("is not a directory: " + file), run::toString);
    }
}
