package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Input;

/** Messages as {@link MessageJson} prints them: JSON objects, a line each. */
final class JsonMessages {
    /** A line is longer than its payload by base64, escapes and the other fields. */
    private static final long LINE_BYTES_MAX = 1 << 30;
    private static final int LINE_BYTES_PER_BYTE = 6;
    private static final long LINE_BYTES_BESIDE = 4096;

    private final ObjectMapper mapper = new ObjectMapper();

    /** Publishes all of an input. */
    void send(final Input in, final Sender sender) {
        final int lineMax = (int) Math.min(LINE_BYTES_MAX,
            (long) sender.lengthMax() * LINE_BYTES_PER_BYTE + LINE_BYTES_BESIDE);
        final Splitter lines = Splitter.atDelimiter(in, (byte) '\n', lineMax);
        while (lines.next()) {
            for (int i = 0; i < lines.count(); i++) {
                try {
                    send(lines.bytes(), lines.offset(i), lines.length(i), sender);
                } catch (final IOException | IllegalArgumentException wrong) {
                    throw new CommandFailedException(in.name() + ": line " + lines.number(i) + ": "
                        + wrong.getMessage().lines().findFirst().orElse("")
                        + "; the lines before it are published", wrong);
                }
            }
        }
    }

    private void send(
        final byte[] bytes, final int offset, final int length, final Sender sender)
        throws IOException {
        final JsonNode message = mapper.readTree(bytes, offset, length);
        final JsonNode text = message.get("text");
        final JsonNode base64 = message.get("base64");
        final JsonNode type = message.path("type");
        if ((text == null) == (base64 == null) || text != null && !text.isTextual()
            || base64 != null && !base64.isTextual()
            || !type.isMissingNode() && !type.canConvertToInt()) {
            throw new IllegalArgumentException(
                "expected an object with text or base64, and a type, found something else");
        }
        final byte[] payload = text != null
            ? text.textValue().getBytes(StandardCharsets.UTF_8)
            : Base64.getDecoder().decode(base64.textValue());
        sender.send(type.asInt(0), payload, 0, payload.length);
    }
}
