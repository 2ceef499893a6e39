package org.fencepost.ipc.demo.file;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.demo.Value;
import org.fencepost.ipc.file.GuardedFile;
import org.fencepost.ipc.file.GuardedFile.Version;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code ipc file history}. */
final class HistoryCommand extends ToolCommand {
    private final Value<Path> file = parameter(Path.class, PositionalParamSpec.builder().paramLabel("FILE")
        .converters(new FileConverter()).description("The file."));

    private final Flag json = flag("--json", "Print a JSON object for each version.");

    /** For the tool. */
    HistoryCommand() {
        super("history",
            "Lists the earlier versions of a file that are kept, newest first: number, size in bytes, when it was "
                + "written, and where it is.");
    }

    @Override
    protected int run(final Output out) {
        final GuardedFile guarded = GuardedFile.of(file.get());
        final List<Version> versions = guarded.versions();
        if (versions.isEmpty() && !Files.exists(file.get())) {
            throw new CommandFailedException("there is no " + file.get() + ", and no earlier version of it");
        }
        for (final Version version : versions) {
            if (json.isSet()) {
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
        if (guarded.isUnfinished()) {
            tell("ipc: " + file.get() + ": a replacement in place is not finished; unless one is at it, the next change"
                + " undoes it, or keeps it if all bytes are new");
        }
        return 0;
    }
}
