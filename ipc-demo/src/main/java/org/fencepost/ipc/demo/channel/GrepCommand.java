package org.fencepost.ipc.demo.channel;

import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.demo.Ipc;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.file.Sought;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc grep}. */
@Command(
    name = "grep",
    description = "Prints the messages whose payload matches, a line each, in constant memory. "
        + "Joins as tail does. Exit code 1 if there is none.")
public final class GrepCommand extends ReadingCommand {
    @Parameters(index = "0", paramLabel = "PATTERN", description = "What to look for: a regular "
        + "expression as java.util.regex has them, in text of UTF-8.")
    private String pattern;

    @Parameters(index = "1", paramLabel = "CHANNEL", description = "The channel.")
    private Path path;

    @ArgGroup
    private PatternKind kind = new PatternKind();

    @Option(names = {"-v", "--invert-match"}, description = "Print those that do not match.")
    private boolean inverted;

    @Option(names = {"-m", "--max-count"}, paramLabel = "N", description = "End after N messages.")
    private Long limit;

    @Option(names = {"-f", "--follow"}, description = "Go on with the messages to come.")
    private boolean follow;

    @ArgGroup
    private Form form = new Form();

    private long count;

    /** What a pattern is. */
    private static final class PatternKind {
        @Option(names = {"-F", "--fixed-strings"}, description = "PATTERN is text, literally.")
        private boolean fixed;

        @Option(names = "--hex", description = "PATTERN is bytes in hexadecimal digits.")
        private boolean hexadecimal;
    }

    /** How matches are printed. */
    private static final class Form {
        @Option(names = {"-c", "--count"}, description = "Print only how many there are.")
        private boolean count;

        @Option(names = "--positions", description = "Print before each message the position "
            + "at which it ends, with a dot and its number in a batch, and a colon.")
        private boolean positions;

        @Option(names = "--json", description = "Print a JSON object for each, as tail does.")
        private boolean json;
    }

    /** For picocli. */
    public GrepCommand() {
    }

    @Override
    protected int run(final Output out) {
        if (limit != null) {
            requireRange("--max-count", limit, 1, Long.MAX_VALUE);
        }
        final PayloadPattern sought = sought();
        read(path, follow, out, (payload, header) -> {
            if (sought.isIn(payload) == inverted) {
                return true;
            }
            count++;
            print(payload, header, out);
            return limit == null || count < limit;
        });
        if (form.count) {
            out.line(String.valueOf(count));
        }
        return count > 0 ? 0 : Ipc.EXIT_FAILED;
    }

    private void print(final Payload payload, final Header header, final Output out) {
        if (form.json) {
            out.json(MessageJson.of(payload, header));
        } else if (!form.count) {
            if (form.positions) {
                out.text(Start.of(header) + ":");
            }
            out.line(payload.bytes(), payload.length());
        }
    }

    private PayloadPattern sought() {
        try {
            return kind.fixed || kind.hexadecimal
                ? PayloadPattern.of(Sought.bytes(pattern, kind.hexadecimal))
                : PayloadPattern.of(Pattern.compile(pattern));
        } catch (final PatternSyntaxException noPattern) {
            throw wrongUsage("Invalid value for PATTERN: " + noPattern.getDescription()
                + " near index " + noPattern.getIndex() + " of '" + pattern + "'; -F takes it"
                + " literally");
        } catch (final IllegalArgumentException notBytes) {
            throw wrongUsage("Invalid value for PATTERN: " + notBytes.getMessage());
        }
    }
}
