package org.fencepost.ipc.demo.channel;

import java.util.ArrayDeque;
import java.util.Deque;
import org.fencepost.ipc.Header;
import org.fencepost.ipc.demo.Output;

/** Prints messages that match, and some before and behind each. For one thread. */
final class Matches {
    private static final String GAP = "--";

    private final int before;
    private final int after;
    private final long limit;
    private final Printer printer;
    private final Output out;
    private final Deque<Kept> kept = new ArrayDeque<>();
    private long count;
    /** How many messages behind the last match are still to be printed. */
    private int due;
    private boolean gap;

    /** Prints a message. */
    @FunctionalInterface
    interface Printer {
        /** The header may be of another message unless it matches. */
        void print(String place, Payload payload, Header header, boolean matching);
    }

    private record Kept(String place, Payload payload) {
    }

    /**
     * Prints so many messages that match.
     *
     * @param before messages before each.
     * @param after  messages behind each.
     */
    Matches(
        final int before, final int after, final long limit, final Printer printer,
        final Output out) {
        this.before = before;
        this.after = after;
        this.limit = limit;
        this.printer = printer;
        this.out = out;
    }

    /** Messages that matched. */
    long count() {
        return count;
    }

    /** Takes the next message, and says whether another one is wanted. */
    boolean next(final boolean matching, final Payload payload, final Header header) {
        if (matching && count < limit) {
            count++;
            if (gap && count > 1 && before + after > 0) {
                out.line(GAP);
            }
            gap = false;
            while (!kept.isEmpty()) {
                final Kept one = kept.removeFirst();
                printer.print(one.place(), one.payload(), header, false);
            }
            printer.print(Start.of(header), payload, header, true);
            due = after;
        } else if (due > 0) {
            due--;
            printer.print(Start.of(header), payload, header, false);
        } else if (before > 0) {
            if (kept.size() == before) {
                kept.removeFirst();
                gap = true;
            }
            kept.addLast(new Kept(Start.of(header), payload.kept()));
        } else {
            gap = true;
        }
        return count < limit || due > 0;
    }
}
