package org.fencepost.ipc.demo;

import java.io.PrintStream;

/** One line on a terminal that is written over again and again. For one thread. */
final class TerminalLine {
    private static final boolean DUMB = "dumb".equals(System.getenv("TERM"));
    /** Until {@link #WRAPPED}, what is wider than the terminal ends at its edge (DECAWM), and leaves nothing. */
    static final String CUT = DUMB ? "" : "\u001b[?7l";
    static final String WRAPPED = DUMB ? "" : "\u001b[?7h";

    private final PrintStream out;
    private int width;

    TerminalLine(final PrintStream out) {
        this.out = out;
    }

    /** Shows this instead of what was there. */
    void show(final String line) {
        out.print('\r' + CUT + line + " ".repeat(Math.max(0, width - line.length())) + WRAPPED);
        out.flush();
        width = line.length();
    }

    /** Takes the line away. */
    void end() {
        if (width > 0) {
            show("");
            out.print('\r');
            out.flush();
        }
    }
}
