package org.fencepost.ipc.demo;

import java.util.ArrayList;
import java.util.List;
import org.fencepost.ipc.demo.LineReader.Spot;

/**
 * Where in the input each producer begins, so that together they send its lines round and round,
 * each as often as its place in the sequence asks for.
 *
 * @param lines      of one round; of its part that is sent, if that is less.
 * @param wholeRound whether all of the input was counted.
 * @param spots      one a producer.
 */
record InputSurvey(long lines, boolean wholeRound, List<Spot> spots) {

    /**
     * Counts the input, but not further than a run reads it.
     *
     * @param textBytesMax longest text of a message.
     */
    static InputSurvey of(
        final InputFiles input, final int textBytesMax, final DemoOptions options) {
        long pieces = 0;
        long lines = 0;
        boolean more = true;
        try (LineReader reader = new LineReader(input.files(), textBytesMax)) {
            while (pieces < options.messages() && (more = reader.next())) {
                pieces++;
                lines += reader.beginsLine() ? 1 : 0;
            }
        }
        if (pieces == 0) {
            throw new CommandFailedException(
                "the input has no line: " + options.input() + " gave " + input.files().size()
                    + " text files, all empty (" + input.binaryCount() + " binary and "
                    + input.unreadableCount() + " unreadable ones were left out)");
        }
        return new InputSurvey(
            lines, !more, spots(input, textBytesMax, pieces, options));
    }

    private static List<Spot> spots(
        final InputFiles input,
        final int textBytesMax,
        final long pieces,
        final DemoOptions options) {
        final Spot[] spots = new Spot[options.producers()];
        final List<Integer> open = new ArrayList<>();
        final long[] firstPiece = new long[spots.length];
        long first = 0;
        for (int producer = 0; producer < spots.length; producer++) {
            firstPiece[producer] = first % pieces;
            first += options.share(producer);
            spots[producer] = Spot.START;
            open.add(producer);
        }
        open.sort((a, b) -> Long.compare(firstPiece[a], firstPiece[b]));
        try (LineReader reader = new LineReader(input.files(), textBytesMax)) {
            long piece = -1;
            for (final int producer : open) {
                boolean more = true;
                while (piece < firstPiece[producer] && (more = reader.next())) {
                    piece++;
                }
                // A file that shrank in between: the producer then begins at the start.
                spots[producer] = more ? reader.spot() : Spot.START;
            }
        }
        return List.of(spots);
    }
}
