package org.fencepost.ipc.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
        for (final Measure measure : findings.options().measures()) {
            printMeasure(measure);
        }
        printGoals();
        printRoundsMade();
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
            ? "senders from CPU " + machine.cpus().getFirst() + " on, receivers from CPU "
                + machine.cpus().getLast() + " back"
            : "NONE for the JVMs, there is no taskset here; the C programs pin themselves");
        line("- JVM flags of all: `%s`", String.join(" ", JvmEntrant.COMMON_FLAGS));
        for (final Entrant entrant : findings.entrants()) {
            if (!entrant.jvmFlags().isEmpty()) {
                line("- JVM flags of %s besides: `%s`",
                    entrant.name(), String.join(" ", entrant.jvmFlags()));
            }
            if (!entrant.settings().isEmpty()) {
                line("- %s: %s", entrant.name(), entrant.settings());
            }
        }
        line("- Rings of %d KiB, polls of at most %d messages, %d messages a batch, busy spinning",
            Contenders.RING_BYTES / 1024, ReceiveLoop.POLL_LIMIT, Contenders.BATCH_MESSAGES);
        line("- A timed run writes and checks the first and the last word of every message, in"
            + " place; the words between are left alone");
        line("- Every byte was checked in a run of its own: %s", checked());
        printBracketing();
        printDisturbance();
        findings.failures().forEach(failure -> line("- FAILED: %s", failure));
    }

    private void printDisturbance() {
        final double worst = findings.worstOthersShare();
        if (Double.isNaN(worst)) {
            line("- Whether others worked on the two cores is not known");
        } else {
            line("- Others took more than %.0f %% of the cores' time in %d runs, however often they"
                + " were repeated, and %.0f %% in the worst; these runs are not left out",
                100 * findings.options().othersShareMax(), findings.disturbedRuns(), 100 * worst);
        }
    }

    private void printBracketing() {
        if (findings.isBracketed()) {
            final double given = findings.options().nearNanos();
            line("- Round trip of a cache line between the cores: best median %.0f ns; near means"
                + " within a factor of %.1f of %s, before and after each run of more than one"
                + " process; %d times put off, %d missing. %d runs were repeated, for this or because others were at work",
                findings.bestNanos(), Bracketing.FAR_RATIO,
                Double.isNaN(given) ? "the best" : String.format(Locale.ROOT, "%.0f ns", given),
                findings.delays(), findings.missing(), findings.repeats());
            if (findings.leftOut() > 0) {
                line("- %d runs were left out, because their time was up", findings.leftOut());
            }
        } else {
            line("- UNBRACKETED: how far apart the cores were is not known: %s",
                findings.reasonUnbracketed());
        }
    }

    private String checked() {
        final List<String> names = findings.checked().stream()
            .map(cell -> cell.entrant().name() + " at " + cell.variant().label()).toList();
        return names.isEmpty() ? "no" : String.join(", ", names);
    }

    private void printMeasure(final Measure measure) {
        final List<Cell> cells = findings.samples().keySet().stream()
            .filter(cell -> cell.measure() == measure).toList();
        if (cells.isEmpty()) {
            return;
        }
        line("%n## %s: median (min-max)%s%n",
            measure.title(), findings.isBracketed() ? "" : ", unbracketed");
        final List<Variant> variants = cells.stream().map(Cell::variant).distinct().toList();
        final List<String> heads = new ArrayList<>();
        for (final Variant variant : variants) {
            for (final Figure figure : measure.figures()) {
                if (figure.isInTables()) {
                    heads.add(figure.head() + ", " + variant.label());
                }
            }
        }
        printRow("contender", heads);
        out.println("|" + "-".repeat(NAME_WIDTH + 2)
            + ("|" + "-".repeat(VALUE_WIDTH + 1) + ":").repeat(heads.size()) + "|");
        for (final Entrant entrant : cells.stream().map(Cell::entrant).distinct().toList()) {
            final List<String> values = new ArrayList<>();
            for (final Variant variant : variants) {
                values.addAll(values(new Cell(entrant, measure, variant)));
            }
            printRow(entrant.name(), values);
        }
    }

    private List<String> values(final Cell cell) {
        final List<Sample> samples = findings.samples().get(cell);
        final List<String> values = new ArrayList<>();
        for (int i = 0; i < cell.measure().figures().size(); i++) {
            final Figure figure = cell.measure().figures().get(i);
            if (figure.isInTables()) {
                values.add(samples == null ? "" : value(figure, Summary.of(samples, i)));
            }
        }
        return values;
    }

    private static String value(final Figure figure, final Summary summary) {
        if (Double.isNaN(summary.median())) {
            return "no near run";
        }
        final String number = "%." + figure.decimals() + "f";
        return String.format(Locale.ROOT, number + " (" + number + "-" + number + ")",
            summary.median(), summary.min(), summary.max());
    }

    private void printRow(final String name, final List<String> values) {
        final StringBuilder row = new StringBuilder();
        row.append(String.format("| %-" + NAME_WIDTH + "s |", name));
        for (final String value : values) {
            row.append(String.format(" %" + VALUE_WIDTH + "s |", value));
        }
        out.println(row);
    }

    private void printGoals() {
        final List<Goals.Reached> goals = Goals.reached(findings.samples());
        if (goals.isEmpty()) {
            return;
        }
        line("%n## Goals: medians, and their ratios to the best of the others%n");
        if (findings.disturbedRuns() > 0) {
            line("Not to be quoted: %d runs were disturbed.%n", findings.disturbedRuns());
        }
        line("| measure | contender | beside | wanted | reached | |");
        line("|---|---|---|--:|--:|---|");
        for (final Goals.Reached goal : goals) {
            line("| %s at %s, %s | %s | %s | %s %.2f | %.2f | %s |",
                goal.measure(), goal.variant(), goal.figure(), goal.contender(), goal.other(),
                goal.atMost() ? "at most" : "at least", goal.wanted(), goal.reached(),
                goal.isReached() ? "reached" : "missed");
        }
    }

    private void printRoundsMade() {
        line("%n## Rounds that were made%n");
        line("| measure | rows and columns | rounds |");
        line("|---|--:|--:|");
        findings.roundsMade().forEach((measure, made) -> line("| %s | %d | %s |",
            measure, made.getCount(), made.getMin() == made.getMax()
                ? made.getMax() : made.getMin() + " to " + made.getMax()));
    }

    private void line(final String format, final Object... arguments) {
        out.println(String.format(Locale.ROOT, format, arguments));
    }
}
