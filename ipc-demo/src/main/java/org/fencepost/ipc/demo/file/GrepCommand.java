package org.fencepost.ipc.demo.file;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.fencepost.ipc.demo.ExitCode;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.file.FileRecords;
import org.fencepost.ipc.file.FileSearch;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc file grep}. */
@Command(
    name = "grep",
    description = {
        "Prints the lines of a file of any size in which a text is, where the kernel has them.",
        "Exit code 1 if there is none."})
final class GrepCommand extends ToolCommand {
    @Parameters(index = "0", paramLabel = "TEXT", description = "What to look for, literally.")
    private String text;

    @Parameters(index = "1", paramLabel = "FILE",
        description = "The file; no pipe, because it is mapped.")
    private Path file;

    @Option(names = "--hex", description = "TEXT is bytes in hexadecimal digits.")
    private boolean hexadecimal;

    @Option(names = "--json", description = "Print a JSON object for each line, which may then "
        + "have other characters for bytes that are not UTF-8.")
    private boolean json;

    @ArgGroup
    private Instead instead = new Instead();

    /** What to print instead of the lines. */
    private static final class Instead {
        @Option(names = "--count", description = "Print only how many lines there are.")
        private boolean count;

        @Option(names = "--positions", description = "Print where in the file each match begins, "
            + "in bytes, instead of lines.")
        private boolean positions;
    }

    /** For picocli. */
    GrepCommand() {
    }

    @Override
    protected int run(final Output out) {
        final byte[] bytes;
        try {
            bytes = Sought.bytes(text, hexadecimal);
        } catch (final IllegalArgumentException notBytes) {
            throw wrongUsage("Invalid value for TEXT: " + notBytes.getMessage());
        }
        if (!instead.positions && holdsNewline(bytes)) {
            throw wrongUsage("Invalid value for TEXT: expected a part of a line, found the end of "
                + "one inside; --positions finds it too");
        }
        final long found = instead.positions ? positions(bytes, out) : lines(bytes, out);
        return found > 0 ? 0 : ExitCode.FAILED;
    }

    private static boolean holdsNewline(final byte[] bytes) {
        for (final byte value : bytes) {
            if (value == '\n') {
                return true;
            }
        }
        return false;
    }

    private long positions(final byte[] bytes, final Output out) {
        return FileSearch.of(file).forEach(bytes, 0, position -> {
            if (json) {
                out.json(JsonNodeFactory.instance.objectNode().put("position", position));
            } else {
                out.line(String.valueOf(position));
            }
            return true;
        });
    }

    private long lines(final byte[] bytes, final Output out) {
        final long found = FileRecords.lines(file).containing(bytes).forEach((line, position) -> {
            if (!instead.count) {
                print(line, position, out);
            }
            return true;
        });
        if (instead.count && json) {
            out.json(JsonNodeFactory.instance.objectNode().put("count", found));
        } else if (instead.count) {
            out.line(String.valueOf(found));
        }
        return found;
    }

    private void print(final MemorySegment line, final long position, final Output out) {
        if (json) {
            out.json(JsonNodeFactory.instance.objectNode()
                .put("position", position)
                .put("line", new String(
                    line.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8)));
        } else {
            out.line(line);
        }
    }
}
