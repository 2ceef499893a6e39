package org.fencepost.ipc.tests.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.fencepost.ipc.tests.child.ChildJvm;

/**
 * The kernel itself lets calls of a process fail, by strace, which is attached to one thread of it:
 * {@code RealFaults DIRECTORY} makes every call of a journal's life fail in turn. In a directory on
 * a disk.
 */
public final class RealFaults implements AutoCloseable {
    /** By which a journal is made, grows, is synced, recovered and read. */
    static final List<String> CALLS = List.of(
        "getdents64", "openat", "fallocate", "mmap", "msync", "fsync",
        "linkat", "renameat", "unlinkat", "mkdirat", "mkdir", "pwrite64", "pread64");
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Path directory;
    private final ChildJvm child;
    private final String thread;
    private int lives;

    RealFaults(final Path directory) throws IOException {
        this.directory = directory;
        this.child = ChildJvm.start(FaultedProcess.class,
            Files.createDirectories(directory.resolve("life-0")).toString());
        this.thread = child.awaitLine("THREAD ", LONG);
    }

    /** What comes of a life. */
    enum Outcome {
        /** It had no such call any more. */
        NOT_REACHED,
        LIVED
    }

    /** Runs the command. */
    public static void main(final String... arguments) throws IOException, InterruptedException {
        int failed = 0;
        try (RealFaults faults = new RealFaults(Path.of(arguments[0]))) {
            for (final String call : CALLS) {
                int number = 1;
                while (faults.live(call, number, faultOf(number)) == Outcome.LIVED) {
                    number++;
                }
                System.out.println(number - 1 + " calls of " + call);
                failed += number - 1;
            }
        }
        System.out.println(failed + " calls have failed");
    }

    /** Another one for each. */
    static Fault faultOf(final int number) {
        return Fault.values()[number % Fault.values().length];
    }

    /** A life in which that call fails; throws what is wrong with it. */
    Outcome live(final String call, final int number, final Fault fault)
        throws IOException, InterruptedException {
        final Path place = Files.createDirectories(directory.resolve("life-" + ++lives));
        final Path trace = directory.resolve("trace-" + lives);
        final Process strace = new ProcessBuilder("strace", "-p", thread, "-o", trace.toString(),
            "-e", "trace=" + call,
            "-e", "inject=" + call + ":error=" + fault + ":when=" + number)
            .redirectErrorStream(true).start();
        final String attached = strace.inputReader().readLine();
        if (attached == null || !attached.contains("attached")) {
            throw new IOException("strace cannot be attached: " + attached);
        }
        child.send(place + " " + call + " " + fault);
        final String line = child.awaitLine("", LONG);
        strace.destroy();
        strace.waitFor();
        final String traced = Files.readString(trace);
        if (!line.equals("LIVED")) {
            throw new AssertionError(call + " " + number + " with " + fault + ": " + line + "\n"
                + traced.lines().filter(l -> l.contains("INJECTED")).toList());
        }
        delete(place);
        Files.delete(trace);
        return traced.contains("(INJECTED)") ? Outcome.LIVED : Outcome.NOT_REACHED;
    }

    private static void delete(final Path tree) throws IOException {
        try (Stream<Path> paths = Files.walk(tree)) {
            final List<Path> all = new ArrayList<>(paths.toList());
            for (final Path path : all.reversed()) {
                Files.delete(path);
            }
        }
    }

    @Override
    public void close() {
        child.close();
    }
}
