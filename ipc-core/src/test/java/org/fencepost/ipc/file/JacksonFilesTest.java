package org.fencepost.ipc.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JacksonFilesTest {
    /** What is written and read. */
    record Quote(String instrument, long price) {
    }

    private final JacksonFiles json = JacksonFiles.of(
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT));

    @TempDir
    Path directory;

    @Test
    void shouldReadWhatWasWrittenWhenAnObjectIsWritten() throws IOException {
        final Path file = directory.resolve("quote.json");
        AtomicFile.of(file).writeJson(new Quote("grün", 17), json.serializer());
        assertTrue(Files.readString(file).endsWith("}\n"));
        assertTrue(Files.readString(file).contains("\n  "), "should be indented");
        assertEquals(new Quote("grün", 17), json.read(file, Quote.class));
        Files.writeString(file, "{} {}");
        assertThrows(FileFailedException.class, () -> json.read(file, Quote.class));
    }

    @Test
    void shouldReadEveryLineWhenLinesAreWritten() throws IOException {
        final Path file = directory.resolve("quotes.jsonl");
        final long count = 20_000;
        AtomicFile.of(file).writeJsonLines(
            LongStream.range(0, count).mapToObj(i -> new Quote("a\nb", i)).iterator(),
            json.lineSerializer());
        assertEquals(count, Files.readAllLines(file).size());
        final long[] sum = {0};
        assertEquals(count,
            json.readLines(file, Quote.class, quote -> sum[0] += quote.price()));
        assertEquals(count * (count - 1) / 2, sum[0]);
    }

    @Test
    void shouldKeepArraysWholeWhenLinesAreArrays() throws IOException {
        final Path file = Files.writeString(directory.resolve("a.jsonl"), "[1,2]\n[3]\n[]\n");
        final List<List<?>> read = new ArrayList<>();
        json.readLines(file, List.class, read::add);
        assertEquals(List.of(List.of(1, 2), List.of(3), List.of()), read);
        Files.writeString(file, "[1]\n[2");
        assertThrows(FileFailedException.class,
            () -> json.readLines(file, List.class, read::add));
    }

    @Test
    void shouldKeepOldContentWhenAValueCannotBeWritten() throws IOException {
        final Path file = Files.writeString(directory.resolve("old"), "old");
        assertThrows(RuntimeException.class,
            () -> AtomicFile.of(file).writeJson(new Object(), json.serializer()));
        assertThrows(IllegalArgumentException.class, () -> AtomicFile.of(file)
            .writeJsonLines(List.of(new Quote("a", 1)), json.serializer()));
        assertEquals("old", Files.readString(file));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"a\":[1,2]}|true|true", "1|true|true", "''|false|true", "{}~{}|false|true",
        "{~}|true|false", "{}~~{}|false|false", "{\"a\":}|false|false", "[1,2|false|false",
        "1 2|false|false"})
    void shouldTellGoodFromBadContentWhenItIsValidated(
        final String content, final boolean isJson, final boolean isLines) {
        final byte[] bytes = content.replace('~', '\n').getBytes(StandardCharsets.UTF_8);
        assertEquals(isJson, passes(json.json(), bytes));
        assertEquals(isLines, passes(json.jsonLines(), bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "c080", "c3", "eda080", "f0839880", "f4908080", "f59f9880"})
    void shouldRefuseWhatIsNotUtf8WhenItIsValidated(final String bytes) {
        final byte[] content = HexFormat.of().parseHex("22" + bytes + "22");
        assertFalse(passes(json.json(), content));
        assertFalse(passes(json.jsonLines(), content));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
    void shouldRefuseAnotherEncodingWhenItIsValidated(final String charset) {
        for (final String text : List.of("{}", "7", "\n[1]", "\r\"a\"")) {
            final byte[] content = text.getBytes(Charset.forName(charset));
            assertFalse(passes(json.json(), content), text);
            assertFalse(passes(json.jsonLines(), content), text);
        }
    }

    @Test
    void shouldSayWhatIsWrongWhenAValueIsDeeperThanJacksonReads() {
        final byte[] deep = ("1\n" + "[".repeat(5_000) + "]".repeat(5_000))
            .getBytes(StandardCharsets.UTF_8);
        final Replacement result = GuardedFile.of(directory.resolve("deep"),
            GuardOptions.defaults().validator(json.jsonLines())).replace(deep);
        final String problem = assertInstanceOf(Replacement.Invalid.class, result).problem();
        assertTrue(problem.contains("line 2: ") && problem.contains("nesting depth"), problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "[1}|line 1, column 3: Unexpected close marker '}': expected ']'",
        "{]|line 1, column 2: Unexpected close marker ']': expected '}'",
        "[1|line 1, column 3: Unexpected end-of-input: expected close marker for Array"})
    void shouldSayNoMoreThanWhereAndWhatIsWrongWhenItIsNoJson(final String content, final String problem) {
        for (final Validator validator : List.of(json.json(), json.jsonLines())) {
            assertEquals(new Replacement.Invalid(problem), GuardedFile.of(directory.resolve("guarded"),
                GuardOptions.defaults().validator(validator)).replace(content.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private boolean passes(final Validator validator, final byte[] content) {
        final Replacement result = GuardedFile.of(
            directory.resolve("guarded"), GuardOptions.defaults().validator(validator))
            .replace(content);
        assertTrue(result.isDone() || result instanceof Replacement.Invalid, result.toString());
        return result.isDone();
    }
}
