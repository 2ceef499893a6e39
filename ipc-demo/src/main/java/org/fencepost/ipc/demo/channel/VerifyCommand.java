package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.SubscriberOptions;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Ipc;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc verify}. */
@Command(
    name = "verify",
    description = "Reads all messages that a channel has now, and says what is wrong: the headers "
        + "of its files, the lengths of its messages, and in a journal every checksum. Of a ring "
        + "checksums are not verified, for that would hold publishers back. Joins as a subscriber "
        + "does, which passes over claims of the dead and recovers a journal after a loss of power; "
        + "ends at the first damage. Exit code 1 if anything is wrong.")
public final class VerifyCommand extends ToolCommand {
    @Parameters(paramLabel = "CHANNEL", description = "The channel.")
    private Path path;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    private final List<String> problems = new ArrayList<>();
    private String kind = "channel";
    private boolean checksums;
    private long messages;
    private long payloadBytes;
    private long fromPosition;
    private long toPosition;

    /** For picocli. */
    public VerifyCommand() {
    }

    @Override
    protected int run(final Output out) {
        try (Channel channel = Channel.join(path)) {
            kind = StatusJson.kind(channel.options());
            checksums = channel.options().kind() == ChannelOptions.Kind.JOURNAL;
            fromPosition = channel.earliestPosition();
            toPosition = fromPosition;
            if (channel.status().durability().failed()) {
                problems.add("a sync has failed, so what was published last may not be on the disk");
            }
            final SubscriberOptions earliest = SubscriberOptions.earliest().lossy();
            read(channel, checksums ? earliest.verified() : earliest);
        } catch (final ChannelException | CommandFailedException problem) {
            problems.add(problem.getMessage());
        }
        print(out);
        return problems.isEmpty() ? 0 : Ipc.EXIT_FAILED;
    }

    private void read(final Channel channel, final SubscriberOptions options) {
        try (Reading reading = new Reading(channel, options, (payload, header) -> {
            messages++;
            payloadBytes += payload.length();
            toPosition = header.position();
            return true;
        })) {
            reading.toEnd();
            toPosition = reading.position();
            if (reading.lostBytes() > 0) {
                problems.add(reading.lostBytes() + " bytes were overwritten before they were read");
            }
        }
    }

    private void print(final Output out) {
        if (json) {
            final ObjectNode object = JsonNodeFactory.instance.objectNode()
                .put("path", path.toAbsolutePath().normalize().toString())
                .put("kind", kind)
                .put("checksumsVerified", checksums)
                .put("messages", messages)
                .put("payloadBytes", payloadBytes)
                .put("fromPosition", fromPosition)
                .put("toPosition", toPosition);
            final ArrayNode list = object.putArray("problems");
            problems.forEach(list::add);
            out.json(object);
            return;
        }
        out.line(path + ": " + kind + ", " + messages + " messages with " + payloadBytes
            + " bytes from position " + fromPosition + " to " + toPosition
            + (checksums ? ", checksums verified" : ", checksums not verified"));
        problems.forEach(problem -> out.line("WRONG: " + problem));
    }
}
