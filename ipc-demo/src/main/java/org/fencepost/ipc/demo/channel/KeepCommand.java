package org.fencepost.ipc.demo.channel;

import java.nio.file.Path;
import java.time.Duration;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.demo.Value;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code ipc keep}. */
public final class KeepCommand extends ToolCommand {
    private final Value<Path> path = parameter(Path.class, PositionalParamSpec.builder().paramLabel("CHANNEL")
        .description("The journal."));

    private final Value<Long> bytes = value(Long.class,
        OptionSpec.builder("--bytes").paramLabel("SIZE").converters(new ByteSize())
            .description("How much of it is kept at least; 0: all of it. Default: as it is."));

    private final Value<Integer> hours = value(Integer.class, OptionSpec.builder("--hours").paramLabel("N")
        .description("How long messages are kept at least; 0: for ever. Default: as it is."));

    private final Flag json = flag("--json", "Print a JSON object, as stat does.");

    /** For the tool. */
    public KeepCommand() {
        super("keep",
            "Changes how much of a journal is kept, for all who have it open and who will.",
            "What need not be kept any more is removed at once, and for good, but for what a subscriber that "
                + "publishers wait for has not read. With both options, when either allows it.");
    }

    @Override
    protected int run(final Output out) {
        if (!bytes.isSet() && !hours.isSet()) {
            throw wrongUsage("nothing to change: expected --bytes or --hours; ipc stat CHANNEL shows what is kept");
        }
        if (hours.isSet()) {
            requireRange("--hours", hours.get(), 0, ChannelOptions.RETENTION_TIME_MAX.toHours());
        }
        try (Channel channel = ChannelFiles.join(path.get())) {
            final ChannelOptions before = channel.options();
            channel.changeRetention(
                bytes.isSet() ? bytes.get() : before.retentionBytes(),
                hours.isSet() ? Duration.ofHours(hours.get()) : before.retentionTime());
            out.done(path.get() + " is changed all the same");
            channel.housekeeping().doWork();
            if (json.isSet()) {
                out.json(StatusJson.of(channel.status()));
            } else {
                out.line(channel.toString());
            }
        } catch (final IllegalArgumentException impossible) {
            throw new CommandFailedException(path.get() + " cannot be made to keep that: " + impossible.getMessage(),
                impossible);
        }
        return 0;
    }
}
