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

    /** As in stat(2). */
    private static final int TYPE_MASK = 0170000;
    private static final int TYPE_PIPE = 0010000;
    private static final int TYPE_SOCKET = 0140000;

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

    /** Whether somebody reads what is written there, until nobody does: also of a pipe that has a name. */
    static boolean isPipe(final int number) {
        try {
            final int mode = (int) Files.getAttribute(OWN.resolve(String.valueOf(number)), "unix:mode") & TYPE_MASK;
            return mode == TYPE_PIPE || mode == TYPE_SOCKET;
        } catch (final IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }

    /** Whether somebody may watch what is written there. */
    static boolean isTerminal(final int number) {
        return kind(number).matches("/dev/(pts/|tty|console).*");
    }
}
