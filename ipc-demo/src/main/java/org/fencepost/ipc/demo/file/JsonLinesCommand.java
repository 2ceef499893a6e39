package org.fencepost.ipc.demo.file;

import java.io.IOException;
import org.fencepost.ipc.demo.Input;
import org.fencepost.ipc.file.AtomicFile;

/** {@code ipc file jsonl}. */
final class JsonLinesCommand extends WholeFileCommand {
    /** For the tool. */
    JsonLinesCommand() {
        super("jsonl",
            "Replaces a file by the values of JSON that are read, a line each.",
            "If the input is something else, the old content stays.");
    }

    @Override
    void write(final AtomicFile target, final Input in) throws IOException {
        try (JsonValues values = new JsonValues(in, target.path())) {
            target.writeJsonLines(values, JsonValues::copy);
        }
    }
}
