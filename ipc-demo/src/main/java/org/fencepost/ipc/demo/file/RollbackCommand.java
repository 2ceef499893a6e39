package org.fencepost.ipc.demo.file;

import java.nio.file.Path;
import org.fencepost.ipc.file.GuardOptions;
import org.fencepost.ipc.file.GuardedFile;
import org.fencepost.ipc.file.Replacement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ipc file rollback}. */
@Command(
    name = "rollback",
    description = {
        "Returns to an earlier version of a file, and prints its SHA-256.",
        "The present content becomes a version, so that a second rollback undoes the first."})
final class RollbackCommand extends VersionedCommand {
    @Option(names = "--to", paramLabel = "VERSION",
        description = "The version, as ipc file history lists it. Default: the newest.")
    private Long number;

    /** For picocli. */
    RollbackCommand() {
    }

    @Override
    Replacement change(final Path path, final GuardOptions options) {
        final GuardedFile file = GuardedFile.of(path, options);
        if (number == null) {
            return file.rollback();
        }
        return file.versions().stream()
            .filter(version -> version.number() == number)
            .findFirst()
            .map(file::rollback)
            .orElseGet(Replacement.NoVersion::new);
    }
}
