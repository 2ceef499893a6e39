package org.fencepost.ipc.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Measures contenders against each other: every run in two new JVMs, the contenders in turn, round
 * after round. Runs no contender in its own process.
 */
public final class Benchmark {
    /** Everything was measured. */
    static final int EXIT_MEASURED = 0;
    /** A message was wrong, or a run failed. */
    static final int EXIT_FAILED = 1;
    /** The command line cannot be followed. */
    static final int EXIT_USAGE = 2;

    /** As in stat(2). */
    private static final int TYPE_MASK = 0170000;
    private static final int TYPE_PIPE = 0010000;
    private static final int TYPE_SOCKET = 0140000;

    private static final String FILES = "files";
    private static final String WAITING = "waiting";
    private static final String TAIL = "tail";

    private final BenchmarkOptions options;
    private final PrintStream progress;
    private final TimeLimit limit;
    private final Machine machine;
    private final Scratch memory;
    private final Scratch disk;
    private final NativePrograms programs;

    private Benchmark(
        final BenchmarkOptions options,
        final PrintStream progress,
        final Machine machine,
        final Scratch memory,
        final Scratch disk) {
        this.options = options;
        this.progress = progress;
        this.limit = new TimeLimit(options.secondsMax());
        this.machine = machine;
        this.memory = memory;
        this.disk = disk;
        this.programs = NativePrograms.compile(options.compiler(), memory);
    }

    /** Runs the benchmark; {@code --help} shows the options. */
    public static void main(final String[] arguments) {
        final int exitCode = run(System.out, System.err, arguments);
        if (System.out.checkError() && !isPipe()) {
            System.err.println("bench: cannot write to standard output");
            System.exit(EXIT_FAILED);
        }
        System.exit(exitCode);
    }

    /** Whether somebody reads the standard output, who may have had enough of it. */
    private static boolean isPipe() {
        try {
            final int mode = (int) Files.getAttribute(Path.of("/proc/self/fd/1"), "unix:mode");
            return (mode & TYPE_MASK) == TYPE_PIPE || (mode & TYPE_MASK) == TYPE_SOCKET;
        } catch (final IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }

    /**
     * Runs the benchmark.
     *
     * @param out      for the report.
     * @param progress for single runs and errors.
     * @return the exit code.
     */
    static int run(
        final PrintStream out, final PrintStream progress, final String... arguments) {
        try {
            final boolean files = arguments.length > 0 && arguments[0].equals(FILES);
            final boolean tail = arguments.length > 0 && arguments[0].equals(TAIL);
            final boolean waiting = arguments.length > 0 && arguments[0].equals(WAITING);
            final BenchmarkOptions options = BenchmarkOptions.parse(
                files || waiting || tail ? Arrays.copyOfRange(arguments, 1, arguments.length) : arguments);
            if (options.wantsHelp()) {
                out.print(BenchmarkOptions.HELP);
            } else if (options.wantsList()) {
                Contenders.names().forEach(name -> out.println("contender " + name));
                Measures.of(Measures.LABELS).forEach(measure ->
                    out.println("measure " + measure.label() + ": " + measure.title()));
            } else if ((waiting || tail) && options.wantsJson()) {
                throw new UsageException("--json is not for " + arguments[0] + ", which prints tables only");
            } else if (files) {
                new FileBenchmark(options, FileMeans.all(), FileContender.all()).run(out);
            } else if (waiting) {
                WaitingBenchmark.run(options, out);
            } else if (tail) {
                TailBenchmark.run(options, out);
            } else {
                return measure(options, out, progress);
            }
            return EXIT_MEASURED;
        } catch (final UsageException e) {
            progress.println("bench: " + e.getMessage() + " (--help shows the options)");
            return EXIT_USAGE;
        } catch (final MismatchException e) {
            progress.println("bench: WRONG MESSAGE: " + e.getMessage());
            return EXIT_FAILED;
        } catch (final RunFailedException e) {
            progress.println("bench: RUN FAILED: " + e.getMessage());
            return EXIT_FAILED;
        }
    }

    private static int measure(
        final BenchmarkOptions options, final PrintStream out, final PrintStream progress) {
        final Machine machine = Machine.here(options);
        try (Scratch memory = new Scratch(options.directory());
            Scratch disk = new Scratch(options.disk())) {
            final Findings findings =
                new Benchmark(options, progress, machine, memory, disk).measure();
            new MarkdownReport(findings, out).print();
            if (options.wantsJson()) {
                new JsonReport(findings).write(options.json());
            }
            if (options.wantsReport()) {
                new ReportDirectory(options.report()).write(findings);
                out.println();
                out.println("The report, its plots and every run are in " + options.report());
            }
            return findings.failures().isEmpty() ? EXIT_MEASURED : EXIT_FAILED;
        }
    }

    private Findings measure() {
        final String loadBefore = Machine.loadAverage();
        final List<Entrant> entrants = entrants();
        final List<String> failures = new ArrayList<>();
        final List<Cell> checked = check(cells(entrants, false), failures);
        final Bracketing bracketing = new Bracketing(
            Bracketing.probeOf(programs, machine), options.nearNanos());
        final Sampler sampler = new Sampler(options, limit, bracketing, progress);
        sampler.takeAll(cells(entrants, true));
        failures.addAll(sampler.failures());
        return new Findings(
            options,
            machine,
            loadBefore,
            Machine.loadAverage(),
            programs.reasonMissing(),
            bracketing.bestNanos(),
            sampler.repeats(),
            sampler.delays(),
            sampler.missing(),
            sampler.leftOut(),
            failures,
            checked,
            entrants,
            sampler.samples());
    }

    private List<Entrant> entrants() {
        final List<Entrant> entrants = new ArrayList<>();
        for (final String name : options.contenders()) {
            entrants.add(NativeEntrant.names().contains(name)
                ? NativeEntrant.byName(name, programs, machine)
                : new JvmEntrant(Contenders.byName(name), machine, memory, disk));
        }
        return entrants;
    }

    /** Runs all while there is time, and returns those that were sound. */
    private List<Cell> check(final List<Cell> cells, final List<String> failures) {
        final List<Cell> checked = new ArrayList<>();
        for (final Cell cell : cells) {
            if (limit.isReached()) {
                break;
            }
            try {
                cell.entrant().run(cell.measure().plan(cell.variant(), options));
                checked.add(cell);
                progress.println("checked  " + cell);
            } catch (final RunFailedException e) {
                failures.add(cell + ": " + e.getMessage());
                progress.println("bench: RUN FAILED: " + e.getMessage());
            }
        }
        return checked;
    }

    /** What is to be measured, or what is only to be checked. */
    private List<Cell> cells(final List<Entrant> entrants, final boolean timed) {
        final List<Cell> cells = new ArrayList<>();
        for (final Measure measure : options.measures()) {
            if (measure.figures().isEmpty() == timed) {
                continue;
            }
            for (final Variant variant : measure.variants(options)) {
                for (final Entrant entrant : entrants) {
                    if (options.rounds(measure, variant, entrant.name()) > 0
                        && entrant.supports(measure, variant)) {
                        cells.add(new Cell(entrant, measure, variant));
                    }
                }
            }
        }
        return cells;
    }
}
