package org.fencepost.ipc.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** A result as a table in plain ASCII. */
final class ResultTable {
    private static final int SHA256_DIGITS_SHOWN = 16;

    private ResultTable() {
    }

    static String verdict(final DemoResult result) {
        return result.intact() ? "INTACT" : "DAMAGED";
    }

    static String format(final DemoResult result) {
        final List<String> lines = new ArrayList<>();
        lines.add(row("", "messages", "MB", "order", "SHA-256"));
        for (int index = 0; index < result.producers().size(); index++) {
            final ProducerResult producer = result.producers().get(index);
            lines.add(row(
                "producer " + (index + 1),
                Units.count(producer.sent()),
                Units.megabytes(producer.bytes()),
                "",
                producer.sha256().substring(0, SHA256_DIGITS_SHOWN) + "..."));
        }
        for (int index = 0; index < result.consumers().size(); index++) {
            final ConsumerResult consumer = result.consumers().get(index);
            lines.add(row(
                "consumer " + (index + 1),
                Units.count(consumer.received()),
                Units.megabytes(consumer.bytes()),
                order(consumer),
                result.sha256Matches(consumer) + " of " + result.producers().size() + " match"));
        }
        lines.add("");
        lines.add(entry("input", input(result)));
        if (result.split() > 0) {
            lines.add(entry("",
                Units.count(result.split()) + " lines longer than a message, sent in pieces"));
        }
        lines.add(entry("channel", result.place().journal()
            ? "journal, kept in " + result.place().directory()
            : "ring in " + result.place().directory() + ", now removed"));
        lines.add(entry("throughput", Units.rate(result.messagesPerSecond()) + " messages/s, "
            + Units.megabytes(result.bytes() / result.seconds()) + " MB/s, in "
            + String.format(Locale.ROOT, "%.2f s", result.seconds())));
        lines.add(entry("latency", latency(result.latencyNanos())));
        lines.add(entry("", result.options().rate().isPresent()
            ? "from when a message was due, at " + Units.decimal(result.options().rate().getAsDouble())
                + " messages/s"
            : "at full speed: mostly time in the queue; --rate shows that of a message"));
        result.killed().ifPresent(killed -> addKilled(lines, result, killed));
        lines.add(entry("verdict", verdict(result)));
        return String.join(System.lineSeparator(), lines);
    }

    private static void addKilled(
        final List<String> lines, final DemoResult result, final KilledProducer killed) {
        lines.add(entry("killed", "producer " + (killed.producer() + 1) + " with SIGKILL, inside"
            + " its claim of " + Units.count(killed.bytes()) + " bytes, with "
            + killed.consumers() + (killed.consumers() == 1 ? " consumer" : " consumers")
            + " waiting for it"));
        for (int index = 0; index < result.consumers().size(); index++) {
            final String time = result.consumers().get(index).heldUp()
                .map(heldUp -> Units.duration(killed.afterKillNanos(heldUp)) + " after the kill, "
                    + Units.duration(heldUp.untilNanos() - heldUp.fromNanos())
                    + " from message to message")
                .orElse("nothing came after the kill");
            lines.add(entry(index == 0 ? "held up" : "", "consumer " + (index + 1) + ": " + time));
        }
        lines.add(entry("peers", "by default " + Units.duration(KilledProducer.PEERS_NANOS)
            + " until others go on behind a killed publisher"));
        KilledProducer.PEERS_SOURCES.forEach(source -> lines.add(entry("", source)));
    }

    private static String row(
        final String name,
        final String messages,
        final String megabytes,
        final String order,
        final String digest) {
        return String.format(Locale.ROOT, "%-12s %15s %12s   %-12s %s",
            name, messages, megabytes, order, digest).stripTrailing();
    }

    private static String entry(final String name, final String text) {
        return String.format(Locale.ROOT, "%-12s %s", name, text);
    }

    private static String order(final ConsumerResult consumer) {
        final long wrong = consumer.strange()
            + consumer.streams().stream().mapToLong(ReceivedStream.Result::outOfOrder).sum();
        return wrong == 0 ? "ok" : Units.count(wrong) + " wrong";
    }

    private static String input(final DemoResult result) {
        final InputFiles input = result.input();
        final StringBuilder text = new StringBuilder()
            .append(result.options().input()).append(": ")
            .append(Units.count(input.files().size()))
            .append(input.files().size() == 1 ? " text file, " : " text files, ")
            .append(Units.count(result.survey().lines())).append(" lines")
            .append(result.survey().wholeRound() ? " a round" : " used");
        if (input.binaryCount() > 0) {
            text.append(", ").append(Units.count(input.binaryCount())).append(" binary left out");
        }
        if (input.unreadableCount() > 0) {
            text.append(", ").append(Units.count(input.unreadableCount())).append(" unreadable");
        }
        return text.toString();
    }

    private static String latency(final Histogram nanos) {
        return "p50 " + Units.duration(nanos.getValueAtPercentile(50))
            + ", p99 " + Units.duration(nanos.getValueAtPercentile(99))
            + ", p99.9 " + Units.duration(nanos.getValueAtPercentile(99.9))
            + ", max " + Units.duration(nanos.getMaxValue());
    }
}
