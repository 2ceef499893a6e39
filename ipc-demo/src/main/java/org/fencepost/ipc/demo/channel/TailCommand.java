package org.fencepost.ipc.demo.channel;

import java.nio.file.Path;
import org.fencepost.ipc.ControlledMessageHandler.Action;
import org.fencepost.ipc.demo.Output;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc tail}. */
@Command(
    name = "tail",
    description = {
        "Prints the messages of a channel, the payload of each as a line of text unless an "
        + "option says otherwise.",
        "Joins as a subscriber that holds no publisher back; what of a ring is overwritten "
        + "meanwhile is missed, which is said at the end with exit code 1."})
public final class TailCommand extends ReadingCommand {
    @Parameters(paramLabel = "CHANNEL", description = "The channel.")
    private Path path;

    @Option(names = {"-f", "--follow"}, description = "Go on with the messages to come, until "
        + "interrupted or nobody reads the output.")
    private boolean follow;

    @Option(names = "--limit", paramLabel = "N", description = "End after so many messages.")
    private Long limit;

    @ArgGroup
    private Printing printing = new Printing();

    private long count;

    /** For picocli. */
    public TailCommand() {
    }

    @Override
    protected int run(final Output out) {
        if (limit != null) {
            requireRange("--limit", limit, 1, Long.MAX_VALUE);
        }
        read(path, follow, out, (payload, header) -> {
            printing.print(payload, header, out);
            count++;
            return limit == null || count < limit ? Action.CONTINUE : Action.BREAK;
        });
        return 0;
    }
}
