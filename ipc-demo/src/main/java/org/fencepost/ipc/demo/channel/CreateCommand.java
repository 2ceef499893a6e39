package org.fencepost.ipc.demo.channel;

import java.io.IOException;
import java.nio.file.Path;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc create}. */
@Command(
    name = "create",
    description = {
        "Makes a channel and prints what it is: a journal unless --ring says otherwise.",
        "Exit code 1 if it is there already."})
public final class CreateCommand extends ToolCommand {
    @Parameters(paramLabel = "CHANNEL", description = "The directory to make; missing parents are "
        + "made too.")
    private Path path;

    @Mixin(name = NewChannel.NAME)
    private NewChannel wanted;

    @Option(names = "--if-missing", description = "It may be there already, but only as asked for.")
    private boolean ifMissing;

    @Option(names = "--json", description = "Print a JSON object, as stat does.")
    private boolean json;

    /** For picocli. */
    public CreateCommand() {
    }

    @Override
    protected int run(final Output out) throws IOException {
        wanted.options();
        if (!ifMissing && new ChannelFiles(path).exist()) {
            throw new CommandFailedException(path + " is a channel already; ipc stat shows it,"
                + " ipc rm removes it, --if-missing lets it be");
        }
        try (Channel channel = wanted.open(path)) {
            if (json) {
                out.json(StatusJson.of(channel.status()));
            } else {
                out.line(channel.toString());
            }
        }
        return 0;
    }
}
