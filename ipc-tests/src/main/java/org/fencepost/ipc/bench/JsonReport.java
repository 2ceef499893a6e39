package org.fencepost.ipc.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The report for programs, with each single run in it. What could not be measured is null. */
final class JsonReport {
    private final ObjectMapper mapper =
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private final Findings findings;

    JsonReport(final Findings findings) {
        this.findings = findings;
    }

    void write(final Path file) {
        final ObjectNode root = mapper.createObjectNode();
        root.set("machine", machine());
        root.set("run", run());
        root.set("bracket", bracket());
        root.set("checked", checked());
        root.set("results", results());
        root.set("ratios", mapper.valueToTree(findings.ratios()));
        try {
            mapper.writeValue(file.toFile(), root);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    private ObjectNode machine() {
        final ObjectNode node = mapper.valueToTree(findings.machine());
        node.put("loadAverageBefore", findings.loadBefore());
        node.put("loadAverageAfter", findings.loadAfter());
        node.put("disturbedRuns", findings.disturbedRuns());
        put(node, "worstWaitedShare", findings.worstWaitedShare());
        return node;
    }

    private ObjectNode run() {
        final BenchmarkOptions options = findings.options();
        final ObjectNode node = mapper.createObjectNode();
        node.set("arguments", mapper.valueToTree(options.arguments()));
        node.put("rounds", options.rounds());
        node.put("warmUpMillis", options.warmUpMillis());
        node.put("measureMillis", options.measureMillis());
        node.put("ringBytes", Contenders.RING_BYTES);
        node.put("pollLimit", ReceiveLoop.POLL_LIMIT);
        node.put("batchMessages", Contenders.BATCH_MESSAGES);
        node.set("jvmFlags", mapper.valueToTree(JvmEntrant.COMMON_FLAGS));
        final ObjectNode flags = node.putObject("contenderJvmFlags");
        final ObjectNode settings = node.putObject("contenderSettings");
        for (final Entrant entrant : findings.entrants()) {
            flags.set(entrant.name(), mapper.valueToTree(entrant.jvmFlags()));
            settings.put(entrant.name(), entrant.settings());
        }
        return node;
    }

    private ObjectNode bracket() {
        final ObjectNode node = mapper.createObjectNode();
        node.put("available", findings.isBracketed());
        node.put("reasonMissing", findings.reasonUnbracketed());
        put(node, "bestNanos", findings.bestNanos());
        put(node, "nearNanos", findings.options().nearNanos());
        node.put("farRatio", Bracketing.FAR_RATIO);
        node.put("repeats", findings.repeats());
        node.put("pauses", findings.pauses());
        node.put("missing", findings.missing());
        return node;
    }

    private ArrayNode checked() {
        final ArrayNode array = mapper.createArrayNode();
        for (final Cell cell : findings.checked()) {
            array.addObject()
                .put("contender", cell.entrant().name())
                .put("variant", cell.variant().label());
        }
        return array;
    }

    private ArrayNode results() {
        final ArrayNode array = mapper.createArrayNode();
        for (final Map.Entry<Cell, List<Sample>> entry : findings.samples().entrySet()) {
            final Cell cell = entry.getKey();
            final ObjectNode node = array.addObject();
            node.put("contender", cell.entrant().name());
            node.put("measure", cell.measure().label());
            node.put("variant", cell.variant().label());
            node.put("payloadBytes", cell.variant().payloadBytes());
            node.put("amount", cell.variant().amount());
            node.put("bracketed", findings.isBracketed());
            final List<String> figures =
                cell.measure().figures().stream().map(Figure::name).toList();
            for (int i = 0; i < figures.size(); i++) {
                final Summary summary = Summary.of(entry.getValue(), i);
                final ObjectNode figure = node.putObject(figures.get(i));
                put(figure, "median", summary.median());
                put(figure, "min", summary.min());
                put(figure, "max", summary.max());
            }
            final ArrayNode runs = node.putArray("runs");
            for (final Sample sample : entry.getValue()) {
                final ObjectNode run = runs.addObject();
                run.put("round", sample.round());
                for (int i = 0; i < figures.size(); i++) {
                    put(run, figures.get(i), sample.outcome().figures().get(i));
                }
                put(run, "waitedShare", sample.outcome().waitedShare());
                put(run, "cacheLineBeforeNanos", sample.beforeNanos());
                put(run, "cacheLineAfterNanos", sample.afterNanos());
            }
        }
        return array;
    }

    /** JSON has no NaN. */
    private static void put(final ObjectNode node, final String key, final double value) {
        if (Double.isNaN(value)) {
            node.putNull(key);
        } else {
            node.put(key, value);
        }
    }
}
