package org.fencepost.ipc.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.HdrHistogram.Histogram;

/** A result as one JSON object. Scripts depend on its keys: they may grow in number, not change. */
final class ResultJson {
    private ResultJson() {
    }

    static String format(final DemoResult result) {
        try {
            return new ObjectMapper().writerWithDefaultPrettyPrinter()
                .writeValueAsString(object(result));
        } catch (final JsonProcessingException e) {
            throw new AssertionError("a tree can always be written", e);
        }
    }

    private static ObjectNode object(final DemoResult result) {
        final ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("verdict", ResultTable.verdict(result));
        json.put("sent", result.sent());
        json.put("received", result.received());
        json.put("sha256Match", result.sha256Match());
        json.put("messagesPerSecond", Math.round(result.messagesPerSecond()));
        final Histogram latency = result.latencyNanos();
        json.putObject("latencyNanos")
            .put("p50", latency.getValueAtPercentile(50))
            .put("p99", latency.getValueAtPercentile(99))
            .put("p999", latency.getValueAtPercentile(99.9))
            .put("max", latency.getMaxValue());
        json.put("bytes", result.bytes());
        json.put("seconds", result.seconds());
        json.put("split", result.split());
        json.put("paced", result.options().rate().isPresent());
        json.put("channel", result.place().journal() ? "journal" : "ring");
        if (result.place().journal()) {
            json.put("journal", result.place().directory().toString());
        }
        json.putObject("input")
            .put("path", result.options().input().toString())
            .put("files", result.input().files().size())
            .put("binary", result.input().binaryCount())
            .put("unreadable", result.input().unreadableCount());
        for (final ProducerResult producer : result.producers()) {
            json.withArray("producers").addObject()
                .put("sent", producer.sent())
                .put("bytes", producer.bytes())
                .put("sha256", producer.sha256());
        }
        if (result.killed().isPresent()) {
            final KilledProducer killed = result.killed().get();
            final ObjectNode node = json.putObject("killed")
                .put("producer", killed.producer() + 1)
                .put("position", killed.position())
                .put("claimBytes", killed.bytes())
                .put("peersNanos", KilledProducer.PEERS_NANOS);
            KilledProducer.PEERS_SOURCES.forEach(node.withArray("peersSources")::add);
        }
        for (final ConsumerResult consumer : result.consumers()) {
            final ObjectNode node = json.withArray("consumers").addObject()
                .put("received", consumer.received())
                .put("bytes", consumer.bytes())
                .put("strange", consumer.strange());
            if (result.killed().isPresent() && consumer.heldUp().isPresent()) {
                final ConsumerResult.HeldUp heldUp = consumer.heldUp().get();
                node.put("heldUpNanos", heldUp.untilNanos() - heldUp.fromNanos());
                node.put("afterKillNanos", result.killed().get().afterKillNanos(heldUp));
            }
            consumer.streams().forEach(stream -> node.withArray("streams").addObject()
                .put("received", stream.received())
                .put("outOfOrder", stream.outOfOrder())
                .put("sha256", stream.sha256()));
        }
        return json;
    }
}
