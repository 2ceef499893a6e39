package org.fencepost.ipc.demo.channel;

import java.nio.file.Path;
import java.util.List;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelIOException;
import org.fencepost.ipc.ChannelMismatchException;
import org.fencepost.ipc.Channels;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.demo.Value;
import org.fencepost.ipc.os.Platform;
import org.fencepost.ipc.store.ChannelDirectory;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code ipc rm}. */
public final class RemoveCommand extends ToolCommand {
    private final Value<Path> path = parameter(Path.class, PositionalParamSpec.builder().paramLabel("CHANNEL")
        .description("The channel."));

    private final Flag force = flag("--force", "Remove it under those who use it, and say who they are: they go on "
        + "with files that nobody else can open. Also if it is damaged.");

    private final Value<String> cursor = value(String.class, OptionSpec.builder("--cursor").paramLabel("NAME")
        .description("Remove only the cursor of this name, which nobody may have: publishers and retention do not "
            + "wait for it any more, and who subscribes by that name begins anew. The channel stays."));

    /** For the tool. */
    public RemoveCommand() {
        super("rm",
            "Removes a channel with all its messages, or only a cursor (--cursor).",
            "Refused while anybody has it open, by the kernel's locks, but for those who only read. The names of "
                + "absent subscribers go with it.");
    }

    @Override
    protected int run(final Output out) {
        if (cursor.isSet()) {
            removeCursor();
            return 0;
        }
        final ChannelFiles files = new ChannelFiles(path.get());
        ChannelFiles.requireOpenTo(path.get());
        if (!files.exist()) {
            throw new ChannelIOException(path.get(), "no channel at " + path.get()
                + ": expected a directory with a control file; nothing is removed");
        }
        if (force.isSet()) {
            final List<String> users = users();
            new ChannelDirectory(path.get(), Platform.detect()).removeUnderUsers();
            users.forEach(user -> tell("removed under " + user));
        } else {
            remove();
        }
        return 0;
    }

    private void remove() {
        try {
            Channels.remove(path.get());
        } catch (final ChannelMismatchException refused) {
            throw new CommandFailedException(refused.getMessage() + "; --force removes it all the same", refused);
        }
    }

    private void removeCursor() {
        if (force.isSet()) {
            throw wrongUsage("--force has no effect with --cursor: a cursor is not removed under who has it");
        }
        try (Channel channel = ChannelFiles.join(path.get())) {
            if (!channel.removeCursor(cursor.get())) {
                final List<String> names = channel.status().subscribers().stream()
                    .flatMap(subscriber -> subscriber.name().stream()).toList();
                throw new CommandFailedException("no cursor '" + cursor.get() + "' in " + path.get() + ": expected "
                    + (names.isEmpty() ? "one, found none" : "one of '" + String.join("', '", names) + "'"));
            }
        }
    }

    private List<String> users() {
        try {
            return ChannelFiles.users(path.get());
        } catch (final ChannelException damaged) {
            tell("nobody could be asked who uses it: " + damaged.getMessage());
            return List.of();
        }
    }
}
