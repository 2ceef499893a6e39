package org.fencepost.ipc.demo;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Entry of the tool {@code ipc}. Each command is a class of its own that is named here.
 *
 * <p>Exit codes of all commands: 0 it went well, {@link #EXIT_FAILED} it did not,
 * {@link #EXIT_USAGE} the command line is wrong, {@link #EXIT_INTERRUPTED} somebody pressed Ctrl-C.
 */
@Command(
    name = "ipc",
    description = "Messages and journals in shared memory, between the processes of one host.",
    mixinStandardHelpOptions = true,
    versionProvider = Ipc.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = DemoCommand.class)
public final class Ipc implements Runnable {
    /** A command did not do what it was asked for. */
    public static final int EXIT_FAILED = 1;
    /** The command line is wrong. */
    public static final int EXIT_USAGE = 2;
    /** Interrupted by SIGINT, as shells number it. */
    public static final int EXIT_INTERRUPTED = 130;

    /** The version of the jar; classes that are in none have none. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            final String version = Ipc.class.getPackage().getImplementationVersion();
            return new String[] {"Fencepost " + (version == null ? "(not packaged)" : version)};
        }
    }

    @Spec
    private CommandSpec spec;

    /** For picocli. */
    public Ipc() {
    }

    /** Runs a command and ends this JVM with its exit code. */
    public static void main(final String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Ipc())
            .setExecutionExceptionHandler((exception, commandLine, parsed) -> {
                if (!(exception instanceof CommandFailedException)) {
                    throw exception;
                }
                commandLine.getErr().println("ipc: " + exception.getMessage());
                return EXIT_FAILED;
            });
    }

    /** Without a command there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command, for example: ipc demo");
    }
}
