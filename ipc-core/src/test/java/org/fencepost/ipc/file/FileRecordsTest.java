package org.fencepost.ipc.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileRecordsTest {
    private static final int WINDOW = 4096;

    @TempDir
    Path directory;

    private Path file(final String content) throws IOException {
        return Files.writeString(directory.resolve("data"), content);
    }

    private static String text(final MemorySegment record) {
        return new String(record.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    private static List<String> read(final FileRecords records) {
        final List<String> read = new ArrayList<>();
        final long count = records.windowBytes(WINDOW).forEach((record, offset) ->
            read.add(offset + ":" + text(record)));
        assertEquals(read.size(), count);
        return read;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "''|", "'~'|0:", "'a'|0:a", "'a~'|0:a", "'a~b'|0:a,2:b", "'~~a~'|0:,1:,2:a"})
    void shouldSplitAtEveryNewlineWhenLinesAreRead(final String content, final String expected)
        throws IOException {
        assertEquals(expected == null ? "" : expected,
            String.join(",", read(FileRecords.lines(file(content.replace('~', '\n'))))));
    }

    @Test
    void shouldSplitAsStringsDoWhenContentIsRandom() throws IOException {
        final long seed = Long.getLong("seed", System.nanoTime());
        final Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            final String separator = "ab".substring(0, 1 + round % 2);
            final StringBuilder content = new StringBuilder();
            for (int records = random.nextInt(20); records > 0; records--) {
                content.append("x".repeat(random.nextInt(round % 5 == 0 ? 3 * WINDOW : 500)))
                    .append(separator);
            }
            content.append("end");
            final List<String> expected = new ArrayList<>();
            long offset = 0;
            for (final String record : content.toString().split(separator, -1)) {
                expected.add(offset + ":" + record);
                offset += record.length() + separator.length();
            }
            assertEquals(expected, read(FileRecords.separatedBy(
                file(content.toString()), separator.getBytes(StandardCharsets.UTF_8))),
                "seed " + seed + ", round " + round);
        }
    }

    @Test
    void shouldShowTheRecordsThatAStringSearchFindsWhenOnlySomeAreWanted() throws IOException {
        final long seed = Long.getLong("seed", System.nanoTime());
        final Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            final StringBuilder content = new StringBuilder();
            for (int i = random.nextInt(3 * WINDOW); i > 0; i--) {
                content.append("aab~~~cccccc".charAt(random.nextInt(12)));
            }
            final String separator = round % 3 == 0 ? "~b" : "~";
            final String wanted = round % 2 == 0 ? "ab" : "b~a".substring(0, 1 + round % 3);
            final List<String> expected = new ArrayList<>();
            long offset = 0;
            for (final String record : content.toString().split(separator, -1)) {
                if (record.contains(wanted)) {
                    expected.add(offset + ":" + record);
                }
                offset += record.length() + separator.length();
            }
            assertEquals(expected, read(FileRecords.separatedBy(
                file(content.toString()), separator.getBytes(StandardCharsets.UTF_8))
                .containing(wanted.getBytes(StandardCharsets.UTF_8))),
                "seed " + seed + ", round " + round);
        }
        assertThrows(IllegalArgumentException.class,
            () -> FileRecords.lines(directory).containing(new byte[0]));
    }

    @Test
    void shouldShowALineWholeWhenItIsLongerThanManyWindows() throws IOException {
        final String longLine = "l".repeat(100 * WINDOW);
        final List<Long> lengths = new ArrayList<>();
        FileRecords.lines(file("a\n" + longLine + "\nb")).windowBytes(WINDOW)
            .forEach((record, offset) -> lengths.add(record.byteSize()));
        assertEquals(List.of(1L, 100L * WINDOW, 1L), lengths);
    }

    @Test
    void shouldFindASeparatorWhereverItCrossesTheBorderOfAWindow() throws IOException {
        for (int length = WINDOW - 5; length < WINDOW + 5; length++) {
            final String record = "x".repeat(length);
            assertEquals(List.of("0:" + record, length + 3 + ":" + record),
                read(FileRecords.separatedBy(file(record + "abc" + record), "abc".getBytes())));
        }
    }

    @Test
    void shouldStopWhenTheHandlerSaysSo() throws IOException {
        final Path file = file("a\nb\nc\n");
        assertEquals(2, FileRecords.lines(file).forEach((record, offset) -> offset < 2));
    }

    @Test
    void shouldRefuseAccessWhenARecordIsUsedAfterItsTime() throws IOException {
        final MemorySegment[] kept = new MemorySegment[1];
        FileRecords.lines(file("a\n")).forEach((record, offset) -> {
            kept[0] = record;
            assertThrows(UnsupportedOperationException.class,
                () -> record.asByteBuffer().put(0, (byte) 1));
            return true;
        });
        assertThrows(IllegalStateException.class, () -> kept[0].get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void shouldRefuseWhenThereIsNoSeparatorOrNoFile() {
        assertThrows(IllegalArgumentException.class,
            () -> FileRecords.separatedBy(directory, new byte[0]));
        assertThrows(FileFailedException.class,
            () -> FileRecords.lines(directory).forEach((record, offset) -> true));
        assertThrows(IllegalArgumentException.class,
            () -> FileRecords.lines(directory).windowBytes(1));
    }

    @Test
    void shouldReadTheSameAsTheJdkWhenLinesAreRead() throws IOException {
        final List<String> lines = Files.readAllLines(file("grün\n\n日本\n".repeat(2_000)));
        final List<String> read = new ArrayList<>();
        FileRecords.lines(directory.resolve("data")).windowBytes(WINDOW)
            .forEach((record, offset) -> read.add(text(record)));
        assertEquals(lines, read);
    }

    @Test
    void shouldSayThatBytesCouldNotBeReadWhenTheFileWasCutAndHasGrownAgain() throws IOException {
        final String content = "abc\n".repeat(WINDOW);
        final Path file = file(content);
        final FileFailedException failure = assertThrows(FileFailedException.class,
            () -> FileRecords.lines(file).forEach((line, offset) -> {
                write(file, "");
                try {
                    return line.get(ValueLayout.JAVA_BYTE, 0) == 'a';
                } finally {
                    write(file, content);
                }
            }));
        assertTrue(failure.getMessage().contains("has grown again"), failure.getMessage());
    }

    private static void write(final Path file, final String content) {
        try {
            Files.writeString(file, content);
        } catch (final IOException failure) {
            throw new AssertionError(failure);
        }
    }
}
