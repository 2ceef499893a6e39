package org.fencepost.ipc.tests.support;

import java.io.IOException;

/** Programs of the system that a test needs, if they are there and it may run them. */
public final class Command {
    private Command() {
    }

    /** Runs one, without its output; whether it is there and has ended well. */
    public static boolean succeeds(final String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (final IOException missing) {
            return false;
        }
    }
}
