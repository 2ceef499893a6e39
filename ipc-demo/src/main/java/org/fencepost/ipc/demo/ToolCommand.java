package org.fencepost.ipc.demo;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.fencepost.ipc.ChannelException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * What the commands of the tool have in common: where they read and print, and how they end, as
 * {@link ExitCode} says.
 */
@Command(mixinStandardHelpOptions = true, sortOptions = false)
public abstract class ToolCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    /** For the commands. */
    protected ToolCommand() {
    }

    /** Does what the command is for, and returns its exit code. */
    protected abstract int run(Output out) throws Exception;

    @Override
    public final Integer call() throws Exception {
        final Output out = streams().out();
        try {
            final int exitCode = run(out);
            out.flush();
            return exitCode;
        } catch (final Output.ClosedException readerHasEnough) {
            return 0;
        } catch (final CommandFailedException | ChannelException failure) {
            flush(out, failure);
            throw failure;
        } catch (final OutOfMemoryError tooLarge) {
            throw new CommandFailedException(
                "too large for the memory of this JVM: " + tooLarge.getMessage(), tooLarge);
        } catch (final InternalError pageGone) {
            throw new CommandFailedException(
                "a file was cut while it was read: " + pageGone.getMessage(), pageGone);
        }
    }

    /** What was found before it failed is shown as well. */
    private static void flush(final Output out, final RuntimeException failure) {
        try {
            out.flush();
        } catch (final Output.ClosedException | CommandFailedException notWritten) {
            failure.addSuppressed(notWritten);
        }
    }

    private Streams streams() {
        return (Streams) spec.root().userObject();
    }

    /** Opens a file, or standard input without one or for {@code -}. */
    protected final Input input(final Optional<Path> file) {
        return Input.open(file, streams().in());
    }

    /**
     * Says on a terminal how far this is; not where what it prints is shown.
     *
     * @param totalBytes how much there is to do, if that is known.
     */
    protected final WorkProgress progress(final OptionalLong totalBytes) {
        return new WorkProgress(spec.name(), System.err,
            OpenFiles.isTerminal(OpenFiles.STANDARD_ERROR)
                && (isQuiet() || !OpenFiles.isTerminal(OpenFiles.STANDARD_OUTPUT)),
            totalBytes, System::nanoTime);
    }

    /** Whether nothing is printed before the end. */
    protected boolean isQuiet() {
        return false;
    }

    /** Prints a line on standard error. */
    protected final void tell(final String line) {
        spec.commandLine().getErr().println(inOneLine(line));
    }

    /** A message without ends of lines and other control characters, which the names in it may have. */
    static String inOneLine(final String message) {
        return message.replaceAll("\\s*\\R\\s*", " ").replaceAll("\\p{Cc}", "?");
    }

    /** The command line is wrong. */
    protected final ParameterException wrongUsage(final String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** Checks what picocli cannot. */
    protected final void requireRange(
        final String option, final long value, final long min, final long max) {
        if (value < min || value > max) {
            throw wrongUsage("Invalid value for option '" + option + "': expected " + min + " to "
                + max + ", but was " + value);
        }
    }
}
