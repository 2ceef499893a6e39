package org.fencepost.ipc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How long a thread was ready to run without running, as the kernel counts it. The round trip of a
 * cache line does not show that others work on the same cores; this does.
 */
final class CoreShare {
    private static final Path PROC = Path.of("/proc");
    private static final String NO_THREAD = "none";

    private CoreShare() {
    }

    /** What names the calling thread to {@link #waitedNanos} in any process. */
    static String currentThread() {
        try {
            return Files.readSymbolicLink(PROC.resolve("thread-self")).toString();
        } catch (final IOException | UnsupportedOperationException e) {
            return NO_THREAD;
        }
    }

    /** Nanoseconds that the thread has waited for a core so far, or {@link Outcome#UNKNOWN}. */
    static double waitedNanos(final String thread) {
        try {
            final Path counters = PROC.resolve(thread).resolve("schedstat");
            return Double.parseDouble(Files.readString(counters).strip().split(" ")[1]);
        } catch (final IOException | ArrayIndexOutOfBoundsException | NumberFormatException e) {
            return Outcome.UNKNOWN;
        }
    }
}
