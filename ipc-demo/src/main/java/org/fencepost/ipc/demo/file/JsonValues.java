package org.fencepost.ipc.demo.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Input;
import org.fencepost.ipc.os.Reason;

/**
 * The values of JSON that an input has, one after the other, each copied token by token: in
 * constant memory, and numbers as they were typed. A key that an object has twice is refused.
 */
final class JsonValues implements Iterator<JsonValues>, AutoCloseable {
    private static final JsonFactory FACTORY = JsonFactory.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
        .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
        // A character beyond 0xffff stays one, that who searches for it finds.
        .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
        .build();
    private static final DefaultIndenter INDENTER = new DefaultIndenter("  ", "\n");
    private static final DefaultPrettyPrinter INDENTED = new DefaultPrettyPrinter()
        .withObjectIndenter(INDENTER).withArrayIndenter(INDENTER);
    /** What the parser adds to a message. */
    private static final String START_MARKER = " \\((start marker|for (Array|Object) starting) at .*\\)";

    private final Input in;
    private final Path target;
    private final JsonParser parser;
    private boolean atValue;

    /**
     * Reads an input.
     *
     * @param target what is not written if there is something else than JSON
     */
    JsonValues(final Input in, final Path target) {
        this.in = in;
        this.target = target;
        try {
            parser = FACTORY.createParser(new Utf8Input(in));
        } catch (final IOException refusal) {
            throw wrong(refusal);
        }
    }

    @Override
    public boolean hasNext() {
        try {
            atValue = atValue || parser.nextToken() != null;
            return atValue;
        } catch (final IOException refusal) {
            throw wrong(refusal);
        }
    }

    /** This, whose copy methods then copy the next value. */
    @Override
    public JsonValues next() {
        if (!hasNext()) {
            throw new NoSuchElementException(in.name());
        }
        return this;
    }

    /** Copies the value on one line. */
    void copy(final OutputStream out) {
        try (JsonGenerator generator = FACTORY.createGenerator(out)) {
            copy(generator);
        } catch (final IOException refusal) {
            throw wrong(refusal);
        }
    }

    /** Copies the value indented. */
    void copyIndented(final OutputStream out) {
        try (JsonGenerator generator = FACTORY.createGenerator(out)) {
            generator.setPrettyPrinter(INDENTED.createInstance());
            copy(generator);
        } catch (final IOException refusal) {
            throw wrong(refusal);
        }
    }

    private void copy(final JsonGenerator generator) throws IOException {
        atValue = false;
        int depth = 0;
        JsonToken token = parser.currentToken();
        while (true) {
            if (token.isNumeric()) {
                generator.writeNumber(parser.getText());
            } else {
                generator.copyCurrentEvent(parser);
            }
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            if (depth == 0) {
                return;
            }
            token = parser.nextToken();
        }
    }

    /** Refuses what is no value. */
    CommandFailedException wrong(final String problem) {
        return new CommandFailedException(refused(problem));
    }

    private CommandFailedException wrong(final IOException refusal) {
        if (refusal instanceof JsonProcessingException problem) {
            // Where one of Jackson's limits is exceeded it does not say where.
            final JsonLocation place =
                Objects.requireNonNullElseGet(problem.getLocation(), parser::currentLocation);
            return new CommandFailedException(refused("line " + place.getLineNr() + ", column "
                + place.getColumnNr() + ": "
                + problem.getOriginalMessage().replaceAll(START_MARKER, "")),
                refusal);
        }
        return new CommandFailedException(refused(Reason.of(refusal)), refusal);
    }

    private String refused(final String problem) {
        return in.name() + ": " + problem + "; " + target + " is unchanged";
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
