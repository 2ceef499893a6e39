package org.fencepost.ipc.mutants;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.agrona.IoUtil;

/**
 * Puts each fault of the lists into the product, one at a time, and runs the suite's layers against
 * it until one fails; first against the product as it is, which must pass. Prints which layer caught
 * which. Status 0: all were caught; 1: some were not; 2: usage, a fault that does not fit the source
 * any more, or a suite that fails without one.
 */
public final class Mutants {
    private static final Path NOTHING = Path.of("none");

    private final Suite suite;
    private final Options options;
    private final Results results;
    private final List<Layer> layers = new ArrayList<>();

    private Mutants(final Suite suite, final Options options) throws IOException {
        this.suite = suite;
        this.options = options;
        this.results = new Results(suite, options.fresh());
    }

    /** First the project's directory, the launcher of the JVM and the class path; then options. */
    public static void main(final String[] arguments) throws Exception {
        try {
            final Options options = Options.parse(List.of(arguments).subList(3, arguments.length));
            final Suite suite = new Suite(Path.of(arguments[0]), Path.of(arguments[1]),
                arguments[2], options.schedules(), options.stressOptions());
            System.exit(new Mutants(suite, options).run());
        } catch (final Options.UsageException | Mutant.NotApplicableException e) {
            System.err.println("mutants: " + e.getMessage());
            System.exit(2);
        }
    }

    private int run() throws Exception {
        final List<Mutant> mutants = Mutant.readAll(suite.mutants()).stream()
            .filter(mutant -> options.only().isEmpty() || options.only().contains(mutant.name()))
            .toList();
        options.requireKnown(mutants);
        // All of them at once, before anything runs for an hour.
        for (final Mutant mutant : mutants) {
            mutant.apply(suite.sources());
        }
        if (options.list()) {
            mutants.forEach(mutant -> System.out.println(mutant.name() + ": " + mutant.fault()));
            return 0;
        }
        if (!options.table()) {
            for (final Layer layer : options.layers()) {
                if (!passes(layer)) {
                    return 2;
                }
            }
        }
        return judge(mutants) ? 0 : 1;
    }

    /** Whether a layer passes without a fault. One without tests is left out. */
    private boolean passes(final Layer layer) throws IOException {
        if (!results.hasPassed(layer, null)) {
            final Layer.Outcome outcome =
                layer.run(suite, suite.product(), Files.createDirectories(scratch(NOTHING)));
            if (outcome.failed()) {
                System.err.println("mutants: " + layer.label() + " fails without any fault: "
                    + outcome.failure() + "; see " + scratch(NOTHING));
                return false;
            }
            System.err.printf(Locale.ROOT, "%s: %s, %.1f s%n", layer.label(),
                outcome.empty() ? "no tests" : "passes without a fault", outcome.seconds());
            if (outcome.empty()) {
                return true;
            }
            results.passed(layer, null, outcome.seconds());
        }
        layers.add(layer);
        return true;
    }

    /** Runs them and prints the table; whether all were caught. */
    private boolean judge(final List<Mutant> mutants) throws Exception {
        final List<Future<Results.Result>> found = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(options.jobs())) {
            for (final Mutant mutant : mutants) {
                found.add(executor.submit(() -> judge(mutant)));
            }
        }
        System.out.println("| fault | | caught by | at | s |\n|---|---|---|---|--:|");
        int caught = 0;
        for (int i = 0; i < mutants.size(); i++) {
            final Mutant mutant = mutants.get(i);
            final Results.Result result;
            try {
                result = found.get(i).get();
            } catch (final ExecutionException e) {
                throw new IllegalStateException(mutant.name(), e.getCause());
            }
            if (result != null) {
                caught++;
            }
            System.out.printf(Locale.ROOT, "| %s | %s | %s | %s | %s |%n",
                mutant.name(), mutant.fault(),
                result != null ? result.layer().label()
                    : options.table() ? "not known" : "**nothing**",
                result == null ? "" : result.how(),
                result == null ? "" : String.format(Locale.ROOT, "%.0f", result.seconds()));
        }
        System.out.printf(Locale.ROOT, "%n%d of %d faults were caught.%n", caught, mutants.size());
        return caught == mutants.size();
    }

    /** The first layer that fails, or null. */
    private Results.Result judge(final Mutant mutant) throws IOException {
        final Results.Result known = results.of(mutant);
        if (known != null && options.layers().contains(known.layer()) || options.table()) {
            return known;
        }
        final Path scratch = Files.createDirectories(scratch(Path.of(mutant.name())));
        final Path classes = compile(mutant, scratch);
        double seconds = 0;
        for (final Layer layer : layers) {
            if (results.hasPassed(layer, mutant)) {
                continue;
            }
            final Layer.Outcome outcome = layer.run(suite, classes, scratch);
            seconds += outcome.seconds();
            if (outcome.failed()) {
                final Results.Result result =
                    new Results.Result(layer, shorten(outcome.failure()), seconds);
                results.caught(mutant, result);
                System.err.printf(Locale.ROOT, "%s: %s, %s, %.1f s%n",
                    mutant.name(), layer.label(), result.how(), seconds);
                return result;
            }
            results.passed(layer, mutant, outcome.seconds());
        }
        System.err.printf(Locale.ROOT, "%s: NOT CAUGHT, %.1f s%n", mutant.name(), seconds);
        return null;
    }

    /** Of a simulation only the scenario and the seed: that repeats it. */
    private static String shorten(final String failure) {
        return failure.startsWith("scenario ")
            ? failure.substring("scenario ".length()).replaceFirst("(\\w+, seed \\d+),.*", "$1")
            : failure;
    }

    /**
     * Compiles the changed files alone, against the product's classes, which stand behind them on
     * the class path.
     */
    private Path compile(final Mutant mutant, final Path scratch) throws IOException {
        // Classes of an earlier run may not suit the others any more.
        IoUtil.delete(scratch.resolve("classes").toFile(), true);
        final Path classes = Files.createDirectories(scratch.resolve("classes"));
        final List<String> arguments = new ArrayList<>(List.of(
            "-d", classes.toString(), "-cp", suite.classPath(), "-proc:none", "-nowarn",
            "-XDstringConcat=inline", "--release", "25"));
        for (final Map.Entry<String, String> file : mutant.apply(suite.sources()).entrySet()) {
            final Path source = scratch.resolve(file.getKey());
            Files.createDirectories(source.getParent());
            Files.writeString(source, file.getValue());
            arguments.add(source.toString());
        }
        final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        final ByteArrayOutputStream errors = new ByteArrayOutputStream();
        if (compiler.run(null, errors, errors, arguments.toArray(String[]::new)) != 0) {
            throw new Mutant.NotApplicableException(mutant.name() + " does not compile: " + errors);
        }
        return classes;
    }

    private Path scratch(final Path name) {
        return suite.scratch().resolve(name);
    }
}
