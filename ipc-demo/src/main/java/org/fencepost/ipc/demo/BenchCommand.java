package org.fencepost.ipc.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code ipc bench}: starts the benchmark programs of the checkout, which are processes of their
 * own with a class path of their own.
 */
@Command(
    name = "bench",
    description = {
        "Measures this and its peers on this machine, with the benchmark programs of the "
        + "checkout in processes of their own: tables, and with --report plots as well.",
        "Says what was measured, and when the machine was too busy for it."})
public final class BenchCommand extends ToolCommand {
    /** Programs of their own, which measure nothing else beside it. */
    private static final Set<String> PROGRAMS = Set.of("files", "waiting", "tail");

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "What to measure: a name that "
        + "--list prints, several with commas, or one of files, waiting, tail. Behind -- what the programs take besides: "
        + "-- --help shows it. Default: what --quick or --full say, or else check, "
        + "throughput and round-trip.")
    private List<String> words = List.of();

    @ArgGroup
    private Extent extent = new Extent();

    @Option(names = "--list", description = "Print what can be measured.")
    private boolean list;

    @Option(names = "--json", description = "Print JSON. Tables go to standard error.")
    private boolean json;

    @Option(names = "--report", paramLabel = "DIR", description = "Also write tables, JSON and"
        + " plots "
        + "into a directory.")
    private Optional<Path> report = Optional.empty();

    /** How much is measured. */
    private static final class Extent {
        @Option(names = "--quick", description = "A minute or two for a first look.")
        private boolean quick;

        @Option(names = "--full", description = "Everything with everybody, in half an hour.")
        private boolean full;
    }

    /** For picocli. */
    public BenchCommand() {
    }

    @Override
    protected int run(final Output out) throws IOException, InterruptedException {
        final Path program = Path.of(Optional.ofNullable(System.getenv("IPC_PROJECT")).orElse("."))
            .resolve("ipc-tests/bench").toAbsolutePath().normalize();
        if (!Files.isExecutable(program)) {
            throw new CommandFailedException("expected the benchmark programs at " + program
                + ", found none; start ./ipc-demo/ipc of a checkout");
        }
        final Path file = Files.createTempFile("ipc-bench-", ".json");
        // Also where a signal ends this.
        file.toFile().deleteOnExit();
        try {
            final List<String> command = command(program.toString());
            if (json) {
                command.addAll(List.of("--json", file.toString()));
            }
            final int exitCode = execute(command);
            if (json && exitCode == 0) {
                out.text(Files.readString(file, StandardCharsets.UTF_8));
            }
            return exitCode;
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private int execute(final List<String> command) throws IOException, InterruptedException {
        if (json) {
            command.addAll(0, List.of("bash", "-c", "exec \"$0\" \"$@\" >&2"));
        }
        final ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        // Where a signal ends this nobody would see what is measured.
        Runtime.getRuntime().addShutdownHook(new Thread(
            () -> ProcessHandle.current().children().forEach(ProcessHandle::destroy)));
        final int exitCode = builder.start().waitFor();
        return exitCode == 0 || exitCode == ExitCode.USAGE ? exitCode : ExitCode.FAILED;
    }

    private List<String> command(final String program) {
        final List<String> command = new ArrayList<>(List.of(program));
        final boolean named = !words.isEmpty() && !words.getFirst().startsWith("-");
        if (named && PROGRAMS.contains(words.getFirst())) {
            command.add(words.getFirst());
        } else if (named) {
            command.addAll(List.of("--measures", words.getFirst()));
        }
        if (extent.quick || extent.full) {
            command.add(extent.quick ? "--quick" : "--full");
        }
        if (list) {
            command.add("--list");
        }
        report.ifPresent(directory -> command.addAll(List.of("--report", directory.toString())));
        command.addAll(words.subList(named ? 1 : 0, words.size()));
        return command;
    }
}
