package org.fencepost.ipc.demo.channel;

import java.nio.file.Path;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelStatus;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.demo.Units;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc stat}. */
@Command(
    name = "stat",
    description = "One look at a channel: positions, what is durable, each publisher and "
        + "subscriber with its process and its lag, open claims, and who waits for whom. Changes "
        + "nothing, but opens it as any process does, which recovers a journal after a loss of "
        + "power.")
public final class StatCommand extends ToolCommand {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final long MILLIS_PER_SECOND = 1000;
    private static final long SECONDS_MAX = 86_400;

    @Parameters(paramLabel = "CHANNEL", description = "The channel.")
    private Path path;

    @Option(names = "--json", description = "Print a JSON object for each look.")
    private boolean json;

    @Option(names = "--watch", description = "Look again and again, until interrupted, and say how "
        + "fast the tail moves.")
    private boolean watch;

    @Option(names = "--every", paramLabel = "SECONDS", defaultValue = "1",
        description = "How often to look with --watch. Default: ${DEFAULT-VALUE}.")
    private long seconds;

    @Option(names = "--limit", paramLabel = "N", description = "End after so many looks.")
    private Long limit;

    /** For picocli. */
    public StatCommand() {
    }

    @Override
    protected int run(final Output out) throws InterruptedException {
        requireRange("--every", seconds, 1, SECONDS_MAX);
        try (Channel channel = Channel.join(path)) {
            ChannelStatus before = channel.status();
            print(before, before, channel.recoveryEpoch(), out);
            for (long look = 1; watch && (limit == null || look < limit); look++) {
                out.flush();
                Thread.sleep(seconds * MILLIS_PER_SECOND);
                final ChannelStatus now = channel.status();
                print(before, now, channel.recoveryEpoch(), out);
                before = now;
            }
        }
        return 0;
    }

    private void print(
        final ChannelStatus before, final ChannelStatus now, final long epoch, final Output out) {
        final double elapsedSeconds =
            (now.observedNanos() - before.observedNanos()) / NANOS_PER_SECOND;
        final long bytesPerSecond = elapsedSeconds == 0 ? 0
            : Math.round((now.tailPosition() - before.tailPosition()) / elapsedSeconds);
        if (json) {
            out.json(StatusJson.of(now)
                .put("recoveryEpoch", epoch).put("bytesPerSecond", bytesPerSecond));
            return;
        }
        out.line(now.toString());
        if (epoch > 0) {
            out.line("recovered: its end was cut " + epoch + " times");
        }
        if (watch) {
            out.line("rate: " + Units.size(bytesPerSecond) + "/s");
            out.line("");
        }
    }
}
