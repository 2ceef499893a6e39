package org.fencepost.ipc.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The report for people. */
final class MarkdownReport {
    private static final int NAME_WIDTH = 30;
    private static final int VALUE_WIDTH = 22;

    private final Findings findings;
    private final PrintStream out;

    MarkdownReport(final Findings findings, final PrintStream out) {
        this.findings = findings;
        this.out = out;
    }

    void print() {
        printConditions();
        printMeasure(
            Measure.THROUGHPUT, "Throughput, M msg/s: median (min-max)", "%.1f (%.1f-%.1f)");
        printMeasure(
            Measure.ROUND_TRIP, "Round trip, ns: median (min-max) of each percentile",
            "%.0f (%.0f-%.0f)");
        printRatios();
        out.flush();
    }

    private void printConditions() {
        final BenchmarkOptions options = findings.options();
        final Machine machine = findings.machine();
        line("# Messages between two JVMs on one host%n");
        line("- CPU: %s, %d usable", machine.cpu(), machine.cpuCount());
        line("- Kernel: %s; rings on %s", machine.kernel(), machine.fileSystem());
        line("- JDK: %s", machine.jdk());
        line("- Load average: %s before, %s after (this benchmark itself keeps two cores busy)",
            findings.loadBefore(), findings.loadAfter());
        line("- Command: `ipc-tests/bench %s`", String.join(" ", options.arguments()));
        line("- Rounds: %d, interleaved; a run: %d ms of warm-up, %d ms measured, in two new JVMs",
            options.rounds(), options.warmUpMillis(), options.measureMillis());
        line("- Pinning: %s", machine.taskset()
            ? String.format("sender on CPU %d, receiver on CPU %d", machine.cpus().toArray())
            : "NONE for the JVMs, there is no taskset here; the C programs pin themselves");
        line("- JVM flags of all: `%s`", String.join(" ", JvmEntrant.COMMON_FLAGS));
        for (final Entrant entrant : findings.entrants()) {
            if (!entrant.jvmFlags().isEmpty()) {
                line("- JVM flags of %s besides: `%s`",
                    entrant.name(), String.join(" ", entrant.jvmFlags()));
            }
        }
        line("- Rings of %d KiB, polls of at most %d messages, %d messages a batch, busy spinning",
            Contenders.RING_BYTES / 1024, RunProcess.POLL_LIMIT, Contenders.BATCH_MESSAGES);
        line("- Frames of %s and %s are aligned to %d bytes up to %d bytes a message, else to 64",
            FencepostContender.SHARED, FencepostContender.EXCLUSIVE, FencepostContender.TWO_LINES,
            FencepostContender.SHORT_MESSAGE_BYTES_MAX);
        line("- A timed run writes and checks the first and the last word of every message, in"
            + " place; the words between are left alone");
        line("- Every byte was checked in a run of its own: %s", checked());
        printBracketing();
        printDisturbance();
    }

    private void printDisturbance() {
        final double worst = findings.worstWaitedShare();
        if (Double.isNaN(worst)) {
            line("- Whether others worked on the two cores is not known");
        } else {
            line("- Others took a core away for more than %.0f %% of the time in %d runs, %.1f %%"
                + " in the worst; these runs are not left out",
                100 * Findings.DISTURBED_SHARE, findings.disturbedRuns(), 100 * worst);
        }
    }

    private void printBracketing() {
        if (findings.isBracketed()) {
            final double given = findings.options().nearNanos();
            line("- Round trip of a cache line between the cores: best median %.0f ns; near means"
                + " within a factor of %.1f of %s, before and after a run: %d repeated, %d times"
                + " put off, %d missing",
                findings.bestNanos(), Bracketing.FAR_RATIO,
                Double.isNaN(given) ? "the best" : String.format(Locale.ROOT, "%.0f ns", given),
                findings.repeats(), findings.pauses(), findings.missing());
        } else {
            line("- UNBRACKETED: how far apart the cores were is not known: %s",
                findings.reasonUnbracketed());
        }
    }

    private String checked() {
        final List<String> names = findings.checked().stream()
            .map(cell -> cell.entrant().name() + " " + cell.payloadBytes()).toList();
        return names.isEmpty() ? "no" : String.join(", ", names);
    }

    private void printMeasure(final Measure measure, final String title, final String format) {
        final List<Entrant> entrants = findings.entrants().stream()
            .filter(entrant -> findings.samples().keySet().stream()
                .anyMatch(cell -> cell.entrant() == entrant && cell.measure() == measure))
            .toList();
        if (entrants.isEmpty()) {
            return;
        }
        line("%n## %s%s%n", title, findings.isBracketed() ? "" : ", unbracketed");
        final List<String> heads = new ArrayList<>();
        for (final int payloadBytes : findings.options().sizes(measure)) {
            if (measure == Measure.THROUGHPUT) {
                heads.add(payloadBytes + " bytes");
            } else {
                List.of("p50", "p99", "p99.9")
                    .forEach(head -> heads.add(head + ", " + payloadBytes + " bytes"));
            }
        }
        printRow("contender", heads);
        out.println("|" + "-".repeat(NAME_WIDTH + 2)
            + ("|" + "-".repeat(VALUE_WIDTH + 1) + ":").repeat(heads.size()) + "|");
        for (final Entrant entrant : entrants) {
            printRow(entrant.name(), values(entrant, measure, format));
        }
    }

    private List<String> values(final Entrant entrant, final Measure measure, final String format) {
        final List<String> values = new ArrayList<>();
        for (final Map.Entry<Cell, List<Sample>> entry : findings.samples().entrySet()) {
            final Cell cell = entry.getKey();
            if (cell.entrant() == entrant && cell.measure() == measure) {
                for (int figure = 0; figure < measure.figures().size(); figure++) {
                    final Summary summary = Summary.of(entry.getValue(), figure);
                    values.add(entry.getValue().isEmpty() ? "no near run" : String.format(
                        Locale.ROOT, format, summary.median(), summary.min(), summary.max()));
                }
            }
        }
        return values;
    }

    private void printRow(final String name, final List<String> values) {
        final StringBuilder row = new StringBuilder();
        row.append(String.format("| %-" + NAME_WIDTH + "s |", name));
        for (final String value : values) {
            row.append(String.format(" %" + VALUE_WIDTH + "s |", value));
        }
        out.println(row);
    }

    private void printRatios() {
        final List<Findings.Ratio> ratios = findings.ratios();
        if (ratios.isEmpty()) {
            return;
        }
        line("%n## Ratios of the medians of throughput%n");
        if (findings.disturbedRuns() > 0) {
            line("Not to be quoted: %d runs were disturbed.%n", findings.disturbedRuns());
        }
        for (final Findings.Ratio ratio : ratios) {
            line("- %s / %s at %d bytes: %.2f",
                ratio.contender(), ratio.peer(), ratio.payloadBytes(), ratio.ratio());
        }
    }

    private void line(final String format, final Object... arguments) {
        out.println(String.format(Locale.ROOT, format, arguments));
    }
}
