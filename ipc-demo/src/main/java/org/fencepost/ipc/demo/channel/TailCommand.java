package org.fencepost.ipc.demo.channel;

import java.nio.file.Path;
import java.util.function.BiConsumer;
import org.fencepost.ipc.ControlledMessageHandler.Action;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.Value;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code ipc tail}. */
public final class TailCommand extends ReadingCommand {
    private final Value<Path> path = parameter(Path.class, PositionalParamSpec.builder().paramLabel("CHANNEL")
        .description("The channel."));

    private final Flag follow = flag(OptionSpec.builder("-f", "--follow")
        .description("Go on with the messages to come, until interrupted or nobody reads the output."));

    private final Value<Long> limit = value(Long.class, OptionSpec.builder("--limit").paramLabel("N")
        .description("End after so many messages."));

    private final Printing printing = oneOf(new Printing());

    private long count;

    /** For the tool. */
    public TailCommand() {
        super("tail",
            "Prints the messages of a channel, the payload of each as a line of text unless an option says otherwise.",
            "Joins as a subscriber that holds no publisher back; what of a ring is overwritten meanwhile is missed, "
                + "which is said at the end with exit code 1.");
    }

    @Override
    protected int run(final Output out) {
        if (limit.isSet()) {
            requireRange("--limit", limit.get(), 1, Long.MAX_VALUE);
        }
        final long last = limit.or(Long.MAX_VALUE);
        final BiConsumer<Payload, Header> printer = printing.printer(out);
        read(path.get(), follow.isSet(), out, (payload, header) -> {
            printer.accept(payload, header);
            count++;
            return count < last ? Action.CONTINUE : Action.BREAK;
        });
        return 0;
    }
}
