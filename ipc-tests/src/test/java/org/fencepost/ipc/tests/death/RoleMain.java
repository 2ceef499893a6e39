package org.fencepost.ipc.tests.death;

import java.io.IOException;
import java.nio.file.Path;

/** One member in a JVM of its own: role, path, ledger, author. Works until it is killed. */
final class RoleMain {
    private RoleMain() {
    }

    public static void main(final String[] arguments) throws Exception {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (System.in.read() >= 0) {
                    // Nothing is said; only the end matters.
                }
            } catch (final IOException gone) {
                // As if it had ended.
            }
            Runtime.getRuntime().halt(2);
        });
        final Ledger ledger = Ledger.at(Path.of(arguments[2]));
        try {
            Role.valueOf(arguments[0]).run(
                Path.of(arguments[1]), Integer.parseInt(arguments[3]), ledger, true);
        } catch (final Throwable failure) {
            ledger.error(failure + " at " + failure.getStackTrace()[0]);
            throw failure;
        }
    }
}
