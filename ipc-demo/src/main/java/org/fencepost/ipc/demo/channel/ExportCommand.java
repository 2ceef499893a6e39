package org.fencepost.ipc.demo.channel;

import java.nio.file.Path;
import org.fencepost.ipc.demo.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ipc export}. */
@Command(
    name = "export",
    description = "Prints the messages that a channel has now as JSON objects, a line each, from "
        + "which import makes the same messages again. Joins as tail does.")
public final class ExportCommand extends ReadingCommand {
    @Parameters(paramLabel = "CHANNEL", description = "The channel.")
    private Path path;

    /** For picocli. */
    public ExportCommand() {
    }

    @Override
    protected int run(final Output out) {
        read(path, false, out, (payload, header) -> {
            out.json(MessageJson.of(payload, header));
            return true;
        });
        return 0;
    }
}
