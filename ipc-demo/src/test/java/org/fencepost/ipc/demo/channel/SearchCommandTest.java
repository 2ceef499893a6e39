package org.fencepost.ipc.demo.channel;

import static org.fencepost.ipc.demo.ToolRun.done;
import static org.fencepost.ipc.demo.ToolRun.failed;
import static org.fencepost.ipc.demo.ToolRun.misused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.fencepost.ipc.demo.ExitCode;
import org.fencepost.ipc.demo.ToolRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ipc grep}, in this process. */
class SearchCommandTest {
    @TempDir
    Path directory;

    private Path path;
    private String name;

    @BeforeEach
    void publish() {
        path = directory.resolve("journal");
        name = path.toString();
        done(ToolRun.withInput("one two\nabab\nthree.\ngrün two\n\n",
            "publish", name, "--create", "--segment", "64k"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "grep two", "grep ( CHANNEL", "grep -F --hex 61 CHANNEL", "grep --hex 6 CHANNEL",
        "grep -c --positions x CHANNEL", "grep -m 0 x CHANNEL", "grep -F \ufffd CHANNEL", "grep w\ufffdo CHANNEL"})
    void shouldShowUsageWhenTheCommandLineIsWrong(final String line) {
        final ToolRun run = ToolRun.of(line.replace("CHANNEL", name).split(" "));
        misused("ipc " + line.split(" ")[0], run);
    }

    @Test
    void shouldFindNoOtherBytesWhenAPatternHasSuchAsAreNoText() {
        done(ToolRun.withInput(new ByteArrayInputStream(new byte[] {'w', (byte) 0xfe, 'o'}), "publish", name));
        final ToolRun run = ToolRun.of("grep", "-c", "w\ufffdo", name);
        misused("ipc grep", run);
        assertTrue(run.err().contains("expected a text of UTF-8, found other bytes; --hex takes them"), run::toString);
        assertEquals("1\n", done(ToolRun.of("grep", "-c", "w\\x{fffd}o", name)));
    }

    @Test
    void shouldPrintMessagesThatMatchWhenThereAreAny() {
        assertEquals("one two\ngrün two\n", done(ToolRun.of("grep", "two$", name)));
        assertEquals("one two\ngrün two\n", done(ToolRun.of("grep", "-F", "two", name)));
        assertEquals("grün two\n", done(ToolRun.of("grep", "^gr\\p{L}n", name)));
        assertEquals("grün two\n", done(ToolRun.of("grep", "--hex", "c3bc6e", name)));
        assertEquals("abab\n", done(ToolRun.of("grep", "-F", "abab", name)));
        assertEquals("three.\n", done(ToolRun.of("grep", "-F", ".", name)));
        assertEquals("one two\n", done(ToolRun.of("grep", "-m", "1", "two", name)));
        assertEquals("2\n", done(ToolRun.of("grep", "-c", "two", name)));
        assertEquals("abab\nthree.\n\n", done(ToolRun.of("grep", "-v", "two", name)));
        assertEquals("3\n", done(ToolRun.of("grep", "-vcF", "two", name)));
    }

    @Test
    void shouldSayWhereMessagesAreWhenTheyMatch() throws IOException {
        final String[] found = done(ToolRun.of("grep", "--positions", "abab", name)).split(":");
        assertEquals("abab\n", found[1]);
        assertEquals("three.\n", done(ToolRun.of("tail", "--limit", "1", "--from", found[0], name)));
        final JsonNode json =
            new ObjectMapper().readTree(done(ToolRun.of("grep", "--json", "abab", name)));
        assertEquals(found[0], json.required("position").asText() + ".1");
        assertEquals("abab", json.required("text").textValue());
        assertEquals("grün two\n", done(ToolRun.of("grep", "two", name, "--from", found[0])));
    }

    @Test
    void shouldPrintWhatIsAroundWhenContextIsAskedFor() {
        done(ToolRun.withInput("1\n2\n3\n4\nx5\n6\n7\nx8\n9\n", "publish", name, "--separate"));
        assertEquals("4\nx5\n6\n7\nx8\n9\n", done(ToolRun.of("grep", "-C", "1", "^x", name)));
        assertEquals("3\n4\nx5\n6\n7\nx8\n", done(ToolRun.of("grep", "-B", "2", "^x", name)));
        assertEquals("x5\n6\n7\nx8\n9\n", done(ToolRun.of("grep", "-A", "2", "^x", name)));
        assertEquals("x5\n6\n", done(ToolRun.of("grep", "-A", "1", "-m", "1", "^x", name)));
        assertEquals("x5\nx8\n", done(ToolRun.of("grep", "^x", name)));
        assertEquals("one two\nabab\n--\ngrün two\n\n",
            done(ToolRun.of("grep", "-A", "1", "two", name)));
        final String[] lines =
            done(ToolRun.of("grep", "-B", "1", "--positions", "abab", name)).split("\n");
        assertTrue(lines[0].matches("\\d+\\.0-one two"), lines[0]);
        assertTrue(lines[1].matches("\\d+\\.1:abab"), lines[1]);
        misused("ipc grep", ToolRun.of("grep", "-A", "1", "-c", "x", name));
        misused("ipc grep", ToolRun.of("grep", "-A", "-1", "x", name));
    }

    @Test
    void shouldShowWhatMatchesInColourWhenOnATerminal() {
        final String red = "\u001b[1;31m";
        final String plain = "\u001b[0m";
        assertEquals(red + "ab" + plain + red + "ab" + plain + "\n",
            ToolRun.onTerminal("grep", "-F", "ab", name).out());
        assertEquals("g" + red + "rün" + plain + " two\n",
            ToolRun.onTerminal("grep", "r.n", name).out());
        assertFalse(ToolRun.onTerminal("grep", "-v", "two", name).out().contains("\u001b"));
        assertEquals("abab\n", ToolRun.of("grep", "ab", name).out());
    }

    @Test
    void shouldFailWhenNothingMatches() {
        assertEquals(new ToolRun(ExitCode.FAILED, "", ""), ToolRun.of("grep", "nowhere", name));
        assertEquals(new ToolRun(ExitCode.FAILED, "0\n", ""),
            ToolRun.of("grep", "-c", "-F", "two.", name));
        failed(ToolRun.of("grep", "x", directory.toString()), "no channel at");
    }

    @Test
    void shouldFindWhatAStringHasWhenBytesRepeat() {
        final long seed = Long.getLong("seed", new Random().nextLong());
        final Random random = new Random(seed);
        final List<String> payloads =
            Stream.generate(() -> letters(random, random.nextInt(12))).limit(500).toList();
        final String letters = name + "-letters";
        done(ToolRun.withInput(String.join("\n", payloads) + "\n",
            "publish", letters, "--create", "--segment", "64k"));
        done(ToolRun.withInput(String.join("\n", payloads) + "\n",
            "publish", letters, "--separate"));
        for (int i = 0; i < 30; i++) {
            final String sought = letters(random, 1 + random.nextInt(6));
            assertEquals(
                2 * payloads.stream().filter(payload -> payload.contains(sought)).count() + "\n",
                ToolRun.of("grep", "-c", "-F", sought, letters).out(),
                () -> "seed " + seed + ": " + sought);
        }
    }

    private static String letters(final Random random, final int length) {
        return random.ints(length, 'a', 'c').collect(StringBuilder::new,
            StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }

    @Test
    void shouldSayThatAPatternIsTooDeepWhenTheStackEnds() {
        done(ToolRun.withInput("x".repeat(60_000), "publish", name));
        final ToolRun run = ToolRun.of("grep", "(x|y)*z", name);
        failed(run, "(x|y)*z", "simpler");
    }
}
