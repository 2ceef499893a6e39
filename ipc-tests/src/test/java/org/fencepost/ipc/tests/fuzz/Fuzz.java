package org.fencepost.ipc.tests.fuzz;

import com.code_intelligence.jazzer.Jazzer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Long runs of {@link FuzzedJournal}, in the tests' module: {@code Fuzz run DIRECTORY SECONDS} goes
 * on from the inputs that are kept and those in the directory, and stops at the first finding;
 * {@code Fuzz keep DIRECTORY} replaces those that are kept by the fewest of both that reach as
 * much.
 */
public final class Fuzz {
    /** Inputs that lead somewhere, a line each. */
    static final Path KEPT = Path.of("src/test/fuzz/journal.txt");
    private static final int INPUT_BYTES_MAX = 600;
    private static final int INPUT_SECONDS_MAX = 10;

    private Fuzz() {
    }

    /** Runs the command. */
    public static void main(final String... arguments) throws Exception {
        if (arguments.length == 3 && arguments[0].equals("run")) {
            final Path inputs = Path.of(arguments[1]);
            expand(inputs);
            Jazzer.main(arguments(inputs, inputs, List.of("-max_total_time=" + arguments[2]))
                .toArray(String[]::new));
        } else if (arguments.length == 2 && arguments[0].equals("keep")) {
            keep(Path.of(arguments[1]));
        } else {
            System.err.println("Fuzz run DIRECTORY SECONDS, or Fuzz keep DIRECTORY");
            System.exit(2);
        }
    }

    /** What Jazzer is started with to go on from the inputs in a directory. */
    static List<String> arguments(
        final Path inputs, final Path findings, final List<String> more) {
        final List<String> arguments = new ArrayList<>(List.of(
            "--target_class=" + FuzzedJournal.class.getName(),
            "--instrumentation_includes=org.fencepost.ipc.store.**:org.fencepost.ipc.log.**:"
                + "org.fencepost.ipc.format.**",
            "--reproducer_path=" + findings,
            "-artifact_prefix=" + findings + "/",
            "-max_len=" + INPUT_BYTES_MAX,
            "-timeout=" + INPUT_SECONDS_MAX));
        arguments.addAll(more);
        arguments.add(inputs.toString());
        return arguments;
    }

    /** Those that are kept. */
    static List<byte[]> kept() throws IOException {
        return Files.readAllLines(KEPT).stream().map(HexFormat.of()::parseHex).toList();
    }

    /** Makes a file of each that is kept. */
    static void expand(final Path directory) throws IOException {
        Files.createDirectories(directory);
        int number = 0;
        for (final byte[] input : kept()) {
            Files.write(directory.resolve("kept-" + number++), input);
        }
    }

    private static void keep(final Path directory) throws IOException {
        final List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.toList()) {
                if (Files.size(file) > 0) {
                    lines.add(HexFormat.of().formatHex(Files.readAllBytes(file)));
                }
            }
        }
        lines.sort(null);
        Files.write(KEPT, lines);
    }
}
