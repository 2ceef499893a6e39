package org.fencepost.ipc.demo;

import java.io.Console;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code ipc demo}: real producers and consumers in processes of their own, and proof that it
 * works.
 */
final class DemoCommand extends ToolCommand {
    /** Most producers, and most consumers: what a channel takes. */
    static final int PROCESSES_MAX = 256;

    /** Nobody can type it. */
    private static final String FRESH_DIRECTORY = "\0";
    /** Where the launcher says that the project is. */
    private static final String PROJECT_VARIABLE = "IPC_PROJECT";

    private final Value<Path> input = value(Path.class, OptionSpec.builder("--input").paramLabel("FILE|DIR")
        .description("Text to send; a directory with all below it except .git and target. Default: this project."));

    private final Value<Long> messages = value(Long.class,
        OptionSpec.builder("--messages").paramLabel("N").defaultValue("2000000")
            .description("Messages to send, all producers together. Default: ${DEFAULT-VALUE}."));

    private final Value<Integer> producers = value(Integer.class,
        OptionSpec.builder("--producers").paramLabel("P").defaultValue("2")
            .description("Producer processes. Default: ${DEFAULT-VALUE}."));

    private final Value<Integer> consumers = value(Integer.class,
        OptionSpec.builder("--consumers").paramLabel("C").defaultValue("2")
            .description("Consumer processes. Default: ${DEFAULT-VALUE}."));

    private final Value<Double> rate = value(Double.class,
        OptionSpec.builder("--rate").paramLabel("MSGS_PER_SECOND").converters(new MessageRate())
            .description("Pace of all producers together. Latencies then count from when a message was due. Default: "
                + "full speed, where latency is mostly time in the queue."));

    private final Value<String> journal = value(String.class,
        OptionSpec.builder("--journal").paramLabel("DIR").arity("0..1").fallbackValue(FRESH_DIRECTORY)
            .description("Use a journal instead of a ring, and keep it in DIR, or in a fresh directory."));

    private final Flag kill = flag("--kill", "Kill the last producer half-way, inside a claim, while the others run, "
        + "and show how long the consumers were held up.");

    private final Flag json = flag("--json", "Print the result as one JSON object.");

    /** For the tool. */
    DemoCommand() {
        super("demo",
            "Sends the lines of text files from producer processes to consumer processes.",
            "Every consumer receives every message and compares a SHA-256 per producer. Exit code 0 means that all "
                + "arrived intact.");
    }

    @Override
    protected int run(final Output out) throws InterruptedException {
        final DemoOptions options = options();
        final InputFiles files = InputFiles.find(options.input());
        if (files.files().isEmpty()) {
            throw new CommandFailedException("no text file to send in " + options.input() + " ("
                + files.binaryCount() + " binary and " + files.unreadableCount()
                + " unreadable ones were left out)");
        }
        final Console console = System.console();
        final boolean watched = console != null && console.isTerminal();
        try (Stage stage = new Stage(options)) {
            return run(stage, new DemoRun(
                options, files, stage, new Progress(System.err, watched, options)), options, out);
        }
    }

    private int run(
        final Stage stage, final DemoRun run, final DemoOptions options, final Output out)
        throws InterruptedException {
        try {
            final DemoResult result = run.run();
            out.line(options.json() ? ResultJson.format(result) : ResultTable.format(result));
            out.flush();
            return result.intact() ? 0 : ExitCode.FAILED;
        } catch (final CommandFailedException e) {
            if (stage.isCleared()) {
                return ExitCode.INTERRUPTED;
            }
            throw stage.place().journal() ? withJournal(e, stage.place().directory()) : e;
        } finally {
            run.errorOutput().forEach(this::tell);
        }
    }

    /** A journal stays even if the run failed; so its place has to be known. */
    private static CommandFailedException withJournal(
        final CommandFailedException failure, final Path directory) {
        return new CommandFailedException(
            failure.getMessage() + "; the journal stays in " + directory, failure);
    }

    /** Checks what picocli cannot. */
    private DemoOptions options() {
        requireRange("--messages", messages.get(), 1, Long.MAX_VALUE / 2 / PROCESSES_MAX);
        requireRange("--producers", producers.get(), 1, PROCESSES_MAX);
        requireRange("--consumers", consumers.get(), 1, PROCESSES_MAX);
        if (kill.isSet() && (producers.get() < 2 || messages.get() < producers.get())) {
            throw wrongUsage("Invalid value for option '--kill': it"
                + " needs at least 2 producers and a message of each, but there are " + producers.get()
                + " with " + messages.get() + " messages");
        }
        final Path source = input.find().orElseGet(DemoCommand::project);
        if (!Files.exists(source)) {
            throw wrongUsage("Invalid value for option '--input': no such file: " + source);
        }
        return new DemoOptions(
            source,
            messages.get(),
            producers.get(),
            consumers.get(),
            journal.isSet(),
            journal.find().filter(path -> !path.equals(FRESH_DIRECTORY)).map(this::journalPath),
            json.isSet(),
            rate.isSet() ? OptionalDouble.of(rate.get()) : OptionalDouble.empty(),
            kill.isSet());
    }

    private Path journalPath(final String typed) {
        try {
            return new Ipc.PathConverter().convert(typed);
        } catch (final TypeConversionException noPath) {
            throw wrongUsage("Invalid value for option '--journal': " + noPath.getMessage());
        }
    }

    private static Path project() {
        return Path.of(Optional.ofNullable(System.getenv(PROJECT_VARIABLE)).orElse("."))
            .toAbsolutePath().normalize();
    }
}
