package org.fencepost.ipc.demo;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.demo.channel.CreateCommand;
import org.fencepost.ipc.demo.channel.DoctorCommand;
import org.fencepost.ipc.demo.channel.ExportCommand;
import org.fencepost.ipc.demo.channel.GrepCommand;
import org.fencepost.ipc.demo.channel.ImportCommand;
import org.fencepost.ipc.demo.channel.ListCommand;
import org.fencepost.ipc.demo.channel.PublishCommand;
import org.fencepost.ipc.demo.channel.RemoveCommand;
import org.fencepost.ipc.demo.channel.RepairCommand;
import org.fencepost.ipc.demo.channel.StatCommand;
import org.fencepost.ipc.demo.channel.TailCommand;
import org.fencepost.ipc.demo.channel.VerifyCommand;
import org.fencepost.ipc.demo.file.FileCommand;
import org.fencepost.ipc.file.FileFailedException;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Entry of the tool {@code ipc}. Each command is a class of its own that is named here; how they end
 * is {@link ExitCode}.
 */
@Command(
    name = "ipc",
    description = "Messages and journals in shared memory, between the processes of one host.",
    mixinStandardHelpOptions = true,
    versionProvider = Ipc.Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Ipc implements Runnable, Streams {
    private static final List<Class<?>> COMMANDS = List.of(
        DemoCommand.class, BenchCommand.class, DoctorCommand.class, ListCommand.class,
        CreateCommand.class, RemoveCommand.class, StatCommand.class, PublishCommand.class,
        TailCommand.class, GrepCommand.class, VerifyCommand.class, RepairCommand.class,
        ExportCommand.class, ImportCommand.class, FileCommand.class);
    /** What is about commands has to know all of them. */
    private static final List<Class<?>> ALL = Stream.concat(
        COMMANDS.stream(), Stream.of(HelpCommand.class, GenerateCompletion.class)).toList();

    private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?\\d+");
    /** What the JVM makes of bytes that are no character. */
    private static final char NOT_UTF_8 = '\ufffd';

    /** The version of the jar; classes that are in none have none. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            final String version = Ipc.class.getPackage().getImplementationVersion();
            return new String[] {"Fencepost " + (version == null ? "(not packaged)" : version)};
        }
    }

    @Spec
    private CommandSpec spec;

    @Option(names = "--debug", scope = ScopeType.INHERIT,
        description = "Show the stack trace of an error.")
    private boolean debug;

    private final InputStream in;
    private final Output out;

    private Ipc(final InputStream in, final Output out) {
        this.in = in;
        this.out = out;
    }

    /** Runs a command and ends this JVM with its exit code. */
    public static void main(final String[] arguments) {
        int exitCode = ExitCode.FAILED;
        try {
            final Output out = Output.standard();
            exitCode = run(
                commandLine(new FileInputStream(FileDescriptor.in), out, arguments), out, arguments);
        } catch (final LinkageError | TypeNotPresentException unloaded) {
            if (List.of(arguments).contains("--debug")) {
                unloaded.printStackTrace();
            }
            System.err.println(oneLine("a class of the tool cannot be loaded: " + unloaded + "; allow this process"
                + " more file descriptors (ulimit -n), or build the tool anew"));
        }
        System.exit(exitCode);
    }

    /** Runs a command; what is printed about commands counts as printed when it is written. */
    private static int run(final CommandLine tool, final Output out, final String... arguments) {
        try {
            final int exitCode = tool.execute(arguments);
            if (exitCode == 0) {
                tool.getOut().flush();
                out.flush();
            }
            return exitCode;
        } catch (final Output.ClosedException readerHasEnough) {
            return 0;
        } catch (final CommandFailedException notWritten) {
            tool.getErr().println(oneLine(notWritten.getMessage()));
            return ExitCode.FAILED;
        }
    }

    /**
     * The tool with these as its standard input and output.
     *
     * @param arguments what it is going to be run with: if that is one of its commands it has no other one, which
     *                  starts sooner.
     */
    static CommandLine commandLine(
        final InputStream in, final Output out, final String... arguments) {
        final Ipc ipc = new Ipc(in, out);
        final CommandLine tool = new CommandLine(ipc);
        final List<Class<?>> meant = COMMANDS.stream().filter(command -> arguments.length > 0
            && command.getAnnotation(Command.class).name().equals(arguments[0])).toList();
        (meant.isEmpty() ? ALL : meant).forEach(tool::addSubcommand);
        return tool
            // Otherwise a word that begins with @ would be what the file of that name says.
            .setExpandAtFiles(false)
            .setOut(new PrintWriter(out.stream(), false, StandardCharsets.UTF_8))
            .registerConverter(Path.class, Ipc::path)
            .registerConverter(Long.class, Ipc::number)
            .registerConverter(Long.TYPE, Ipc::number)
            .registerConverter(Integer.class, Ipc::smallNumber)
            .registerConverter(Integer.TYPE, Ipc::smallNumber)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler((misuse, ignored) -> ipc.told(misuse))
            .setExecutionExceptionHandler((failure, commandLine, parsed) -> ipc.told(
                failure, commandLine.getErr()));
    }

    /** What a variable of the shell without a value gives would be the current directory. */
    private static Path path(final String typed) {
        if (typed.isEmpty()) {
            throw new TypeConversionException("expected a path, but was ''");
        }
        if (typed.indexOf(NOT_UTF_8) >= 0) {
            // It would be that of another file.
            throw new TypeConversionException("expected a path of UTF-8, but was '" + typed + "'");
        }
        try {
            return Path.of(typed);
        } catch (final InvalidPathException refusal) {
            throw new TypeConversionException("expected a path: " + refusal.getMessage());
        }
    }

    private static Long number(final String typed) {
        return number(typed, Long.MIN_VALUE, Long.MAX_VALUE);
    }

    private static Integer smallNumber(final String typed) {
        return (int) number(typed, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private static long number(final String typed, final long min, final long max) {
        if (WHOLE_NUMBER.matcher(typed).matches()) {
            final BigInteger number = new BigInteger(typed);
            if (number.compareTo(BigInteger.valueOf(min)) >= 0
                && number.compareTo(BigInteger.valueOf(max)) <= 0) {
                return number.longValue();
            }
        }
        throw new TypeConversionException(
            "expected a whole number from " + min + " to " + max + ", but was '" + typed + "'");
    }

    @Override
    public InputStream in() {
        return in;
    }

    @Override
    public Output out() {
        return out;
    }

    /** Says in one line what is wrong with the command line. */
    private int told(final ParameterException misuse) {
        final CommandLine command = misuse.getCommandLine();
        final PrintWriter err = command.getErr();
        if (debug) {
            misuse.printStackTrace(err);
        }
        String message = misuse.getMessage().replaceFirst("^Error: ", "");
        if (misuse instanceof final UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            final String typed = unmatched.getUnmatched().getFirst();
            message = command.getSubcommands().isEmpty()
                ? "Unexpected argument '" + typed + "'" : noCommand(typed, unmatched.getSuggestions());
        }
        err.println(oneLine(message) + "; see " + command.getCommandSpec().qualifiedName()
            + " --help");
        return ExitCode.USAGE;
    }

    private static String noCommand(final String typed, final List<String> suggestions) {
        final List<String> alike =
            suggestions.stream().filter(name -> name.regionMatches(0, typed, 0, 1)).toList();
        return "There is no command " + typed
            + (alike.isEmpty() ? "" : ", did you mean " + String.join(" or ", alike) + "?");
    }

    private static String oneLine(final String message) {
        return "ipc: " + ToolCommand.inOneLine(message);
    }

    /** Says in one line what went wrong. */
    private int told(final Exception failure, final PrintWriter err) {
        if (debug) {
            failure.printStackTrace(err);
        }
        final String message = failure instanceof CommandFailedException
            || failure instanceof FileFailedException || failure instanceof ChannelException
            ? failure.getMessage() : failure.toString();
        if (isDenied(failure)) {
            err.println(oneLine(message) + "; permission denied: ask the owner for it");
            return ExitCode.FAILED;
        }
        err.println(oneLine(message));
        return ExitCode.FAILED;
    }

    private static boolean isDenied(final Throwable failure) {
        return failure != null && (failure instanceof AccessDeniedException
            || isDenied(failure.getCause()));
    }

    /** Without a command there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command, for example: ipc demo");
    }
}
