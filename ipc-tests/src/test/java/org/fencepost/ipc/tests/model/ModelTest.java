package org.fencepost.ipc.tests.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks the small configurations of the protocol's Spin model, one on each core at a time.
 *
 * <p>A positive must be searched to its end without an error. A negative leaves out one step of the
 * protocol and must be found wrong; a search that did not finish counts as a failure of either.
 */
final class ModelTest {
    /** What the script returns: searched to the end, nothing found. */
    private static final int EXIT_PASSED = 0;
    /** What the script returns: an error was found. */
    private static final int EXIT_ERROR_FOUND = 1;
    /** A search takes a second; this is for a machine that is busy. */
    private static final int SEARCH_SECONDS_MAX = 60;

    private static final Path MODEL = Path.of("src", "test", "model").toAbsolutePath();

    @AutoClose("shutdownNow")
    private final ExecutorService searches =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());

    @TempDir
    private Path outputs;

    @TestFactory
    Stream<DynamicTest> shouldPassWhenProtocolIsFollowed() throws IOException {
        return configurations("positives.txt", EXIT_PASSED);
    }

    @TestFactory
    Stream<DynamicTest> shouldFindErrorWhenStepIsLeftOut() throws IOException {
        return configurations("negatives.txt", EXIT_ERROR_FOUND);
    }

    private Stream<DynamicTest> configurations(final String list, final int expectedExit)
        throws IOException {
        assumeInstalled("spin");
        assumeInstalled("gcc");
        final List<String> lines = Files.readAllLines(MODEL.resolve(list)).stream()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .toList();
        assertFalse(lines.isEmpty(), () -> "no configuration in " + MODEL.resolve(list));
        final List<DynamicTest> tests = new ArrayList<>();
        for (final String line : lines) {
            final List<String> words = Arrays.asList(line.trim().split(" +"));
            final Future<Void> search = searches.submit(() -> check(words, expectedExit));
            tests.add(DynamicTest.dynamicTest(words.getFirst(), () -> awaitEnd(search)));
        }
        return tests.stream();
    }

    private static void awaitEnd(final Future<Void> search) throws Throwable {
        try {
            search.get();
        } catch (final ExecutionException failed) {
            throw failed.getCause();
        }
    }

    private Void check(final List<String> nameAndFlags, final int expectedExit)
        throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>();
        command.add("bash");
        command.add(MODEL.resolve("run").toString());
        command.addAll(nameAndFlags);
        final Path output = outputs.resolve(nameAndFlags.getFirst() + ".txt");
        final ProcessBuilder builder = new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
        // Building the checker is most of the time of a small search.
        builder.environment().put("CFLAGS", "-O0");
        builder.environment().put("TMO", Integer.toString(SEARCH_SECONDS_MAX));
        final Process process = builder.start();
        final boolean ended;
        try {
            ended = process.waitFor(2L * SEARCH_SECONDS_MAX, TimeUnit.SECONDS);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        final String said = Files.readString(output, StandardCharsets.UTF_8).strip();
        System.out.println("model " + said);
        assertTrue(ended, () -> "did not end: " + said);
        assertEquals(expectedExit, process.exitValue(), said);
        assertTrue(said.contains(" states="), () -> "no state count: " + said);
        return null;
    }

    private static void assumeInstalled(final String program) {
        final boolean found = Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
        assumeTrue(found, () ->
            "the protocol's model was not checked: " + program
                + " is not on the path; install the Debian package \"" + program + "\"");
    }
}
