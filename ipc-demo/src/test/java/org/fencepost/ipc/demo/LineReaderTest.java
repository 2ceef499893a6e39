package org.fencepost.ipc.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.fencepost.ipc.demo.LineReader.Spot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineReaderTest {
    @TempDir
    private Path directory;

    @Test
    void shouldReadLinesOfAllFiles() throws IOException {
        assertEquals(
            List.of("one", "", "two\r", "three", "four"),
            pieces(100, file("a", "one\n\ntwo\r\nthree"), file("b", ""), file("c", "four\n")));
    }

    @Test
    void shouldReadNothingWhenFilesAreEmpty() throws IOException {
        assertEquals(List.of(), pieces(100, file("a", ""), file("b", "")));
    }

    @Test
    void shouldCutLinesWhenLongerThanLimit() throws IOException {
        assertEquals(
            List.of("abcd", "efgh", "i", "jklm", "nopq", "", "r"),
            pieces(4, file("a", "abcdefghi\njklm\nnopq\n\nr")));
    }

    @Test
    void shouldTellFirstPieceOfCutLine() throws IOException {
        try (LineReader reader = new LineReader(List.of(file("a", "abcdef\ngh\n")), 2)) {
            final List<String> told = new ArrayList<>();
            while (reader.next()) {
                told.add(text(reader) + (reader.beginsLine() ? " begins" : "")
                    + (reader.cutsLine() ? " cuts" : ""));
            }
            assertEquals(List.of("ab begins cuts", "cd", "ef", "gh begins"), told);
        }
    }

    @Test
    void shouldPassOverFilesThatAreGone() throws IOException {
        assertEquals(List.of("one", "two"),
            pieces(100, file("a", "one"), directory.resolve("gone"), file("c", "two")));
    }

    @Test
    void shouldBeginAgainWhenReadRoundAndRound() throws IOException {
        try (LineReader reader = new LineReader(List.of(file("a", "1\n2"), file("b", "3")), 9)) {
            final StringBuilder read = new StringBuilder();
            for (int i = 0; i < 7; i++) {
                reader.nextRoundAndRound();
                read.append(text(reader));
            }
            assertEquals("1231231", read.toString());
        }
    }

    @Test
    void shouldFailWhenNothingIsLeftToReadRoundAndRound() throws IOException {
        final Path file = file("a", "1\n");
        try (LineReader reader = new LineReader(List.of(file), 9)) {
            reader.nextRoundAndRound();
            Files.delete(file);
            assertThrows(IllegalStateException.class, reader::nextRoundAndRound);
        }
    }

    @Test
    void shouldReadSameAsSplitWhenInputIsRandom() throws IOException {
        final long seed = Long.getLong("seed", System.nanoTime());
        final Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            final int lengthMax = 1 + random.nextInt(random.nextBoolean() ? 10 : 200_000);
            final StringBuilder content = new StringBuilder();
            final List<String> expected = new ArrayList<>();
            for (int line = 0; line < 50; line++) {
                final int length = random.nextInt(random.nextInt(5) == 0 ? 150_000 : 100);
                final String text = String.valueOf((char) ('a' + line % 26)).repeat(length);
                content.append(text).append('\n');
                int from = 0;
                do {
                    final int to = Math.min(text.length(), from + lengthMax);
                    expected.add(text.substring(from, to));
                    from = to;
                } while (from < text.length());
            }
            assertEquals(
                expected, pieces(lengthMax, file("random", content.toString())), "seed " + seed);
        }
    }

    @Test
    void shouldGoOnFromEverySpot() throws IOException {
        final List<Path> files =
            List.of(file("a", "abcdefg\n\nhi\n"), file("b", ""), file("c", "jklmn"));
        final List<Spot> spots = new ArrayList<>();
        final List<String> all = new ArrayList<>();
        try (LineReader reader = new LineReader(files, 3)) {
            while (reader.next()) {
                spots.add(reader.spot());
                all.add(text(reader) + reader.beginsLine());
            }
        }
        assertEquals(7, all.size());
        for (int i = 0; i < spots.size(); i++) {
            try (LineReader reader = new LineReader(files, 3)) {
                reader.seek(spots.get(i));
                final List<String> rest = new ArrayList<>();
                while (reader.next()) {
                    rest.add(text(reader) + reader.beginsLine());
                }
                assertEquals(all.subList(i, all.size()), rest);
            }
        }
    }

    @Test
    void shouldStayAtEndWhenAskedAgain() throws IOException {
        try (LineReader reader = new LineReader(List.of(file("a", "1")), 9)) {
            assertTrue(reader.next());
            assertFalse(reader.next());
            assertFalse(reader.next());
        }
    }

    private Path file(final String name, final String content) throws IOException {
        return Files.writeString(directory.resolve(name), content, ISO_8859_1);
    }

    private static List<String> pieces(final int lengthMax, final Path... files) {
        final List<String> pieces = new ArrayList<>();
        try (LineReader reader = new LineReader(List.of(files), lengthMax)) {
            while (reader.next()) {
                pieces.add(text(reader));
            }
        }
        return pieces;
    }

    private static String text(final LineReader reader) {
        return new String(reader.bytes(), reader.offset(), reader.length(), ISO_8859_1);
    }
}
