package org.fencepost.ipc.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/**
 * What a command line did in this process.
 *
 * @param exitCode its exit code
 * @param out      what it printed
 * @param err      what it said on standard error
 */
public record ToolRun(int exitCode, String out, String err) {
    /** With nothing on standard input. */
    public static ToolRun of(final String... arguments) {
        return withInput("", arguments);
    }

    /** With a text on standard input. */
    public static ToolRun withInput(final String input, final String... arguments) {
        return withInput(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), arguments);
    }

    /** With a standard input. */
    public static ToolRun withInput(final InputStream in, final String... arguments) {
        return run(in, false, arguments);
    }

    /** With a terminal as standard output. */
    public static ToolRun onTerminal(final String... arguments) {
        return run(InputStream.nullInputStream(), true, arguments);
    }

    private static ToolRun run(
        final InputStream in, final boolean coloured, final String... arguments) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        final CommandLine tool = Ipc.commandLine(in, new Output(out, false, coloured), arguments);
        tool.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        tool.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        final int exitCode = tool.execute(arguments);
        return new ToolRun(exitCode, out.toString(StandardCharsets.UTF_8),
            err.toString(StandardCharsets.UTF_8));
    }

    /** What a command that goes well prints, as bytes. */
    public static byte[] bytes(final String... arguments) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertEquals(0, Ipc.commandLine(
            InputStream.nullInputStream(), new Output(out, false, false), arguments)
            .execute(arguments));
        return out.toByteArray();
    }

    /** Checks that it went well without a word, and returns what it printed. */
    public static String done(final ToolRun run) {
        assertEquals(0, run.exitCode(), run::toString);
        assertEquals("", run.err());
        return run.out();
    }

    /** Checks that it printed nothing but a line that says why it failed. */
    public static void failed(final ToolRun run, final String... parts) {
        assertEquals(ExitCode.FAILED, run.exitCode(), run::toString);
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("ipc: "), run::toString);
        assertEquals(1, run.err().lines().count(), run::toString);
        for (final String part : parts) {
            assertTrue(run.err().contains(part), run::toString);
        }
    }

    /** Checks that it printed nothing but a line that says what is wrong with the command line. */
    public static void misused(final String command, final ToolRun run) {
        assertEquals(ExitCode.USAGE, run.exitCode(), run::toString);
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("ipc: "), run::toString);
        assertTrue(run.err().endsWith("; see " + command + " --help\n"), run::toString);
        assertEquals(1, run.err().lines().count(), run::toString);
    }

    /** Everything, for messages. */
    @Override
    public String toString() {
        return "exit code " + exitCode + "\n" + out + "\n" + err;
    }
}
