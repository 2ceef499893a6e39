package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.demo.Ipc;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.demo.WorkProgress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc verify}. */
@Command(
    name = "verify",
    description = "Reads all of a channel from its files, beside those who use it, and says what"
        + " is "
        + "wrong: files, words, every frame, checksum and cursor, with positions. Goes on behind "
        + "damage. Changes nothing and locks nothing. Exit code 1 if anything is wrong.")
public final class VerifyCommand extends ToolCommand {
    @Parameters(paramLabel = "CHANNEL", description = "The channel.")
    private Path path;

    @Option(names = "--json", description = "Print a JSON object.")
    private boolean json;

    /** For picocli. */
    public VerifyCommand() {
    }

    @Override
    protected int run(final Output out) throws IOException {
        try (Channel channel = ChannelFiles.view(path)) {
            final long begin = channel.earliestPosition();
            final Verification verification;
            try (WorkProgress progress =
                progress(OptionalLong.of(channel.tailPosition() - begin))) {
                verification = new Verification(channel, position -> progress.at(position - begin));
                verification.run();
            }
            print(channel, verification, out);
            return verification.findings().isEmpty() ? 0 : Ipc.EXIT_FAILED;
        }
    }

    @Override
    protected boolean isQuiet() {
        return true;
    }

    private void print(
        final Channel channel, final Verification verification, final Output out) {
        final String kind = StatusJson.kind(channel.options());
        final boolean checksums = channel.options().checksums();
        final SegmentBytes.Counts counts = verification.counts();
        if (json) {
            final ObjectNode object = JsonNodeFactory.instance.objectNode()
                .put("path", channel.path().toString())
                .put("kind", kind)
                .put("checksumsVerified", checksums)
                .put("messages", counts.messages())
                .put("payloadBytes", counts.payloadBytes())
                .put("fromPosition", verification.from())
                .put("toPosition", verification.to())
                .put("lostBytes", verification.lostBytes());
            final ArrayNode list = object.putArray("problems");
            verification.findings().forEach(finding -> list.add(finding.toJson()));
            out.json(object);
            return;
        }
        out.line(path + ": " + kind + ", " + counts.messages() + " messages with "
            + counts.payloadBytes() + " bytes from position " + verification.from() + " to "
            + verification.to() + (checksums ? ", checksums verified" : ", without checksums")
            + (verification.lostBytes() == 0 ? "" : ", of which " + verification.lostBytes()
                + " bytes were taken away before they were read"));
        verification.findings().forEach(finding ->
            out.line(out.coloured(Output.Colour.RED, "WRONG: ") + finding));
    }
}
