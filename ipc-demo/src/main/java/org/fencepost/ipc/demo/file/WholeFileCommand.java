package org.fencepost.ipc.demo.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.fencepost.ipc.demo.Input;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.file.AtomicFile;
import org.fencepost.ipc.file.FileOptions;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that replaces a file as a whole by what it reads, in constant memory. */
abstract class WholeFileCommand extends ToolCommand {
    private static final int PERMISSIONS_MAX = 0777;
    private static final int OCTAL = 8;

    @Parameters(index = "0", paramLabel = "FILE", description = "The file to replace.")
    private Path file;

    @Parameters(index = "1", arity = "0..1", paramLabel = "INPUT",
        description = "What to read. Default: standard input, as for -.")
    private Path input;

    @Option(names = "--no-parents", description = "Do not make missing directories.")
    private boolean noParents;

    @Option(names = "--no-follow", description = "Refuse a symbolic link instead of replacing "
        + "what it leads to.")
    private boolean noFollow;

    @Option(names = "--mode", paramLabel = "OCTAL", defaultValue = "666",
        description = "Permissions of a file that was not there, less the umask. "
            + "Default: ${DEFAULT-VALUE}.")
    private String mode;

    @Override
    protected final int run(final Output out) throws IOException {
        final AtomicFile target = AtomicFile.of(file, FileOptions.defaults()
            .createParents(!noParents).followLinks(!noFollow).newFilePermissions(permissions()));
        try (Input in = input(Optional.ofNullable(input))) {
            write(target, in);
        }
        return 0;
    }

    /** Replaces the file by what is read. */
    abstract void write(AtomicFile target, Input in) throws IOException;

    private int permissions() {
        if (!mode.matches("[0-7]{1,4}") || Integer.parseInt(mode, OCTAL) > PERMISSIONS_MAX) {
            throw wrongUsage(
                "Invalid value for option '--mode': expected 0 to 777 in octal, but was " + mode);
        }
        return Integer.parseInt(mode, OCTAL);
    }
}
