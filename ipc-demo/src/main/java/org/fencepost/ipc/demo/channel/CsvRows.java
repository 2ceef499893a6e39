package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.demo.Output;

/** Prints messages as rows of CSV. For one thread. */
final class CsvRows {
    static final String TYPE = "type";
    static final String ENCODING = "encoding";
    static final String PAYLOAD = "payload";
    static final List<String> NAMES = List.of("position", "time", TYPE, ENCODING, PAYLOAD);
    private static final CsvFactory FACTORY = CsvFactory.builder()
        .enable(CsvGenerator.Feature.STRICT_CHECK_FOR_QUOTING)
        .build();

    private final CsvGenerator rows;
    private final Encoding wanted;

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

    /**
     * Prints there, first the names of the columns.
     *
     * @param wanted how payloads are printed; what is no text in base64 if text is wanted.
     */
    CsvRows(final Output out, final Encoding wanted) {
        this.wanted = wanted;
        try {
            rows = FACTORY.createGenerator(out.stream());
            rows.writeStartArray();
            for (final String name : NAMES) {
                rows.writeString(name);
            }
            rows.writeEndArray();
            rows.flush();
        } catch (final IOException never) {
            throw new UncheckedIOException(never);
        }
    }

    void print(final Payload payload, final Header header) {
        final Encoding encoding =
            wanted == Encoding.TEXT && !payload.isText() ? Encoding.BASE64 : wanted;
        try {
            rows.writeStartArray();
            rows.writeNumber(header.position());
            rows.writeString(header.timestamp() == Header.NO_TIMESTAMP ? ""
                : StatusJson.time(header.timestamp()));
            rows.writeNumber(header.typeId());
            rows.writeString(encoding.typed());
            rows.writeString(switch (encoding) {
                case HEX -> HexFormat.of().formatHex(payload.bytes(), 0, payload.length());
                case BASE64 -> payload.base64();
                case TEXT -> new String(
                    payload.bytes(), 0, payload.length(), StandardCharsets.UTF_8);
            });
            rows.writeEndArray();
            rows.flush();
        } catch (final IOException never) {
            throw new UncheckedIOException(never);
        }
    }
}
