package org.fencepost.ipc.demo.file;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.fencepost.ipc.demo.CommandFailedException;
import org.fencepost.ipc.demo.Flag;
import org.fencepost.ipc.demo.Output;
import org.fencepost.ipc.demo.ToolCommand;
import org.fencepost.ipc.demo.Value;
import org.fencepost.ipc.file.FileFailedException;
import org.fencepost.ipc.file.GuardedFile;
import org.fencepost.ipc.file.GuardedFile.Version;
import org.fencepost.ipc.file.Replacement;
import picocli.CommandLine.Model.PositionalParamSpec;

/** A command that changes a file which others depend on, and says what it has become. */
abstract class GuardedCommand extends ToolCommand {
    private static final String ENDED =
        ": a replacement in place that was not finished is undone, unless all bytes were new";

    private final Value<Path> file = parameter(Path.class, PositionalParamSpec.builder().index("0").paramLabel("FILE")
        .converters(new FileConverter()).description("The file to change."));

    private final Flag json = flag("--json", "Print the result as a JSON object.");

    GuardedCommand(final String name, final String... description) {
        super(name, description);
    }

    @Override
    protected final int run(final Output out) throws IOException {
        final boolean wasUnfinished = isUnfinished();
        final Replacement result = change(file.get());
        final boolean hasEnded = wasUnfinished && !isUnfinished();
        final ObjectNode object = JsonNodeFactory.instance.objectNode();
        final String text = switch (result) {
            case Replacement.Replaced(String sha256) -> {
                object.put("sha256", sha256);
                yield sha256;
            }
            case Replacement.ReplacedInPlace(long matches) -> {
                object.put("matches", matches);
                yield String.valueOf(matches);
            }
            case Replacement.Busy(long processId, long threadId) -> throw notDone(hasEnded,
                "thread " + threadId + " of process " + processId
                    + " is changing it; try again when that is done");
            case Replacement.Changed(String expected, String found) -> throw notDone(hasEnded,
                "expected SHA-256 " + expected + ", found " + found
                    + "; make the new content from the present one");
            case Replacement.Invalid(String problem) -> throw notDone(hasEnded,
                "the new content is not valid: " + problem);
            case Replacement.NoVersion() -> throw notDone(hasEnded,
                "there is no such earlier version; " + kept());
        };
        if (hasEnded) {
            tell("ipc: " + file.get() + ENDED);
        }
        if (exitCode(result) == 0) {
            out.done(file.get() + " is changed all the same");
        }
        if (json.isSet()) {
            out.json(object);
        } else {
            out.line(text);
        }
        return exitCode(result);
    }

    /** Makes the change. */
    abstract Replacement change(Path path) throws IOException;

    /** The exit code of what was done. */
    int exitCode(final Replacement done) {
        return 0;
    }

    private boolean isUnfinished() {
        try {
            return GuardedFile.of(file.get()).isUnfinished();
        } catch (final FileFailedException nobodyCanLook) {
            // Nor can anybody make the change, which says why.
            return false;
        }
    }

    private String kept() {
        final List<Version> versions = GuardedFile.of(file.get()).versions();
        return versions.isEmpty() ? "there is none" : "there are " + versions.size() + ", from "
            + versions.getLast().number() + " to " + versions.getFirst().number() + ", as ipc file history lists them";
    }

    private CommandFailedException notDone(final boolean hasEnded, final String reason) {
        return new CommandFailedException(
            file.get() + (hasEnded ? ENDED + "; nothing else is changed: " : " is unchanged: ") + reason);
    }
}
