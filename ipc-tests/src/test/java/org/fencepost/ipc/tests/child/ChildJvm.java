package org.fencepost.ipc.tests.child;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * A JVM of the same release and class path as this one, started without any flag but {@code -Xmx}.
 *
 * <p>The child reports with lines on its standard output and takes lines on its standard input;
 * whatever it writes is kept, and stands in the message of every failure. Its standard input ends
 * when this process ends, so a child that reads it never outlives a test run. Safe for use by
 * several threads.
 */
public final class ChildJvm implements AutoCloseable {
    private static final String HEAP = "-Xmx64m";
    private static final String DENY_NATIVE_ACCESS = "--illegal-native-access=deny";

    private final String name;
    private final Process process;
    private final OutputStream input;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<String> standardOutput = new ArrayList<>();
    private final List<String> everything = new ArrayList<>();
    private final List<Thread> readers = new ArrayList<>();
    private boolean outputEnded;
    private int linesTaken;

    private ChildJvm(final String name, final Process process) {
        this.name = name;
        this.process = process;
        this.input = process.getOutputStream();
    }

    /** Starts {@code main}; its standard output is read as lines. */
    public static ChildJvm start(final Class<?> main, final String... arguments) {
        return start(List.of(HEAP), main, arguments);
    }

    /** Starts {@code main} with these JVM options, which a test that needs any has to justify. */
    public static ChildJvm start(
        final List<String> options, final Class<?> main, final String... arguments) {
        final ChildJvm child =
            new ChildJvm(main.getSimpleName(), launch(List.of(), options, main, arguments));
        child.read("out", child.process.getInputStream(), true);
        child.read("err", child.process.getErrorStream(), false);
        return child;
    }

    /**
     * Starts {@code main} by way of a command that takes the JVM's command as its arguments. Its standard
     * output belongs to the caller: see {@link #rawOutput()}. Only what it writes on its standard error
     * is kept.
     */
    public static ChildJvm startRawUnder(
        final List<String> launcher, final Class<?> main, final String... arguments) {
        final ChildJvm child =
            new ChildJvm(main.getSimpleName(), launch(launcher, List.of(HEAP), main, arguments));
        child.read("err", child.process.getErrorStream(), false);
        return child;
    }

    /** Starts {@code main} from a shell that first limits how many files it may have open. */
    public static ChildJvm startWithDescriptorLimit(
        final int descriptors, final Class<?> main, final String... arguments) {
        final List<String> shell =
            List.of("sh", "-c", "ulimit -n " + descriptors + " && exec \"$@\"", "sh");
        final ChildJvm child = new ChildJvm(
            main.getSimpleName(), launch(shell, List.of(HEAP), main, arguments));
        child.read("out", child.process.getInputStream(), true);
        child.read("err", child.process.getErrorStream(), false);
        return child;
    }

    /** In the run of the portable fallback, children have to use it too. */
    private static boolean isNativeAccessDenied() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().contains(DENY_NATIVE_ACCESS);
    }

    private static Process launch(
        final List<String> launcher, final List<String> options, final Class<?> main,
        final String... arguments) {
        final List<String> command = new ArrayList<>(launcher);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        if (isNativeAccessDenied()) {
            command.add(DENY_NATIVE_ACCESS);
        }
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        final ProcessBuilder builder = new ProcessBuilder(command);
        // Options that come in through the environment would be flags all the same.
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("JDK_JAVA_OPTIONS");
        try {
            return builder.start();
        } catch (final IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void read(final String stream, final InputStream bytes, final boolean standard) {
        readers.add(Thread.ofPlatform().daemon().name(name + "-" + stream).start(() -> {
            try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
                String line = lines.readLine();
                while (line != null) {
                    keep(stream, line, standard);
                    line = lines.readLine();
                }
            } catch (final IOException failure) {
                keep(stream, "reading failed: " + failure, false);
            } finally {
                if (standard) {
                    end();
                }
            }
        }));
    }

    private void keep(final String stream, final String line, final boolean standard) {
        lock.lock();
        try {
            everything.add(stream + "| " + line);
            if (standard) {
                standardOutput.add(line);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            outputEnded = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The child's process id. */
    public long pid() {
        return process.pid();
    }

    /** Whether the process has not ended. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** The child's standard output, if it was started raw. */
    public InputStream rawOutput() {
        return process.getInputStream();
    }

    /** The child's standard input. */
    public OutputStream rawInput() {
        return input;
    }

    /** Sends a line. */
    public void send(final String line) {
        try {
            input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            input.flush();
        } catch (final IOException failure) {
            throw new AssertionError(describe("takes no input: " + failure), failure);
        }
    }

    /** Ends the child's standard input. */
    public void closeInput() {
        try {
            input.close();
        } catch (final IOException failure) {
            throw new AssertionError(describe("takes no input: " + failure), failure);
        }
    }

    /** Waits for the next line that begins with {@code prefix} and returns the rest of it. */
    public String awaitLine(final String prefix, final Duration timeout) {
        return awaitLine(line -> line.startsWith(prefix), "a line with " + prefix, timeout)
            .substring(prefix.length()).strip();
    }

    private String awaitLine(
        final Predicate<String> wanted, final String what, final Duration timeout) {
        long nanosLeft = timeout.toNanos();
        lock.lock();
        try {
            while (true) {
                while (linesTaken < standardOutput.size()) {
                    final String line = standardOutput.get(linesTaken++);
                    if (wanted.test(line)) {
                        return line;
                    }
                }
                if (outputEnded || nanosLeft <= 0) {
                    throw new AssertionError(describe("did not print " + what));
                }
                nanosLeft = changed.awaitNanos(nanosLeft);
            }
        } catch (final InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new AssertionError(describe("was given up"), interruption);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the process has ended, and fails unless it did so with exit status 0. */
    public void awaitSuccess(final Duration timeout) {
        final int status = awaitExit(timeout);
        if (status != 0) {
            throw new AssertionError(describe("ended with status " + status));
        }
    }

    /** Waits until the process has ended, and returns its exit status. */
    public int awaitExit(final Duration timeout) {
        try {
            if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError(describe("did not end within " + timeout));
            }
            for (final Thread reader : readers) {
                reader.join(Duration.ofSeconds(5));
            }
            return process.exitValue();
        } catch (final InterruptedException interruption) {
            Thread.currentThread().interrupt();
            throw new AssertionError(describe("was given up"), interruption);
        }
    }

    /** Ends the process as {@code kill -9} does, and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        awaitExit(Duration.ofSeconds(10));
    }

    /** A sentence about the child, with everything that it wrote. */
    public String describe(final String what) {
        lock.lock();
        try {
            return "child " + name + " (process " + process.pid() + ") " + what
                + "; it wrote:\n" + String.join("\n", everything);
        } finally {
            lock.unlock();
        }
    }

    /** Kills the process if it still runs. */
    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }
}
