package org.fencepost.ipc.demo.file;

import java.nio.file.Files;
import java.nio.file.Path;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.ExitCode;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.Value;
import org.fencepost.ipc.file.GuardedFile;
import org.fencepost.ipc.file.Replacement;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code ipc file replace}. */
final class ReplaceCommand extends GuardedCommand {
    private final Value<String> old = parameter(String.class,
        PositionalParamSpec.builder().index("1").paramLabel("OLD")
            .description("What to look for, literally."));

    private final Value<String> other = parameter(String.class,
        PositionalParamSpec.builder().index("2").paramLabel("NEW")
            .description("What to put there."));

    private final Flag hexadecimal = flag("--hex", "OLD and NEW are bytes in hexadecimal digits.");

    /** For the tool. */
    ReplaceCommand() {
        super("replace",
            "Replaces every occurrence of a text by another one of as many bytes, inside a file of any size, and "
                + "prints how many there were.",
            "Who reads meanwhile may see some replaced and some not. Exit code 1 if there were none.");
    }

    @Override
    Replacement change(final Path path) {
        if (Files.notExists(path)) {
            throw new CommandFailedException("cannot replace in " + path + ": there is no such file");
        }
        try {
            return GuardedFile.of(path).replaceInPlace(
                Sought.bytes(old.get(), hexadecimal.isSet()), Sought.bytes(other.get(), hexadecimal.isSet()));
        } catch (final IllegalArgumentException notReplaceable) {
            throw wrongUsage("Invalid value for OLD or NEW: " + notReplaceable.getMessage());
        }
    }

    @Override
    int exitCode(final Replacement done) {
        return done.equals(new Replacement.ReplacedInPlace(0)) ? ExitCode.FAILED : 0;
    }
}
