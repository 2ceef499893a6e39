package org.fencepost.ipc.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputSurveyTest {
    private static final int TEXT_BYTES_MAX = 3;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"1,1", "1,5", "3,1", "3,7", "2,12", "5,13", "4,100", "7,1000", "7,3"})
    void shouldLetProducersSendTheRoundsTogether(final int producers, final long messages)
        throws IOException {
        final InputFiles input = input("abcdefgh\nij\n\n", "", "klmno\np");
        final DemoOptions options = options(producers, messages);
        final List<String> expected = send(input, LineReader.Spot.START, messages);

        final InputSurvey survey = InputSurvey.of(input, TEXT_BYTES_MAX, options);

        final List<String> sent = new ArrayList<>();
        for (int producer = 0; producer < producers; producer++) {
            sent.addAll(send(input, survey.spots().get(producer), options.share(producer)));
        }
        assertEquals(expected, sent);
    }

    @Test
    void shouldCountOneRound() throws IOException {
        final InputSurvey survey =
            InputSurvey.of(input("abcd\ne\n"), TEXT_BYTES_MAX, options(2, 100));
        assertEquals(2, survey.lines());
        assertTrue(survey.wholeRound());
    }

    @Test
    void shouldCountNoFurtherThanNeeded() throws IOException {
        final InputSurvey survey =
            InputSurvey.of(input("a\nb\nc\nd\n"), TEXT_BYTES_MAX, options(1, 2));
        assertEquals(2, survey.lines());
        assertEquals(false, survey.wholeRound());
    }

    @Test
    void shouldFailWhenThereIsNoLine() throws IOException {
        final InputFiles input = input("", "");
        final CommandFailedException failure = assertThrows(CommandFailedException.class,
            () -> InputSurvey.of(input, TEXT_BYTES_MAX, options(1, 2)));
        assertTrue(failure.getMessage().contains("2 text files, all empty"), failure::getMessage);
    }

    private InputFiles input(final String... contents) throws IOException {
        final List<Path> files = new ArrayList<>();
        for (final String content : contents) {
            files.add(Files.writeString(directory.resolve("file" + files.size()), content));
        }
        return new InputFiles(files, 0, 0);
    }

    private DemoOptions options(final int producers, final long messages) {
        return new DemoOptions(directory, messages, producers, 1, false, Optional.empty(), false,
            OptionalDouble.empty(), false);
    }

    private static List<String> send(
        final InputFiles input, final LineReader.Spot spot, final long count) {
        final List<String> sent = new ArrayList<>();
        try (LineReader reader = new LineReader(input.files(), TEXT_BYTES_MAX)) {
            reader.seek(spot);
            for (long i = 0; i < count; i++) {
                reader.nextRoundAndRound();
                sent.add(
                    new String(reader.bytes(), reader.offset(), reader.length(), ISO_8859_1));
            }
        }
        return sent;
    }
}
