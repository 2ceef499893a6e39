package org.fencepost.ipc.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final long SECOND = 1_000_000_000;

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @Test
    void shouldShowSlowestConsumer() {
        final Progress progress = progress(true);
        progress.begin(0);
        progress.received(0, 2_000, 200_000, SECOND);
        assertEquals("", written.toString());
        progress.received(1, 1_000, 150_000, SECOND);
        assertEquals("\r" + TerminalLine.CUT + "1,000 of 10,000 messages (10 %), 0.2 MB, 1.0 k msg/s, ETA 0:09"
            + TerminalLine.WRAPPED,
            written.toString());
    }

    @Test
    void shouldForgetOldRate() {
        final Progress progress = progress(true);
        progress.begin(0);
        progress.received(1, 1, 1, 0);
        progress.received(0, 100, 100, 10 * SECOND);
        progress.received(0, 1_000, 1_000, 11 * SECOND);
        progress.received(1, 1_000, 1_000, 11 * SECOND);
        assertTrue(written.toString().endsWith(" 999 msg/s, ETA 0:10" + TerminalLine.WRAPPED), written::toString);
    }

    @Test
    void shouldWriteOverLongerLineAndTakeItAway() {
        final Progress progress = progress(true);
        progress.begin(0);
        progress.received(0, 5_000, 0, SECOND);
        progress.received(1, 1, 0, SECOND);
        final int width =
            written.size() - 1 - TerminalLine.CUT.length() - TerminalLine.WRAPPED.length();
        progress.end();
        assertTrue(written.toString().endsWith(
            "\r" + TerminalLine.CUT + " ".repeat(width) + TerminalLine.WRAPPED + "\r"));
    }

    @Test
    void shouldBeSilentWhenNobodyWatches() {
        final Progress progress = progress(false);
        progress.begin(0);
        progress.received(0, 5_000, 0, SECOND);
        progress.received(1, 5_000, 0, SECOND);
        progress.end();
        assertEquals("", written.toString());
    }

    private Progress progress(final boolean watched) {
        return new Progress(new PrintStream(written), watched, new DemoOptions(
            Path.of("input"), 10_000, 2, 2, false, Optional.empty(), false,
            OptionalDouble.empty(), false));
    }
}
