package org.fencepost.ipc.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The processes and files of a benchmark, in one place, so that none outlives it: not after a
 * failure and not after Ctrl-C. Closing kills the processes first, since they write to the files.
 */
final class Scratch implements AutoCloseable {
    private final Path root;
    private final Thread onShutdown = new Thread(this::clear, "scratch-clear");
    private final List<Process> processes = new ArrayList<>();
    private int directories;
    private boolean closed;

    Scratch(final Path parent) {
        try {
            Files.createDirectories(parent);
            root = Files.createTempDirectory(parent, "fencepost-bench-");
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot create a directory in " + parent, e);
        }
        Runtime.getRuntime().addShutdownHook(onShutdown);
    }

    /** A new, empty directory for one run. */
    synchronized Path newDirectory() {
        requireOpen();
        try {
            return Files.createDirectory(root.resolve("run-" + directories++));
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot create a directory in " + root, e);
        }
    }

    /** Starts a process, with its standard error in a file of this scratch. */
    synchronized Process start(final List<String> command, final Path errors) {
        requireOpen();
        try {
            final Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
            processes.add(process);
            return process;
        } catch (final IOException e) {
            throw new RunFailedException("cannot start " + String.join(" ", command), e);
        }
    }

    /** Kills what is left of a run and removes its files. */
    synchronized void discard(final Path directory) {
        killAll();
        delete(directory);
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(onShutdown);
        clear();
    }

    private synchronized void clear() {
        closed = true;
        killAll();
        delete(root);
    }

    private void requireOpen() {
        if (closed) {
            throw new RunFailedException("the benchmark has been ended");
        }
    }

    private void killAll() {
        processes.forEach(Process::destroyForcibly);
        for (final Process process : processes) {
            // A killed process ends, so this wait does too; onExit cannot be interrupted.
            process.onExit().join();
        }
        processes.clear();
    }

    private static void delete(final Path directory) {
        final List<Path> paths = new ArrayList<>();
        try (Stream<Path> tree = Files.walk(directory)) {
            tree.sorted(Comparator.reverseOrder()).forEach(paths::add);
            for (final Path path : paths) {
                Files.deleteIfExists(path);
            }
        } catch (final NoSuchFileException e) {
            // Removed already.
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot remove " + directory, e);
        }
    }
}
