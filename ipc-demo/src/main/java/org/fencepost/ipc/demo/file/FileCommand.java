package org.fencepost.ipc.demo.file;

import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import picocli.CommandLine.Command;

/** {@code ipc file}: the commands for files. */
@Command(
    name = "file",
    description = "Replaces files so that nobody sees half of one, and searches files of any size.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
        WriteCommand.class, JsonCommand.class, JsonLinesCommand.class, PatchCommand.class,
        HistoryCommand.class, RollbackCommand.class, GrepCommand.class, ReplaceCommand.class})
public final class FileCommand extends ToolCommand {
    /** For picocli. */
    public FileCommand() {
    }

    @Override
    protected int run(final Output out) {
        throw wrongUsage("Missing command, for example: ipc file history FILE");
    }
}
