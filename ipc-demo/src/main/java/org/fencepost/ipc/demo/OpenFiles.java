package org.fencepost.ipc.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the open files of this process are. */
final class OpenFiles {
    /** The number of the standard output. */
    static final int STANDARD_OUTPUT = 1;
    /** The number of the standard error. */
    static final int STANDARD_ERROR = 2;

    private static final Path OWN = Path.of("/proc/self/fd");

    private OpenFiles() {
    }

    /** What the kernel calls an open file; empty where it does not say. */
    static String kind(final int number) {
        try {
            return Files.readSymbolicLink(OWN.resolve(String.valueOf(number))).toString();
        } catch (final IOException unknown) {
            return "";
        }
    }

    /** Whether somebody may watch what is written there. */
    static boolean isTerminal(final int number) {
        return kind(number).matches("/dev/(pts/|tty|console).*");
    }
}
