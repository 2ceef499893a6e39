package org.fencepost.ipc.demo;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a producer did.
 *
 * @param sent       messages.
 * @param bytes      of these messages.
 * @param split      lines that were longer than a message and were sent in pieces.
 * @param firstNanos {@link System#nanoTime()} when it began.
 * @param sha256     over the texts, see {@link TextDigest}.
 */
record ProducerResult(long sent, long bytes, long split, long firstNanos, String sha256) {

    String toJson() {
        return ChildJson.object(json -> {
            json.writeNumberField("sent", sent);
            json.writeNumberField("bytes", bytes);
            json.writeNumberField("split", split);
            json.writeNumberField("firstNanos", firstNanos);
            json.writeStringField("sha256", sha256);
        });
    }

    static ProducerResult parse(final String text) {
        final JsonNode json = ChildJson.parse(text);
        return new ProducerResult(
            json.required("sent").longValue(),
            json.required("bytes").longValue(),
            json.required("split").longValue(),
            json.required("firstNanos").longValue(),
            json.required("sha256").textValue());
    }
}
