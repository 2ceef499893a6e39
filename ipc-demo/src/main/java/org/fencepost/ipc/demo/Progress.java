package org.fencepost.ipc.demo;

import java.io.PrintStream;

/** One line on a terminal that is written over again and again. Silent where nobody watches. */
final class Progress {
    private static final double NANOS_PER_SECOND = 1e9;

    private final PrintStream out;
    private final boolean watched;
    private final long messages;
    private final long[] received;
    private final long[] bytes;
    private long beginNanos;
    private int width;

    Progress(final PrintStream out, final boolean watched, final DemoOptions options) {
        this.out = out;
        this.watched = watched;
        this.messages = options.messages();
        this.received = new long[options.consumers()];
        this.bytes = new long[options.consumers()];
    }

    /** Producers begin now. */
    void begin() {
        beginNanos = System.nanoTime();
    }

    /** A consumer has received so much. */
    void received(final int consumer, final long receivedMessages, final long receivedBytes) {
        received[consumer] = receivedMessages;
        bytes[consumer] = receivedBytes;
        int slowest = 0;
        for (int index = 1; index < received.length; index++) {
            slowest = received[index] < received[slowest] ? index : slowest;
        }
        if (watched && received[slowest] > 0) {
            show(line(received[slowest], bytes[slowest], System.nanoTime() - beginNanos));
        }
    }

    /** Takes the line away. */
    void end() {
        if (width > 0) {
            show("");
            out.print('\r');
            out.flush();
            width = 0;
        }
    }

    /** What is shown when so much has reached every consumer in this time. */
    String line(final long receivedMessages, final long receivedBytes, final long elapsedNanos) {
        final double seconds = Math.max(1, elapsedNanos) / NANOS_PER_SECOND;
        final double perSecond = receivedMessages / seconds;
        final long remaining = (long) Math.ceil((messages - receivedMessages) / perSecond);
        return Units.count(receivedMessages) + " of " + Units.count(messages) + " messages ("
            + 100 * receivedMessages / messages + " %), "
            + Units.megabytes(receivedBytes) + " MB, "
            + Units.rate(perSecond) + " msg/s, ETA " + Units.clock(Math.max(0, remaining));
    }

    private void show(final String line) {
        out.print('\r' + line + " ".repeat(Math.max(0, width - line.length())));
        out.flush();
        width = line.length();
    }
}
