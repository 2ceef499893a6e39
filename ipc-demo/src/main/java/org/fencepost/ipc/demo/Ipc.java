package org.fencepost.ipc.demo;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.fencepost.ipc.ChannelException;
import org.fencepost.ipc.demo.channel.CreateCommand;
import org.fencepost.ipc.demo.channel.DoctorCommand;
import org.fencepost.ipc.demo.channel.ExportCommand;
import org.fencepost.ipc.demo.channel.GrepCommand;
import org.fencepost.ipc.demo.channel.ImportCommand;
import org.fencepost.ipc.demo.channel.KeepCommand;
import org.fencepost.ipc.demo.channel.ListCommand;
import org.fencepost.ipc.demo.channel.PublishCommand;
import org.fencepost.ipc.demo.channel.RemoveCommand;
import org.fencepost.ipc.demo.channel.RepairCommand;
import org.fencepost.ipc.demo.channel.StatCommand;
import org.fencepost.ipc.demo.channel.TailCommand;
import org.fencepost.ipc.demo.channel.VerifyCommand;
import org.fencepost.ipc.demo.file.FileCommand;
import org.fencepost.ipc.file.FileFailedException;
import org.fencepost.ipc.os.Reason;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Entry of the tool {@code ipc}. Each command is a class of its own that is named here; how they end
 * is {@link ExitCode}.
 */
public final class Ipc implements Runnable, Streams, IParameterExceptionHandler, IExecutionExceptionHandler {
    private static final List<String> NAMES = List.of("demo", "bench", "doctor", "ls", "create", "keep", "rm", "stat",
        "publish", "tail", "grep", "verify", "repair", "export", "import", "file");

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

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final OptionSpec debug = OptionSpec.builder("--debug").type(boolean.class).scopeType(ScopeType.INHERIT)
        .description("Show the stack trace of an error.").build();
    private final InputStream in;
    private final Output out;

    private Ipc(final InputStream in, final Output out) {
        this.in = in;
        this.out = out;
        spec.name("ipc").addOption(debug);
        spec.usageMessage().synopsisSubcommandLabel("COMMAND")
            .description("Messages and journals in shared memory, between the processes of one host.");
        ToolCommand.addHelp(spec);
    }

    /** Runs a command; this JVM ends with its exit code. */
    public static void main(final String[] arguments) {
        int exitCode = ExitCode.FAILED;
        // Or picocli looks for a class of Groovy's, and the JVM opens every jar for that.
        System.setProperty("picocli.disable.closures", "true");
        try {
            if (System.getProperty("user.dir").indexOf(NOT_UTF_8) >= 0) {
                // A path that begins there would be that of another file.
                System.err.println(oneLine("the current directory has a name that is not UTF-8; go to another one"));
                System.exit(ExitCode.FAILED);
            }
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
        // Otherwise the JVM ends by itself, for all other threads are daemons: to be told to it looks in every jar, for
        // a logger that is to hear of it.
        if (exitCode != 0) {
            System.exit(exitCode);
        }
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
        final CommandLine tool = new CommandLine(ipc.spec);
        if (arguments.length > 0 && NAMES.contains(arguments[0])) {
            tool.addSubcommand(command(arguments));
        } else {
            NAMES.forEach(name -> tool.addSubcommand(command(name)));
            // What is about commands has to know all of them.
            tool.addSubcommand(new HelpCommand().commandLine()).addSubcommand(new GenerateCompletion());
        }
        return tool
            // Otherwise a word that begins with @ would be what the file of that name says.
            .setExpandAtFiles(false)
            .setOut(new PrintWriter(out.stream(), false, StandardCharsets.UTF_8))
            .registerConverter(Path.class, new PathConverter())
            .registerConverter(Long.class, new NumberConverter())
            .registerConverter(Integer.class, new SmallNumberConverter())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler(ipc)
            .setExecutionExceptionHandler(ipc);
    }

    /**
     * The command that the first of these words names. To return it as what all of them are would have the JVM load
     * all of them, to verify this method.
     */
    private static CommandLine command(final String... words) {
        return switch (words[0]) {
            case "demo" -> new DemoCommand().commandLine();
            case "bench" -> new BenchCommand().commandLine();
            case "doctor" -> new DoctorCommand().commandLine();
            case "ls" -> new ListCommand().commandLine();
            case "create" -> new CreateCommand().commandLine();
            case "keep" -> new KeepCommand().commandLine();
            case "rm" -> new RemoveCommand().commandLine();
            case "stat" -> new StatCommand().commandLine();
            case "publish" -> new PublishCommand().commandLine();
            case "tail" -> new TailCommand().commandLine();
            case "grep" -> new GrepCommand().commandLine();
            case "verify" -> new VerifyCommand().commandLine();
            case "repair" -> new RepairCommand().commandLine();
            case "export" -> new ExportCommand().commandLine();
            case "import" -> new ImportCommand().commandLine();
            case "file" -> new FileCommand(words).commandLine();
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    /** What a variable of the shell without a value gives would be the current directory. */
    public static final class PathConverter implements ITypeConverter<Path> {
        @Override
        public Path convert(final String typed) {
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
    }

    /** For numbers of 64 bits. */
    private static final class NumberConverter implements ITypeConverter<Long> {
        @Override
        public Long convert(final String typed) {
            return number(typed, Long.MIN_VALUE, Long.MAX_VALUE);
        }
    }

    /** For numbers of 32 bits. */
    private static final class SmallNumberConverter implements ITypeConverter<Integer> {
        @Override
        public Integer convert(final String typed) {
            return (int) number(typed, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
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

    private boolean isDebugged() {
        return Boolean.TRUE.equals(debug.getValue());
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
    @Override
    public int handleParseException(final ParameterException misuse, final String[] arguments) {
        final CommandLine command = misuse.getCommandLine();
        final PrintWriter err = command.getErr();
        if (isDebugged()) {
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
    @Override
    public int handleExecutionException(
        final Exception failure, final CommandLine command, final ParseResult parsed) {
        final PrintWriter err = command.getErr();
        if (isDebugged()) {
            failure.printStackTrace(err);
        }
        // The library says itself who can give the right.
        final boolean asks = isDenied(failure) && !(failure instanceof ChannelException);
        err.println(oneLine(message(failure)) + (asks ? "; ask the owner for it" : ""));
        return ExitCode.FAILED;
    }

    private static String message(final Exception failure) {
        if (failure instanceof final IOException refusal) {
            return Reason.of(refusal);
        }
        return failure instanceof CommandFailedException
            || failure instanceof FileFailedException || failure instanceof ChannelException
            ? failure.getMessage() : failure.toString();
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
