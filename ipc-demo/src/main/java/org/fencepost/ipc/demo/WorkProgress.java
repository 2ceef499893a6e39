package org.fencepost.ipc.demo;

import java.io.PrintStream;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How far long work is and how long it will still take, in a line on a terminal. Silent where
 * nobody watches, and for work that is soon done. For one thread.
 */
public final class WorkProgress implements AutoCloseable {
    private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int PERCENT = 100;

    private final String what;
    private final TerminalLine line;
    private final boolean watched;
    private final OptionalLong totalBytes;
    private final LongSupplier clock;
    private final long beginNanos;
    private long dueNanos;

    /**
     * Begins.
     *
     * @param what       the work, in a word.
     * @param totalBytes how much there is, if that is known.
     * @param clock      in nanoseconds.
     */
    WorkProgress(final String what, final PrintStream out, final boolean watched,
        final OptionalLong totalBytes, final LongSupplier clock) {
        this.what = what;
        this.line = new TerminalLine(out);
        this.watched = watched;
        this.totalBytes = totalBytes;
        this.clock = clock;
        this.beginNanos = clock.getAsLong();
        this.dueNanos = beginNanos + SILENT_NANOS;
    }

    /** So many bytes are done. Cheap enough for every few kilobytes. */
    public void at(final long doneBytes) {
        if (!watched) {
            return;
        }
        final long now = clock.getAsLong();
        if (now - dueNanos < 0) {
            return;
        }
        dueNanos = now + EVERY_NANOS;
        final double perSecond = doneBytes * NANOS_PER_SECOND / Math.max(1, now - beginNanos);
        final String rate = Units.size(Math.round(perSecond)) + "/s";
        if (totalBytes.isEmpty() || totalBytes.getAsLong() <= 0 || perSecond < 1) {
            line.show(what + ": " + Units.size(doneBytes) + ", " + rate);
            return;
        }
        final long total = totalBytes.getAsLong();
        final long left = Math.max(0, total - doneBytes);
        line.show(what + ": " + Math.min(PERCENT, PERCENT * doneBytes / total) + " % of "
            + Units.size(total) + ", " + rate + ", ETA "
            + Units.clock((long) Math.ceil(left / perSecond)));
    }

    /** Takes the line away. */
    @Override
    public void close() {
        line.end();
    }
}
