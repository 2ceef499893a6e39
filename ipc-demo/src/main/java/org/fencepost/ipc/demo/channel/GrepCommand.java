package org.fencepost.ipc.demo.channel;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.fencepost.ipc.ControlledMessageHandler.Action;
import org.fencepost.ipc.demo.ExitCode;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.OneOf;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.Value;
import org.fencepost.ipc.demo.file.Sought;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code ipc grep}. */
public final class GrepCommand extends ReadingCommand {
    private static final int CONTEXT_MAX = 10_000;

    private final Value<String> pattern = parameter(String.class,
        PositionalParamSpec.builder().index("0").paramLabel("PATTERN")
            .description("What to look for: a regular expression as java.util.regex has them, in text of UTF-8."));

    private final Value<Path> path = parameter(Path.class,
        PositionalParamSpec.builder().index("1").paramLabel("CHANNEL")
            .description("The channel."));

    private final PatternKind kind = oneOf(new PatternKind());

    private final Flag inverted = flag(OptionSpec.builder("-v", "--invert-match")
        .description("Print those that do not match."));

    private final Value<Long> limit = value(Long.class, OptionSpec.builder("-m", "--max-count").paramLabel("N")
        .description("End after N messages."));

    private final Flag follow = flag(OptionSpec.builder("-f", "--follow")
        .description("Go on with the messages to come."));

    private final Value<Integer> after = value(Integer.class,
        OptionSpec.builder("-A", "--after-context").paramLabel("N")
            .description("Print the N messages behind each one as well."));

    private final Value<Integer> before = value(Integer.class,
        OptionSpec.builder("-B", "--before-context").paramLabel("N")
            .description("Print the N messages before each one as well."));

    private final Value<Integer> context = value(Integer.class,
        OptionSpec.builder("-C", "--context").paramLabel("N").defaultValue("0")
            .description("Both."));

    private final Form form = oneOf(new Form());

    private Matches matches;

    /** What a pattern is. */
    private static final class PatternKind extends OneOf {
        private final Flag fixed = flag(OptionSpec.builder("-F", "--fixed-strings")
            .description("PATTERN is text, literally."));

        private final Flag hexadecimal = flag("--hex", "PATTERN is bytes in hexadecimal digits.");
    }

    /** How matches are printed. */
    private static final class Form extends OneOf {
        private final Flag count = flag(OptionSpec.builder("-c", "--count")
            .description("Print only how many there are."));

        private final Flag positions = flag("--positions", "Print before each message the position at which it ends, "
            + "with a dot and its number in a batch, and a colon.");

        private final Flag json = flag("--json", "Print a JSON object for each, as tail does.");
    }

    /** For the tool. */
    public GrepCommand() {
        super("grep",
            "Prints the messages whose payload matches, a line each, in constant memory.",
            "Joins as tail does. Exit code 1 if there is none.");
    }

    @Override
    protected int run(final Output out) {
        if (limit.isSet()) {
            requireRange("--max-count", limit.get(), 1, Long.MAX_VALUE);
        }
        final int linesBefore = before.or(context.get());
        final int linesAfter = after.or(context.get());
        requireRange("--before-context", linesBefore, 0, CONTEXT_MAX);
        requireRange("--after-context", linesAfter, 0, CONTEXT_MAX);
        if (linesBefore + linesAfter > 0 && (form.count.isSet() || form.json.isSet())) {
            throw wrongUsage("--before-context, --after-context and --context print lines, and so"
                + " exclude --count and --json");
        }
        final PayloadPattern sought = sought();
        matches = new Matches(
            linesBefore, linesAfter, limit.or(Long.MAX_VALUE), printer(out), out);
        final boolean invert = inverted.isSet();
        final boolean onlyMatches = !invert && linesBefore + linesAfter == 0;
        read(path.get(), follow.isSet(), out, (payload, header) -> {
            final boolean found = sought.isIn(payload, header);
            if (!matches.next(found != invert, payload, header)) {
                return Action.BREAK;
            }
            return !found && onlyMatches && sought.isNotInRestOfBatch()
                ? Action.SKIP_BATCH : Action.CONTINUE;
        });
        return matches.count() > 0 ? 0 : ExitCode.FAILED;
    }

    @Override
    void printEnd(final Output out) {
        if (form.count.isSet()) {
            out.line(String.valueOf(matches.count()));
        }
    }

    @Override
    protected boolean isQuiet() {
        return form.count.isSet();
    }

    private Matches.Printer printer(final Output out) {
        if (form.count.isSet()) {
            return (place, payload, header, matching) -> { };
        }
        if (form.json.isSet()) {
            final MessageJson objects = new MessageJson(out);
            return (place, payload, header, matching) -> objects.print(payload, header);
        }
        final boolean placed = form.positions.isSet();
        final Pattern coloured = out.isColoured() && !inverted.isSet() ? coloured() : null;
        return (place, payload, header, matching) -> {
            if (placed) {
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
        return kind.hexadecimal.isSet()
            ? Pattern.compile(Pattern.quote(
                new String(Sought.bytes(pattern.get(), true), StandardCharsets.UTF_8)))
            : Pattern.compile(kind.fixed.isSet() ? Pattern.quote(pattern.get()) : pattern.get());
    }

    private PayloadPattern sought() {
        try {
            return kind.fixed.isSet() || kind.hexadecimal.isSet()
                ? PayloadPattern.of(Sought.bytes(pattern.get(), kind.hexadecimal.isSet()))
                : PayloadPattern.of(Pattern.compile(Sought.text(pattern.get())));
        } catch (final PatternSyntaxException noPattern) {
            throw wrongUsage("Invalid value for PATTERN: " + noPattern.getDescription()
                + " near index " + noPattern.getIndex() + " of '" + pattern.get() + "'; -F takes it"
                + " literally");
        } catch (final IllegalArgumentException notBytes) {
            throw wrongUsage("Invalid value for PATTERN: " + notBytes.getMessage());
        }
    }
}
