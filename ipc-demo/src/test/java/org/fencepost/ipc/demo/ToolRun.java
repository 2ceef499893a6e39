package org.fencepost.ipc.demo;

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
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        final ByteArrayOutputStream err = new ByteArrayOutputStream();
        final CommandLine tool = Ipc.commandLine(in, new Output(out, false));
        tool.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
        tool.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
        final int exitCode = tool.execute(arguments);
        return new ToolRun(exitCode, out.toString(StandardCharsets.UTF_8),
            err.toString(StandardCharsets.UTF_8));
    }

    /** Everything, for messages. */
    @Override
    public String toString() {
        return "exit code " + exitCode + "\n" + out + "\n" + err;
    }
}
