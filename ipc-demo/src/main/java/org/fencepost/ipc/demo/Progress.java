package org.fencepost.ipc.demo;

import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Deque;

/** One line on a terminal that is written over again and again. Silent where nobody watches. */
final class Progress {
    private record Sample(long nanos, long messages) {
    }

    /** The rate is that of the last seconds: the first ones are slower, while code is compiled. */
    private static final long WINDOW_NANOS = 2_000_000_000;
    private static final double NANOS_PER_SECOND = 1e9;

    private final TerminalLine terminal;
    private final boolean watched;
    private final long messages;
    private final long[] received;
    private final long[] bytes;
    private final Deque<Sample> window = new ArrayDeque<>();

    Progress(final PrintStream out, final boolean watched, final DemoOptions options) {
        this.terminal = new TerminalLine(out);
        this.watched = watched;
        this.messages = options.expected();
        this.received = new long[options.consumers()];
        this.bytes = new long[options.consumers()];
    }

    /** Producers begin now. */
    void begin(final long nowNanos) {
        window.add(new Sample(nowNanos, 0));
    }

    /** A consumer has received so much. The line is about the slowest one. */
    void received(
        final int consumer,
        final long receivedMessages,
        final long receivedBytes,
        final long nowNanos) {
        received[consumer] = receivedMessages;
        bytes[consumer] = receivedBytes;
        int slowest = 0;
        for (int index = 1; index < received.length; index++) {
            slowest = received[index] < received[slowest] ? index : slowest;
        }
        if (watched && received[slowest] > 0) {
            terminal.show(line(received[slowest], bytes[slowest], nowNanos));
        }
    }

    /** Takes the line away. */
    void end() {
        terminal.end();
    }

    private String line(final long count, final long countBytes, final long nowNanos) {
        while (window.size() > 1 && nowNanos - window.getFirst().nanos() > WINDOW_NANOS) {
            window.removeFirst();
        }
        final Sample first = window.getFirst();
        final double seconds = Math.max(1, nowNanos - first.nanos()) / NANOS_PER_SECOND;
        final double perSecond = (count - first.messages()) / seconds;
        window.add(new Sample(nowNanos, count));
        final String text = Units.count(count) + " of " + Units.count(messages) + " messages ("
            + 100 * count / messages + " %), " + Units.megabytes(countBytes) + " MB, "
            + Units.rate(perSecond) + " msg/s";
        return perSecond > 0
            ? text + ", ETA " + Units.clock((long) Math.ceil((messages - count) / perSecond))
            : text;
    }
}
