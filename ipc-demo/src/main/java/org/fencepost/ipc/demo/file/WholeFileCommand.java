package org.fencepost.ipc.demo.file;

import java.io.IOException;
import java.nio.file.Path;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.Input;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.demo.Value;
import org.fencepost.ipc.file.AtomicFile;
import org.fencepost.ipc.file.FileOptions;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A command that replaces a file as a whole by what it reads, in constant memory. */
abstract class WholeFileCommand extends ToolCommand {
    private static final int PERMISSIONS_MAX = 0777;
    private static final int OCTAL = 8;

    private final Value<Path> file = parameter(Path.class, PositionalParamSpec.builder().index("0").paramLabel("FILE")
        .converters(new FileConverter()).description("The file to replace."));

    private final Value<Path> input = parameter(Path.class,
        PositionalParamSpec.builder().index("1").paramLabel("INPUT").arity("0..1")
            .description("What to read. Default: standard input, as for -."));

    private final Flag noParents = flag("--no-parents", "Do not make missing directories.");

    private final Flag noFollow = flag("--no-follow", "Refuse a symbolic link instead of replacing what it leads to.");

    private final Value<String> mode = value(String.class,
        OptionSpec.builder("--mode").paramLabel("OCTAL").defaultValue("666")
            .description("Permissions of a file that was not there, less the umask. Default: ${DEFAULT-VALUE}."));

    WholeFileCommand(final String name, final String... description) {
        super(name, description);
    }

    @Override
    protected final int run(final Output out) throws IOException {
        final AtomicFile target = AtomicFile.of(file.get(), FileOptions.defaults()
            .createParents(!noParents.isSet()).followLinks(!noFollow.isSet()).newFilePermissions(permissions()));
        try (Input in = input(input.find())) {
            write(target, in);
        }
        return 0;
    }

    /** Replaces the file by what is read. */
    abstract void write(AtomicFile target, Input in) throws IOException;

    private int permissions() {
        if (!mode.get().matches("[0-7]{1,4}") || Integer.parseInt(mode.get(), OCTAL) > PERMISSIONS_MAX) {
            throw wrongUsage(
                "Invalid value for option '--mode': expected 0 to 777 in octal, but was " + mode.get());
        }
        return Integer.parseInt(mode.get(), OCTAL);
    }
}
