package org.fencepost.ipc.demo;

import java.io.PrintStream;

/** One line on a terminal that is written over again and again. For one thread. */
final class TerminalLine {
    private final PrintStream out;
    private int width;

    TerminalLine(final PrintStream out) {
        this.out = out;
    }

    /** Shows this instead of what was there. */
    void show(final String line) {
        out.print('\r' + line + " ".repeat(Math.max(0, width - line.length())));
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
