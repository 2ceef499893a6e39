package org.fencepost.ipc.demo.channel;

import java.io.IOException;
import java.nio.file.Path;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.demo.Value;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code ipc create}. */
public final class CreateCommand extends ToolCommand {
    private final Value<Path> path = parameter(Path.class, PositionalParamSpec.builder().paramLabel("CHANNEL")
        .description("The directory to make; missing parents are made too."));

    private final NewChannel wanted = new NewChannel(this);

    private final Flag ifMissing = flag("--if-missing", "It may be there already, but only as asked for.");

    private final Flag json = flag("--json", "Print a JSON object, as stat does.");

    /** For the tool. */
    public CreateCommand() {
        super("create",
            "Makes a channel and prints what it is: a journal unless --ring says otherwise.",
            "Exit code 1 if it is there already.");
    }

    @Override
    protected int run(final Output out) throws IOException {
        wanted.options();
        if (!ifMissing.isSet() && new ChannelFiles(path.get()).exist()) {
            throw new CommandFailedException(path.get() + " is a channel already; ipc stat shows it,"
                + " ipc rm removes it, --if-missing lets it be");
        }
        try (Channel channel = wanted.open(path.get())) {
            out.done(path.get() + " is there all the same");
            if (json.isSet()) {
                out.json(StatusJson.of(channel.status()));
            } else {
                out.line(channel.toString());
            }
        }
        return 0;
    }
}
