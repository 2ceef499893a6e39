package org.fencepost.ipc.demo.channel;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.demo.Output;

/** A message as a row of CSV. */
final class CsvRow {
    static final String TYPE = "type";
    static final String ENCODING = "encoding";
    static final String PAYLOAD = "payload";
    private static final String NAMES =
        String.join(",", "position", "time", TYPE, ENCODING, PAYLOAD);

    /** How a payload is written. */
    enum Encoding {
        /** As it is, in UTF-8. */
        TEXT,
        /** Two digits a byte. */
        HEX,
        /** As RFC 4648 has it. */
        BASE64;

        /** By its name. */
        static Encoding of(final String typed) {
            for (final Encoding encoding : values()) {
                if (encoding.typed().equals(typed)) {
                    return encoding;
                }
            }
            throw new IllegalArgumentException(
                "expected an encoding text, hex or base64, found '" + typed + "'");
        }

        String typed() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private CsvRow() {
    }

    /** Prints the names of the columns. */
    static void printNames(final Output out) {
        out.line(NAMES);
    }

    /** Prints a message; one that is no text in base64, if text is wanted. */
    static void print(
        final Payload payload, final Header header, final Encoding wanted, final Output out) {
        final Encoding encoding =
            wanted == Encoding.TEXT && !isText(payload) ? Encoding.BASE64 : wanted;
        out.text(header.position() + ","
            + (header.timestamp() == Header.NO_TIMESTAMP ? ""
                : StatusJson.time(header.timestamp())) + ","
            + header.typeId() + "," + encoding.typed() + ",");
        switch (encoding) {
            case HEX -> out.text(HexFormat.of().formatHex(payload.bytes(), 0, payload.length()));
            case BASE64 -> out.text(MessageJson.base64(payload));
            default -> printText(payload.bytes(), payload.length(), out);
        }
        out.text("\n");
    }

    private static boolean isText(final Payload payload) {
        try {
            StandardCharsets.UTF_8.newDecoder()
                .decode(ByteBuffer.wrap(payload.bytes(), 0, payload.length()));
            return true;
        } catch (final CharacterCodingException noText) {
            return false;
        }
    }

    private static void printText(final byte[] bytes, final int length, final Output out) {
        boolean plain = true;
        int quotes = 0;
        for (int i = 0; i < length; i++) {
            final byte value = bytes[i];
            plain &= value != ',' && value != '"' && value != '\n' && value != '\r';
            quotes += value == '"' ? 1 : 0;
        }
        if (plain) {
            out.bytes(bytes, length);
            return;
        }
        final byte[] quoted = new byte[length + quotes + 2];
        int end = 0;
        quoted[end++] = '"';
        for (int i = 0; i < length; i++) {
            if (bytes[i] == '"') {
                quoted[end++] = '"';
            }
            quoted[end++] = bytes[i];
        }
        quoted[end++] = '"';
        out.bytes(quoted, end);
    }
}
