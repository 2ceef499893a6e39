package org.fencepost.ipc.file;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * JSON files by Jackson. The only class that needs {@code jackson-databind}, which this library
 * does not bring: who uses it has it. Immutable; any thread may call.
 *
 * <pre>{@code
 * JacksonFiles json = JacksonFiles.of(new ObjectMapper());
 * AtomicFile.of(path).writeJson(settings, json.serializer());
 * Settings again = json.read(path, Settings.class);
 * }</pre>
 */
// Not readable through this module: a transitive requirement would be one of every module's compiler.
@SuppressWarnings("exports")
public final class JacksonFiles {
    /** What Jackson adds to a message, with a place that is said already. */
    private static final String START_MARKER = " \\((start marker|for (Array|Object) starting) at .*\\)";

    private final ObjectWriter writer;
    private final ObjectReader reader;

    private JacksonFiles(final ObjectMapper mapper) {
        writer = mapper.writer().without(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        reader = mapper.reader();
    }

    /** With the configuration that a mapper has now. */
    public static JacksonFiles of(final ObjectMapper mapper) {
        return new JacksonFiles(Objects.requireNonNull(mapper, "mapper"));
    }

    /** For {@link AtomicFile#writeJson}, as the mapper is configured. */
    public <T> Serializer<T> serializer() {
        return (value, out) -> writer.writeValue(out, value);
    }

    /** For {@link AtomicFile#writeJsonLines}: the same, without indentation. */
    public <T> Serializer<T> lineSerializer() {
        final ObjectWriter onOneLine = writer.without(SerializationFeature.INDENT_OUTPUT)
            .with((PrettyPrinter) null);
        return (value, out) -> onOneLine.writeValue(out, value);
    }

    /**
     * The one value that a file holds.
     *
     * @throws FileFailedException if it cannot be read, is no JSON, or no such value
     */
    public <T> T read(final Path file, final Class<T> type) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return reader.forType(type).with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readValue(in);
        } catch (final IOException problem) {
            throw new FileFailedException(file, "reading JSON", problem);
        }
    }

    /**
     * Shows every value of a file of JSON Lines, of any size in constant memory. An exception of
     * the action goes to the caller.
     *
     * @return how many there were
     * @throws FileFailedException if it cannot be read, is no JSON, or has another value
     */
    public <T> long readLines(
        final Path file, final Class<T> type, final Consumer<? super T> action) {
        long count = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
             // By a parser, because otherwise a first line that is an array is taken apart.
             JsonParser parser = reader.createParser(in);
             MappingIterator<T> values = reader.forType(type).readValues(parser)) {
            while (values.hasNextValue()) {
                action.accept(values.nextValue());
                count++;
            }
            return count;
        } catch (final IOException problem) {
            throw new FileFailedException(
                file, "reading the value after " + count + " of JSON Lines", problem);
        }
    }

    /** Lets content in UTF-8 pass that is one value of JSON, with white space around it. */
    public Validator json() {
        final Validator oneValue = content -> requireOneValue(content, 1);
        return oneValue.and(Validator.utf8());
    }

    /** Lets content in UTF-8 pass of which every line is one value of JSON; it may be empty. */
    public Validator jsonLines() {
        final Validator valueOnEachLine = content -> {
            int line = 1;
            int start = 0;
            while (start < content.length) {
                int end = start;
                while (end < content.length && content[end] != '\n') {
                    end++;
                }
                requireOneValue(Arrays.copyOfRange(content, start, end), line);
                start = end + 1;
                line++;
            }
        };
        return valueOnEachLine.and(Validator.utf8());
    }

    private void requireOneValue(final byte[] content, final int firstLine) throws IOException {
        // Where there is one, Jackson takes the content for UTF-16 or UTF-32, which may be UTF-8 byte by byte.
        for (int i = 0; i < Math.min(2, content.length); i++) {
            if (content[i] == 0) {
                throw new IOException("line " + firstLine + ", column " + (i + 1)
                    + ": expected JSON in UTF-8, found a byte of 0");
            }
        }
        final long found;
        try {
            found = values(content);
        } catch (final JsonProcessingException problem) {
            throw new IOException(placeOf(problem, firstLine)
                + problem.getOriginalMessage().replaceAll(START_MARKER, ""), problem);
        }
        if (found != 1) {
            throw new IOException("line " + firstLine + ": expected one value of JSON, found "
                + found);
        }
    }

    /** Where it is, as far as that is known: not where one of Jackson's limits is exceeded. */
    private static String placeOf(final JsonProcessingException problem, final int firstLine) {
        final JsonLocation place = problem.getLocation();
        return place == null ? "in what begins at line " + firstLine + ": "
            : "line " + (firstLine + place.getLineNr() - 1) + ", column " + place.getColumnNr()
                + ": ";
    }

    /** Reads all, in constant memory; how many values there are at the top. */
    private long values(final byte[] content) throws IOException {
        long count = 0;
        int depth = 0;
        try (JsonParser parser = reader.createParser(content)) {
            JsonToken token = parser.nextToken();
            while (token != null) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (depth == 0) {
                    count++;
                }
                token = parser.nextToken();
            }
        }
        return count;
    }
}
