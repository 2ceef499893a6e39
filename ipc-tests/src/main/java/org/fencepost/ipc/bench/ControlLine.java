package org.fencepost.ipc.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/**
 * How the benchmark steers a measured process: by lines on its standard input, which a thread of
 * its own waits for. The end of the input means that the benchmark is gone, and ends the process,
 * so that none is ever left spinning.
 */
final class ControlLine {
    /** To a process: both are ready, begin. */
    static final String GO = "go";
    /** To a process: the figures are there, close and end. The last that it is told. */
    static final String STOP = "stop";
    /** From a process: everything is open. */
    static final String READY = "ready";
    /** From a process: the warm-up is over. */
    static final String MEASURING = "measuring";
    /** From a process, before its figures. */
    static final String RESULT = "result ";
    /** From a process, before what was wrong with a message. */
    static final String MISMATCH = "mismatch ";
    /** From a process, before the error that ended it. */
    static final String FAILED = "failed ";

    private static final int EXIT_ABANDONED = 4;

    private final CountDownLatch go = new CountDownLatch(1);
    private volatile boolean stopped;

    private ControlLine() {
    }

    static ControlLine listen() {
        final ControlLine control = new ControlLine();
        final Thread thread = new Thread(control::read, "control-line");
        thread.setDaemon(true);
        thread.start();
        return control;
    }

    void awaitGo() throws InterruptedException {
        go.await();
    }

    boolean isStopped() {
        return stopped;
    }

    static void say(final String line) {
        System.out.println(line);
        System.out.flush();
    }

    private void read() {
        try (BufferedReader lines =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals(GO)) {
                    go.countDown();
                } else if (line.equals(STOP)) {
                    stopped = true;
                    // A JVM that ends waits 300 ms for a thread that the kernel has.
                    return;
                }
            }
        } catch (final IOException e) {
            // The same as the end of the input: nobody is there to steer this process.
        }
        Runtime.getRuntime().halt(EXIT_ABANDONED);
    }
}
