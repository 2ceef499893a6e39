package org.fencepost.ipc.demo;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code ipc help}. */
@Command(name = "help", description = "Says what a command does and takes.")
final class HelpCommand extends ToolCommand {
    @Spec
    private CommandSpec own;

    @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "The command, and the one of "
        + "its own that is meant. Default: the tool.")
    private List<String> names = List.of();

    /** For picocli. */
    HelpCommand() {
    }

    @Override
    protected int run(final Output out) {
        CommandLine command = own.root().commandLine();
        for (final String name : names) {
            final CommandLine next = command.getSubcommands().get(name);
            if (next == null) {
                throw new UnmatchedArgumentException(command, List.of(name));
            }
            command = next;
        }
        out.text(command.getUsageMessage());
        return 0;
    }
}
