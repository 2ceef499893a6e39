package org.fencepost.ipc.demo.channel;

import java.nio.file.Path;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import picocli.CommandLine.Option;

/** A command that reads messages. It holds no publisher back, and so may miss some of a ring. */
abstract class ReadingCommand extends ToolCommand {
    @Option(names = "--from", paramLabel = "WHERE", converter = Start.class,
        defaultValue = "earliest", description = "Where to begin: earliest, latest, or a position "
            + "at which a message ends. Default: ${DEFAULT-VALUE}.")
    private SubscriberOptions start;

    /** Shows what is there now, and with {@code follow} what comes. */
    final void read(
        final Path path, final boolean follow, final Output out, final Reading.Shown shown) {
        try (Channel channel = Channel.join(path);
             Reading reading = new Reading(channel, start, shown)) {
            try {
                if (follow) {
                    reading.onAndOn(out::flush);
                } else {
                    reading.toEnd();
                }
            } finally {
                out.flush();
            }
            if (reading.lostBytes() > 0) {
                throw new CommandFailedException(reading.lostBytes() + " bytes of " + path
                    + " were overwritten before they could be read");
            }
        }
    }
}
