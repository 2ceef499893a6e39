package org.fencepost.ipc.demo;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code ipc help}. */
final class HelpCommand extends ToolCommand {
    private final Value<List<String>> names = parameters(String.class,
        PositionalParamSpec.builder().paramLabel("COMMAND")
            .description("The command, and the one of its own that is meant. Default: the tool."));

    /** For the tool. */
    HelpCommand() {
        super("help", "Says what a command does and takes.");
    }

    @Override
    protected int run(final Output out) {
        CommandLine command = spec().root().commandLine();
        for (final String name : names.get()) {
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
