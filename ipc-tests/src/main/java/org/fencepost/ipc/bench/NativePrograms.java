package org.fencepost.ipc.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The C programs of the benchmark, compiled at its start. Where that does not work, why is kept,
 * because the report has to say so.
 */
final class NativePrograms {
    private static final String SOURCES = "src/main/c";
    private static final long COMPILE_SECONDS_MAX = 60;
    private static final long RUN_SECONDS_MAX = 150;

    private final Path binaries;
    private final String reasonMissing;
    private final Scratch scratch;

    private NativePrograms(
        final Path binaries, final String reasonMissing, final Scratch scratch) {
        this.binaries = binaries;
        this.reasonMissing = reasonMissing;
        this.scratch = scratch;
    }

    /** Compiles them all. */
    static NativePrograms compile(final String compiler, final Scratch scratch) {
        final Path module = moduleDirectory();
        final Path binaries = module.resolve("target/native");
        if (!Files.isDirectory(module.resolve(SOURCES))) {
            return new NativePrograms(binaries, "no C sources in " + module, scratch);
        }
        try {
            Files.createDirectories(binaries);
            for (final String program : List.of(Bracketing.PROGRAM, NativeEntrant.RING_PROGRAM)) {
                final String error = compile(compiler, module, binaries, program, scratch);
                if (!error.isEmpty()) {
                    return new NativePrograms(binaries, error, scratch);
                }
            }
            return new NativePrograms(binaries, "", scratch);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot write to " + binaries, e);
        }
    }

    private static String compile(
        final String compiler,
        final Path module,
        final Path binaries,
        final String program,
        final Scratch scratch) throws IOException {
        final Path source = module.resolve(SOURCES).resolve(program + ".c");
        // Always anew, because a stale program would be measured in silence, and under another name
        // until it is complete.
        final Path unfinished =
            binaries.resolve(program + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            run(
                scratch,
                List.of(compiler, "-O2", "-o", unfinished.toString(), source.toString()),
                COMPILE_SECONDS_MAX);
            Files.move(
                unfinished, binaries.resolve(program), StandardCopyOption.REPLACE_EXISTING);
            return "";
        } catch (final RunFailedException e) {
            return "'" + compiler + "' could not compile " + program + ".c: " + e.getMessage();
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    boolean areAvailable() {
        return reasonMissing.isEmpty();
    }

    /** Why they are not available, or empty. */
    String reasonMissing() {
        return reasonMissing;
    }

    /** Runs one and returns what it printed. */
    String run(final String program, final List<String> arguments) {
        final List<String> command = new ArrayList<>();
        command.add(binaries.resolve(program).toString());
        command.addAll(arguments);
        return run(scratch, command, RUN_SECONDS_MAX);
    }

    private static String run(
        final Scratch scratch, final List<String> command, final long secondsMax) {
        final Path directory = scratch.newDirectory();
        final Path errors = directory.resolve("native.err");
        try {
            final Process process = scratch.start(command, errors);
            process.getOutputStream().close();
            if (!process.waitFor(secondsMax, TimeUnit.SECONDS)) {
                throw new RunFailedException(
                    command.getFirst() + " did not end within " + secondsMax + " s");
            }
            final String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new RunFailedException(String.join(" ", command) + " ended with exit code "
                    + process.exitValue() + ": " + Files.readString(errors).strip());
            }
            return output;
        } catch (final IOException e) {
            throw new RunFailedException("cannot read what " + command.getFirst() + " printed", e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunFailedException(command.getFirst() + " was interrupted", e);
        } finally {
            scratch.discard(directory);
        }
    }

    /** The directory of this module: the one above the classes that has the C sources in it. */
    static Path moduleDirectory() {
        try {
            final Path classes = Path.of(
                Benchmark.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            for (Path path = classes; path != null; path = path.getParent()) {
                if (Files.isDirectory(path.resolve(SOURCES))) {
                    return path;
                }
            }
            return classes.getParent();
        } catch (final URISyntaxException e) {
            throw new IllegalStateException("the classes lie at no path", e);
        }
    }
}
