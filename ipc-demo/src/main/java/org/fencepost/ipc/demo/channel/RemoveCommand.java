package org.fencepost.ipc.demo.channel;

import java.nio.file.Path;
import java.util.List;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc rm}. */
@Command(
    name = "rm",
    description = {
        "Removes a channel with all its messages, or only a cursor (--cursor).",
        "Refused while a publisher or a subscriber is alive, by the kernel's locks; who comes "
        + "at the same moment may find that out too late. The names of absent subscribers go "
        + "with it."})
public final class RemoveCommand extends ToolCommand {
    @Parameters(paramLabel = "CHANNEL", description = "The channel.")
    private Path path;

    @Option(names = "--force", description = "Remove it under those who use it, and say who they "
        + "are: they go on with files that nobody else can open. Also if it is damaged.")
    private boolean force;

    @Option(names = "--cursor", paramLabel = "NAME", description = "Remove only the cursor of this name, "
        + "which nobody may have: publishers and retention do not wait for it any more, and who subscribes "
        + "by that name begins anew. The channel stays.")
    private String cursor;

    /** For picocli. */
    public RemoveCommand() {
    }

    @Override
    protected int run(final Output out) {
        if (cursor != null) {
            removeCursor();
            return 0;
        }
        final ChannelFiles files = new ChannelFiles(path);
        ChannelFiles.requireOpenTo(path);
        if (!files.exist()) {
            throw new ChannelIOException(path, "no channel at " + path
                + ": expected a directory with a control file; nothing is removed");
        }
        final List<String> users = users();
        if (!users.isEmpty() && !force) {
            throw new CommandFailedException(path + " is in use by " + String.join(", ", users)
                + "; let them end, or remove it under them with --force");
        }
        files.remove();
        users.forEach(user -> tell("removed under " + user));
        return 0;
    }

    private void removeCursor() {
        if (force) {
            throw wrongUsage("--force has no effect with --cursor: a cursor is not removed under who has it");
        }
        ChannelFiles.requireOpenTo(path);
        try (Channel channel = Channel.join(path)) {
            if (!channel.removeCursor(cursor)) {
                final List<String> names = channel.status().subscribers().stream()
                    .flatMap(subscriber -> subscriber.name().stream()).toList();
                throw new CommandFailedException("no cursor '" + cursor + "' in " + path + ": expected "
                    + (names.isEmpty() ? "one, found none" : "one of '" + String.join("', '", names) + "'"));
            }
        }
    }

    private List<String> users() {
        try {
            return ChannelFiles.users(path);
        } catch (final ChannelException damaged) {
            if (!force) {
                throw damaged;
            }
            tell("nobody could be asked who uses it: " + damaged.getMessage());
            return List.of();
        }
    }
}
