package org.fencepost.ipc.demo;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.fencepost.ipc.ChannelException;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * What the commands of the tool have in common: where they read and print, and how they end, as
 * {@link ExitCode} says.
 */
public abstract class ToolCommand extends Arguments implements Callable<Integer> {
    // Picocli keeps this, and calls it when everything has been read.
    @SuppressWarnings("this-escape")
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

    /**
     * For the commands.
     *
     * @param name        what is typed for it.
     * @param description what help says about it, in lines.
     */
    protected ToolCommand(final String name, final String... description) {
        spec.name(name).usageMessage().description(description).sortOptions(false);
    }

    @Override
    final void add(final ArgSpec declared) {
        spec.add(declared);
    }

    @Override
    final void add(final ArgGroupSpec declared) {
        spec.addArgGroup(declared);
    }

    /** Takes a command of its own. */
    protected final void addCommand(final CommandLine command) {
        spec.usageMessage().synopsisSubcommandLabel("COMMAND");
        spec.addSubcommand(command.getCommandName(), command);
    }

    /** What picocli knows about it. */
    final CommandSpec spec() {
        return spec;
    }

    /** What picocli runs, made once when everything has been declared. */
    public final CommandLine commandLine() {
        addHelp(spec);
        return new CommandLine(spec);
    }

    /** The options of each command, as {@code mixinStandardHelpOptions} has them. */
    static void addHelp(final CommandSpec command) {
        command.versionProvider(new Ipc.Version());
        command.addOption(OptionSpec.builder("-h", "--help").type(boolean.class).usageHelp(true)
            .description("Show this help message and exit.").build());
        command.addOption(OptionSpec.builder("-V", "--version").type(boolean.class).versionHelp(true)
            .description("Print version information and exit.").build());
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
