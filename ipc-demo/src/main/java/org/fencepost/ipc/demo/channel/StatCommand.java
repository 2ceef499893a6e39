package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelStatus;
import org.fencepost.ipc.SubscriberStatus;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.demo.Units;
import org.fencepost.ipc.demo.Value;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code ipc stat}. */
public final class StatCommand extends ToolCommand {
    private static final long MILLIS_PER_SECOND = 1000;
    private static final long SECONDS_MAX = 86_400;

    private final Value<Path> path = parameter(Path.class, PositionalParamSpec.builder().paramLabel("CHANNEL")
        .description("The channel."));

    private final Flag json = flag("--json", "Print a JSON object for each look.");

    private final Flag watch = flag("--watch", "Look again and again, until interrupted, and say how fast each member "
        + "goes, and who is held back since when.");

    private final Value<Long> seconds = value(Long.class, OptionSpec.builder("--every").paramLabel("SECONDS")
        .description("How often to look with --watch. Default: 1."));

    private final Value<Long> limit = value(Long.class, OptionSpec.builder("--limit").paramLabel("N")
        .description("End after so many looks with --watch."));

    private final Map<String, Long> heldBackSince = new LinkedHashMap<>();

    /** For the tool. */
    public StatCommand() {
        super("stat",
            "One look at a channel: positions, what is durable, each publisher and subscriber with its process and "
                + "its lag, open claims, and who waits for whom.",
            "Changes nothing.");
    }

    @Override
    protected int run(final Output out) throws InterruptedException {
        if (!watch.isSet() && (seconds.isSet() || limit.isSet())) {
            throw wrongUsage((seconds.isSet() ? "--every" : "--limit") + " is for --watch");
        }
        final long everySeconds = seconds.or(1L);
        requireRange("--every", everySeconds, 1, SECONDS_MAX);
        if (limit.isSet()) {
            requireRange("--limit", limit.get(), 1, Long.MAX_VALUE);
        }
        try (Channel channel = ChannelFiles.view(path.get())) {
            final ChannelFiles.Identity identity = new ChannelFiles(path.get()).identity();
            ChannelStatus before = channel.status();
            print(before, Optional.empty(), channel.recoveryEpoch(), out);
            final long looks = limit.or(Long.MAX_VALUE);
            for (long look = 1; watch.isSet() && look < looks; look++) {
                out.flush();
                Thread.sleep(everySeconds * MILLIS_PER_SECOND);
                // Another one that has the name by now is not what is watched.
                identity.requireThere(path.get());
                final ChannelStatus now = channel.status();
                print(now, Optional.of(Rates.between(channel, before, now)),
                    channel.recoveryEpoch(), out);
                before = now;
            }
        }
        return 0;
    }

    private void print(final ChannelStatus now, final Optional<Rates> rates, final long epoch,
        final Output out) {
        final List<String> blocked = blocked(now);
        final ChannelFiles files = new ChannelFiles(path.get());
        if (json.isSet()) {
            final ObjectNode object = StatusJson.of(now).put("recoveryEpoch", epoch)
                .put("segments", files.segmentCount()).put("sizeBytes", files.sizeBytes());
            final ArrayNode list = object.putArray("heldBack");
            blocked.forEach(list::add);
            rates.ifPresent(known -> known.addTo(object));
            out.json(object);
            return;
        }
        out.line(now.toString());
        out.line("files: " + files.segmentCount() + " segments, "
            + Units.size(files.sizeBytes()) + " together");
        if (epoch > 0) {
            out.line("recovered: another life of the log, number " + epoch);
        }
        if (watch.isSet()) {
            blocked.forEach(line -> out.line(out.coloured(Output.Colour.YELLOW, line)));
            rates.ifPresent(known -> {
                out.line("rates:");
                known.inWords().forEach(line -> out.line("  " + line));
            });
            out.line("");
        }
    }

    /** Who holds publishers back, and since when this sees it. */
    private List<String> blocked(final ChannelStatus now) {
        final Map<String, Long> still = new LinkedHashMap<>();
        now.subscribers().stream().filter(SubscriberStatus::holdsPublishersBack)
            .forEach(subscriber -> still.put(subscriber + " at position "
                + subscriber.position().orElse(0), 0L));
        still.replaceAll((who, any) -> heldBackSince.getOrDefault(who, now.observedNanos()));
        heldBackSince.clear();
        heldBackSince.putAll(still);
        return still.entrySet().stream().map(entry -> "held back for "
            + Units.duration(now.observedNanos() - entry.getValue()) + " or longer by "
            + entry.getKey()).toList();
    }
}
