package org.fencepost.ipc.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WorkProgressTest {
    private static final long TOTAL = 100 << 20;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong(-7);

    private WorkProgress progress(final boolean watched, final OptionalLong total) {
        return new WorkProgress("verify", new PrintStream(out, true, StandardCharsets.UTF_8),
            watched, total, nanos::get);
    }

    private void pass(final long millis) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    private String shown() {
        final String text = out.toString(StandardCharsets.UTF_8);
        out.reset();
        return text;
    }

    @Test
    void shouldSayHowLongItWillTakeWhenSomebodyWatches() {
        final WorkProgress progress = progress(true, OptionalLong.of(TOTAL));
        pass(999);
        progress.at(TOTAL / 8);
        assertEquals("", shown());
        pass(1001);
        progress.at(TOTAL / 4);
        assertEquals("\r" + TerminalLine.CUT + "verify: 25 % of 100 MiB, 12.5 MiB/s, ETA 0:06"
            + TerminalLine.WRAPPED, shown());
        progress.at(TOTAL / 2);
        assertEquals("", shown());
        pass(2000);
        progress.at(TOTAL);
        assertTrue(shown().startsWith("\r" + TerminalLine.CUT + "verify: 100 % of 100 MiB, 25 MiB/s, ETA 0:00"));
        progress.close();
        assertTrue(shown().replace(TerminalLine.CUT, "").replace(TerminalLine.WRAPPED, "").matches("\r +\r"));
    }

    @Test
    void shouldSayOnlyWhatIsKnownWhenTheWholeIsNot() {
        final WorkProgress progress = progress(true, OptionalLong.empty());
        pass(2000);
        progress.at(TOTAL);
        assertEquals("\r" + TerminalLine.CUT + "verify: 100 MiB, 50 MiB/s" + TerminalLine.WRAPPED, shown());
    }

    @Test
    void shouldSayNothingWhenNobodyWatchesOrItIsSoonDone() {
        final WorkProgress unwatched = progress(false, OptionalLong.of(TOTAL));
        pass(5000);
        unwatched.at(1);
        unwatched.close();
        progress(true, OptionalLong.of(TOTAL)).close();
        assertEquals("", shown());
    }
}
