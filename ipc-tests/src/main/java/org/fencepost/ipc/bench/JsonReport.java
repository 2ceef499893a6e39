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
        root.set("goals", mapper.valueToTree(Goals.reached(findings.samples())));
        root.set("failures", mapper.valueToTree(findings.failures()));
        write(file, root);
    }

    /** Writes a file for each run, by what can be known of the run alone. */
    void writeRuns(final Path directory) {
        for (final Map.Entry<Cell, List<Sample>> entry : findings.samples().entrySet()) {
            final Cell cell = entry.getKey();
            for (final Sample sample : entry.getValue()) {
                final ObjectNode node = describe(cell);
                node.set("jvmFlags", mapper.valueToTree(cell.entrant().jvmFlags()));
                node.put("settings", cell.entrant().settings());
                node.set("machine", mapper.valueToTree(findings.machine()));
                node.set("run", run(cell, sample));
                write(directory.resolve((cell.measure().label() + " " + cell.variant().label() + " "
                    + cell.entrant().name() + " " + sample.round()).replace(' ', '-') + ".json"),
                    node);
            }
        }
    }

    private void write(final Path file, final ObjectNode root) {
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
        put(node, "worstOthersShare", findings.worstOthersShare());
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
        node.put("delays", findings.delays());
        node.put("missing", findings.missing());
        node.put("leftOut", findings.leftOut());
        final ObjectNode rounds = node.putObject("roundsMade");
        findings.roundsMade().forEach((measure, made) -> rounds.put(measure, made.getMin()));
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
            final ObjectNode node = describe(cell);
            array.add(node);
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
                runs.add(run(cell, sample));
            }
        }
        return array;
    }

    private ObjectNode describe(final Cell cell) {
        return mapper.createObjectNode()
            .put("contender", cell.entrant().name())
            .put("measure", cell.measure().label())
            .put("variant", cell.variant().label())
            .put("payloadBytes", cell.variant().payloadBytes())
            .put("amount", cell.variant().amount())
            .put("bracketed", findings.isBracketed() && cell.crossesCores());
    }

    private ObjectNode run(final Cell cell, final Sample sample) {
        final ObjectNode run = mapper.createObjectNode();
        run.put("round", sample.round());
        for (int i = 0; i < cell.measure().figures().size(); i++) {
            put(run, cell.measure().figures().get(i).name(), sample.outcome().figures().get(i));
        }
        put(run, "othersShare", sample.outcome().othersShare());
        put(run, "cacheLineBeforeNanos", sample.beforeNanos());
        put(run, "cacheLineAfterNanos", sample.afterNanos());
        return run;
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
