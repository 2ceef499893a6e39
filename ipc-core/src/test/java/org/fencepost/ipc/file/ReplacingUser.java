package org.fencepost.ipc.file;

import java.nio.file.Path;
import org.fencepost.ipc.durable.Surroundings;
import org.fencepost.ipc.os.Platform;

/** The main class of a process that replaces a file, and says what became of it on one line. */
final class ReplacingUser {
    private ReplacingUser() {
    }

    public static void main(final String[] arguments) {
        final Platform platform =
            Boolean.parseBoolean(arguments[1]) ? Platform.portable() : Platform.detect();
        try {
            AtomicFile.of(Surroundings.of(platform, platform.files()), Path.of(arguments[0]),
                FileOptions.defaults()).writeText("new");
            System.out.println("written");
        } catch (final FileFailedException failure) {
            System.out.println(failure.content() + ": " + failure.getMessage());
        }
    }
}
