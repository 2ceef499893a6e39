package org.fencepost.ipc.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * {@code ipc bench}: starts the benchmark programs of the checkout, which are processes of their
 * own with a class path of their own.
 */
public final class BenchCommand extends ToolCommand {
    /** Programs of their own, which measure nothing else beside it. */
    private static final Set<String> PROGRAMS = Set.of("files", "waiting", "tail");

    private final Value<List<String>> words = parameters(String.class,
        PositionalParamSpec.builder().paramLabel("NAME")
            .description("What to measure: a name that --list prints, several with commas, or one of files, waiting, "
                + "tail. Behind -- what the programs take besides: -- --help shows it. Default: what --quick or "
                + "--full say, or else check, throughput and round-trip."));

    private final Extent extent = oneOf(new Extent());

    private final Flag list = flag("--list", "Print what can be measured.");

    private final Flag json = flag("--json", "Print JSON. Tables go to standard error.");

    private final Value<Path> report = value(Path.class, OptionSpec.builder("--report").paramLabel("DIR")
        .description("Also write tables, JSON and plots into a directory."));

    /** How much is measured. */
    private static final class Extent extends OneOf {
        private final Flag quick = flag("--quick", "A minute or two for a first look.");

        private final Flag full = flag("--full", "Everything with everybody, in half an hour.");
    }

    /** For the tool. */
    public BenchCommand() {
        super("bench",
            "Measures this and its peers on this machine, with the benchmark programs of the checkout in processes of "
                + "their own: tables, and with --report plots as well.",
            "Says what was measured, and when the machine was too busy for it.");
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
            if (json.isSet()) {
                command.addAll(List.of("--json", file.toString()));
            }
            final int exitCode = execute(command);
            if (json.isSet() && exitCode == 0) {
                out.text(Files.readString(file, StandardCharsets.UTF_8));
            }
            return exitCode;
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private int execute(final List<String> command) throws IOException, InterruptedException {
        if (json.isSet()) {
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
        final List<String> typed = words.get();
        final boolean named = !typed.isEmpty() && !typed.getFirst().startsWith("-");
        if (named && PROGRAMS.contains(typed.getFirst())) {
            command.add(typed.getFirst());
        } else if (named) {
            command.addAll(List.of("--measures", typed.getFirst()));
        }
        if (extent.quick.isSet() || extent.full.isSet()) {
            command.add(extent.quick.isSet() ? "--quick" : "--full");
        }
        if (list.isSet()) {
            command.add("--list");
        }
        report.find().ifPresent(directory -> command.addAll(List.of("--report", directory.toString())));
        command.addAll(typed.subList(named ? 1 : 0, typed.size()));
        return command;
    }
}
