package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.fencepost.ipc.Channel;
import org.fencepost.ipc.ChannelOptions;
import org.fencepost.ipc.demo.Output;

/**
 * What a verification has found, for people and for programs.
 *
 * @param path         as it was typed.
 * @param channel      that was read, and is open.
 * @param verification that has run.
 */
record VerifyOutput(Path path, Channel channel, Verification verification) {
    static final String WRONG = "WRONG: ";

    static void print(final String word, final Finding finding, final Output out) {
        out.line(out.coloured(Output.Colour.RED, word) + finding);
    }

    ObjectNode toJson() {
        final SegmentBytes.Counts counts = verification.counts();
        final ObjectNode object = JsonNodeFactory.instance.objectNode()
            .put("path", channel.path().toString())
            .put("kind", StatusJson.kind(channel.options()))
            .put("checksumsVerified", channel.options().checksums())
            .put("messages", counts.messages())
            .put("payloadBytes", counts.payloadBytes())
            .put("fromPosition", verification.from())
            .put("toPosition", verification.to())
            .put("lostBytes", verification.lostBytes())
            .put("emptiedWhenOpened", isEmptiedWhenOpened());
        final ArrayNode list = object.putArray("problems");
        verification.findings().forEach(finding -> list.add(finding.toJson()));
        return object;
    }

    /** Whether it is a ring of another life, in which readers find nothing. */
    private boolean isEmptiedWhenOpened() {
        return channel.options().kind() == ChannelOptions.Kind.RING && verification.isRecoveredWhenOpened();
    }

    void print(final Output out) {
        final SegmentBytes.Counts counts = verification.counts();
        out.line(path + ": " + StatusJson.kind(channel.options()) + ", " + counts.messages()
            + " messages with " + counts.payloadBytes() + " bytes from position "
            + verification.from() + " to " + verification.to()
            + (channel.options().checksums() ? ", checksums verified" : ", without checksums")
            + (verification.lostBytes() == 0 ? "" : ", of which " + verification.lostBytes()
                + " bytes were taken away before they were read")
            + (isEmptiedWhenOpened() ? "; of another life, as a copy is: readers find nothing, and"
                + " whoever opens it to write empties it" : ""));
        verification.findings().forEach(finding -> print(WRONG, finding, out));
    }
}
