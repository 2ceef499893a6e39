package org.fencepost.ipc.demo.file;

import java.nio.file.Path;
import org.fencepost.ipc.demo.Value;
import org.fencepost.ipc.file.GuardOptions;
import org.fencepost.ipc.file.GuardedFile;
import org.fencepost.ipc.file.Replacement;
import picocli.CommandLine.Model.OptionSpec;

/** {@code ipc file rollback}. */
final class RollbackCommand extends VersionedCommand {
    private final Value<Long> number = value(Long.class, OptionSpec.builder("--to").paramLabel("VERSION")
        .description("The version, as ipc file history lists it. Default: the newest."));

    /** For the tool. */
    RollbackCommand() {
        super("rollback",
            "Returns to an earlier version of a file, and prints its SHA-256.",
            "The present content becomes a version, so that a second rollback undoes the first.");
    }

    @Override
    Replacement change(final Path path, final GuardOptions options) {
        final GuardedFile file = GuardedFile.of(path, options);
        if (!number.isSet()) {
            return file.rollback();
        }
        return file.versions().stream()
            .filter(version -> version.number() == number.get())
            .findFirst()
            .map(file::rollback)
            .orElseGet(() -> noVersion(file));
    }

    /** Ends what was not finished, as a rollback does for which there is no version at all. */
    private static Replacement noVersion(final GuardedFile file) {
        return file.recover(false) instanceof Replacement.Busy busy ? busy : new Replacement.NoVersion();
    }
}
