package org.fencepost.ipc.demo.channel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Input;
import org.fencepost.ipc.os.Reason;

/** Messages as {@link CsvRows} prints them, or as others do with the same names of columns. */
final class CsvMessages {
    private static final char BYTE_ORDER_MARK = '\ufeff';
    private static final String HALF_OF_A_PAIR = "\ud800";
    private static final int SHOWN_MAX = 200;
    /** A row is longer than its payload by hexadecimal digits and the other fields. */
    private static final long ROW_PER_BYTE = 2;
    private static final long ROW_BESIDE = 4096;

    private final Input in;
    private final Sender sender;
    /** Of a row with a payload that may be sent, in characters. */
    private final int rowMax;
    private final List<String> row = new ArrayList<>();
    private long line;
    private int typeColumn;
    private int encodingColumn;
    private int payloadColumn;

    CsvMessages(final Input in, final Sender sender) {
        this.in = in;
        this.sender = sender;
        this.rowMax =
            (int) Math.min(Integer.MAX_VALUE, sender.limits().lengthMax() * ROW_PER_BYTE + ROW_BESIDE);
    }

    /** Publishes all of the input. */
    void send() {
        final CsvFactory factory = CsvFactory.builder().streamReadConstraints(
            StreamReadConstraints.builder().maxStringLength(rowMax).build())
            .enable(CsvParser.Feature.EMPTY_UNQUOTED_STRING_AS_NULL).build();
        try (CsvParser parser = factory.createParser(characters())) {
            if (next(parser)) {
                final int columns = takeNames();
                while (next(parser)) {
                    if (row.size() != columns) {
                        throw wrong("expected " + columns + " fields, found " + row.size(), null);
                    }
                    final byte[] payload = payload();
                    sender.send(type(), payload, 0, payload.length);
                }
            }
        } catch (final StreamConstraintsException endless) {
            throw tooLong(endless);
        } catch (final OutOfMemoryError tooLarge) {
            throw wrong("too long for the memory of this JVM: " + tooLarge.getMessage() + "; look for a quote that is"
                + " not closed", tooLarge);
        } catch (final JsonProcessingException noCsv) {
            throw wrong("expected fields as RFC 4180 has them, found: "
                + noCsv.getOriginalMessage().lines().findFirst().orElse(""), noCsv);
        } catch (final IOException refusal) {
            throw wrong("cannot be read: " + Reason.of(refusal), refusal);
        }
    }

    /** Those of the input. What is none becomes something that no text in UTF-8 has, and so is found in its row. */
    private Reader characters() throws IOException {
        final Reader characters = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE).replaceWith(HALF_OF_A_PAIR)));
        characters.mark(1);
        if (characters.read() != BYTE_ORDER_MARK) {
            characters.reset();
        }
        return characters;
    }

    /** Goes on to the next row that is not an empty line; an empty payload has quotes there. False at the end. */
    private boolean next(final CsvParser parser) throws IOException {
        boolean emptyLine;
        do {
            if (parser.nextToken() == null) {
                return false;
            }
            line = parser.currentLocation().getLineNr();
            row.clear();
            long length = 0;
            emptyLine = true;
            for (JsonToken field = parser.nextToken(); field != JsonToken.END_ARRAY; field = parser.nextToken()) {
                final String text = field == JsonToken.VALUE_NULL ? "" : parser.getText();
                emptyLine &= row.isEmpty() && field == JsonToken.VALUE_NULL;
                row.add(text);
                length += text.length() + 1;
                if (length > rowMax) {
                    throw tooLong(null);
                }
            }
        } while (emptyLine);
        return true;
    }

    /** Finds the columns in the first row, and says how many there are. */
    private int takeNames() {
        row.replaceAll(String::strip);
        final List<String> names = row.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        typeColumn = names.indexOf(CsvRows.TYPE);
        encodingColumn = names.indexOf(CsvRows.ENCODING);
        payloadColumn = names.indexOf(CsvRows.PAYLOAD);
        if (payloadColumn < 0) {
            throw wrongNames("a first row that names a column " + CsvRows.PAYLOAD + ", found " + row);
        }
        for (final String name : CsvRows.NAMES) {
            final int count = Collections.frequency(names, name);
            if (count > 1) {
                throw wrongNames("one column " + name + ", found " + count + " in " + row);
            }
        }
        return row.size();
    }

    /** Files before this one may have been right. */
    private CommandFailedException wrongNames(final String expectation) {
        return new CommandFailedException(in.name() + ": line " + line + ": expected " + shown(expectation) + "; "
            + sender.messages() + " messages are published");
    }

    private int type() {
        if (typeColumn < 0) {
            return 0;
        }
        try {
            return Integer.parseInt(row.get(typeColumn));
        } catch (final NumberFormatException noNumber) {
            throw wrong("expected a type, found '" + row.get(typeColumn) + "'", noNumber);
        }
    }

    private byte[] payload() {
        final String field = row.get(payloadColumn);
        try {
            final CsvRows.Encoding encoding = encodingColumn < 0 ? CsvRows.Encoding.TEXT
                : CsvRows.Encoding.of(row.get(encodingColumn));
            return sender.requireFits(switch (encoding) {
                case TEXT -> Utf8.bytes(field);
                case HEX -> HexFormat.of().parseHex(field);
                case BASE64 -> Base64.getDecoder().decode(field);
            });
        } catch (final IllegalArgumentException noPayload) {
            throw wrong(noPayload.getMessage(), noPayload);
        }
    }

    private CommandFailedException tooLong(final Exception cause) {
        return wrong("expected at most " + rowMax + " characters, found more; look for a quote that is not closed",
            cause);
    }

    private CommandFailedException wrong(final String problem, final Throwable cause) {
        return new CommandFailedException(in.name() + ": row that begins in line " + line
            + ": " + shown(problem) + "; the rows before it are published", cause);
    }

    /** A field may have any length, and what is to be read is behind it. */
    private static String shown(final String message) {
        return message.length() <= SHOWN_MAX ? message : message.substring(0, SHOWN_MAX) + " ...";
    }
}
