package org.fencepost.ipc.mutants;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A part of the suite, which one JVM runs until something fails. In the order of what they cost;
 * the model is not here, because it does not run the product's code.
 */
enum Layer {
    /** The log's parts, creation and files of journals. */
    UNITS(Module.CORE, List.of(), "org.fencepost.ipc.log", "org.fencepost.ipc.store",
        "org.fencepost.ipc.BatchTest", "org.fencepost.ipc.EndpointTest",
        "org.fencepost.ipc.MisuseTest", "org.fencepost.ipc.SubscribingTest", "org.fencepost.ipc.LostPageTest",
        "org.fencepost.ipc.UnreachableTest", "org.fencepost.ipc.ReplacedChannelTest",
        "org.fencepost.ipc.ChannelRemovalTest",
        "org.fencepost.ipc.DurabilityTest", "org.fencepost.ipc.DiskWaitersTest",
        "org.fencepost.ipc.RetentionTest", "org.fencepost.ipc.ChangedRetentionTest",
        "org.fencepost.ipc.RetentionHistoryTest", "org.fencepost.ipc.PositionByTimeTest",
        "org.fencepost.ipc.ChannelViewTest", "org.fencepost.ipc.FastPublisherTest",
        "org.fencepost.ipc.HousekeeperTest", "org.fencepost.ipc.PaceTest",
        "org.fencepost.ipc.StatusTextTest", "org.fencepost.ipc.HousekeepingWorkTest"),
    /** Losses of power, and calls that fail. */
    CRASH(Module.TESTS, List.of(), "org.fencepost.ipc.tests.crash",
        "org.fencepost.ipc.tests.faults"),
    /** Schedules of the scenarios. */
    SIMULATION(Module.TESTS, List.of("--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED")),
    /** Everything else that is simulated. */
    SWEEPS(Module.TESTS, List.of("--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED"),
        "org.fencepost.ipc", "+simulation", "!ProtocolSimulationTest", "!LitmusTest",
        "!ToyProtocolTest"),
    /** Memory, locks and files of both platforms. */
    PLATFORM(Module.CORE, List.of(), "org.fencepost.ipc.os", "org.fencepost.ipc.memory",
        "org.fencepost.ipc.format"),
    /** Replacing, changing and reading files. */
    FILES(Module.CORE, List.of(), "org.fencepost.ipc.file"),
    /** What the API promises. */
    CONFORMANCE(Module.TESTS, List.of(), "org.fencepost.ipc.tests.conformance"),
    /** The same on the portable fallback. */
    PORTABLE(Module.TESTS, List.of("--illegal-native-access=deny"),
        "org.fencepost.ipc.tests.conformance"),
    /** Limits, and many processes. */
    PROCESSES(Module.TESTS, List.of(), "org.fencepost.ipc.tests.limits",
        "org.fencepost.ipc.tests.processes"),
    /** Closing under threads at work. */
    CLOSING(Module.TESTS, List.of(), "org.fencepost.ipc.tests.closing"),
    /** Files that are not what they should be. */
    DAMAGE(Module.TESTS, List.of(), "org.fencepost.ipc.tests.damage"),
    /** The stress tests; only on request. */
    STRESS(Module.TESTS, List.of());

    /** Silence of this length is called a hang: no test of the suite takes so long. */
    private static final long SILENCE_SECONDS = 60;
    private static final long LAYER_SECONDS = 600;
    /** In the tests' module these need a flag. */
    private static final List<String> EXCLUDED =
        List.of("-agrona-flag", "-simulation", "-interpreted");

    private enum Module {
        CORE, TESTS
    }

    /** What came of a layer: how it failed, or null. */
    record Outcome(String failure, boolean empty, double seconds) {
        boolean failed() {
            return failure != null;
        }
    }

    private final Module module;
    private final List<String> options;
    private final List<String> tests;

    Layer(final Module module, final List<String> options, final String... tests) {
        this.module = module;
        this.options = options;
        this.tests = List.of(tests);
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Runs the layer against the classes in {@code mutated}, with the suite behind them. */
    Outcome run(final Suite suite, final Path mutated, final Path scratch) throws IOException {
        final Path log = scratch.resolve(label() + ".log");
        final long began = System.nanoTime();
        final Process process = new ProcessBuilder(command(suite, mutated))
            .directory(module == Module.CORE
                ? suite.root().resolve("ipc-core").toFile() : directory(suite, scratch).toFile())
            .redirectErrorStream(true)
            .start();
        process.getOutputStream().close();
        final Thread hook = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(hook);
        final List<String> marks = new ArrayList<>();
        final AtomicLong heard = new AtomicLong(began);
        final Thread reader = Thread.ofPlatform().daemon().start(
            () -> read(process, log, marks, heard));
        boolean silent = false;
        try {
            while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
                final long now = System.nanoTime();
                silent = now - heard.get() > TimeUnit.SECONDS.toNanos(SILENCE_SECONDS)
                    || now - began > TimeUnit.SECONDS.toNanos(LAYER_SECONDS);
                if (silent) {
                    process.destroyForcibly().waitFor();
                    break;
                }
            }
            // A child of a test may hold the pipe open a little longer.
            reader.join(TimeUnit.SECONDS.toMillis(10));
        } catch (final InterruptedException e) {
            process.destroyForcibly();
            throw new IOException("interrupted", e);
        } finally {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
        final double seconds = (System.nanoTime() - began) / 1e9;
        final String last;
        synchronized (marks) {
            last = marks.isEmpty() ? "before its first test" : marks.getLast();
        }
        if (silent) {
            return new Outcome("hang: " + last.replaceFirst("^AT ", ""), false, seconds);
        }
        if (process.exitValue() == 0) {
            return new Outcome(null, last.equals("RAN 0"), seconds);
        }
        if (marks.isEmpty() && this != SIMULATION && this != STRESS) {
            throw new IOException("the JVM ended with " + process.exitValue()
                + " before its first test, which says nothing about the fault; see " + log);
        }
        return new Outcome(last.startsWith("FAILED ")
            ? last.substring("FAILED ".length())
            : "JVM ended with " + process.exitValue() + ": " + last.replaceFirst("^AT ", ""),
            false, seconds);
    }

    private Path directory(final Suite suite, final Path scratch) throws IOException {
        return this == STRESS
            ? Files.createDirectories(scratch.resolve("stress"))
            : suite.root().resolve("ipc-tests");
    }

    private List<String> command(final Suite suite, final Path mutated) {
        final List<String> command = new ArrayList<>();
        command.add(suite.java().toString());
        command.add("-Xmx512m");
        command.addAll(options);
        command.add("-cp");
        command.add(mutated + ":"
            + (module == Module.CORE ? suite.coreTests() + ":" : "") + suite.tests() + ":"
            + suite.classPath());
        switch (this) {
            case SIMULATION -> command.addAll(List.of(
                "org.fencepost.ipc.sim.Hunt", Long.toString(suite.schedules())));
            case STRESS -> {
                command.addAll(List.of("org.openjdk.jcstress.Main", "-r", "results"));
                command.addAll(List.of(suite.stressOptions().split(" ")));
            }
            default -> {
                command.add(TestRun.class.getName());
                command.addAll(tests);
                if (module == Module.TESTS && this != SWEEPS) {
                    command.addAll(EXCLUDED);
                }
            }
        }
        return command;
    }

    /** Keeps the output in a file, and its lines that say where the run is. */
    private static void read(
        final Process process, final Path log, final List<String> marks, final AtomicLong heard) {
        try (BufferedReader lines = process.inputReader();
            BufferedWriter copy = Files.newBufferedWriter(log)) {
            String line = lines.readLine();
            while (line != null) {
                heard.set(System.nanoTime());
                copy.write(line);
                copy.newLine();
                if (line.startsWith("AT ") || line.startsWith("FAILED ")
                    || line.startsWith("RAN ")) {
                    synchronized (marks) {
                        marks.add(line);
                    }
                }
                line = lines.readLine();
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
