package org.fencepost.ipc.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import org.fencepost.ipc.os.Reason;

/**
 * A process that the demo has started. What it says on standard output becomes events of the run;
 * what it writes to standard error is kept for the user.
 */
final class Child {
    /** Something that a child said, or that it ended; the word is then {@link #ENDED}. */
    record Event(Child child, String word, String about) {
    }

    /** Word of the last event of every child; it is about its exit code. */
    static final String ENDED = "ENDED";

    /**
     * Lines of a child's error output that are kept, so that a talkative one cannot fill memory.
     */
    private static final int ERROR_LINES_MAX = 200;

    private final String name;
    private final Process process;
    private final PrintStream input;
    private final List<String> errorLines = new ArrayList<>();
    private int errorLinesDropped;

    /** Starts {@code mainClass} with this JVM's Java and class path. */
    Child(
        final String name,
        final Class<?> mainClass,
        final List<String> arguments,
        final BlockingQueue<Event> events) {
        this.name = name;
        final List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            // Optional: without it the JVM warns, once a process, that native access is used.
            "--enable-native-access=ALL-UNNAMED"));
        final String classPath = System.getProperty("java.class.path");
        // From the script ipc, if it has them and the JVM may have them: with it a process starts in half the time.
        final String classes = System.getenv("IPC_CLASSES");
        if (classes != null && !classes.isEmpty()) {
            command.addAll(List.of("-XX:AOTCache=" + classes, "-Xlog:aot=off", "-Xlog:cds=off"));
        }
        command.addAll(List.of("-cp", classPath, mainClass.getName()));
        command.addAll(arguments);
        try {
            process = new ProcessBuilder(command).start();
        } catch (final IOException e) {
            throw new CommandFailedException("cannot start " + name + ": " + Reason.of(e), e);
        }
        input = new PrintStream(process.getOutputStream(), false, StandardCharsets.UTF_8);
        final Thread errors = thread(name + " stderr", this::keepErrors);
        thread(name + " stdout", () -> passOn(events, errors));
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    /** Writes a line to the child. One that has ended does not read it; its last event tells. */
    void tell(final String line) {
        input.println(line);
        input.flush();
    }

    /** Kills it, however it is. */
    void kill() {
        process.destroyForcibly();
    }

    /** Waits until it has ended. */
    void awaitEnd() throws InterruptedException {
        process.waitFor();
    }

    /** What it has written to standard error so far, each line with the child's name in front. */
    List<String> errorOutput() {
        synchronized (errorLines) {
            final List<String> lines = new ArrayList<>();
            errorLines.forEach(line -> lines.add(name + ": " + line));
            if (errorLinesDropped > 0) {
                lines.add(name + ": ... and " + errorLinesDropped + " lines more");
            }
            return lines;
        }
    }

    private void passOn(final BlockingQueue<Event> events, final Thread errors) {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                final int blank = line.indexOf(' ');
                final String word = blank < 0 ? line : line.substring(0, blank);
                switch (word) {
                    case ParentLink.JOINED, ParentLink.PROGRESS, ParentLink.DONE,
                        ParentLink.CLAIMED, ParentLink.WATCHING ->
                        events.add(new Event(this, word, line.substring(blank + 1)));
                    // The JVM writes some of its own warnings to standard output.
                    default -> keepError(line);
                }
            }
        } catch (final IOException e) {
            keepError("its output broke: " + Reason.of(e));
        }
        try {
            errors.join();
            events.add(new Event(this, ENDED, Integer.toString(process.waitFor())));
        } catch (final InterruptedException e) {
            throw new AssertionError("nobody interrupts this thread", e);
        }
    }

    private void keepErrors() {
        try (BufferedReader err = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = err.readLine(); line != null; line = err.readLine()) {
                keepError(line);
            }
        } catch (final IOException e) {
            keepError("its error output broke: " + Reason.of(e));
        }
    }

    private void keepError(final String line) {
        synchronized (errorLines) {
            if (errorLines.size() < ERROR_LINES_MAX) {
                errorLines.add(line);
            } else {
                errorLinesDropped++;
            }
        }
    }

    private static Thread thread(final String name, final Runnable work) {
        final Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
