package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.demo.Output;

/**
 * Prints messages as JSON objects, a line each: the payload is a text if it is one in UTF-8, and
 * base64 otherwise. For one thread.
 */
final class MessageJson {
    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
        .rootValueSeparator("")
        .build();

    private final JsonGenerator json;
    /** Of the last message; those of a batch have the same one. */
    private long timestamp = Header.NO_TIMESTAMP;
    private String time = "";

    /** Prints there. */
    MessageJson(final Output out) {
        try {
            json = FACTORY.createGenerator(out.stream());
        } catch (final IOException never) {
            throw new UncheckedIOException(never);
        }
    }

    void print(final Payload payload, final Header header) {
        try {
            json.writeStartObject();
            json.writeNumberField("position", header.position());
            json.writeNumberField("type", header.typeId());
            json.writeNumberField("publisher", header.publisherId());
            if (header.timestamp() != Header.NO_TIMESTAMP) {
                json.writeStringField("time", time(header.timestamp()));
            }
            if (header.batchCount() > 1) {
                json.writeNumberField("batchIndex", header.batchIndex());
                json.writeNumberField("batchCount", header.batchCount());
            }
            if (payload.isText()) {
                json.writeFieldName("text");
                json.writeUTF8String(payload.bytes(), 0, payload.length());
            } else {
                json.writeFieldName("base64");
                json.writeBinary(payload.bytes(), 0, payload.length());
            }
            json.writeEndObject();
            json.writeRaw('\n');
            json.flush();
        } catch (final IOException never) {
            throw new UncheckedIOException(never);
        }
    }

    private String time(final long nanos) {
        if (nanos != timestamp) {
            timestamp = nanos;
            time = StatusJson.time(nanos);
        }
        return time;
    }
}
