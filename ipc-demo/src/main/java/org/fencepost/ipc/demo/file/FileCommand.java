package org.fencepost.ipc.demo.file;

import java.util.List;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import picocli.CommandLine;

/** {@code ipc file}: the commands for files. */
public final class FileCommand extends ToolCommand {
    private static final List<String> NAMES =
        List.of("write", "json", "jsonl", "patch", "history", "rollback", "grep", "replace");

    /**
     * For the tool.
     *
     * @param words the command line if that is known: if it names one of these commands there is no other one, which
     *              starts sooner.
     */
    public FileCommand(final String... words) {
        super("file", "Replaces files so that nobody sees half of one, and searches files of any size.");
        if (words.length > 1 && NAMES.contains(words[1])) {
            addCommand(command(words[1]));
        } else {
            NAMES.forEach(name -> addCommand(command(name)));
        }
    }

    private static CommandLine command(final String name) {
        return switch (name) {
            case "write" -> new WriteCommand().commandLine();
            case "json" -> new JsonCommand().commandLine();
            case "jsonl" -> new JsonLinesCommand().commandLine();
            case "patch" -> new PatchCommand().commandLine();
            case "history" -> new HistoryCommand().commandLine();
            case "rollback" -> new RollbackCommand().commandLine();
            case "grep" -> new GrepCommand().commandLine();
            case "replace" -> new ReplaceCommand().commandLine();
            default -> throw new IllegalArgumentException(name);
        };
    }

    @Override
    protected int run(final Output out) {
        throw wrongUsage("Missing command, for example: ipc file history FILE");
    }
}
