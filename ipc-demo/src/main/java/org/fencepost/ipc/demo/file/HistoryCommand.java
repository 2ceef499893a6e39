package org.fencepost.ipc.demo.file;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.file.GuardedFile;
import org.fencepost.ipc.file.GuardedFile.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipc file history}. */
@Command(
    name = "history",
    description = "Lists the earlier versions of a file that are kept, newest first: number, size "
        + "in bytes, when it was written, and where it is.")
final class HistoryCommand extends ToolCommand {
    @Parameters(paramLabel = "FILE", description = "The file.")
    private Path file;

    @Option(names = "--json", description = "Print a JSON object for each version.")
    private boolean json;

    /** For picocli. */
    HistoryCommand() {
    }

    @Override
    protected int run(final Output out) {
        final List<Version> versions = GuardedFile.of(file).versions();
        if (versions.isEmpty() && !Files.exists(file)) {
            throw new CommandFailedException("there is no " + file + ", and no earlier version of it");
        }
        for (final Version version : versions) {
            if (json) {
                out.json(JsonNodeFactory.instance.objectNode()
                    .put("version", version.number())
                    .put("sizeBytes", version.sizeBytes())
                    .put("writtenAt", version.writtenAt().toString())
                    .put("file", version.file().toString()));
            } else {
                out.line(String.format(Locale.ROOT, "%6d %12d  %s  %s", version.number(),
                    version.sizeBytes(), version.writtenAt().truncatedTo(ChronoUnit.SECONDS),
                    version.file()));
            }
        }
        return 0;
    }
}
