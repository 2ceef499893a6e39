package org.fencepost.ipc.demo.file;

import java.nio.file.Path;
import org.fencepost.ipc.demo.ExitCode;
import org.fencepost.ipc.file.GuardedFile;
import org.fencepost.ipc.file.Replacement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc file replace}. */
@Command(
    name = "replace",
    description = {
        "Replaces every occurrence of a text by another one of as many bytes, inside a file of "
        + "any size, and prints how many there were.",
        "Who reads meanwhile may see some replaced and some not. Exit code 1 if there were "
        + "none."})
final class ReplaceCommand extends GuardedCommand {
    @Parameters(index = "1", paramLabel = "OLD", description = "What to look for, literally.")
    private String old;

    @Parameters(index = "2", paramLabel = "NEW", description = "What to put there.")
    private String other;

    @Option(names = "--hex", description = "OLD and NEW are bytes in hexadecimal digits.")
    private boolean hexadecimal;

    /** For picocli. */
    ReplaceCommand() {
    }

    @Override
    Replacement change(final Path path) {
        try {
            return GuardedFile.of(path).replaceInPlace(
                Sought.bytes(old, hexadecimal), Sought.bytes(other, hexadecimal));
        } catch (final IllegalArgumentException notReplaceable) {
            throw wrongUsage("Invalid value for OLD or NEW: " + notReplaceable.getMessage());
        }
    }

    @Override
    int exitCode(final Replacement done) {
        return done.equals(new Replacement.ReplacedInPlace(0)) ? ExitCode.FAILED : 0;
    }
}
