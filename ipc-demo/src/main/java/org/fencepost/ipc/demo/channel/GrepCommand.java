package org.fencepost.ipc.demo.channel;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.fencepost.ipc.ControlledMessageHandler.Action;
import org.fencepost.ipc.demo.ExitCode;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.file.Sought;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc grep}. */
@Command(
    name = "grep",
    description = {
        "Prints the messages whose payload matches, a line each, in constant memory.",
        "Joins as tail does. Exit code 1 if there is none."})
public final class GrepCommand extends ReadingCommand {
    private static final int CONTEXT_MAX = 10_000;

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

    @Option(names = {"-A", "--after-context"}, paramLabel = "N",
        description = "Print the N messages behind each one as well.")
    private Integer after;

    @Option(names = {"-B", "--before-context"}, paramLabel = "N",
        description = "Print the N messages before each one as well.")
    private Integer before;

    @Option(names = {"-C", "--context"}, paramLabel = "N", defaultValue = "0",
        description = "Both.")
    private int context;

    @ArgGroup
    private Form form = new Form();

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
        final int linesBefore = before == null ? context : before;
        final int linesAfter = after == null ? context : after;
        requireRange("--before-context", linesBefore, 0, CONTEXT_MAX);
        requireRange("--after-context", linesAfter, 0, CONTEXT_MAX);
        if (linesBefore + linesAfter > 0 && (form.count || form.json)) {
            throw wrongUsage("--before-context, --after-context and --context print lines, and so"
                + " exclude --count and --json");
        }
        final PayloadPattern sought = sought();
        final Matches matches = new Matches(
            linesBefore, linesAfter, limit == null ? Long.MAX_VALUE : limit, printer(out), out);
        final boolean onlyMatches = !inverted && linesBefore + linesAfter == 0;
        read(path, follow, out, (payload, header) -> {
            final boolean found = sought.isIn(payload, header);
            if (!matches.next(found != inverted, payload, header)) {
                return Action.BREAK;
            }
            return !found && onlyMatches && sought.isNotInRestOfBatch()
                ? Action.SKIP_BATCH : Action.CONTINUE;
        });
        if (form.count) {
            out.line(String.valueOf(matches.count()));
        }
        return matches.count() > 0 ? 0 : ExitCode.FAILED;
    }

    @Override
    protected boolean isQuiet() {
        return form.count;
    }

    private Matches.Printer printer(final Output out) {
        if (form.count) {
            return (place, payload, header, matching) -> { };
        }
        if (form.json) {
            final MessageJson objects = new MessageJson(out);
            return (place, payload, header, matching) -> objects.print(payload, header);
        }
        final Pattern coloured = out.isColoured() && !inverted ? coloured() : null;
        return (place, payload, header, matching) -> {
            if (form.positions) {
                out.text(place + (matching ? ":" : "-"));
            }
            if (coloured == null || !matching) {
                out.line(payload.bytes(), payload.length());
            } else {
                out.line(coloured.matcher(new String(
                    payload.bytes(), 0, payload.length(), StandardCharsets.UTF_8))
                    .replaceAll(match -> Matcher.quoteReplacement(
                        out.coloured(Output.Colour.RED, match.group()))));
            }
        };
    }

    /** What is to be seen in a match. */
    private Pattern coloured() {
        return kind.hexadecimal
            ? Pattern.compile(Pattern.quote(
                new String(Sought.bytes(pattern, true), StandardCharsets.UTF_8)))
            : Pattern.compile(kind.fixed ? Pattern.quote(pattern) : pattern);
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
