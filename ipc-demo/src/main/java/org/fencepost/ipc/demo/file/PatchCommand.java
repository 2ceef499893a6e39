package org.fencepost.ipc.demo.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.fencepost.ipc.demo.Input;
import org.fencepost.ipc.file.GuardOptions;
import org.fencepost.ipc.file.GuardedFile;
import org.fencepost.ipc.file.Replacement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc file patch}. */
@Command(
    name = "patch",
    description = "Replaces a file by valid content while nobody else does, keeps the present "
        + "content as a version, reads back what was written, and prints its SHA-256.")
final class PatchCommand extends VersionedCommand {
    @Parameters(index = "1", arity = "0..1", paramLabel = "INPUT",
        description = "The new content. Default: standard input, as for -.")
    private Path input;

    @Option(names = "--validate", paramLabel = "KIND",
        description = "What the new content has to be: ${COMPLETION-CANDIDATES}. "
            + "Default: by the extension of FILE.")
    private ContentKind kind;

    @Option(names = "--expect-sha256", paramLabel = "DIGEST",
        description = "Change nothing unless this is the SHA-256 of the present content; "
            + "'" + GuardedFile.ABSENT + "' if there is to be none.")
    private String expected;

    /** For picocli. */
    PatchCommand() {
    }

    @Override
    Replacement change(final Path path, final GuardOptions options) throws IOException {
        final ContentKind wanted = kind == null ? ContentKind.of(path) : kind;
        final GuardedFile file = GuardedFile.of(path, options.validator(wanted.validator()));
        final byte[] content;
        try (Input in = input(Optional.ofNullable(input))) {
            content = in.readAllBytes();
        }
        if (expected == null) {
            return file.replace(content);
        }
        try {
            return file.replaceIf(expected, content);
        } catch (final IllegalArgumentException noDigest) {
            throw wrongUsage(
                "Invalid value for option '--expect-sha256': " + noDigest.getMessage());
        }
    }
}
