package org.fencepost.ipc.demo.channel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.function.BiConsumer;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.OneOf;
import org.fencepost.ipc.demo.Output;

/** The options that say how a message is printed; without any, its payload is a line of text. */
final class Printing extends OneOf {
    private static final int BYTES_PER_ROW = 16;
    private static final int ROW_DIGITS = 3 * BYTES_PER_ROW;
    private static final int OFFSET_DIGITS = 8;
    private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

    private final Flag hexadecimal = flag("--hex", "Print a dump of each message.");

    private final Flag base64 = flag("--base64", "Print payloads in base64.");

    private final Flag json = flag("--json", "Print a JSON object for each message: position (of its end), type, "
        + "publisher, time, and its text, or base64 if it is not UTF-8.");

    private final Flag lengthPrefixed = flag("--length-prefixed", "Print each payload behind its length in 4 bytes, "
        + "little-endian, as publish reads it.");

    /** For {@link TailCommand}. */
    Printing() {
    }

    /** What prints a message as was asked for. */
    BiConsumer<Payload, Header> printer(final Output out) {
        if (json.isSet()) {
            return new MessageJson(out)::print;
        }
        if (base64.isSet()) {
            return (payload, header) -> out.line(payload.base64());
        }
        if (hexadecimal.isSet()) {
            return (payload, header) -> dump(payload.bytes(), payload.length(), header, out);
        }
        if (lengthPrefixed.isSet()) {
            return (payload, header) -> {
                out.bytes(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(payload.length()).array(), Integer.BYTES);
                out.bytes(payload.bytes(), payload.length());
            };
        }
        return (payload, header) -> out.line(payload.bytes(), payload.length());
    }

    private static void dump(
        final byte[] bytes, final int length, final Header header, final Output out) {
        out.line("position " + Start.of(header) + ", type " + header.typeId() + ", publisher "
            + header.publisherId() + (header.timestamp() == Header.NO_TIMESTAMP ? ""
                : ", " + StatusJson.time(header.timestamp())) + ", " + length + " bytes");
        for (int row = 0; row < length; row += BYTES_PER_ROW) {
            final int end = Math.min(length, row + BYTES_PER_ROW);
            final String digits = SPACED.formatHex(bytes, row, end);
            final String text = new String(bytes, row, end - row, StandardCharsets.ISO_8859_1)
                .replaceAll("[^ -~]", ".");
            out.line(HexFormat.of().toHexDigits(row, OFFSET_DIGITS) + "  " + digits
                + " ".repeat(ROW_DIGITS - digits.length()) + " |" + text + "|");
        }
    }
}
