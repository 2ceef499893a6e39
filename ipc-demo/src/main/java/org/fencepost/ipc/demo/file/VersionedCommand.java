package org.fencepost.ipc.demo.file;

import java.io.IOException;
import java.nio.file.Path;
import org.fencepost.ipc.demo.Value;
import org.fencepost.ipc.file.GuardOptions;
import org.fencepost.ipc.file.Replacement;
import picocli.CommandLine.Model.OptionSpec;

/** A change that keeps the present content as a version. */
abstract class VersionedCommand extends GuardedCommand {
    private final Value<Integer> history = value(Integer.class,
        OptionSpec.builder("--history").paramLabel("N").defaultValue("" + GuardOptions.HISTORY_DEFAULT)
            .description("Earlier versions to keep; older ones are removed. Default: ${DEFAULT-VALUE}."));

    VersionedCommand(final String name, final String... description) {
        super(name, description);
    }

    @Override
    final Replacement change(final Path path) throws IOException {
        requireRange("--history", history.get(), 0, GuardOptions.HISTORY_MAX);
        return change(path, GuardOptions.defaults().history(history.get()));
    }

    /** Makes the change. */
    abstract Replacement change(Path path, GuardOptions options) throws IOException;
}
