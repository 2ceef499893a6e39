package org.fencepost.ipc.demo.file;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.fencepost.ipc.demo.ExitCode;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.OneOf;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.demo.Value;
import org.fencepost.ipc.file.FileRecords;
import org.fencepost.ipc.file.FileSearch;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code ipc file grep}. */
final class GrepCommand extends ToolCommand {
    private final Value<String> text = parameter(String.class,
        PositionalParamSpec.builder().index("0").paramLabel("TEXT")
            .description("What to look for, literally."));

    private final Value<Path> file = parameter(Path.class, PositionalParamSpec.builder().index("1").paramLabel("FILE")
        .description("The file; no pipe, because it is mapped."));

    private final Flag hexadecimal = flag("--hex", "TEXT is bytes in hexadecimal digits.");

    private final Flag json = flag("--json", "Print a JSON object for each line, which may then have other characters "
        + "for bytes that are not UTF-8.");

    private final Instead instead = oneOf(new Instead());

    /** What to print instead of the lines. */
    private static final class Instead extends OneOf {
        private final Flag count = flag("--count", "Print only how many lines there are.");

        private final Flag positions = flag("--positions", "Print where in the file each match begins, in bytes, "
            + "instead of lines.");
    }

    /** For the tool. */
    GrepCommand() {
        super("grep",
            "Prints the lines of a file of any size in which a text is, where the kernel has them.",
            "Exit code 1 if there is none.");
    }

    @Override
    protected int run(final Output out) {
        final byte[] bytes;
        try {
            bytes = Sought.bytes(text.get(), hexadecimal.isSet());
        } catch (final IllegalArgumentException notBytes) {
            throw wrongUsage("Invalid value for TEXT: " + notBytes.getMessage());
        }
        if (!instead.positions.isSet() && holdsNewline(bytes)) {
            throw wrongUsage("Invalid value for TEXT: expected a part of a line, found the end of "
                + "one inside; --positions finds it too");
        }
        final long found = instead.positions.isSet() ? positions(bytes, out) : lines(bytes, out);
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
        return FileSearch.of(file.get()).forEach(bytes, 0, position -> {
            if (json.isSet()) {
                out.json(JsonNodeFactory.instance.objectNode().put("position", position));
            } else {
                out.line(String.valueOf(position));
            }
            return true;
        });
    }

    private long lines(final byte[] bytes, final Output out) {
        final long found = FileRecords.lines(file.get()).containing(bytes).forEach((line, position) -> {
            if (!instead.count.isSet()) {
                print(line, position, out);
            }
            return true;
        });
        if (instead.count.isSet() && json.isSet()) {
            out.json(JsonNodeFactory.instance.objectNode().put("count", found));
        } else if (instead.count.isSet()) {
            out.line(String.valueOf(found));
        }
        return found;
    }

    private void print(final MemorySegment line, final long position, final Output out) {
        if (json.isSet()) {
            out.json(JsonNodeFactory.instance.objectNode()
                .put("position", position)
                .put("line", new String(
                    line.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8)));
        } else {
            out.line(line);
        }
    }
}
