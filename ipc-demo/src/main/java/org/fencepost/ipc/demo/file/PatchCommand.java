package org.fencepost.ipc.demo.file;

import java.io.IOException;
import java.nio.file.Path;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Input;
import org.fencepost.ipc.demo.Value;
import org.fencepost.ipc.file.GuardOptions;
import org.fencepost.ipc.file.GuardedFile;
import org.fencepost.ipc.file.Replacement;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code ipc file patch}. */
final class PatchCommand extends VersionedCommand {
    private static final String TOO_LARGE = "ipc file write takes any size, without a guard";

    private final Value<Path> input = parameter(Path.class,
        PositionalParamSpec.builder().index("1").paramLabel("INPUT").arity("0..1")
            .description("The new content. Default: standard input, as for -."));

    private final Value<ContentKind> kind = value(ContentKind.class,
        OptionSpec.builder("--validate").paramLabel("KIND")
            .description("What the new content has to be: ${COMPLETION-CANDIDATES}. Default: by the extension of "
                + "FILE."));

    private final Value<String> expected = value(String.class,
        OptionSpec.builder("--expect-sha256").paramLabel("DIGEST")
            .description("Change nothing unless this is the SHA-256 of the present content; '" + GuardedFile.ABSENT
                + "' if there is to be none."));

    /** For the tool. */
    PatchCommand() {
        super("patch",
            "Replaces a file by valid content while nobody else does, keeps the present content as a version, reads "
                + "back what was written, and prints its SHA-256.");
    }

    @Override
    Replacement change(final Path path, final GuardOptions options) throws IOException {
        final ContentKind wanted = kind.or(ContentKind.of(path));
        final GuardedFile file = GuardedFile.of(path, options.validator(wanted.validator()));
        final byte[] content;
        try (Input in = input(input.find())) {
            content = read(in, path);
        }
        if (!expected.isSet()) {
            return file.replace(content);
        }
        try {
            return file.replaceIf(expected.get(), content);
        } catch (final IllegalArgumentException noDigest) {
            throw wrongUsage(
                "Invalid value for option '--expect-sha256': " + noDigest.getMessage());
        }
    }

    /** The whole input; one byte more than there may be is enough to know. */
    private static byte[] read(final Input in, final Path path) throws IOException {
        try {
            final byte[] content = in.readNBytes(GuardedFile.BYTES_MAX + 1);
            if (content.length <= GuardedFile.BYTES_MAX) {
                return content;
            }
        } catch (final OutOfMemoryError tooLarge) {
            // Less than the limit may be too large as well.
            throw new CommandFailedException(path + " is unchanged: " + in.name()
                + ": expected what the memory of this JVM holds twice, found more; " + TOO_LARGE, tooLarge);
        }
        throw new CommandFailedException(path + " is unchanged: " + in.name() + ": expected at most "
            + GuardedFile.BYTES_MAX + " bytes, found more; " + TOO_LARGE);
    }
}
