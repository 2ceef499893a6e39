package org.fencepost.ipc.demo;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/** What came of a run in which every process has said that it is done. */
record DemoResult(
    DemoOptions options,
    ChannelPlace place,
    InputFiles input,
    InputSurvey survey,
    List<ProducerResult> producers,
    List<ConsumerResult> consumers,
    Optional<KilledProducer> killed) {

    private static final double NANOS_PER_SECOND = 1e9;

    /** Messages sent by all producers together. */
    long sent() {
        return producers.stream().mapToLong(ProducerResult::sent).sum();
    }

    /** Messages that every consumer received: what the one with the fewest has. */
    long received() {
        return consumers.stream().mapToLong(ConsumerResult::received).min().orElseThrow();
    }

    /** Bytes sent by all producers together. */
    long bytes() {
        return producers.stream().mapToLong(ProducerResult::bytes).sum();
    }

    /** Lines that were sent in pieces. */
    long split() {
        return producers.stream().mapToLong(ProducerResult::split).sum();
    }

    /** From the first producer's begin to the last consumer's last message, in seconds. */
    double seconds() {
        final long firstNanos =
            producers.stream().mapToLong(ProducerResult::firstNanos).min().orElseThrow();
        final long lastNanos =
            consumers.stream().mapToLong(ConsumerResult::lastNanos).max().orElseThrow();
        return Math.max(1, lastNanos - firstNanos) / NANOS_PER_SECOND;
    }

    double messagesPerSecond() {
        return received() / seconds();
    }

    /** Latencies of all messages at all consumers. */
    Histogram latencyNanos() {
        final Histogram sum = LatencyCodec.histogram();
        consumers.forEach(consumer -> sum.add(consumer.latencyNanos()));
        return sum;
    }

    /** Producers whose digest this consumer has too. */
    int sha256Matches(final ConsumerResult consumer) {
        return (int) IntStream.range(0, producers.size())
            .filter(index -> consumer.sha256Matches(index, producers.get(index)))
            .count();
    }

    /** Whether every consumer has the digest of every producer. */
    boolean sha256Match() {
        return consumers.stream()
            .allMatch(consumer -> sha256Matches(consumer) == producers.size());
    }

    /** Whether all that was to be committed reached every consumer, once, in order and intact. */
    boolean intact() {
        return sent() == options.expected() && consumers.stream().allMatch(this::intact);
    }

    private boolean intact(final ConsumerResult consumer) {
        return consumer.strange() == 0
            && consumer.received() == sent()
            && IntStream.range(0, producers.size())
                .allMatch(index -> consumer.matches(index, producers.get(index)));
    }
}
