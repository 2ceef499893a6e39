package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Input;
import picocli.CommandLine.Command;

/** {@code ipc import}. */
@Command(
    name = "import",
    description = "Publishes what export has printed: JSON objects, a line each, with a type and a "
        + "text, or base64. Types and payloads are the same again; positions, times and publishers "
        + "are those of now, and batches become single messages.")
public final class ImportCommand extends SendingCommand {
    /** A line is longer than its payload by base64, escapes and the other fields. */
    private static final long LINE_BYTES_MAX = 1 << 30;
    private static final int LINE_BYTES_PER_BYTE = 6;
    private static final long LINE_BYTES_BESIDE = 4096;

    private final ObjectMapper mapper = new ObjectMapper();

    /** For picocli. */
    public ImportCommand() {
    }

    @Override
    void send(final Input in, final Sender sender) {
        final int lineMax = (int) Math.min(LINE_BYTES_MAX,
            (long) sender.lengthMax() * LINE_BYTES_PER_BYTE + LINE_BYTES_BESIDE);
        final Splitter lines = Splitter.atDelimiter(in, (byte) '\n', lineMax);
        while (lines.next()) {
            final JsonNode message = parse(lines, in.name());
            final JsonNode text = message.get("text");
            final JsonNode base64 = message.get("base64");
            final JsonNode type = message.path("type");
            if ((text == null) == (base64 == null) || text != null && !text.isTextual()
                || base64 != null && !base64.isTextual()
                || !type.isMissingNode() && !type.canConvertToInt()) {
                throw wrong(in.name(), lines, "expected an object with text or base64, and a type,"
                    + " found something else", null);
            }
            final byte[] payload = text != null
                ? text.textValue().getBytes(StandardCharsets.UTF_8)
                : decode(base64.textValue(), in.name(), lines);
            sender.send(type.asInt(0), payload, 0, payload.length);
        }
    }

    private JsonNode parse(final Splitter lines, final String name) {
        try {
            return mapper.readTree(lines.bytes(), lines.offset(), lines.length());
        } catch (final IOException notJson) {
            throw wrong(name, lines, notJson.getMessage().lines().findFirst().orElse(""), notJson);
        }
    }

    private static byte[] decode(final String text, final String name, final Splitter lines) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (final IllegalArgumentException notBase64) {
            throw wrong(name, lines, notBase64.getMessage(), notBase64);
        }
    }

    private static CommandFailedException wrong(
        final String name, final Splitter lines, final String problem, final Exception cause) {
        return new CommandFailedException(name + ": line " + lines.count() + ": " + problem
            + "; the lines before it are published", cause);
    }
}
