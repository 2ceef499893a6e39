package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.ChannelStatus;
import org.fencepost.ipc.Channels;
import org.fencepost.ipc.PublisherStatus;
import org.fencepost.ipc.SubscriberStatus;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.ExitCode;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.demo.Units;
import org.fencepost.ipc.demo.Value;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code ipc ls}. */
public final class ListCommand extends ToolCommand {
    private static final String ROW_GAP = "  ";
    private static final long BETWEEN_LOOKS_MILLIS = 200;

    private final Value<Path> directory = parameter(Path.class,
        PositionalParamSpec.builder().paramLabel("DIR").arity("0..1").defaultValue(".")
            .description("The directory. Default: the current one."));

    private final Flag json = flag("--json", "Print a JSON object for each channel, as stat does, with its "
        + "sizeBytes.");

    private int exitCode;

    /** For the tool. */
    public ListCommand() {
        super("ls",
            "Lists the channels directly below a directory, and the one that it is: what they are, their positions, "
                + "who is alive there, the bytes of their files, and how fast they are fed, for which it looks twice.",
            "Changes nothing. Exit code 1 if one cannot be opened.");
    }

    /** A channel that could be opened, and is still open if it is fed. */
    private record Seen(Path path, Channel channel, ChannelStatus status, long sizeBytes) {
    }

    @Override
    protected int run(final Output out) throws InterruptedException {
        final List<Seen> seen = new ArrayList<>();
        try {
            look(seen, out);
            ChannelFiles.leftBelow(directory.get()).forEach(this::tellLeft);
            tellClosed();
            // What nobody publishes into does not have to be waited for.
            if (seen.stream().anyMatch(one -> isFed(one.status()))) {
                Thread.sleep(BETWEEN_LOOKS_MILLIS);
            }
            show(seen, out);
        } finally {
            seen.forEach(one -> one.channel().close());
        }
        return exitCode;
    }

    /** Whoever may not look into a directory does not see whether that is a channel. */
    private void tellClosed() {
        final long closed = ChannelFiles.closedBelow(directory.get());
        if (closed > 0) {
            tell("ipc: this user may not look into " + closed + " directories of " + directory.get()
                + ", which may be channels");
        }
    }

    private void tellLeft(final Path left) {
        try {
            final String size = Units.size(new ChannelFiles(left).sizeBytes());
            tell("ipc: " + left + " has " + size + " that a create or rm which was killed has left, unless one is at"
                + " work: the next create there removes it");
        } catch (final ChannelException goneOrAnothers) {
            // Nothing that this user could do anything about.
        }
    }

    private static boolean isFed(final ChannelStatus status) {
        return status.publishers().stream().anyMatch(PublisherStatus::live);
    }

    private void look(final List<Seen> seen, final Output out) {
        for (final Path path : paths()) {
            try {
                ChannelFiles.requireOpenTo(path);
                final long sizeBytes = new ChannelFiles(path).sizeBytes();
                final Channel channel = ChannelFiles.view(path);
                final Seen one = new Seen(path, channel, seenIn(channel), sizeBytes);
                seen.add(one);
                if (!isFed(one.status())) {
                    // There may be more of them than files and mappings that this process may have.
                    channel.close();
                }
            } catch (final ChannelException | CommandFailedException notToBeOpened) {
                if (ChannelFiles.isGone(path)) {
                    // It was removed behind the look at the directory.
                    continue;
                }
                exitCode = ExitCode.FAILED;
                tell("ipc: " + notToBeOpened.getMessage());
                if (json.isSet()) {
                    out.json(JsonNodeFactory.instance.objectNode()
                        .put("path", path.toString()).put("error", notToBeOpened.getMessage()));
                }
            }
        }
    }

    /** Who names a channel means that. */
    private List<Path> paths() {
        final List<Path> paths = new ArrayList<>();
        if (new ChannelFiles(directory.get()).exist()) {
            paths.add(directory.get());
        }
        paths.addAll(Channels.list(directory.get()));
        return paths;
    }

    private static ChannelStatus seenIn(final Channel channel) {
        try {
            return channel.status();
        } catch (final ChannelException damaged) {
            channel.close();
            throw damaged;
        }
    }

    private void show(final List<Seen> seen, final Output out) {
        final List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
            "KIND", "SEGMENTS", "EARLIEST", "TAIL", "PUB", "SUB", "SIZE", "RATE", "CHANNEL"));
        for (final Seen one : seen) {
            final Optional<Rates> rates = isFed(one.status()) ? Optional.of(Rates.between(
                one.channel(), one.status(), one.channel().status())) : Optional.empty();
            if (json.isSet()) {
                final ObjectNode object = StatusJson.of(one.status()).put("sizeBytes", one.sizeBytes());
                rates.ifPresent(known -> known.addTo(object));
                out.json(object);
            } else {
                rows.add(row(one.path(), one.status(), one.sizeBytes(),
                    rates.map(Rates::total).orElse("-")));
            }
        }
        if (rows.size() > 1) {
            print(rows, out);
        }
    }

    private static List<String> row(
        final Path path, final ChannelStatus status, final long sizeBytes, final String rate) {
        final ChannelOptions options = status.options();
        final boolean ring = options.kind() == ChannelOptions.Kind.RING;
        return List.of(
            StatusJson.kind(options),
            (ring ? options.segmentCount() + " x " : "") + Units.size(options.segmentBytes()),
            String.valueOf(status.earliestPosition()),
            String.valueOf(status.tailPosition()),
            String.valueOf(status.publishers().stream().filter(PublisherStatus::live).count()),
            String.valueOf(status.subscribers().stream().filter(SubscriberStatus::live).count()),
            Units.size(sizeBytes),
            rate,
            // One row a channel, whatever somebody has called it.
            path.getFileName().toString().replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", "?"));
    }

    /** Columns to the right, but for the last one. */
    private static void print(final List<List<String>> rows, final Output out) {
        final int last = rows.getFirst().size() - 1;
        for (final List<String> row : rows) {
            final StringBuilder line = new StringBuilder();
            for (int column = 0; column < last; column++) {
                final int at = column;
                final int width =
                    rows.stream().mapToInt(any -> any.get(at).length()).max().orElse(0);
                line.repeat(' ', width - row.get(column).length())
                    .append(row.get(column)).append(ROW_GAP);
            }
            out.line(line + row.get(last));
        }
    }
}
