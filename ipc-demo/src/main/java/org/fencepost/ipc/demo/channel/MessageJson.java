package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.fencepost.ipc.Header;

/** A message as JSON: its payload is a text if it is one in UTF-8, and base64 otherwise. */
final class MessageJson {
    private MessageJson() {
    }

    static ObjectNode of(final Payload payload, final Header header) {
        final ObjectNode json = JsonNodeFactory.instance.objectNode()
            .put("position", header.position())
            .put("type", header.typeId())
            .put("publisher", header.publisherId());
        if (header.timestamp() != Header.NO_TIMESTAMP) {
            json.put("time", StatusJson.time(header.timestamp()));
        }
        if (header.batchCount() > 1) {
            json.put("batchIndex", header.batchIndex()).put("batchCount", header.batchCount());
        }
        try {
            return json.put("text", StandardCharsets.UTF_8.newDecoder()
                .decode(ByteBuffer.wrap(payload.bytes(), 0, payload.length())).toString());
        } catch (final CharacterCodingException noText) {
            return json.put("base64", base64(payload));
        }
    }

    static String base64(final Payload payload) {
        return Base64.getEncoder().encodeToString(
            Arrays.copyOf(payload.bytes(), payload.length()));
    }
}
