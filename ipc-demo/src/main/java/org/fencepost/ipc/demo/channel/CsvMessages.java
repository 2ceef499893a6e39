package org.fencepost.ipc.demo.channel;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Input;

/** Messages as {@link CsvRow} prints them, or as others do with the same names of columns. */
final class CsvMessages {
    private final CsvReader reader;
    private final Input in;
    private int typeColumn;
    private int encodingColumn;
    private int payloadColumn;

    CsvMessages(final Input in, final int payloadLengthMax) {
        this.in = in;
        // Two digits for a byte are the most that an encoding takes, quotes doubled as much.
        this.reader = new CsvReader(in, 2L * payloadLengthMax);
    }

    /** Publishes all of an input. */
    void send(final Sender sender) {
        if (!reader.next()) {
            return;
        }
        final List<String> names = new ArrayList<>();
        for (int i = 0; i < reader.fieldCount(); i++) {
            names.add(reader.text(i).strip());
        }
        typeColumn = names.indexOf(CsvRow.TYPE);
        encodingColumn = names.indexOf(CsvRow.ENCODING);
        payloadColumn = names.indexOf(CsvRow.PAYLOAD);
        if (payloadColumn < 0) {
            throw new CommandFailedException(in.name() + ": expected a first row that names a"
                + " column "
                + CsvRow.PAYLOAD + ", found " + names + "; nothing is published");
        }
        while (reader.next()) {
            if (reader.fieldCount() != names.size()) {
                throw wrong("expected " + names.size() + " fields, found " + reader.fieldCount(),
                    null);
            }
            final byte[] payload = payload();
            sender.send(type(), payload, 0, payload.length);
        }
    }

    private int type() {
        if (typeColumn < 0) {
            return 0;
        }
        try {
            return Integer.parseInt(reader.text(typeColumn));
        } catch (final NumberFormatException noNumber) {
            throw wrong("expected a type, found '" + reader.text(typeColumn) + "'", noNumber);
        }
    }

    private byte[] payload() {
        final byte[] field = reader.bytes(payloadColumn);
        final String encoding =
            encodingColumn < 0 ? CsvRow.Encoding.TEXT.typed() : reader.text(encodingColumn);
        try {
            return switch (CsvRow.Encoding.of(encoding)) {
                case TEXT -> field;
                case HEX -> HexFormat.of().parseHex(new String(field, StandardCharsets.ISO_8859_1));
                case BASE64 -> Base64.getDecoder().decode(field);
            };
        } catch (final IllegalArgumentException notEncodedSo) {
            throw wrong(notEncodedSo.getMessage(), notEncodedSo);
        }
    }

    private CommandFailedException wrong(final String problem, final Exception cause) {
        return new CommandFailedException(in.name() + ": row that begins in line " + reader.line()
            + ": " + problem + "; the rows before it are published", cause);
    }
}
