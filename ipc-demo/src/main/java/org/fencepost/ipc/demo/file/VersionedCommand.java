package org.fencepost.ipc.demo.file;

import java.io.IOException;
import java.nio.file.Path;
import org.fencepost.ipc.file.GuardOptions;
import org.fencepost.ipc.file.Replacement;
import picocli.CommandLine.Option;

/** A change that keeps the present content as a version. */
abstract class VersionedCommand extends GuardedCommand {
    @Option(names = "--history", paramLabel = "N", defaultValue = "" + GuardOptions.HISTORY_DEFAULT,
        description = "Earlier versions to keep; older ones are removed. "
            + "Default: ${DEFAULT-VALUE}.")
    private int history;

    @Override
    final Replacement change(final Path path) throws IOException {
        requireRange("--history", history, 0, GuardOptions.HISTORY_MAX);
        return change(path, GuardOptions.defaults().history(history));
    }

    /** Makes the change. */
    abstract Replacement change(Path path, GuardOptions options) throws IOException;
}
