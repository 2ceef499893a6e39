package org.fencepost.ipc.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Command lines that do not get as far as starting a process. */
class DemoCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

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
        assertEquals(Ipc.EXIT_USAGE, execute(line.split(" ")), err::toString);
        assertTrue(err.toString().contains("Usage: ipc demo"), err::toString);
        assertEquals("", out.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "dmeo", "--nonsense"})
    void shouldShowUsageWhenCommandIsWrong(final String line) {
        assertEquals(Ipc.EXIT_USAGE, execute(line.isEmpty() ? new String[0] : line.split(" ")));
        assertTrue(err.toString().contains("ipc"), err::toString);
        assertEquals("", out.toString());
    }

    @Test
    void shouldNameOptionValueAndLimitsWhenNumberIsOutOfRange() {
        execute("demo", "--producers", "300");
        assertTrue(
            err.toString().contains("'--producers': expected 1 to 256, but was 300"),
            err::toString);
    }

    @Test
    void shouldExplainOptionsWhenHelpIsAskedFor() {
        assertEquals(0, execute("demo", "--help"));
        for (final String option : List.of(
            "--input", "--messages", "--producers", "--consumers", "--journal", "--json",
            "--rate", "--kill")) {
            assertTrue(out.toString().contains(option), option);
        }
    }

    @Test
    void shouldFailWhenInputHasNoTextFile() throws IOException {
        Files.write(directory.resolve("binary"), new byte[100]);
        assertEquals(Ipc.EXIT_FAILED, execute("demo", "--input", directory.toString()));
        assertTrue(err.toString().startsWith("ipc: no text file to send in " + directory
            + " (1 binary and 0 unreadable"), err::toString);
    }

    @Test
    void shouldFailWhenJournalDirectoryIsNotEmpty() throws IOException {
        Files.writeString(directory.resolve("text"), "a line\n");
        assertEquals(Ipc.EXIT_FAILED, execute(
            "demo", "--input", directory.toString(), "--journal", directory.toString()));
        assertTrue(err.toString().contains("is not empty: " + directory), err::toString);
        assertTrue(Files.exists(directory.resolve("text")));
    }

    @Test
    void shouldFailWhenJournalDirectoryIsFile() throws IOException {
        final Path file = Files.writeString(directory.resolve("text"), "a line\n");
        assertEquals(Ipc.EXIT_FAILED, execute(
            "demo", "--input", directory.toString(), "--journal", file.toString()));
        assertTrue(err.toString().contains("is not a directory: " + file), err::toString);
    }

    private int execute(final String... arguments) {
        final CommandLine tool = Ipc.commandLine();
        tool.setOut(new PrintWriter(out, true));
        tool.setErr(new PrintWriter(err, true));
        return tool.execute(arguments);
    }
}
