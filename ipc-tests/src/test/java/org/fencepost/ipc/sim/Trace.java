package org.fencepost.ipc.sim;

import java.util.ArrayDeque;
import java.util.List;

/** What happened, as a running hash and, if wanted, as the last lines of text. */
final class Trace {
    private static final int LINES_MAX = 4000;

    private final boolean textual;
    private final ArrayDeque<String> lines = new ArrayDeque<>();
    private long hash = 0xcbf29ce484222325L;

    Trace(final boolean textual) {
        this.textual = textual;
    }

    boolean isTextual() {
        return textual;
    }

    void add(final int thread, final int kind, final long address, final long value) {
        mix(thread * 31L + kind);
        mix(address);
        mix(value);
    }

    void line(final String line) {
        if (textual) {
            if (lines.size() == LINES_MAX) {
                lines.removeFirst();
            }
            lines.addLast(line);
        }
    }

    long hash() {
        return hash;
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    private void mix(final long word) {
        hash = (hash ^ word) * 0x100000001b3L;
        hash ^= hash >>> 29;
    }
}
