package org.fencepost.ipc.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/**
 * What a consumer saw.
 *
 * @param received     messages.
 * @param bytes        of these messages.
 * @param strange      messages that no producer of this run can have sent.
 * @param lastNanos    {@link System#nanoTime()} at the last message, or at the beginning without
 *                     one.
 * @param streams      one a producer.
 * @param latencyNanos of every message.
 * @param heldUp       when it received nothing while a producer was killed; empty if it was not
 *                     asked to tell, or nothing came afterwards.
 */
record ConsumerResult(
    long received,
    long bytes,
    long strange,
    long lastNanos,
    List<ReceivedStream.Result> streams,
    Histogram latencyNanos,
    Optional<HeldUp> heldUp) {

    /**
     * A time without messages, by {@link System#nanoTime()}.
     *
     * @param fromNanos  when the last message before it came.
     * @param untilNanos when the first message after it came.
     */
    record HeldUp(long fromNanos, long untilNanos) {
    }

    String toJson() {
        return ChildJson.object(json -> {
            json.writeNumberField("received", received);
            json.writeNumberField("bytes", bytes);
            json.writeNumberField("strange", strange);
            json.writeNumberField("lastNanos", lastNanos);
            json.writeArrayFieldStart("streams");
            for (final ReceivedStream.Result stream : streams) {
                json.writeStartObject();
                json.writeNumberField("received", stream.received());
                json.writeNumberField("outOfOrder", stream.outOfOrder());
                json.writeStringField("sha256", stream.sha256());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeStringField("latency", LatencyCodec.encode(latencyNanos));
            if (heldUp.isPresent()) {
                json.writeNumberField("heldUpFromNanos", heldUp.get().fromNanos());
                json.writeNumberField("heldUpUntilNanos", heldUp.get().untilNanos());
            }
        });
    }

    static ConsumerResult parse(final String text) {
        final JsonNode json = ChildJson.parse(text);
        final List<ReceivedStream.Result> streams = new ArrayList<>();
        for (final JsonNode stream : json.required("streams")) {
            streams.add(new ReceivedStream.Result(
                stream.required("received").longValue(),
                stream.required("outOfOrder").longValue(),
                stream.required("sha256").textValue()));
        }
        return new ConsumerResult(
            json.required("received").longValue(),
            json.required("bytes").longValue(),
            json.required("strange").longValue(),
            json.required("lastNanos").longValue(),
            List.copyOf(streams),
            LatencyCodec.decode(json.required("latency").textValue()),
            json.has("heldUpFromNanos")
                ? Optional.of(new HeldUp(
                    json.required("heldUpFromNanos").longValue(),
                    json.required("heldUpUntilNanos").longValue()))
                : Optional.empty());
    }

    /** Whether every message of this producer came, once and in order, with its text intact. */
    boolean matches(final int producer, final ProducerResult result) {
        final ReceivedStream.Result stream = streams.get(producer);
        return sha256Matches(producer, result)
            && stream.received() == result.sent()
            && stream.outOfOrder() == 0;
    }

    boolean sha256Matches(final int producer, final ProducerResult result) {
        return streams.get(producer).sha256().equals(result.sha256());
    }
}
