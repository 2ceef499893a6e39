package org.fencepost.ipc.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the command line asks for. Immutable. */
final class BenchmarkOptions {
    static final String HELP = """
        Usage: ipc-tests/bench [OPTION...]
               ipc-tests/bench files [--rounds N] [--megabytes N] [--directory DIR] [--json FILE]
               ipc-tests/bench waiting [--rounds N] [--directory DIR]
               ipc-tests/bench tail [--rounds N] [--measure-millis N] [--contenders A,B] [--directory DIR]
                   [--disk DIR] [--report DIR]
        Measures Fencepost and its peers between two JVMs, each pinned to a core; with files, how
        fast they find bytes and lines in a file.
          --rounds N           interleaved rounds (default 5)
          --contenders A,B     by name or by class (default: all but the dense and unchecked)
          --measures A,B       by name (default: check,throughput,round-trip)
          --variants A,B       only these columns, by their heads, as in "2 producers"
          --sizes N,M          bytes of a message (default 32,256,1024); round trips use those up to
                               256; journals have messages of 256 if those are among them, or else of
                               the first; other measures of one size the first
          --quick              one round of short runs of most that there is: under two minutes
          --full               every measure, of whom it says something: under thirty minutes
          --seconds N          no run is begun after so long (default: 100 if quick, 1700 if full)
          --json FILE          writes everything, each single run included, to FILE
          --report DIR         writes a report in Markdown, plots and a JSON file for each run
                               to DIR (default: target/bench of ipc-tests if quick or full)
          --warm-up-millis N   of a run, and three times as long where processes share cores, which
                               compile that much later (default 1000)
          --measure-millis N   of a run, and three times as long, up to a second, where threads wait
                               for the disk (default 2000)
          --attempts N         for a run whose cores were far apart, or used by others (default 5;
                               3 if quick or full)
          --others-max N       percent of the cores' time that others may take before a run is
                               repeated (default 10)
          --near-nanos N       what a cache line's round trip takes between near cores (default: the
                               best median that is seen)
          --cpus A,B,...       cores; the distance is that of the first two (default: the first two
                               that are allowed)
          --directory DIR      where the rings lie (default /dev/shm)
          --disk DIR           what needs a disk lies there (default: target of ipc-tests)
          --megabytes N        of the file to find something in (default 1000)
          --cc COMMAND         the C compiler (default cc)
          --list               names the contenders and the measures
          --help               shows this
        Exit code: 0 measured; 1 a message was wrong or a run failed; 2 usage.
        """;

    private static final int LIST_MAX = 64;
    private static final int JOURNAL_BYTES = 256;
    /** Of a run that was disturbed, where the time is short. */
    private static final int PRESET_ATTEMPTS = 3;
    private static final Path MEMORY_FILE_SYSTEM = Path.of("/dev/shm");

    private final List<String> arguments;
    private boolean help;
    private boolean list;
    private int rounds = 5;
    private long warmUpMillis = 1000;
    private long measureMillis = 2000;
    private int attempts = 5;
    private int othersPercentMax = 10;
    private int megabytes = 1000;
    private double nearNanos = Bracketing.UNKNOWN;
    private List<String> contenders = List.of();
    private List<Measure> measures = Measures.of(Measures.DEFAULT_LABELS);
    private List<String> variants = List.of();
    private List<Integer> sizes = List.of(32, 256, 1024);
    private List<Integer> cpus = List.of();
    private String compiler = "cc";
    private int secondsMax = Integer.MAX_VALUE;
    /** Null when contenders, measures or sizes are named: then each with each. */
    private Preset preset;
    private Path json;
    private Path report;
    private Path disk = NativePrograms.moduleDirectory().resolve("target");
    private Path directory = Files.isWritable(MEMORY_FILE_SYSTEM)
        ? MEMORY_FILE_SYSTEM : Path.of(System.getProperty("java.io.tmpdir"));

    private BenchmarkOptions(final List<String> arguments) {
        this.arguments = arguments;
    }

    static BenchmarkOptions parse(final String... arguments) {
        final BenchmarkOptions options = new BenchmarkOptions(List.of(arguments));
        if (options.arguments.contains("--quick")) {
            options.be(Preset.QUICK);
        } else if (options.arguments.contains("--full")) {
            options.be(Preset.FULL);
        }
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--quick", "--full" -> { }
                case "--help" -> options.help = true;
                case "--list" -> options.list = true;
                default -> {
                    if (i + 1 == arguments.length) {
                        throw new UsageException(
                            "unknown option or missing value: " + arguments[i]);
                    }
                    options.set(arguments[i], arguments[i + 1]);
                    i++;
                }
            }
        }
        return options;
    }

    private void be(final Preset wanted) {
        preset = wanted;
        rounds = wanted.rounds();
        warmUpMillis = wanted.warmUpMillis();
        measureMillis = wanted.measureMillis();
        secondsMax = wanted.seconds();
        sizes = wanted.sizes();
        measures = Measures.of(wanted.measures());
        contenders = wanted.contenders();
        attempts = PRESET_ATTEMPTS;
        report = NativePrograms.moduleDirectory().resolve("target").resolve("bench");
    }

    private void set(final String option, final String value) {
        switch (option) {
            case "--rounds" -> rounds = number(option, value, 1, 1000);
            case "--warm-up-millis" -> warmUpMillis = number(option, value, 0, 60_000);
            case "--measure-millis" -> measureMillis = number(option, value, 1, 60_000);
            case "--near-nanos" -> nearNanos = number(option, value, 1, 1_000_000);
            case "--seconds" -> secondsMax = number(option, value, 0, Integer.MAX_VALUE);
            case "--megabytes" -> megabytes = number(option, value, 1, 100_000);
            case "--others-max" -> othersPercentMax = number(option, value, 0, 100);
            case "--attempts" -> attempts = number(option, value, 1, 100);
            case "--contenders" -> {
                contenders = split(option, value);
                preset = null;
            }
            case "--measures" -> {
                measures = Measures.of(split(option, value));
                preset = null;
            }
            case "--variants" -> variants = split(option, value);
            case "--sizes" -> {
                sizes = numbers(option, value, Payload.LENGTH_BYTES_MAX);
                sizes.forEach(Payload::requireLength);
                preset = null;
            }
            case "--cpus" -> {
                cpus = numbers(option, value, 4095);
                if (cpus.size() < 2) {
                    throw new UsageException(
                        "--cpus needs two numbers or more, found '" + value + "'");
                }
            }
            case "--json" -> json = Path.of(value);
            case "--report" -> report = Path.of(value);
            case "--directory" -> directory = Path.of(value);
            case "--disk" -> disk = Path.of(value);
            case "--cc" -> compiler = value;
            default -> throw new UsageException("unknown option " + option);
        }
    }

    private static List<String> split(final String option, final String value) {
        final List<String> parts = Arrays.asList(value.split(","));
        if (value.isBlank() || parts.size() > LIST_MAX) {
            throw new UsageException(
                option + " needs 1 to " + LIST_MAX + " values, found '" + value + "'");
        }
        return parts.stream().distinct().toList();
    }

    private static List<Integer> numbers(final String option, final String value, final int max) {
        final List<Integer> numbers = new ArrayList<>();
        for (final String part : split(option, value)) {
            numbers.add(number(option, part, 0, max));
        }
        return numbers;
    }

    private static int number(
        final String option, final String value, final int min, final int max) {
        try {
            final int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (final NumberFormatException e) {
            // Reported below, as a number out of range is.
        }
        throw new UsageException(
            option + " needs a number from " + min + " to " + max + ", found '" + value + "'");
    }

    List<String> arguments() {
        return arguments;
    }

    boolean wantsHelp() {
        return help;
    }

    boolean wantsList() {
        return list;
    }

    int rounds() {
        return rounds;
    }

    /** How often a measure shall be taken at such a variant of this contender; 0 if not at all. */
    int rounds(final Measure measure, final Variant variant, final String contender) {
        if (!variants.isEmpty() && !variants.contains(variant.label())) {
            return 0;
        }
        return preset == null
            ? rounds : Math.min(rounds, preset.rounds(measure, variant, contender));
    }

    long warmUpMillis() {
        return warmUpMillis;
    }

    long measureMillis() {
        return measureMillis;
    }

    int attempts() {
        return attempts;
    }

    /** Of the cores' time, from 0 to 1, that others may take before a run is repeated. */
    double othersShareMax() {
        return othersPercentMax / 100.0;
    }

    int megabytes() {
        return megabytes;
    }

    /** What near is, or {@link Bracketing#UNKNOWN} for the best that is seen. */
    double nearNanos() {
        return nearNanos;
    }

    List<String> contenders() {
        return contenders(Contenders.DEFAULT_NAMES);
    }

    /** Those that the command line names, or these. */
    List<String> contenders(final List<String> otherwise) {
        return contenders.isEmpty() ? otherwise : contenders;
    }

    List<Measure> measures() {
        return measures;
    }

    /** Bytes of messages; what each measure makes of them is its own business. */
    List<Integer> sizes() {
        return sizes;
    }

    /** Bytes of a journal's messages: the usual ones if they are among the sizes, or else the first. */
    int journalBytes() {
        return sizes.contains(JOURNAL_BYTES) ? JOURNAL_BYTES : sizes.getFirst();
    }

    /** The cores, two or more, or empty for the first two that are allowed. */
    List<Integer> cpus() {
        return cpus;
    }

    String compiler() {
        return compiler;
    }

    Path directory() {
        return directory;
    }

    /** Where what needs a disk lies. */
    Path disk() {
        return disk;
    }

    /** Seconds after which no run is begun. */
    int secondsMax() {
        return secondsMax;
    }

    boolean wantsReport() {
        return report != null;
    }

    /** The directory of the report. */
    Path report() {
        return report;
    }

    boolean wantsJson() {
        return json != null;
    }

    Path json() {
        return json;
    }
}
