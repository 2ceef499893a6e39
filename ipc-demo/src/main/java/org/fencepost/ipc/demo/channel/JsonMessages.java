package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Input;

/** Messages as {@link MessageJson} prints them: JSON objects, a line each. */
final class JsonMessages {
    /** A line is longer than its payload by base64, escapes and the other fields. */
    private static final int LINE_BYTES_MAX = 1 << 30;
    private static final long LINE_BYTES_PER_BYTE = 6;
    private static final long LINE_BYTES_BESIDE = 4096;
    private static final JsonFactory FACTORY = new JsonFactoryBuilder()
        .streamReadConstraints(StreamReadConstraints.builder()
            .maxStringLength(LINE_BYTES_MAX).build())
        .build();

    /** What the parser adds, which says where a line begins that is named anyway. */
    private static final String START_MARKER = " \\((start marker|for (Array|Object) starting) at .*";

    private OptionalInt type = OptionalInt.empty();
    private Optional<byte[]> payload = Optional.empty();

    /** Publishes all of an input. */
    void send(final Input in, final Sender sender) {
        final int lengthMax = sender.limits().lengthMax();
        final int lineMax = (int) Math.min(LINE_BYTES_MAX, lengthMax * LINE_BYTES_PER_BYTE + LINE_BYTES_BESIDE);
        final Splitter lines = Splitter.atDelimiter(in, (byte) '\n',
            new Splitter.Limits(lineMax, sender.limits().batchBytesMax()),
            (bytes, length, number) -> {
                if (length > lineMax || !isPossible(bytes, length, lengthMax)) {
                    throw new CommandFailedException(in.name() + ": line " + number + ": expected a message of 0 to "
                        + lengthMax + " bytes, found a line of " + length + " bytes or more, which is no such message;"
                        + " the lines before it are published");
                }
            });
        while (lines.next()) {
            for (int i = 0; i < lines.count(); i++) {
                final byte[] bytes;
                try {
                    read(lines.bytes(), lines.offset(i), lines.length(i));
                    bytes = sender.requireFits(payload.orElseThrow());
                } catch (final IOException | IllegalArgumentException wrong) {
                    throw new CommandFailedException(in.name() + ": line " + lines.number(i) + ": "
                        + wrong.getMessage().lines().findFirst().orElse("").replaceFirst(START_MARKER, "")
                        + "; the lines before it are published", wrong);
                }
                sender.send(type.orElse(0), bytes, 0, bytes.length);
            }
        }
    }

    /**
     * Whether so much of a line may be the beginning of a message: its payload has three bytes for four characters of
     * base64, and one or more for any other character, or an escape of six.
     */
    private static boolean isPossible(final byte[] bytes, final int length, final long lengthMax) {
        long characters = length - LINE_BYTES_BESIDE;
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '\\') {
                characters -= LINE_BYTES_PER_BYTE - 1;
            }
        }
        return characters <= (lengthMax + 2) / 3 * 4;
    }

    private void read(final byte[] bytes, final int offset, final int length) throws IOException {
        type = OptionalInt.empty();
        payload = Optional.empty();
        if (!Utf8.isText(bytes, offset, length) || hasZeroAtBeginning(bytes, offset, length)) {
            throw new IllegalArgumentException("expected an object in UTF-8, found other bytes");
        }
        try (JsonParser parser = FACTORY.createParser(bytes, offset, length)) {
            boolean right = parser.nextToken() == JsonToken.START_OBJECT;
            while (right && parser.nextToken() == JsonToken.FIELD_NAME) {
                right = readField(parser);
            }
            if (!right || payload.isEmpty() || parser.nextToken() != null) {
                throw new IllegalArgumentException(
                    "expected an object with one text or base64, and at most one type, found something else");
            }
        }
    }

    /** Then the parser takes the line for UTF-16 or UTF-32, which may be UTF-8 byte by byte. */
    private static boolean hasZeroAtBeginning(final byte[] bytes, final int offset, final int length) {
        return length > 0 && bytes[offset] == 0 || length > 1 && bytes[offset + 1] == 0;
    }

    /** Whether it may be a field of a message. */
    private boolean readField(final JsonParser parser) throws IOException {
        final String name = parser.currentName();
        final JsonToken value = parser.nextToken();
        switch (name) {
            case "type" -> {
                if (value != JsonToken.VALUE_NUMBER_INT || type.isPresent()) {
                    return false;
                }
                type = OptionalInt.of(parser.getIntValue());
            }
            case "text", "base64" -> {
                if (value != JsonToken.VALUE_STRING || payload.isPresent()) {
                    return false;
                }
                payload = Optional.of(name.equals("base64") ? parser.getBinaryValue()
                    : Utf8.bytes(parser.getText()));
            }
            default -> parser.skipChildren();
        }
        return true;
    }
}
