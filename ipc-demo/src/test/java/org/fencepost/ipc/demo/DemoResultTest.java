package org.fencepost.ipc.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.fencepost.ipc.buffer.MessageBuffer;
import org.junit.jupiter.api.Test;

/** What is concluded from what the processes say, which goes through their JSON here too. */
class DemoResultTest {
    private static final List<String> TEXTS = List.of("a", "b", "c");

    @Test
    void shouldBeIntactWhenEverythingCame() {
        final DemoResult result = result(3, consumer(0, 1, 2), consumer(0, 1, 2));
        assertTrue(result.intact());
        assertTrue(result.sha256Match());
        assertEquals(3, result.received());
        assertTrue(ResultTable.format(result).endsWith("INTACT"));
    }

    @Test
    void shouldBeDamagedWhenOneConsumerMissesMessage() {
        final DemoResult result = result(3, consumer(0, 1, 2), consumer(0, 2));
        assertFalse(result.intact());
        assertFalse(result.sha256Match());
        assertEquals(2, result.received());
        assertTrue(ResultTable.format(result).endsWith("DAMAGED"));
    }

    @Test
    void shouldBeDamagedWhenMessageCameTwice() {
        assertFalse(result(3, consumer(0, 1, 1, 2)).intact());
    }

    @Test
    void shouldBeDamagedWhenOrderChanged() {
        assertFalse(result(3, consumer(0, 2, 1)).intact());
    }

    @Test
    void shouldBeDamagedWhenOnlyTheNumberIsWrong() {
        final ReceivedStream stream = new ReceivedStream();
        add(stream, 0, "a");
        add(stream, 7, "b");
        add(stream, 8, "c");
        final DemoResult result = result(3, consumerResult(stream, 3, 0));
        assertTrue(result.sha256Match());
        assertFalse(result.intact());
    }

    @Test
    void shouldBeDamagedWhenTextChanged() {
        final ReceivedStream stream = new ReceivedStream();
        add(stream, 0, "a");
        add(stream, 1, "X");
        add(stream, 2, "c");
        final DemoResult result = result(3, consumerResult(stream, 3, 0));
        assertFalse(result.sha256Match());
        assertFalse(result.intact());
    }

    @Test
    void shouldBeDamagedWhenStrangeMessageCame() {
        final ReceivedStream stream = new ReceivedStream();
        TEXTS.forEach(text -> add(stream, TEXTS.indexOf(text), text));
        assertFalse(result(3, consumerResult(stream, 4, 1)).intact());
    }

    @Test
    void shouldBeDamagedWhenLessWasSentThanAskedFor() {
        assertFalse(result(4, consumer(0, 1, 2)).intact());
    }

    @Test
    void shouldHaveTheKeysThatScriptsRead() {
        final JsonNode json =
            ChildJson.parse(ResultJson.format(result(3, consumer(0, 1, 2), consumer(0, 1, 2))));
        assertEquals(3, json.required("sent").longValue());
        assertEquals(3, json.required("received").longValue());
        assertTrue(json.required("sha256Match").isBoolean());
        assertTrue(json.required("sha256Match").booleanValue());
        assertEquals(3, json.required("messagesPerSecond").longValue());
        final List<String> names = new ArrayList<>();
        json.required("latencyNanos").fieldNames().forEachRemaining(names::add);
        assertEquals(List.of("p50", "p99", "p999", "max"), names);
        names.forEach(name -> assertTrue(json.get("latencyNanos").get(name).isIntegralNumber()));
        assertEquals(1_000, json.get("latencyNanos").get("p50").longValue());
    }

    @Test
    void shouldShowARateWithAllItsDigits() {
        assertEquals(List.of("0.000001", "0.5", "1", "2,500.25", "20,000", "1,000,000,000"),
            Stream.of(1e-6, 0.5, 1.0, 2500.25, 2e4, 1e9).map(Units::decimal).toList());
    }

    @Test
    void shouldCountLatencyOutOfRangeAtItsEnds() {
        final Histogram histogram = LatencyCodec.histogram();
        LatencyCodec.record(histogram, -5);
        LatencyCodec.record(histogram, Long.MAX_VALUE);
        final Histogram copy = LatencyCodec.decode(LatencyCodec.encode(histogram));
        assertEquals(2, copy.getTotalCount());
        assertEquals(histogram, copy);
    }

    @Test
    void shouldTellHowLongConsumersWereHeldUpWhenAProducerWasKilled() {
        final KilledProducer killed = new KilledProducer(0, 4096, 128, 2, 5_000_000_000L);
        final ConsumerResult stuck = ConsumerResult.parse(new ConsumerResult(
            3, 63, 0, 6_000_000_000L, consumer(0, 1, 2).streams(), LatencyCodec.histogram(),
            Optional.of(new ConsumerResult.HeldUp(4_970_000_000L, 5_000_400_000L))).toJson());
        // Of a share of 6 messages it committed 3 before the claim.
        final DemoResult result = result(6, Optional.of(killed), stuck, consumer(0, 1, 2));
        assertTrue(result.intact());
        final String table = ResultTable.format(result);
        for (final String line : List.of(
            "killed       producer 1 with SIGKILL, inside its claim of 128 bytes, with 2 consumers"
                + " waiting for it",
            "held up      consumer 1: 400.0 us after the kill, 30.40 ms from message to message",
            "             consumer 2: nothing came after the kill",
            "peers        by default 15.00 s until others go on behind a killed publisher",
            "             Aeron IPC: aeron.publication.unblock.timeout"
                + " (io.aeron.driver.Configuration)",
            "             Chronicle Queue, next appender: 3/2 of"
                + " SingleChronicleQueueBuilder.timeoutMS()")) {
            assertTrue(table.contains(System.lineSeparator() + line), table);
        }
        final JsonNode json = ChildJson.parse(ResultJson.format(result));
        assertEquals(1, json.required("killed").required("producer").intValue());
        assertEquals(4096, json.required("killed").required("position").longValue());
        assertEquals(15_000_000_000L, json.required("killed").required("peersNanos").longValue());
        final JsonNode first = json.required("consumers").get(0);
        assertEquals(30_400_000, first.required("heldUpNanos").longValue());
        assertEquals(400_000, first.required("afterKillNanos").longValue());
        assertFalse(json.required("consumers").get(1).has("heldUpNanos"));
    }

    @Test
    void shouldBeDamagedWhenSomethingOfTheKilledClaimCame() {
        final KilledProducer killed = new KilledProducer(0, 4096, 128, 1, 5_000_000_000L);
        assertFalse(result(4, Optional.of(killed), consumer(0, 1, 2)).intact());
    }

    @Test
    void shouldSayNothingOfAKillWhenThereWasNone() {
        final DemoResult result = result(3, consumer(0, 1, 2));
        assertFalse(ResultTable.format(result).contains("killed"));
        assertFalse(ChildJson.parse(ResultJson.format(result)).has("killed"));
    }

    private static DemoResult result(final long messages, final ConsumerResult... consumers) {
        return result(messages, Optional.empty(), consumers);
    }

    private static DemoResult result(
        final long messages,
        final Optional<KilledProducer> killed,
        final ConsumerResult... consumers) {
        final TextDigest digest = new TextDigest();
        TEXTS.forEach(text -> digest.add(text.getBytes(), 0, text.length()));
        final ProducerResult producer = new ProducerResult(3, 63, 0, 1_000, digest.hex());
        final DemoOptions options = new DemoOptions(Path.of("input"), messages, 1,
            consumers.length, false, Optional.empty(), true, OptionalDouble.empty(),
            killed.isPresent());
        return new DemoResult(
            options,
            new ChannelPlace(Path.of("ring"), false),
            new InputFiles(List.of(Path.of("input")), 0, 0),
            new InputSurvey(3, true, List.of(LineReader.Spot.START)),
            List.of(ProducerResult.parse(producer.toJson())),
            List.of(consumers),
            killed);
    }

    /** A consumer that received the messages of these numbers. */
    private static ConsumerResult consumer(final int... sequences) {
        final ReceivedStream stream = new ReceivedStream();
        for (final int sequence : sequences) {
            add(stream, sequence, TEXTS.get(sequence));
        }
        return consumerResult(stream, sequences.length, 0);
    }

    private static ConsumerResult consumerResult(
        final ReceivedStream stream, final long received, final long strange) {
        final Histogram latency = LatencyCodec.histogram();
        for (long i = 0; i < received; i++) {
            LatencyCodec.record(latency, 1_000);
        }
        final ConsumerResult result = new ConsumerResult(received, 21 * received, strange,
            1_000_001_000, List.of(stream.result()), latency, Optional.empty());
        return ConsumerResult.parse(result.toJson());
    }

    private static void add(final ReceivedStream stream, final long sequence, final String text) {
        final int offset = 5;
        final int length = DemoMessage.TEXT_OFFSET + text.length();
        final MessageBuffer message = MessageBuffer.allocate(length);
        DemoMessage.write(message, 42, sequence, 0, text.getBytes(), 0, text.length());
        final MessageBuffer around = MessageBuffer.allocate(offset + length);
        around.putBytes(offset, message, 0, length);
        assertEquals(42, DemoMessage.timeNanos(around, offset));
        stream.add(around, offset, length);
    }
}
